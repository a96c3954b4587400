/** Many addresses asked by one program: fping(8), which tells who replied and nothing more. */

import { type Check, silence } from '../language/checks/check.ts'
import type { Place } from '../language/command.ts'
import { address } from '../language/grammar/kinds.ts'
import type { Address } from '../language/names.ts'
import { onServer } from '../language/on-server.ts'
import { shellLine } from '../language/shell.ts'

/** Whether a check is one field of a table of all pairs that fping can fill in. */
export const isPlainPair = ({ pair, observer, from, target, expected }: Check): boolean =>
  pair !== undefined &&
  observer === 'ping' &&
  from.kind !== 'container' &&
  typeof target === 'string' &&
  (/^[\d.]+$/.test(target) || /^[\da-f]*:[\da-f:.]*$/i.test(target)) &&
  (expected === 'replies' || expected === silence)

/** How many programs ask at once. */
const atOnce = 64

/** In a namespace by nsenter(1), which is done in half the time of `ip netns exec`. */
const inPlace = ({ kind, name }: Place, argv: readonly string[]): string[] =>
  kind === 'netns' ? ['nsenter', `--net=/run/netns/${name}`, ...argv] : [...argv]

/** Lines of a shell, side by side. */
const sideBySide = (lines: readonly string[]): string[] =>
  lines
    .flatMap((line, index) => [`${line} &`, ...((index + 1) % atOnce === 0 ? ['wait'] : [])])
    .concat('wait')

const wordOf = (one: string): string => address.word(one as Address)

/** What one place asks: each of the addresses once. */
export interface Question {
  place: Place
  addresses: readonly string[]
  /** How long to wait for the last reply, in milliseconds. */
  wait: number
}

/** A script for a server that forgets the neighbours of its places. */
export const forgetScript = (places: readonly Place[]): string =>
  sideBySide(places.map((place) => shellLine(onServer(place, ['ip', 'neigh', 'flush', 'all'])))).join('\n')

/**
 * A script for a server on which all questions are asked. It prints a line for each address, which begins with the
 * number of the question: fping says `10.0.0.1 : 0.05` for a reply, and `10.0.0.2 : -` for none.
 */
export const pairsScript = (questions: readonly Question[]): string =>
  [
    'said=$(mktemp -d /run/vethlab-pairs.XXXXXX) || exit',
    'trap \'rm -r "$said"\' EXIT',
    'cd "$said" || exit',
    ...sideBySide(
      questions.map(({ place, addresses, wait }, number) => {
        const fping = ['fping', '-q', '-C', '1', '-i', '0', '-t', String(wait), ...addresses.map(wordOf)]
        return `${shellLine(inPlace(place, fping))} >${number} 2>&1`
      }),
    ),
    "grep -H ' : ' -- *",
  ].join('\n')

/** Who was asked, by question, and whether a reply came; as the script prints it. */
export const pairAnswers = (stdout: string): Array<{ question: number; address: string; replied: boolean }> =>
  [...stdout.matchAll(/^(\d+):(\S+) +: +(-|[\d.]+)$/gm)].map(([, question, address = '', time]) => ({
    question: Number(question),
    address,
    replied: time !== '-',
  }))

/**
 * Deals pairs of `count` places into rounds of at most `most` pairs, so that each place has as much to do in each
 * round, and both directions of a pair are in the same one. Returns the round of a pair of places, by their numbers.
 */
export function roundsOf(count: number, most: number): (from: number, to: number) => number {
  const sums = Math.max(1, Math.floor(most / count)) // of a sum of two numbers there are `count` pairs
  return (from, to) => Math.floor(((from + to) % count) / sums)
}
