/** The text of a scenario, made of what a script did: its lines, in steps by the script's own comments and blank lines. */
import { isName, literal } from '../language/read-back/typed.ts'
import { cleanUp } from './clean-up.ts'
import type { Line } from './lines.ts'

export interface ScenarioText {
  /** The name of the scenario. */
  name: string
  /** The file that was recorded. */
  from: string
  /** Its text. */
  script: string
  lines: readonly Line[]
  /** Names of network namespaces that there were. */
  namespaces: readonly string[]
  /** Files that the script's commands used: where they were, and what was in them. */
  files: ReadonlyArray<{ path: string; text: string }>
}

/** A part of the script: what stands between two blank lines. */
interface Part {
  first: number
  last: number
  title: string
}

const says = (line: string): string | undefined =>
  line.match(/^\s*#+\s*(?!!|shellcheck |SPDX-|vim:)(\S.*?)\s*[#=-]*$/)?.[1] ??
  line.match(
    /^\s*(?:echo|printf|log|info|step)\s+(?:-\S+\s+)*["'](?:\\n)?[^\w]*([^"'$]{3,70}?)(?:\\n)?["']\s*$/,
  )?.[1]

/** The parts of a script; a remark that stands alone is the title of what follows. */
function partsOf(script: string): Part[] {
  const parts: Part[] = []
  let pending = ''
  let part: Part | undefined
  for (const [index, line] of script.split('\n').entries()) {
    const number = index + 1
    if (line.trim() === '' || /^#!/.test(line)) {
      part = undefined
      continue
    }
    const said = says(line)
    const isRemark = /^\s*#/.test(line)
    if (said && isRemark && part && !/^\s+/.test(line)) part = undefined // a remark begins a new part
    if (!part) {
      part = { first: number, last: number, title: said ?? pending }
      parts.push(part)
    } else if (said && part.title === '') part.title = said
    part.last = number
    pending = said && isRemark ? said : ''
  }
  return parts
}

/** A title that a step can have: one line, not too long. */
const titled = (text: string, otherwise: string): string =>
  (text || otherwise)
    .replace(/[\p{Cc}\p{Co}\u2028\u2029]+/gu, ' ')
    .replace(/[\s:.]+$/, '')
    .slice(0, 90)
    .replace(/\p{Cs}/gu, '') || otherwise

/** The identifiers at the beginning of lines, and in their arguments: places that must be declared. */
function declared(lines: readonly Line[], namespaces: readonly string[]): string[] {
  const names = new Set(
    lines.flatMap(({ text }) => [
      ...[...text.matchAll(/^([A-Za-z_$][\w$]*)\./g)].map(([, name = '']) => name),
      ...[...text.matchAll(/(?:netns\(|netns: )([A-Za-z_$][\w$]*)\b(?!\()/g)].map(([, name = '']) => name),
    ]),
  )
  return [...names]
    .filter(isName)
    .sort()
    .map((name) => {
      const kind = namespaces.includes(name) ? 'netns' : 'container'
      return `const ${name} = server1.${kind}(${literal(name)})`
    })
}

const indent = (text: string): string => text.replace(/\n/g, '\\n')

/** The step that writes the files that it uses. */
function carrying(files: ScenarioText['files']): string[] {
  const rows = files.map(
    ({ path, text }) =>
      `    server1.exec('sh', '-c', 'mkdir -p "$\{0%/*}" && printf %s "$1" >"$0"', ${literal(path)}, ${literal(text)}),`,
  )
  return rows.length > 0 ? [`  await lab.step(\n    'The files that it uses',\n${rows.join('\n')}\n  )`] : []
}

/** The scenario as TypeScript. */
export function scenarioText({ name, from, script, lines, namespaces, files }: ScenarioText): string {
  const parts = partsOf(script)
  const body: string[] = []
  let open: { title: string; kind: Line['kind']; texts: string[] } | undefined
  const close = (): void => {
    if (!open) return
    const { title, kind, texts } = open
    const rows = texts.map((text) => `    ${indent(text)}`).join('\n')
    const commands = texts.some((text) => !text.startsWith('//'))
    if (kind === 'check')
      body.push(
        commands
          ? `  await lab.check(\n    [\n${rows.replace(/^ {4}/gm, '      ')}\n    ],\n    ${literal(title)},\n  )`
          : rows.replace(/^ {4}/gm, '  '),
      )
    else
      body.push(
        commands ? `  await lab.step(\n    ${literal(title)},\n${rows}\n  )` : rows.replace(/^ {4}/gm, '  '),
      )
    open = undefined
  }
  let part: Part | undefined
  let steps = 0
  body.push(...carrying(files))
  for (const { kind, text, line, title: own } of lines) {
    const its =
      line === undefined ? part : (parts.find(({ first, last }) => line >= first && line <= last) ?? part)
    const wanted = kind === 'check' ? 'check' : 'command'
    const remark = kind === 'remark'
    if (open && own !== undefined && open.title !== own) close()
    if (open && (its !== part || (!remark && open.kind !== wanted))) close()
    part = its
    if (!open) {
      steps += 1
      open = {
        title: titled(own ?? its?.title ?? '', wanted === 'check' ? 'as it was recorded' : `Part ${steps}`),
        kind: wanted,
        texts: [],
      }
    }
    open.texts.push(remark ? `// ${text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')}` : `${text},`)
  }
  close()
  const usesImage = lines.some(({ text }) => /[(, ]image[,)]/.test(text))
  const title = titled(parts.map(({ title }) => title).find(Boolean) ?? '', `what ${from} does`)
  const head = `${name}: recorded from ${from}`
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .replaceAll('*/', '* /')
  return `/** ${head}. */
import { ${usesImage ? 'image, ' : ''}scenario, server } from 'vethlab'

const server1 = server('server1')
${declared(lines, namespaces).join('\n')}

export default scenario(import.meta, ${literal(title)}, async (lab) => {
${body.join('\n\n')}
})
`
}

/** The share of lines that have typed words, between 0 and 1; what was left out counts as not typed. */
export function typedShare(lines: readonly Line[]): number {
  const all = lines.filter(
    ({ kind, text }) => kind !== 'remark' || !(text.startsWith(cleanUp) || / is asked without /.test(text)),
  )
  return all.length === 0 ? 1 : all.filter(({ typed }) => typed).length / all.length
}
