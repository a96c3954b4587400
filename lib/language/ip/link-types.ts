/** The types of links, and the words of each: veth, bridge, macvlan … */
import type { Place } from '../command.ts'
import { type IfName, type Ipv4, ifName, ipv4, netnsOn, port, whole } from '../names.ts'
import { needed, oneOf, options } from '../values.ts'

type NoOptions = Record<string, never>

/** What each type of link needs and may have, as ip-link(8) lists them. */
export interface LinkTypes {
  /** A virtual cable: always a pair of ends. The peer is made in `netns`, where that is given. */
  veth: { peer: IfName; netns?: Place }
  /** A virtual switch. */
  bridge: NoOptions
  /** More MAC addresses on a parent link. Default mode: vepa, as the kernel's. */
  macvlan: { link: IfName; mode?: 'private' | 'vepa' | 'bridge' | 'passthru' }
  /** As macvlan, with a character device for a virtual machine. */
  macvtap: { link: IfName; mode?: 'private' | 'vepa' | 'bridge' | 'passthru' }
  /** More IP addresses on a parent link, all with its MAC address. Default mode: l3. */
  ipvlan: { link: IfName; mode?: 'l2' | 'l3' | 'l3s' }
  /** A VLAN of a parent link: id 1 to 4094 (IEEE 802.1Q). */
  vlan: { link: IfName; id: number }
  /** Ethernet in UDP. `id` is the VNI, 0 to 16777215; dstport 4789 is the assigned port (RFC 7348). */
  vxlan: { id: number; dstport: number; dev?: IfName; local?: Ipv4; remote?: Ipv4 }
  /** A link that swallows what is sent to it. */
  dummy: NoOptions
  /** A routing table of its own for the links in it. */
  vrf: { table: number }
}

export type LinkType = keyof LinkTypes

/** The words before `type`, and after it. */
interface Words {
  before?: string[]
  after?: string[]
}

const onParent =
  (...modes: string[]) =>
  ({ link, mode }: { link: string; mode?: string }): Words => ({
    before: ['link', ifName(link)],
    after: mode === undefined ? [] : ['mode', oneOf(mode, 'a mode', modes)],
  })

const words: { [T in LinkType]: (options: LinkTypes[T], place: Place) => Words } = {
  veth: ({ peer, netns }, place) => ({
    after: [
      'peer',
      'name',
      ifName(peer),
      ...(netns === undefined ? [] : ['netns', netnsOn(netns, place).name]),
    ],
  }),
  bridge: () => ({}),
  macvlan: onParent('private', 'vepa', 'bridge', 'passthru'),
  macvtap: onParent('private', 'vepa', 'bridge', 'passthru'),
  ipvlan: onParent('l2', 'l3', 'l3s'),
  vlan: ({ link, id }) => ({
    before: ['link', ifName(link)],
    after: ['id', String(whole(id, 'VLAN id', 1, 4094))],
  }),
  vxlan: ({ id, dstport, dev, local, remote }) => ({
    after: [
      'id',
      String(whole(id, 'VXLAN network identifier', 0, 0xffffff)),
      'dstport',
      String(port(dstport)),
      ...(dev === undefined ? [] : ['dev', ifName(dev)]),
      ...(local === undefined ? [] : ['local', ipv4(local)]),
      ...(remote === undefined ? [] : ['remote', ipv4(remote)]),
    ],
  }),
  dummy: () => ({}),
  vrf: ({ table }) => ({ after: ['table', String(whole(table, 'routing table', 1, 0xffffffff))] }),
}

/** The options of each type: those that must be given, and those that may. */
const optionsOf: Readonly<Record<LinkType, { must: readonly string[]; may: readonly string[] }>> = {
  veth: { must: ['peer'], may: ['netns'] },
  bridge: { must: [], may: [] },
  macvlan: { must: ['link'], may: ['mode'] },
  macvtap: { must: ['link'], may: ['mode'] },
  ipvlan: { must: ['link'], may: ['mode'] },
  vlan: { must: ['link', 'id'], may: [] },
  vxlan: { must: ['id', 'dstport'], may: ['dev', 'local', 'remote'] },
  dummy: { must: [], may: [] },
  vrf: { must: ['table'], may: [] },
}

/** The types of links that there are words for. */
export const linkTypes = Object.keys(words) as LinkType[]

/** The words of `ip link add` for a link of a type. */
export function linkWords<T extends LinkType>(
  place: Place,
  name: IfName,
  type: T,
  given: LinkTypes[T] | undefined,
): string[] {
  oneOf(type, 'a type of link', linkTypes)
  const { must, may } = optionsOf[type]
  const what = `a link of type ${type}`
  const read = options<Record<string, unknown>>(given, what, [...must, ...may])
  for (const key of must) needed(read[key], what, key)
  const { before = [], after = [] } = words[type](read as unknown as LinkTypes[T], place)
  return [...before, 'name', ifName(name), 'type', type, ...after]
}
