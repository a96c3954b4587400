/** The way back: reads words by a table of clauses. */
import type { Clause, Clauses } from './clause.ts'

/** A clause that was read. */
export interface Call {
  readonly name: string
  readonly args: readonly unknown[]
  readonly not?: true
}

/** The entries whose word this is; a beginning of one alone counts, too, when `short` says so. */
function entriesOf(clauses: Clauses, said: string, short: boolean): Array<[string, Clause]> {
  const all = Object.entries(clauses)
  const exact = all.filter(([, { words }]) => words.includes(said))
  if (exact.length > 0 || !short || said.length < 2) return exact
  const near = all.filter(([, { words }]) => words.some((word) => word.startsWith(said)))
  return near.length === 1 ? near : []
}

/** The first of them. */
export const entryOf = (clauses: Clauses, said: string): [string, Clause] | undefined =>
  entriesOf(clauses, said, false)[0]

/**
 * Reads all words as clauses; undefined when one is not known, or its value is not right. A clause without a word of its own
 * takes what no other one does.
 */
export function readClauses(clauses: Clauses, words: readonly string[], short = false): Call[] | undefined {
  const calls: Call[] = []
  let at = 0
  while (at < words.length) {
    const said = words[at] ?? ''
    const entry = entriesOf(clauses, said, short)
      .map(([name, clause]) => ({ name, taken: clause.read(words.slice(at + 1), said) }))
      .find(({ taken }) => taken !== undefined)
    if (entry?.taken) {
      calls.push({ name: entry.name, args: entry.taken.args })
      at += 1 + entry.taken.used
      continue
    }
    const bare = Object.entries(clauses).find(
      ([name, clause]) =>
        (clause.bare || clause.words.length === 0) &&
        (clause.many || !calls.some((call) => call.name === name)) &&
        (clause.read(words.slice(at), said)?.used ?? 0) > 0,
    )
    const value = bare?.[1].read(words.slice(at), said)
    if (!bare || !value) return undefined
    calls.push({ name: bare[0], args: value.args })
    at += value.used
  }
  return calls
}
