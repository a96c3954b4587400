/** What went and what came between two lists, and a command that puts it back. */

/** A command, with what it reads. */
export interface Step {
  argv: readonly string[]
  stdin?: string
}

/** What was there and is not, and the other way round; what stands twice counts twice. */
export function moved<T>(
  old: readonly T[],
  now: readonly T[],
  keyOf: (one: T) => string,
): { gone: T[]; come: T[] } {
  const less = (from: readonly T[], what: readonly T[]): T[] => {
    const left = what.map(keyOf)
    return from.filter((one) => {
      const at = left.indexOf(keyOf(one))
      if (at >= 0) left.splice(at, 1)
      return at < 0
    })
  }
  return { gone: less(old, now), come: less(now, old) }
}
