/** Which place is meant by a name: one rule for all who ask for one. */

/** What is known of a place, as far as its names go. */
export interface Names {
  /** Its own name first; the others are as good. */
  readonly names: readonly string[]
  readonly container: boolean
  /** The Compose project of a container, and its service. */
  readonly project?: string | undefined
  readonly service?: string | undefined
  /** Other containers that are in its network. */
  readonly aliases?: readonly string[]
}

/**
 * The place of that name. The Compose project of a container may be left out, and so may its number. Of several projects
 * that of `near`, who asks, comes first.
 */
export function placeNamed<T>(
  all: readonly T[],
  name: string,
  namesOf: (one: T) => Names,
  near?: T,
): T | undefined {
  const known = all.map((one) => ({ one, ...namesOf(one) }))
  const project = near === undefined ? undefined : namesOf(near).project
  const containers = known.filter(({ container }) => container)
  const inOrder = [...containers].sort(
    (a, b) => Number(b.project === project) - Number(a.project === project),
  )
  const ends = (text: string): boolean => text.endsWith(`-${name}`)
  const found =
    known.find(({ names }) => names[0] === name) ??
    (near === undefined
      ? undefined
      : inOrder.find((one) => one.project === project && one.names.includes(name))) ??
    known.find(({ names }) => names.includes(name)) ??
    containers.find(({ names }) => ends(names[0] ?? '')) ??
    inOrder.find(({ service }) => service === name) ??
    known.find(({ aliases = [] }) => aliases.some(ends))
  return found?.one
}
