/** Reads a lab of containerlab or Kathará from its files, as lines of a scenario. Nothing of it is run. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join, resolve } from 'node:path'
import { BadInput } from '../errors.ts'
import { readBack } from '../language/read-back/read-line.ts'
import { clabLab } from './clab.ts'
import { katharaLab } from './kathara.ts'
import type { Line } from './lines.ts'
import { plainText } from './log.ts'
import type { ReadLab } from './topology.ts'

/** Whether a word stands for a lab of another system: `topo.clab.yml`, `lab.conf`, or a folder with it. */
export const isOtherLab = (word: string): boolean =>
  /\.ya?ml$/.test(word) || basename(word) === 'lab.conf' || (existsSync(word) && statSync(word).isDirectory())

/** What a topology of containerlab says. Its YAML is read by what zx brings along. */
function clab(file: string): ReadLab {
  const { YAML } = createRequire(import.meta.url)('zx') as { YAML: { parse(text: string): unknown } }
  const text = plainText(readFileSync(file, 'utf8'))
  let parsed: unknown
  try {
    parsed = YAML.parse(text)
  } catch (error) {
    throw new BadInput((error as Error).message.split('\n')[0] ?? 'it is no YAML', {
      where: undefined,
      hint: `${file} must be a topology of containerlab.`,
    })
  }
  return clabLab(parsed)
}

/** What a folder with a lab.conf says. */
function kathara(folder: string): ReadLab {
  const text = (name: string): string => plainText(readFileSync(join(folder, name), 'utf8'))
  if (!existsSync(join(folder, 'lab.conf')))
    throw new BadInput(`${folder} has no lab.conf`, {
      where: undefined,
      hint: "Say a shell script, a topology of containerlab (topo.clab.yml), or the folder of a lab of Kathará's.",
    })
  const names = readdirSync(folder, { withFileTypes: true })
  const startups = names
    .filter((one) => one.isFile() && one.name.endsWith('.startup'))
    .map(({ name }) => name)
  return katharaLab({
    conf: text('lab.conf'),
    startups: new Map(startups.map((name) => [name.replace(/\.startup$/, ''), text(name)])),
    other: names
      .filter(
        (one) =>
          (one.isDirectory() && !one.name.startsWith('.')) || /^lab\.(dep|ext)$|\.shutdown$/.test(one.name),
      )
      .map(({ name }) => name),
  })
}

/** A lab of another system as what a recorded script is: its text with titles, its lines, its namespaces. */
export function readOtherLab(word: string): {
  script: string
  lines: Line[]
  namespaces: string[]
  leftOut: string[]
  name: string
} {
  if (!existsSync(word))
    throw new BadInput(`${word}: no such file`, { where: undefined, hint: 'Say the file of a lab.' })
  const isFile = statSync(word).isFile()
  const folder = isFile ? dirname(resolve(word)) : resolve(word)
  const lab = /\.ya?ml$/.test(word) ? clab(word) : kathara(folder)
  const script: string[] = []
  const lines: Line[] = []
  for (const { title, lines: all } of lab.parts.filter(({ lines }) => lines.length > 0)) {
    script.push(`# ${title}`)
    for (const text of all) {
      script.push(text.replace(/\n/g, ' '))
      for (const read of readBack(text))
        lines.push({ kind: 'command', text: read.text, typed: read.typed, line: script.length })
    }
    script.push('')
  }
  return {
    script: script.join('\n'),
    lines: lines.map((line) =>
      /\.(replies|open|resolves)$/.test(line.text) ? { ...line, kind: 'check' } : line,
    ),
    namespaces: lab.namespaces,
    leftOut: lab.leftOut,
    name: /\.ya?ml$/.test(word) ? basename(word) : basename(folder),
  }
}
