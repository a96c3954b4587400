/** Parts the places of a lab from each other, as a network that has fallen apart does: without a word. */
import { BadInput } from '../errors.ts'
import type { Place } from '../language/command.ts'
import { type IpLink, ipMustShow, namespacesThere, type Run } from '../look/ip.ts'
import { askEngine } from '../server/engine-ask.ts'
import { engineSocket } from '../server/enter.ts'
import type { Servers } from '../server/servers.ts'
import { type Broken, broken } from './breaking.ts'
import { type Inside, inside } from './inside.ts'

/** A place, and the addresses that it has. */
interface Member extends Inside {
  readonly addresses: readonly string[]
}

/** What is on a server, besides itself: a server that is cut off is cut off with all of that. */
async function on(servers: Servers, { server: name }: Place): Promise<Place[]> {
  const server = await servers.server(name, false)
  const run: Run = (argv) => server.run(argv)
  const netns = (await namespacesThere(run)).map(
    (name) => ({ kind: 'netns', name, server: server.server.name }) as const,
  )
  if (!server.server.engine) return netns
  const list = await askEngine<Array<{ Names: string[] }>>(
    engineSocket(server.server.pid),
    '/containers/json',
  )
  const names = list.flatMap(({ Names }) => Names[0]?.replace(/^\//, '') ?? [])
  return [...netns, ...names.map((one) => ({ kind: 'container', name: one, server: name }) as const)]
}

async function membersOf(servers: Servers, places: readonly Place[]): Promise<Member[]> {
  const all = await Promise.all(
    places.map(async (place) => (place.kind === 'server' ? [place, ...(await on(servers, place))] : [place])),
  )
  return Promise.all(
    all.flat().map(async (place) => {
      const there = await inside(servers, place)
      const links = await ipMustShow<IpLink>((argv) => there.run(argv), '-j', 'addr')
      const addresses = links.flatMap(({ addr_info = [] }) =>
        addr_info.filter(({ scope }) => scope === 'global').map(({ local }) => local),
      )
      return { ...there, addresses }
    }),
  )
}

/** Rules of one place or server: a table, a chain, and what it drops. */
type Rules = Array<readonly [table: 'filter' | 'mangle', rule: string]>

/** What a place drops of those on the other side: what comes from them. */
const arriving = (others: readonly string[]): Rules =>
  others.map((one) => ['filter', `INPUT -s ${one} -j DROP`])

/** What the server of a container drops of what it sends there: behind NAT the other side would not know it. */
const leaving = (own: readonly string[], others: readonly string[]): Rules =>
  own.flatMap((from) => others.map((to) => ['mangle', `FORWARD -s ${from} -d ${to} -j DROP`] as const))

const isV6 = (rule: string): boolean => rule.includes(':')

/** Puts rules in, or takes them out, all of a family at once. Source: iptables-restore(8). */
async function change(there: Inside, rules: Rules, how: '-I' | '-D'): Promise<void> {
  for (const [program, mine] of [
    ['iptables-restore', rules.filter(([, rule]) => !isV6(rule))],
    ['ip6tables-restore', rules.filter(([, rule]) => isV6(rule))],
  ] as const) {
    const text = (['filter', 'mangle'] as const).flatMap((table) => {
      const own = mine.filter(([name]) => name === table).map(([, rule]) => `${how} ${rule}`)
      return own.length > 0 ? [`*${table}`, ...own, 'COMMIT'] : []
    })
    if (text.length > 0) await there.must([program, '-w', '--noflush'], `${text.join('\n')}\n`)
  }
}

const sameFamily = (one: string, other: string): boolean => isV6(one) === isV6(other)

/** What is to be done where, to part each side from all others. */
async function planned(servers: Servers, sides: ReadonlyArray<readonly Member[]>) {
  const work: Array<readonly [Inside, Rules]> = []
  for (const [i, side] of sides.entries()) {
    const own = new Set(side.flatMap(({ addresses }) => addresses))
    const others = sides
      .filter((_, j) => j !== i)
      .flat()
      .flatMap(({ addresses }) => addresses)
      .filter((one) => !own.has(one)) // as 172.17.0.1, which each engine has
    for (const member of side) {
      work.push([member, arriving([...new Set(others)])])
      if (member.place.kind !== 'container') continue
      const { server } = member.place
      const rules = member.addresses.flatMap((one) =>
        leaving(
          [one],
          [...new Set(others)].filter((other) => sameFamily(one, other)),
        ),
      )
      work.push([await inside(servers, { kind: 'server', name: server, server }), rules])
    }
  }
  return work.filter(([, rules]) => rules.length > 0)
}

/**
 * Parts groups of places: nothing from one group arrives in another, and nobody is told. A place that is in no group goes on
 * as before. A server stands for all that is on it now.
 */
export async function partition(servers: Servers, groups: ReadonlyArray<readonly Place[]>): Promise<Broken> {
  const keys = groups.flat().map((place) => `${place?.server} ${place?.kind} ${place?.name}`)
  if (groups.length < 2 || groups.some((group) => !Array.isArray(group) || group.length === 0))
    throw new BadInput('a partition has at least two sides', { hint: 'As in: lab.partition([a, b], [c])' })
  const twice = keys.find((key, i) => keys.indexOf(key) !== i)
  if (twice !== undefined) throw new BadInput(`${twice.split(' ').at(-1)} is on both sides of the partition`)
  const sides = await Promise.all(groups.map((group) => membersOf(servers, group)))
  const bare = sides.findIndex((side) => side.every(({ addresses }) => addresses.length === 0))
  if (bare >= 0)
    throw new BadInput(
      `${groups[bare]?.map(({ name }) => name).join(', ')}: no address, so nothing to part`,
      {
        hint: 'Part it when it has one.',
      },
    )
  const done: Array<readonly [Inside, Rules]> = []
  const back = async () => {
    for (const [there, rules] of done.splice(0).reverse()) await change(there, rules, '-D')
  }
  try {
    for (const one of await planned(servers, sides)) {
      await change(...one, '-I')
      done.push(one)
    }
  } catch (error) {
    await back()
    throw error
  }
  const how = done.flatMap(([{ place }, rules]) =>
    rules.map(
      ([table, rule]) => `${place.name}: ${isV6(rule) ? 'ip6tables' : 'iptables'} -t ${table} -I ${rule}`,
    ),
  )
  return broken(how, back)
}
