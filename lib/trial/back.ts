/** What differs between two states of a stack, and the commands that put one back into the other: pure. */
import { chainBack, tableBack } from './chain-back.ts'
import { moved, type Step } from './moved.ts'
import { setBack } from './set-back.ts'
import type { Ruled, State } from './state.ts'
import { valueBack } from './value-back.ts'

/** One thing that is no longer as it was. */
export type Change =
  | { kind: 'value'; key: string; old: string | undefined; now: string | undefined }
  | { kind: 'set'; key: string; old: readonly string[]; now: readonly string[] }
  | { kind: 'chain'; key: string; old: readonly Ruled[]; now: readonly Ruled[] }

const keysOf = (...all: ReadonlyArray<Readonly<Record<string, unknown>>>): string[] => [
  ...new Set(all.flatMap((one) => Object.keys(one))),
]

const same = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((text, i) => text === other[i])

const texts = (rules: readonly Ruled[] = []): string[] => rules.map(({ text }) => text)

/** What is not the same; counters do not count. */
export function changes(before: State, after: State): Change[] {
  return [
    ...keysOf(before.values, after.values)
      .map((key) => ({ kind: 'value' as const, key, old: before.values[key], now: after.values[key] }))
      .filter(({ old, now }) => old !== now),
    ...keysOf(before.sets, after.sets)
      .map((key) => ({ kind: 'set' as const, key, old: before.sets[key] ?? [], now: after.sets[key] ?? [] }))
      .filter(({ old, now }) => !same(old, now)),
    ...keysOf(before.chains, after.chains)
      .map((key) => ({
        kind: 'chain' as const,
        key,
        old: before.chains[key] ?? [],
        now: after.chains[key] ?? [],
      }))
      .filter(({ old, now }) => !same(texts(old), texts(now))),
  ]
}

/** A change in words: `sysctl net/ipv4/ip_forward: 0, was 1`. */
export function changeText(change: Change): string {
  if (change.kind === 'value')
    return `${change.key}: ${change.now ?? 'gone'}, was ${change.old ?? 'not there'}`
  const { gone, come } =
    change.kind === 'set'
      ? moved(change.old, change.now, (text) => text)
      : moved(texts(change.old), texts(change.now), (text) => text)
  const parts = [...come.map((text) => `+ ${text}`), ...gone.map((text) => `- ${text}`)]
  return `${change.key}: ${parts.join('; ') || 'in another order'}`
}

/** What links, addresses and tables are goes before what depends on them. */
const rank = ({ kind, key }: Change): number =>
  key.startsWith('link') ? 0 : key.startsWith('address') ? 1 : kind === 'set' ? 2 : kind === 'chain' ? 3 : 4

/**
 * The commands that take back what a fix changed, from `before` to `after`, in a stack that is `now`: what somebody
 * else changed meanwhile stays. The first round leaves to the kernel what it makes by itself.
 */
export function stepsBack(before: State, after: State, now: State, round: number): Step[] {
  const ours = changes(before, after).sort((a, b) => rank(a) - rank(b))
  const tables = tableBack(before, after, now)
  return [
    ...ours.flatMap((change): Step[] => {
      const { key } = change
      if (change.kind === 'value')
        return now.values[key] === change.old || now.values[key] !== change.now
          ? []
          : valueBack(key, change.old)
      if (change.kind === 'set') return setBack(key, change.old, change.now, now.sets[key] ?? [], round)
      return chainBack(key, change.old, change.now, now.chains[key] ?? [])
    }),
    ...tables,
  ]
}

/** What a fix changed, and is not as it was; `others`: what somebody else changed while it stood. */
export function left(before: State, after: State, now: State): string[] {
  const ours = new Set(changes(before, after).map(({ key }) => key))
  return changes(before, now)
    .filter(({ key }) => ours.has(key))
    .map(changeText)
}
