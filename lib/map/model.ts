/** A lab's network as a map: boxes for its places, interfaces in them, and what connects those. Data only. */
import type { Place } from '../language/command.ts'
import { areWired, called, isChildOf, type Link, type Stack } from '../why/stacks.ts'

/** An interface as the map shows it. */
export interface MapInterface {
  /** `PLACE/NAME`: unique on the map. */
  id: string
  name: string
  /** veth, bridge, macvlan, vxlan, … ; empty for a device of the machine. */
  kind: string
  /** With prefix length, of both families; link-local ones are left out. */
  addresses: string[]
  /** Switched on, here and at its other end. */
  up: boolean
  /** What Docker calls the network whose bridge it is. */
  network?: string
  /** The bridge that it is plugged into, as an interface of the same place. */
  master?: string
}

/** A box on the map. */
export interface MapPlace {
  id: string
  kind: Place['kind']
  name: string
  /** Other names of the same network: containers in the network of their host. */
  aliases: string[]
  /** The server around it; for a server and for the LAN its own name. */
  server: string
  interfaces: MapInterface[]
}

/** What connects two interfaces. */
export interface MapCable {
  from: string
  to: string
  /** `cable`: both ends of a veth; `child`: a macvlan and the interface that lends it its wire. */
  kind: 'cable' | 'child'
  up: boolean
}

export interface NetworkMap {
  lab: string
  title: string
  places: MapPlace[]
  cables: MapCable[]
}

/** The id of a place on the map. */
export const idOf = ({ place }: Stack): string =>
  place.kind === 'server' || place.kind === 'lan' ? place.name : `${place.server}/${place.name}`

const interfaceId = (stack: Stack, link: Link): string => `${idOf(stack)}/${link.name}`

/** The loopback interface says nothing, unless it was given an address. */
const isShown = (link: Link): boolean =>
  link.name !== 'lo' || link.addresses.some(({ local }) => !/^(127\.|::1$)/.test(local))

const interfaceOf = (stack: Stack, link: Link, network: string | undefined): MapInterface => ({
  id: interfaceId(stack, link),
  name: link.name,
  kind: link.kind,
  addresses: link.addresses
    .filter(({ local }) => !/^fe80:/i.test(local))
    .map(({ local, prefixlen }) => `${local}/${prefixlen}`),
  // A bridge without a cable that is up has no carrier, and nothing is wrong with it.
  up: link.kind === 'bridge' ? link.up : link.carrier,
  ...(network === undefined ? {} : { network }),
  ...(link.master === undefined ? {} : { master: `${idOf(stack)}/${link.master}` }),
})

/** All pairs of interfaces that are connected, each once. */
function cablesOf(stacks: readonly Stack[]): MapCable[] {
  const ends = stacks.flatMap((stack) => stack.links.map((link) => ({ stack, link })))
  const cables: MapCable[] = []
  for (const [i, one] of ends.entries())
    for (const other of ends.slice(i + 1)) {
      const both = { from: interfaceId(one.stack, one.link), to: interfaceId(other.stack, other.link) }
      if (
        one.link.kind === 'veth' &&
        other.link.kind === 'veth' &&
        areWired(one.stack, one.link, other.stack, other.link)
      )
        cables.push({ ...both, kind: 'cable', up: one.link.carrier && other.link.carrier })
      else if (isChildOf(one.stack, one.link, other.stack, other.link))
        cables.push({ from: both.to, to: both.from, kind: 'child', up: one.link.up && other.link.carrier })
      else if (isChildOf(other.stack, other.link, one.stack, one.link))
        cables.push({ ...both, kind: 'child', up: other.link.up && one.link.carrier })
    }
  return cables
}

/** The map of a lab, from its network stacks; `networks`: what Docker calls its bridges, by the id of the interface. */
export function networkMap(
  lab: { name: string; title: string },
  stacks: readonly Stack[],
  networks: ReadonlyMap<string, string> = new Map(),
): NetworkMap {
  return {
    lab: lab.name,
    title: lab.title,
    places: stacks.map((stack) => ({
      id: idOf(stack),
      kind: stack.place.kind,
      name: called(stack.place),
      aliases: stack.aliases,
      server: stack.place.server,
      interfaces: stack.links
        .filter(isShown)
        .map((link) => interfaceOf(stack, link, networks.get(interfaceId(stack, link)))),
    })),
    cables: cablesOf(stacks),
  }
}
