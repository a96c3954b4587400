import type { Command } from './command.ts'
import { commandArgv } from './on-server.ts'
import { splitRefs } from './ref.ts'

const plain = /^[A-Za-z0-9_@%+=:,./-]+$/

/** One piece of literal text inside single quotes, where only the quote itself is special (POSIX 2.2.2). */
const single = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

/** One piece of literal text inside double quotes (POSIX 2.2.3). */
const double = (text: string): string => text.replace(/[\\"$`]/g, '\\$&')

/** Quotes one word for a POSIX shell; a ref becomes a variable in double quotes. */
export function quote(word: string): string {
  const parts = splitRefs(word)
  if (parts.length === 1) return plain.test(word) || word === '!' ? word : single(word)
  return `"${parts.map((part, i) => (i % 2 ? `\${${part}}` : double(part))).join('')}"`
}

/** Words as one shell line. */
export const shellLine = (argv: readonly string[]): string => argv.map(quote).join(' ')

/** A command as one shell line on its server. */
export const toShell = (command: Command): string =>
  shellLine(commandArgv(command)) + (command.background && command.place.kind !== 'container' ? ' &' : '')
