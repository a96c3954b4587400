/** What differs between two snapshots of a machine. */
import type { Part, Snapshot } from './snapshot.ts'

export interface Difference {
  part: Part
  /** `-` was there and is gone, `+` is new. What was changed is told as both. */
  sign: '-' | '+'
  line: string
}

/** The lines of one list that the other one lacks; of lines that occur twice each counts. */
function lacking(lines: readonly string[], other: readonly string[]): string[] {
  const left = new Map<string, number>()
  for (const line of other) left.set(line, (left.get(line) ?? 0) + 1)
  return lines.filter((line) => {
    const count = left.get(line) ?? 0
    left.set(line, count - 1)
    return count <= 0
  })
}

/** The longest list of lines that is in both in the same order; none where to find it would take too long. */
function common(one: readonly string[], two: readonly string[]): string[] {
  if (one.length * two.length > 10_000_000) return []
  const lengths = Array.from({ length: one.length + 1 }, () => new Uint32Array(two.length + 1))
  const at = (i: number, j: number): number => lengths[i]?.[j] ?? 0
  for (let i = one.length - 1; i >= 0; i--)
    for (let j = two.length - 1; j >= 0; j--)
      (lengths[i] as Uint32Array)[j] =
        one[i] === two[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))
  const lines: string[] = []
  for (let i = 0, j = 0; i < one.length && j < two.length; )
    if (one[i] === two[j]) {
      lines.push(one[i] as string)
      i++
      j++
    } else if (at(i + 1, j) >= at(i, j + 1)) i++
    else j++
  return lines
}

/** The lines that both lists have, and that are at another place in the second: rules count in their order. */
function moved(before: readonly string[], after: readonly string[]): string[] {
  const one = lacking(before, lacking(before, after))
  const two = lacking(after, lacking(after, before))
  const same = one.findIndex((line, index) => line !== two[index])
  if (same < 0) return []
  const end = one.findLastIndex((line, index) => line !== two[index]) + 1
  return lacking(one.slice(same, end), common(one.slice(same, end), two.slice(same, end)))
}

/** A sysctl's name, of its line. */
const name = (line: string): string => line.slice(0, line.indexOf(' = '))

/** The sysctls that both have: others have come or gone with a link, or with a module of the kernel. */
function inBoth(lines: readonly string[], other: readonly string[]): string[] {
  const names = new Set(other.map(name))
  return lines.filter((line) => names.has(name(line)))
}

/** What differs, part by part. A part that one of them could not read is not compared. */
export function differences(before: Snapshot, after: Snapshot): Difference[] {
  return (Object.keys(before) as Part[]).flatMap((part) => {
    let [old, now] = [before[part], after[part]]
    if (!old || !now) return []
    if (part === 'sysctls') [old, now] = [inBoth(old, now), inBoth(now, old)]
    const inOtherOrder = moved(old, now)
    const told = (sign: Difference['sign'], lines: readonly string[]): Difference[] =>
      lines.map((line) => ({ part, sign, line }))
    return [
      ...told('-', [...lacking(old, now), ...inOtherOrder]),
      ...told('+', [...lacking(now, old), ...inOtherOrder]),
    ]
  })
}
