/** How words are quoted for a POSIX shell. */
import { hasRef, splitRefs } from './ref.ts'

const plain = /^[A-Za-z0-9_@%+=:,./-]+$/

/** One piece of literal text inside single quotes, where only the quote itself is special (POSIX 2.2.2). */
const single = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

/** One piece of literal text inside double quotes (POSIX 2.2.3). */
const double = (text: string): string => text.replace(/[\\"$`]/g, '\\$&')

/** A text in double quotes, as part of a longer line; a ref in it stays for the shell that runs that line. */
export const doubleQuoted = (text: string): string => `"${double(text)}"`

/** Words that a shell does not start as a program when they stand first: `A=b`, and its own (POSIX 2.4). */
const notAProgram =
  /=|^(!|[{}]|case|do|done|elif|else|esac|fi|for|function|if|in|select|then|time|until|while)$/

/** Quotes one word for a POSIX shell; a ref becomes a variable in double quotes. */
export function quote(word: string): string {
  const parts = splitRefs(word)
  if (parts.length === 1) return plain.test(word) || word === '!' ? word : single(word)
  return `"${parts.map((part, i) => (i % 2 ? `\${${part}}` : double(part))).join('')}"`
}

/** Words as one shell line. In quotes the first is a program's name, whatever a shell knows by it. */
export const shellLine = ([program = '', ...words]: readonly string[]): string =>
  [
    notAProgram.test(program) && !hasRef(program) ? single(program) : quote(program),
    ...words.map(quote),
  ].join(' ')
