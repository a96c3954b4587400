import type { Place } from '../command.ts'
import { type IfName, type Ipv4, ifName, ipv4, netnsName, port, whole } from '../names.ts'

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

const mode = (value: string | undefined): string[] => (value === undefined ? [] : ['mode', value])
const onParent = (options: { link: string; mode?: string }): Words => ({
  before: ['link', ifName(options.link)],
  after: mode(options.mode),
})

const words: { [T in LinkType]: (options: LinkTypes[T]) => Words } = {
  veth: ({ peer, netns }) => ({
    after: ['peer', 'name', ifName(peer), ...(netns === undefined ? [] : ['netns', netnsName(netns.name)])],
  }),
  bridge: () => ({}),
  macvlan: onParent,
  macvtap: onParent,
  ipvlan: onParent,
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

/** The words of `ip link add` for a link of a type. */
export function linkWords<T extends LinkType>(name: IfName, type: T, options: LinkTypes[T]): string[] {
  const { before = [], after = [] } = words[type](options)
  return [...before, 'name', ifName(name), 'type', type, ...after]
}
