/** The verbs that take somebody's shell script: `record` writes it as a scenario, `up` runs it and leaves its lab up. */
import { randomBytes } from 'node:crypto'
import { existsSync, writeFileSync } from 'node:fs'
import { basename, relative } from 'node:path'
import colors from 'picocolors'
import { BadInput } from '../errors.ts'
import { howTo } from '../lab/hints.ts'
import { remember } from '../prove/proof.ts'
import { snapshot } from '../prove/snapshot.ts'
import { recordedLines } from '../record/lines.ts'
import { scenarioText, typedShare } from '../record/scenario.ts'
import { labOf, runScript, scriptText } from '../record/script.ts'
import { findLab } from '../server/labs.ts'
import { labFolder } from '../server/state.ts'
import { say } from './output.ts'
import type { Options } from './verb.ts'

/** Whether a word that stands for a scenario is somebody's script. */
export const isScript = (word: string): boolean => /\.(sh|bash)$/.test(word)

/** Runs a script on a fresh server, and leaves the lab up when it ends with 0. Returns the script's exit code. */
export async function upScript(
  file: string,
  name: string | undefined,
  { json, on }: Pick<Options, 'json' | 'on'>,
): Promise<number> {
  scriptText(file)
  if (on === 'host')
    throw new BadInput("somebody's script is never run on this machine itself", {
      where: undefined,
      hint: 'Leave --on host out: it runs on a virtual server.',
    })
  const lab = name ?? labOf(file)
  if (findLab(lab))
    throw new BadInput(`${lab} is up already`, {
      where: undefined,
      hint: `Remove it: ${howTo('down', lab, file)}`,
    })
  const seen = snapshot() // of the machine, for `down --prove`
  const { code } = await runScript(file, { name: lab, recorded: false, stay: true })
  if (code === 0) await remember(labFolder(lab), seen)
  if (json) say(`${JSON.stringify({ lab, ok: code === 0, code }, null, 2)}\n`)
  else if (code === 0)
    process.stderr.write(
      `${lab} is up.\n  look around:  vethlab shell ${lab}\n  remove it:    vethlab down ${lab}\n`,
    )
  if (code !== 0)
    process.stderr.write(`${colors.red('error')}: ${file} ended with ${code}; nothing of it is left\n`)
  return code
}

/** Records a script; the scenario goes to stdout, or to a file. Returns the script's exit code. */
export async function recordVerb(file: string, output: string | undefined): Promise<number> {
  const script = scriptText(file)
  if (output !== undefined && existsSync(output))
    throw new BadInput(`${output} is there already`, {
      where: undefined,
      hint: 'Choose another file, or remove it.',
    })
  const lab = `record-${labOf(file).slice(0, 20)}-${randomBytes(2).toString('hex')}`
  const { code, noted } = await runScript(file, { name: lab, recorded: true, stay: false })
  const lines = recordedLines(noted)
  const text = scenarioText({
    name: output === undefined ? labOf(file) : basename(output, '.ts'),
    from: basename(file),
    script,
    lines,
    namespaces: noted.namespaces,
    files: noted.files,
  })
  if (output === undefined) say(text)
  else writeFileSync(output, text, { flag: 'wx' })
  const share = `${Math.round(typedShare(lines) * 100)} % of ${lines.length} lines typed`
  process.stderr.write(
    `${output === undefined ? 'recorded' : `${relative('.', output)} is written`}: ${share}\n`,
  )
  for (const { text } of lines.filter(({ kind }) => kind === 'remark'))
    process.stderr.write(`left out: ${text.replace(/\p{Cc}+/gu, ' ')}\n`)
  if (code !== 0)
    process.stderr.write(
      `${colors.red('error')}: ${file} ended with ${code}; what it did up to there is recorded\n`,
    )
  return code
}
