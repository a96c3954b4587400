/** What any other program does, as far as its first word tells. */
import { type Effect, looks } from './effects.ts'
import type { Clause } from './grammar/clause.ts'
import { must, program } from './values.ts'

/** Any program and its arguments, as one value. */
export const anyProgram: Clause<[words: readonly string[]]> = {
  words: [],
  kinds: [],
  shape: 'values',
  print: ([words]) => {
    must(Array.isArray(words), words, "is no command: it is a list of words, as in ['ip', 'addr']")
    return [...program(words)]
  },
  read: (words) => ({ args: [words], used: words.length }),
}

/** Programs that only look, whatever follows. */
const lookers = ['ss', 'hostname', 'cat', 'ping', 'nc', 'nslookup']

/** Of these the words tell whether they look. */
const looksWith: Readonly<Record<string, (words: readonly string[]) => boolean>> = {
  conntrack: (words) => words.some((word) => word === '-L' || word === '--dump' || word === '-C'),
  sysctl: (words) => !words.some((word) => word.includes('=') || /^-(w|p|-write|-load|-system)/.test(word)),
  tcpdump: (words) => !words.some((word) => /^-[A-Za-z]*[wz]/.test(word)),
  timeout: ([, program = '', ...words]) => onlyLooks([program, ...words]),
}

function onlyLooks([program = '', ...words]: readonly string[]): boolean {
  return lookers.includes(program) || (looksWith[program]?.(words) ?? false)
}

/** What a program does that the language has no words for: it looks, or nobody knows. */
export function otherProgram(argv: readonly string[]): readonly Effect[] {
  if (onlyLooks(argv)) return looks
  // iptables makes a table when it is asked for it, and leaves it behind.
  const table = argv[0] === 'iptables' ? (argv[argv.indexOf('-t') + 1 || argv.length] ?? 'filter') : undefined
  return [{ does: 'unknown', ...(table === undefined ? {} : { table }) }]
}
