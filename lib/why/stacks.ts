/** The network stacks of a running lab, as they are now: what `why` can look into. */
import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import type { Place } from '../language/command.ts'
import { enterWords, environment, mustBeUp, mustBeWorld } from '../server/enter.ts'
import { toolMissing } from '../server/packages.ts'
import { type Finished, finished } from '../server/process.ts'
import type { LabRecord, ServerRecord } from '../server/state.ts'
import { plain } from './address.ts'
import { type Container, containersOf } from './containers.ts'
import type { Wiring } from './journey.ts'
import { type Link, linksOf } from './links.ts'
import { readStacks, type StackText } from './read-stacks.ts'
import type { Passage } from './trace.ts'

/** A network namespace, and the place that it is. */
export interface Stack {
  place: Place
  /** Other names of it: containers in the network of their host. */
  aliases: string[]
  /** Its file, as the machine sees it. */
  path: string
  links: Link[]
  /** It is a container's, and the engine did not tell which one's. */
  unnamed?: true
  /** Whether rules of iptables-legacy are in it, which no trace shows. */
  legacy: boolean
  /** What its kernel had counted by then. */
  counters: string
  /** What the engine says of it, where it is a container's. */
  container?: Container
}

export { type Link, linksOf } from './links.ts'

/** Runs programs in a stack, with the machine's own tools: an image need not have any. */
export interface Inside {
  lab: LabRecord
  /** Starts a program that ends with this process, even when that is killed. */
  start(stack: Stack, argv: readonly string[], stdio: StdioOptions): ChildProcess
  run(stack: Stack, argv: readonly string[]): Promise<Finished>
}

/** How to get into the stacks of a lab. */
export function inside(lab: LabRecord): Inside {
  const spawnIn = ({ path }: Stack, argv: readonly string[], stdio: StdioOptions): ChildProcess => {
    const [file = '', ...rest] = enterWords(lab.pid, argv, [`--net=${path}`])
    return spawn(file, rest, { stdio, env: environment(lab) })
  }
  return {
    lab,
    start: (stack, argv, stdio) => spawnIn(stack, ['setpriv', '--pdeathsig', 'KILL', ...argv], stdio),
    run: (stack, argv) =>
      finished(spawnIn(stack, argv, ['ignore', 'pipe', 'pipe'])).catch(() => {
        throw toolMissing('nsenter')
      }),
  }
}

/** A stack of which only the place is known yet. */
type Found = Pick<Stack, 'place' | 'path' | 'unnamed' | 'container'>

/** The place of a running container that has a network namespace of its own, or its host's. */
function placeOf({ pid }: ServerRecord, container: Container): Found | undefined {
  if (container.sandbox === '') return undefined
  const { name, server, project } = container
  const label = project && name.startsWith(`${project}-`) ? { label: name.slice(project.length + 1) } : {}
  // Seen from the machine, /var/run would be the machine's own.
  const path = `/proc/${pid}/root${container.sandbox.replace(/^\/var\/run/, '/run')}`
  return { place: { kind: 'container', name, server, ...label }, path, container }
}

/**
 * The containers of an engine that does not answer: their namespaces are there, under the names that the engine gave
 * them, so that what goes through them is seen. Which container is which nobody knows.
 */
const unnamed = ({ name: server, pid }: ServerRecord): Found[] => {
  const folder = `/proc/${pid}/root/run/docker/netns`
  return (existsSync(folder) ? readdirSync(folder) : [])
    .filter((id) => id !== 'default')
    .sort()
    .map((id) => ({
      place: { kind: 'container', name: `container-${id}`, server },
      path: `${folder}/${id}`,
      unnamed: true,
    }))
}

function namespacesOf({ name: server, pid }: ServerRecord): Found[] {
  const folder = `/proc/${pid}/root/run/netns`
  // A machine that never had one has no such folder.
  return (existsSync(folder) ? readdirSync(folder) : [])
    .sort()
    .map((name) => ({ place: { kind: 'netns', name, server }, path: `${folder}/${name}` }))
}

/** Each network namespace once, with all the names that it has. */
function byNamespace(all: readonly Found[], containers: readonly Container[]): Stack[] {
  // A container in the network of its host is another name of its server.
  const byNumber = new Map<number, Stack>()
  for (const { place, path, unnamed, container } of all) {
    const number = statSync(path, { throwIfNoEntry: false })?.ino
    if (number === undefined) continue // it ended meanwhile
    const known = byNumber.get(number)
    if (known) known.aliases.push(place.name)
    else
      byNumber.set(number, {
        ...{ place, aliases: [], path, links: [], legacy: false, counters: '' },
        ...(unnamed ? { unnamed } : {}),
        ...(container ? { container } : {}),
      })
  }
  // A container in the network of another one is another name of that one.
  for (const { mode, name } of containers.filter((one) => one.sandbox === '')) {
    const owner = containers.find(({ id }) => mode === `container:${id}`)
    const stack = [...byNumber.values()].find(({ container }) => container && container.id === owner?.id)
    stack?.aliases.push(name)
  }
  return [...byNumber.values()]
}

/** A lab as it is now. */
export interface View {
  stacks: Stack[]
  /** Of all engines, the stopped ones too. */
  containers: Container[]
  /** Engines that do not answer: nobody knows their containers. */
  silent: string[]
}

/** All stacks of a lab. */
export const stacksOf = async (lab: LabRecord): Promise<Stack[]> => (await lookAt(lab)).stacks

/** All stacks of a lab: each server with what is on it, and the one that holds the switches of its LANs. */
export async function lookAt(lab: LabRecord): Promise<View> {
  // Of a lab that lacks one of its servers nothing is said.
  for (const server of lab.servers) mustBeUp({ lab, server })
  mustBeWorld(lab)
  const engines = await Promise.all(
    lab.servers.map(async (server) => (server.engine ? await containersOf(server) : { containers: [] })),
  )
  const containers = engines.flatMap((engine) => engine.containers)
  const silent = engines.flatMap((engine, i) =>
    engine.silent
      ? [`The Docker Engine of ${lab.servers[i]?.name} does not answer: its containers have no names here.`]
      : [],
  )
  const found = lab.servers.flatMap((server, i): Found[] => {
    const place = { kind: 'server', name: server.name, server: server.name } as const
    return [
      { place, path: `/proc/${server.pid}/ns/net` },
      ...namespacesOf(server),
      ...(engines[i]?.containers ?? []).flatMap((one) => placeOf(server, one) ?? []),
      ...(engines[i]?.silent ? unnamed(server) : []),
    ]
  })
  const switches = { kind: 'lan', name: 'the LAN', server: 'the LAN' } as const
  const all: Found[] = [...found, { place: switches, path: `/proc/${lab.pid}/ns/net` }]

  const named = byNamespace(all, containers)
  const texts = await readStacks(
    lab,
    named.map(({ path }) => path),
  )
  const there = named
    .flatMap((stack, i): Stack[] => {
      const { links, legacy, counters } = texts[i] as StackText
      return links === '' ? [] : [{ ...stack, links: linksOf(links), legacy, counters }]
    })
    .filter(({ place, links }) => place.kind !== 'lan' || links.length > 1)
  return { stacks: await told(lab, there), containers, silent }
}

/** Two cables between four namespaces may have the same numbers at all their ends; so may the parents of two macvlans. */
const isAmbiguous = (stacks: readonly Stack[]): boolean =>
  stacks.some((here) =>
    here.links.some(
      (one) =>
        one.netnsid !== undefined &&
        stacks.filter(
          (there) => there !== here && there.links.some((link) => isCable(one, link) || isChild(one, link)),
        ).length > 1,
    ),
  )

/** Where a namespace has numbers for others, which is which: each is given a name that `ip netns list-id` tells. */
const nameAll = `mount -n -t tmpfs tmpfs /run && mkdir /run/netns || exit
n=0; for path; do : >/run/netns/$n; mount -n --bind "$path" /run/netns/$n; n=$((n + 1)); done
i=0; while [ $i -lt $n ]; do ids=$(ip -n $i -j netns list-id); echo "\${ids:-[]}"; i=$((i + 1)); done`

/** The stacks, each link with the namespace of its other end where its number does not tell. */
async function told(lab: LabRecord, stacks: readonly Stack[]): Promise<Stack[]> {
  if (!isAmbiguous(stacks)) return [...stacks]
  const argv = ['unshare', '--mount', 'sh', '-c', nameAll, '-', ...stacks.map(({ path }) => path)]
  const [file = '', ...words] = enterWords(lab.pid, argv, [])
  const { stdout } = await finished(spawn(file, words, { env: environment(lab) })).catch(() => {
    throw toolMissing('unshare')
  })
  const lines = stdout.trim().split('\n')
  return stacks.map((stack, i) => {
    const ids = JSON.parse(lines[i] || '[]') as Array<{ nsid: number; name?: string }>
    const pathOf = (nsid: number | undefined) =>
      stacks[Number(ids.find((known) => known.nsid === nsid)?.name ?? Number.NaN)]?.path
    const links = stack.links.map((link) => {
      const otherPath = pathOf(link.netnsid)
      return otherPath === undefined ? link : { ...link, otherPath }
    })
    return { ...stack, links }
  })
}

/** The servers whose containers have no names here: their engines do not answer. */
export const silentServers = (stacks: readonly Stack[]): string[] => [
  ...new Set(stacks.filter(({ unnamed }) => unnamed).map(({ place }) => place.server)),
]

/** What a place is called on the screen. */
export const called = ({ name, label }: Place): string => label ?? name

/** Every name that a stack has. */
export const namesOf = ({ place, aliases }: Stack): string[] => [called(place), ...aliases]

/** A link of a stack. */
export interface End {
  stack: Stack
  link: Link
}

/** All that have an address. */
export function ownersOf(stacks: readonly Stack[], address: string): End[] {
  const wanted = plain(address)
  return stacks.flatMap((stack) =>
    stack.links
      .filter(({ addresses, linkLocal = [] }) =>
        [...addresses, ...linkLocal].some(({ local }) => local === wanted),
      )
      .map((link) => ({ stack, link })),
  )
}

/** The stack that has an address, and the link that it is on. */
export const ownerOf = (stacks: readonly Stack[], address: string): End | undefined =>
  ownersOf(stacks, address)[0]

/** Whether two links know each other's numbers, as both ends of a cable do. */
const isCable = (one: Link, other: Link): boolean => one.other === other.index && other.other === one.index

/** Whether what a link is connected to can be in a stack. */
const leadsTo = (here: Stack, { netnsid, otherPath }: Link, there: Stack): boolean =>
  netnsid === undefined ? here === there : here !== there && (otherPath ?? there.path) === there.path

/** Whether two links of two stacks are both ends of one cable. */
export const areWired = (here: Stack, one: Link, there: Stack, other: Link): boolean =>
  isCable(one, other) && leadsTo(here, one, there) && leadsTo(there, other, here)

/** The other end of a cable. */
export function peerOf(stacks: readonly Stack[], here: Stack, one: Link): End | undefined {
  for (const stack of stacks)
    for (const link of stack.links)
      if (link !== one && link.kind === 'veth' && areWired(here, one, stack, link)) return { stack, link }
  return undefined
}

/** A link that lends its wire to another: a macvlan, to its parent. */
export const isChild = (one: Link, parent: Link): boolean =>
  /macvlan|macvtap|ipvlan/.test(one.kind) && one.other === parent.index

/** Whether a link of one stack, a macvlan, has the wire of a link of another one, or of its own. */
export const isChildOf = (here: Stack, one: Link, there: Stack, parent: Link): boolean =>
  isChild(one, parent) && leadsTo(here, one, there)

/** How the stacks are wired, by the numbers that both ends of a cable know of each other. */
export function wiring(stacks: readonly Stack[]): Wiring {
  const at = ({ place: name }: Passage, dev: string | undefined) => {
    const stack = stacks.find(({ place }) => place.name === name)
    const link = stack?.links.find((link) => link.name === dev)
    return stack && link && { stack, link }
  }
  return {
    owner: (address) => ownerOf(stacks, address)?.stack.place.name,
    wired(one, other) {
      const here = at(one, one.oif ?? one.iif)
      const there = at(other, other.iif ?? other.oif)
      if (!here || !there || one.place === other.place) return false
      return [areWired, isChildOf].some(
        (are) =>
          are(here.stack, here.link, there.stack, there.link) ||
          are(there.stack, there.link, here.stack, here.link),
      )
    },
  }
}
