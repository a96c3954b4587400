/**
 * Commands of one place as one process: `ip -batch -`, `iptables-restore --noflush`, `sysctl -w A=1 B=2`.
 * Pure text: what the process reads, and what its words tell of each command.
 */
import type { Command } from '../language/command.ts'
import { onServer } from '../language/on-server.ts'

/** How a command of a batch ended; with the tool's words when it failed. */
export type End = 'done' | 'skipped' | { failed: string }

interface Said {
  code: number
  stdout: string
  stderr: string
}

/** Several commands as one process. */
export interface Batch {
  argv: string[]
  input: string
  /**
   * How each command ended, when the process failed. `nothing`: none was done, and only one by one they would tell
   * which one fails. `unknown`: the tool does not say.
   */
  ends(said: Said): End[] | 'nothing' | 'unknown'
}

/** The words that start `iptables-restore` of the same flavour as `iptables`; undefined when it is not known. */
export type Restore = readonly string[] | undefined

/** What `ip -batch` reads as it stands: it splits at blanks, and knows quotes and `#`. */
const plain = /^[A-Za-z0-9_@%+=:,./-]+$/

/** In quotes, for iptables-restore: there the backslash and the quote itself are special. */
const quoted = (word: string): string =>
  plain.test(word) || word === '!' ? word : `"${word.replace(/[\\"]/g, '\\$&')}"`

/** The table of an iptables command, and its words behind that. */
function tableAndWords([, ...words]: readonly string[]): [table: string, words: readonly string[]] {
  return words[0] === '-t' ? [words[1] ?? '', words.slice(2)] : ['filter', words]
}

/** The options of an ip command (`-6`), which no line of a batch can have, and its words behind them. */
function optionsAndWords([, ...words]: readonly string[]): [options: string[], words: string[]] {
  const object = words.findIndex((word) => !word.startsWith('-'))
  return [words.slice(0, object), words.slice(object)]
}

/** What must be alike for two commands of one place to be in one batch; undefined for those that are in none. */
function kindOf(command: Command, restore: Restore): string | undefined {
  const { argv, place, shows, background } = command
  if (
    shows ||
    background ||
    command.needs?.some(({ needs }) => needs === 'link up') ||
    (place.kind !== 'server' && place.kind !== 'netns')
  )
    return undefined
  if (argv[0] === 'ip' && argv.every((word) => plain.test(word)))
    return ['ip', ...optionsAndWords(argv)[0]].join(' ')
  if (argv[0] === 'sysctl' && argv[1] === '-w' && argv.length === 3) return 'sysctl'
  if (argv[0] === 'iptables' && restore && !argv.some((word) => /[\r\n]/.test(word)))
    return `iptables ${tableAndWords(argv)[0]}`
  return undefined
}

/** Cuts the commands of one place into those that one process can do. */
export function pieces(chain: readonly Command[], restore: Restore): Command[][] {
  const found: Command[][] = []
  let open: string | undefined
  for (const command of chain) {
    const kind = kindOf(command, restore)
    if (kind !== undefined && kind === open) found.at(-1)?.push(command)
    else found.push([command])
    open = kind
  }
  return found
}

/** The ends of commands of which those before `index` were done, and those behind it never tried. */
const failedAt = (count: number, index: number, words: string): End[] =>
  Array.from({ length: count }, (_, i) => (i < index ? 'done' : i > index ? 'skipped' : { failed: words }))

/**
 * `ip -batch` stops at the first command that fails, and tells its line. A word that it cannot read at all ends it
 * without a line; then that word tells, which it names, with the one before it.
 */
function ipEnds(commands: readonly Command[], { stderr }: Said): End[] | 'unknown' {
  const line = stderr.match(/^Command failed -:(\d+)\s*$/m)
  const words = stderr.replace(/^Command failed .*$/m, '').trim()
  if (line) return failedAt(commands.length, Number(line[1]) - 1, words)
  if (/network namespace ".*"/.test(words)) return failedAt(commands.length, 0, words) // its own: -n NAME
  const named = [...words.matchAll(/"([^"]+)"/g)].map(([, word]) => word ?? '')
  const index = commands.findIndex(
    ({ argv }) => named.length > 0 && named.every((word) => argv.includes(word)),
  )
  return index < 0 ? 'unknown' : failedAt(commands.length, index, words)
}

/** sysctl(8) goes on behind a key that it cannot set, and names each of those. */
function sysctlEnds(commands: readonly Command[], { stderr }: Said): End[] | 'unknown' {
  const lines = stderr.trim().split('\n')
  const ends = commands.map(({ argv }): End => {
    const key = (argv[2] ?? '').replace(/=.*/s, '')
    const names = [key, `/proc/sys/${key.replaceAll('.', '/')}`]
    const about = lines.filter((line) => line.split(/["':\s]+/).some((word) => names.includes(word)))
    return about.length > 0 ? { failed: about.join('\n') } : 'done'
  })
  return ends.every((end) => end === 'done') ? 'unknown' : ends
}

/** The process for a piece of several commands. */
export function batch(commands: readonly Command[], restore: Restore): Batch {
  const [first] = commands as readonly [Command]
  const { place, argv } = first
  switch (argv[0]) {
    case 'ip':
      return {
        argv: onServer(place, ['ip', ...optionsAndWords(argv)[0], '-batch', '-']),
        input: commands.map((command) => `${optionsAndWords(command.argv)[1].join(' ')}\n`).join(''),
        ends: (said) => ipEnds(commands, said),
      }
    case 'sysctl':
      return {
        argv: onServer(place, ['sysctl', '-w', ...commands.map((command) => command.argv[2] ?? '')]),
        input: '',
        ends: (said) => sysctlEnds(commands, said),
      }
    default: {
      const lines = commands.map((command) => tableAndWords(command.argv)[1].map(quoted).join(' '))
      return {
        argv: onServer(place, [...(restore ?? []), '--noflush']),
        input: [`*${tableAndWords(argv)[0]}`, ...lines, 'COMMIT', ''].join('\n'),
        ends: () => 'nothing', // a table is changed by all lines or by none
      }
    }
  }
}
