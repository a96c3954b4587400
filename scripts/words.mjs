/** The words that the tool is started with: those of the command line, and those that make is given in ARGS. */
import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

/** A word as a shell reads it: of parts that are bare, 'quoted' or "quoted". */
const part = /'([^']*)'|"((?:\\[\s\S]|[^"\\])*)"|\\([\s\S])|([^\s'"\\]+)/g
const word = new RegExp(`(?:${part.source})+`, 'g')

/** Words as a shell tells them apart: 'a b', "a b" and a\ b are one each. Nothing in them is run. */
export function split(text) {
  const rest = text.replace(word, '').trim()
  if (rest !== '') {
    process.stderr.write(`error: ARGS=${text}\na quotation mark or a backslash has no end: ${rest}\n`)
    process.exit(2)
  }
  return (text.match(word) ?? []).map((one) =>
    one.replace(part, (_, single, double, escaped, bare) =>
      double === undefined ? (single ?? escaped ?? bare) : double.replace(/\\(["\\$`])/g, '$1'),
    ),
  )
}

/** All words behind the file's name. */
export function givenWords() {
  const words = process.argv.slice(3)
  const { VETHLAB_MAKE, ARGS = '' } = process.env
  if (!VETHLAB_MAKE) return words
  delete process.env.ARGS // they are for this process alone
  return [...words, ...split(ARGS)]
}

/** Options with a value: what follows them is no scenario. */
export const valued = [
  ...['--name', '--on', '--pcap', '--copies', '--from', '--svg', '--port', '--report', '--junit', '--trace'],
  ...['--size', '--seed', '--csv', '--output', '-o'],
]

/** Whether a word names a file and not a scenario: `./my.ts`, `my.ts`. */
const isFile = (word) => /\.[cm]?[jt]s$/.test(word ?? '')

/** Verbs that have scenarios and files for another purpose, or none. */
export const withoutScenario = [
  ...['new', 'scenarios', 'record', 'learn', 'grade', 'words', 'docs', 'setup', 'doctor', 'completion'],
]

/**
 * `vethlab.ts up net1` is `net1.ts up`: a bundle holds what its first file imports, and the tool imports no scenario. So
 * is `vethlab.ts up ./my.ts`, and each other verb with a file. Returns the file to be started, and its words.
 */
export function started(root, file, words, ending = '.ts') {
  const end = words.includes('--') ? words.indexOf('--') : words.length
  const [verb, name] = words
    .slice(0, end)
    .flatMap((one, i) => (one.startsWith('-') || valued.includes(words[i - 1]) ? [] : [i]))
  if (file !== join(root, `scripts/vethlab${ending}`) || verb === undefined) return [file, words]
  if (isFile(words[verb])) return [resolve(words[verb]), words.filter((_, i) => i !== verb)]
  if (withoutScenario.includes(words[verb])) return [file, words]
  if (isFile(words[name])) return [resolve(words[name]), words.filter((_, i) => i !== name)]
  const scenario = join(root, `scenarios/${words[name]}${ending}`)
  const known = name !== undefined && dirname(scenario) === join(root, 'scenarios') && existsSync(scenario)
  return known && ['up', 'test', 'print'].includes(words[verb])
    ? [scenario, words.filter((_, i) => i !== name)]
    : [file, words]
}
