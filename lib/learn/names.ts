/** Names that the engine picks, and so are others in each lab: bridges, cables, numbers. Known by what they stand for. */
import type { LabRecord } from '../server/state.ts'
import { networksOf } from '../why/containers.ts'
import { lookAt, type Stack } from '../why/stacks.ts'

/** A name that the engine picked, and what it stands for: `br-0d1f…` is `bridge of app on server1`. */
export type Names = Readonly<Record<string, string>>

/** Numbers of the engine are typed whole, or by their first twelve letters. */
const short = (id: string): string => id.slice(0, 12)

/** Ends of cables that lie on a server: each by the container and the interface at its other end. */
function cablesOf(stack: Stack, all: readonly Stack[]): Array<[string, string]> {
  const { container, place } = stack
  if (!container) return []
  const server = all.find((one) => one.place.kind === 'server' && one.place.server === place.server)
  return stack.links.flatMap(({ name, other }) => {
    const end = server?.links.find(({ index, kind }) => kind === 'veth' && index === other)
    return end && /^veth[0-9a-f]{7}$/.test(end.name)
      ? [[end.name, `cable of ${name} of ${place.name} on ${place.server}`] as [string, string]]
      : []
  })
}

/** The names that the engines of a lab have picked. Empty for a lab without one. */
export async function namesIn(lab: LabRecord): Promise<Names> {
  const engines = lab.servers.filter(({ engine }) => engine)
  if (engines.length === 0) return {}
  const [{ stacks, containers }, networks] = await Promise.all([
    lookAt(lab),
    Promise.all(engines.map(networksOf)).then((all) => all.flat()),
  ])
  return Object.fromEntries([
    ...networks
      .filter(({ bridge }) => /^br-[0-9a-f]{12}$/.test(bridge))
      .flatMap(
        ({ bridge, name, server }): Array<[string, string]> => [
          [bridge, `bridge of ${name} on ${server}`],
          [bridge.slice(3), `number of the network ${name} on ${server}`],
        ],
      ),
    ...containers.map(({ id, name, server }): [string, string] => [
      short(id),
      `number of the container ${name} on ${server}`,
    ]),
    ...stacks.flatMap((stack) => cablesOf(stack, stacks)),
  ])
}

/** A line as it is typed in another lab: each name of the one has the place of that which stands for the same here. */
export function translated(line: string, there: Names, here: Names): string {
  const called = new Map(Object.entries(here).map(([name, what]) => [what, name]))
  return line.replace(/(?<![\w-])(br-[0-9a-f]{12}|veth[0-9a-f]{7}|[0-9a-f]{12,64})(?![\w])/g, (word) => {
    const what = there[word] ?? there[short(word)]
    return (what === undefined ? undefined : called.get(what)) ?? word
  })
}

/** Whether a line has one of those names. */
export const hasName = (line: string, there: Names): boolean =>
  Object.keys(there).some((name) => line.includes(name))
