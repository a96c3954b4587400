/** The network stacks of a running lab, as they are now: what `why` can look into. */
import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import type { Place } from '../language/command.ts'
import { enterWords, environment, mustBeUp, mustBeWorld } from '../server/enter.ts'
import { toolMissing } from '../server/packages.ts'
import { type Finished, finished } from '../server/process.ts'
import type { LabRecord, ServerRecord } from '../server/state.ts'
import { containersOf, type Found } from './containers.ts'
import type { Wiring } from './journey.ts'
import type { Passage } from './trace.ts'

/** An interface, as `ip -d addr` shows it. */
export interface Link {
  name: string
  index: number
  mac: string
  addresses: ReadonlyArray<{ local: string; prefixlen: number }>
  /** Switched on. */
  up: boolean
  /** Switched on at both ends. */
  carrier: boolean
  /** veth, bridge, macvlan, … ; empty for a device of the machine. */
  kind: string
  /** The bridge that it is plugged into. */
  master?: string
  /** The number of the link at its other end, or of its parent. */
  other?: number
  /** The number that this namespace has for the one where that is; without it, it is this one. */
  netnsid?: number
  /** The file of that namespace, where numbers alone would fit several cables. */
  otherPath?: string
}

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
}

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

interface IpLink {
  ifname: string
  ifindex: number
  address?: string
  flags: string[]
  operstate: string
  master?: string
  link_index?: number
  link_netnsid?: number
  linkinfo?: { info_kind?: string }
  addr_info?: Array<{ family: string; local: string; prefixlen: number }>
}

/** Reads what `ip -j -d addr` prints. */
export const linksOf = (json: string): Link[] =>
  (JSON.parse(json || '[]') as IpLink[]).map((link) => ({
    name: link.ifname,
    index: link.ifindex,
    mac: link.address ?? '',
    addresses: (link.addr_info ?? [])
      .filter(({ family }) => family === 'inet')
      .map(({ local, prefixlen }) => ({ local, prefixlen })),
    up: link.flags.includes('UP'),
    carrier:
      link.flags.includes('UP') && !link.flags.includes('NO-CARRIER') && link.operstate !== 'LOWERLAYERDOWN',
    kind: link.linkinfo?.info_kind ?? '',
    ...(link.master === undefined ? {} : { master: link.master }),
    ...(link.link_index === undefined ? {} : { other: link.link_index }),
    ...(link.link_netnsid === undefined ? {} : { netnsid: link.link_netnsid }),
  }))

function namespacesOf({ name: server, pid }: ServerRecord): Found[] {
  const folder = `/proc/${pid}/root/run/netns`
  // A machine that never had one has no such folder.
  return (existsSync(folder) ? readdirSync(folder) : [])
    .sort()
    .map((name) => ({ place: { kind: 'netns', name, server }, path: `${folder}/${name}` }))
}

/** All stacks of a lab: each server with what is on it, and the one that holds the switches of its LANs. */
export async function stacksOf(lab: LabRecord): Promise<Stack[]> {
  // Of a lab that lacks one of its servers nothing is said.
  for (const server of lab.servers) mustBeUp({ lab, server })
  mustBeWorld(lab)
  const found = await Promise.all(
    lab.servers.map(async (server): Promise<Found[]> => {
      const place = { kind: 'server', name: server.name, server: server.name } as const
      return [
        { place, path: `/proc/${server.pid}/ns/net` },
        ...namespacesOf(server),
        ...(server.engine ? await containersOf(server) : []),
      ]
    }),
  )
  const switches = { kind: 'lan', name: 'the LAN', server: 'the LAN' } as const
  const all: Found[] = [...found.flat(), { place: switches, path: `/proc/${lab.pid}/ns/net` }]

  // A container in the network of its host is another name of its server.
  const byNumber = new Map<number, Stack>()
  for (const { place, path, unnamed } of all) {
    const number = statSync(path, { throwIfNoEntry: false })?.ino
    if (number === undefined) continue // it ended meanwhile
    const known = byNumber.get(number)
    if (known) known.aliases.push(place.name)
    else
      byNumber.set(number, {
        place,
        aliases: [],
        path,
        links: [],
        legacy: false,
        ...(unnamed ? { unnamed } : {}),
      })
  }
  const { run } = inside(lab)
  const stacks = await Promise.all(
    [...byNumber.values()].map(async (stack): Promise<Stack | undefined> => {
      const done = await run(stack, [
        'sh',
        '-c',
        'ip -j -d addr; cat /proc/net/ip_tables_names 2>/dev/null; :',
      ])
      const [json = '', ...tables] = done.stdout.split('\n')
      return json.startsWith('[')
        ? { ...stack, links: linksOf(json), legacy: tables.join('') !== '' }
        : undefined
    }),
  )
  const there = stacks
    .filter((stack) => stack !== undefined)
    .filter(({ place, links }) => place.kind !== 'lan' || links.length > 1)
  return told(lab, there)
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
  const { stdout } = await finished(spawn(file, words, { env: environment(lab) }))
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

/** The stack that has an address, and the link that it is on. */
export function ownerOf(stacks: readonly Stack[], address: string): { stack: Stack; link: Link } | undefined {
  for (const stack of stacks)
    for (const link of stack.links)
      if (link.addresses.some(({ local }) => local === address)) return { stack, link }
  return undefined
}

/** Whether two links know each other's numbers, as both ends of a cable do. */
const isCable = (one: Link, other: Link): boolean => one.other === other.index && other.other === one.index

/** Whether what a link is connected to can be in a stack. */
const leadsTo = (here: Stack, { netnsid, otherPath }: Link, there: Stack): boolean =>
  netnsid === undefined ? here === there : here !== there && (otherPath ?? there.path) === there.path

/** Whether two links of two stacks are both ends of one cable. */
export const areWired = (here: Stack, one: Link, there: Stack, other: Link): boolean =>
  isCable(one, other) && leadsTo(here, one, there) && leadsTo(there, other, here)

/** The other end of a cable. */
export function peerOf(
  stacks: readonly Stack[],
  here: Stack,
  one: Link,
): { stack: Stack; link: Link } | undefined {
  for (const stack of stacks)
    for (const link of stack === here ? [] : stack.links)
      if (link.kind === 'veth' && areWired(here, one, stack, link)) return { stack, link }
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
