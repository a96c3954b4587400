/** A line of shell as a value: its text, with each value in it as one word. */
import { BadInput } from '../errors.ts'
import { command, type Place, type Read } from './command.ts'
import { otherProgram } from './programs.ts'
import { hasRef, variable } from './ref.ts'
import { quote } from './shell.ts'
import { must, text as readText, show, word } from './values.ts'

/** What may stand in a line of shell: a word, a number, or a list of such, each of which is a word. */
export type Piece = string | number | ReadonlyArray<string | number>

/** One value as words; `later` is given those that are known only once the lab runs, and says how the line calls them. */
function words(value: Piece, later: (word: string) => string): string {
  if (Array.isArray(value)) return value.map((one) => words(one, later)).join(' ')
  must(
    typeof value === 'string' || (typeof value === 'number' && Number.isFinite(value)),
    value,
    'cannot stand in a line of shell: a text, a number, or a list of them',
  )
  const one = word(String(value))
  if (hasRef(one)) return later(one)
  return one === '' ? "''" : quote(one)
}

/**
 * The words that run a line. A value that is known only once the lab runs is handed to the line beside its text, so that
 * nothing in it is read as shell.
 */
export function lineWords(pieces: readonly string[], values: readonly Piece[]): string[] {
  must(Array.isArray(pieces) && 'raw' in pieces, pieces, 'is no line of shell: write place.sh`…`')
  const given: string[] = []
  const later = (word: string): string => {
    given.push(word)
    return `"\${${given.length}}"`
  }
  const text = pieces
    .map((piece, i) => piece + (i < values.length ? words(values[i] as Piece, later) : ''))
    .join('')
  if (text.trim() === '')
    throw new BadInput('there is no line of shell: write place.sh`ip route | grep default`')
  return ['sh', '-c', word(text), ...(given.length > 0 ? ['sh', ...given] : [])]
}

/** The line as a command, whose output is a fact that can be read, too. */
export function shellLineIn<T extends string>(
  place: Place,
  pieces: readonly string[],
  values: readonly Piece[],
): Read<T> {
  const argv = lineWords(pieces, values)
  return Object.freeze({
    ...command(place, argv, otherProgram(argv), { shows: true }),
    variable: variable(place.name, pieces.join(' ').trim().slice(0, 30)).replace(/_$/, ''),
    check(value: T) {
      readText(value, 'what a line of shell printed')
      if (value === '')
        throw new BadInput(`the line has printed nothing: ${show(pieces.join('…'))}`, {
          hint: 'Let it print a fact, or give it to a step.',
        })
      return value
    },
  })
}
