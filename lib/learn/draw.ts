/** What differs from seed to seed: names, addresses, and which fault. The same seed gives the same. */

/** What an exercise draws its names and addresses from. */
export interface Draw {
  /** A whole number of that range, both ends counted. */
  number(from: number, to: number): number
  /** One of a list. */
  one<T>(list: readonly T[]): T
  /** So many of a list, in any order; none twice. */
  some<T>(list: readonly T[], count: number): T[]
  /** So many names for places, none of which was drawn before. */
  names(count: number): string[]
  /** The first three numbers of a subnet /24 that was not drawn before: `10.37.4`. */
  subnet(): `${number}.${number}.${number}`
  /** A port above 1024 that was not drawn before. */
  port(): number
}

const people =
  'ada ben cleo dan eva finn gil hana ida jon kim leo mia noa ole pia ray sam tea uli vera wim yara zoe'.split(
    ' ',
  )

/** A text as a number of 32 bits (FNV-1a). */
const hashed = (text: string): number =>
  [...text].reduce((hash, letter) => Math.imul(hash ^ letter.charCodeAt(0), 0x01000193) >>> 0, 0x811c9dc5)

/** Numbers from 0 to 1 that look random, the same ones for the same start (mulberry32). */
function numbers(start: number): () => number {
  let state = start
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** What one exercise draws with one seed. */
export function drawn(exercise: string, seed: number): Draw {
  const next = numbers(hashed(`${exercise} ${seed}`))
  const known = new Set<unknown>()
  const number = (from: number, to: number): number => from + Math.floor(next() * (to - from + 1))
  const some = <T>(list: readonly T[], count: number): T[] => {
    const left = [...list]
    return Array.from({ length: count }, () => left.splice(number(0, left.length - 1), 1)[0] as T)
  }
  /** One that was not drawn before. */
  const fresh = <T>(draw: () => T): T => {
    for (;;) {
      const value = draw()
      if (known.has(value)) continue
      known.add(value)
      return value
    }
  }
  return {
    number,
    some,
    one: (list) => list[number(0, list.length - 1)] as (typeof list)[number],
    names: (count) =>
      Array.from({ length: count }, () => fresh(() => people[number(0, people.length - 1)] as string)),
    subnet: () => fresh(() => `10.${number(20, 199)}.${number(1, 199)}` as const),
    port: () => fresh(() => number(2000, 9000)),
  }
}
