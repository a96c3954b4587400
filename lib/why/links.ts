/** Interfaces, as `ip -d addr` shows them: pure. */
import { type IpLink, readIp } from '../look/ip.ts'
import { isLinkLocal } from './address.ts'

/** An address of an interface. */
export interface LinkAddress {
  local: string
  prefixlen: number
  /** IPv6: another machine has it, so that it may not be used. */
  duplicate?: true
  /** IPv6: it is not known yet whether another machine has it. */
  tentative?: true
}

/** A port of a bridge. */
export interface Port {
  /** `forwarding`, `listening`, `learning`, `blocking`, `disabled`. */
  state: string
  isolated: boolean
  /** Delivers only to the MAC addresses that it knows. */
  closed: boolean
  /** Gets no broadcasts, as those of ARP. */
  noBroadcast?: true
  /** Gets no multicasts, as those of neighbour discovery. */
  noMulticast?: true
}

/** A tunnel of VXLAN. */
export interface Vxlan {
  id: number
  port: number
  remote?: string
  local?: string
}

/** An interface, as `ip -d addr` shows it. */
export interface Link {
  name: string
  index: number
  mac: string
  /** Of both families, but those of one link only. */
  addresses: readonly LinkAddress[]
  /** IPv6: of this link only, fe80::. */
  linkLocal?: readonly LinkAddress[]
  /** Switched on. */
  up: boolean
  /** Switched on at both ends. */
  carrier: boolean
  /** Asks and answers no "who has?" (`ip link set … arp off`). */
  noArp?: true
  mtu?: number
  /** veth, bridge, macvlan, … ; empty for a device of the machine. */
  kind: string
  /** The bridge that it is plugged into. */
  master?: string
  /** What it is there, as a port. */
  port?: Port
  /** The number of the link at its other end, or of its parent. */
  other?: number
  /** The number that this namespace has for the one where that is; without it, it is this one. */
  netnsid?: number
  /** The file of that namespace, where numbers alone would fit several cables. */
  otherPath?: string
  /** Of a macvlan or an ipvlan: bridge, vepa, private, … */
  mode?: string
  vxlan?: Vxlan
  /** Of a VLAN interface: its number. */
  vlan?: number
  /** Of a bridge: whether spanning tree is on, and how long each of its two steps takes, in seconds. */
  stp?: number
  /** Of a bridge: whether it keeps VLANs apart. */
  vlans?: true
}

const address = ({ local, prefixlen, dadfailed, tentative }: NonNullable<IpLink['addr_info']>[number]) => ({
  local,
  prefixlen,
  ...(dadfailed ? { duplicate: true as const } : {}),
  ...(tentative && !dadfailed ? { tentative: true as const } : {}),
})

const addressesOf = ({ addr_info = [] }: IpLink): LinkAddress[] =>
  addr_info.filter(({ family }) => /^inet6?$/.test(family)).map(address)

const port = (data: Record<string, unknown>): Port => ({
  state: String(data.state ?? ''),
  isolated: data.isolated === true,
  closed: data.learning === false && data.flood === false,
  ...(data.bcast_flood === false ? { noBroadcast: true as const } : {}),
  ...(data.mcast_flood === false ? { noMulticast: true as const } : {}),
})

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

function vxlan(data: Record<string, unknown>): Vxlan {
  const remote = text(data.remote) ?? text(data.remote6) ?? text(data.group)
  const local = text(data.local) ?? text(data.local6)
  return {
    id: Number(data.id),
    port: Number(data.port),
    ...(remote ? { remote } : {}),
    ...(local ? { local } : {}),
  }
}

function ofKind({
  info_kind,
  info_data = {},
  info_slave_kind,
  info_slave_data,
}: NonNullable<IpLink['linkinfo']>) {
  return {
    ...(typeof info_data.mode === 'string' ? { mode: info_data.mode } : {}),
    ...(info_kind === 'vxlan' ? { vxlan: vxlan(info_data) } : {}),
    ...(info_kind === 'vlan' ? { vlan: Number(info_data.id) } : {}),
    ...(info_kind === 'bridge' && info_data.stp_state ? { stp: Number(info_data.forward_delay) / 100 } : {}),
    ...(info_kind === 'bridge' && info_data.vlan_filtering ? { vlans: true as const } : {}),
    ...(info_slave_kind === 'bridge' && info_slave_data ? { port: port(info_slave_data) } : {}),
  }
}

/** Reads what `ip -j -d addr` prints. */
export const linksOf = (json: string): Link[] =>
  readIp<IpLink>(json).map((link) => ({
    name: link.ifname,
    index: link.ifindex,
    mac: link.address ?? '',
    addresses: addressesOf(link).filter(({ local }) => !isLinkLocal(local)),
    linkLocal: addressesOf(link).filter(({ local }) => isLinkLocal(local)),
    up: link.flags.includes('UP'),
    carrier:
      link.flags.includes('UP') && !link.flags.includes('NO-CARRIER') && link.operstate !== 'LOWERLAYERDOWN',
    ...(link.flags.includes('NOARP') ? { noArp: true as const } : {}),
    ...(link.mtu === undefined ? {} : { mtu: link.mtu }),
    kind: link.linkinfo?.info_kind ?? '',
    ...(link.master === undefined ? {} : { master: link.master }),
    ...(link.link_index === undefined ? {} : { other: link.link_index }),
    ...(link.link_netnsid === undefined ? {} : { netnsid: link.link_netnsid }),
    ...ofKind(link.linkinfo ?? {}),
  }))
