/** Links and addresses as they are set: pure. */
import ipaddr from 'ipaddr.js'

/** What is read of `ip -j -d addr`. */
export interface LinkJson {
  ifname: string
  flags: string[]
  mtu: number
  master?: string
  address?: string
  linkinfo?: {
    info_kind?: string
    info_data?: Record<string, unknown>
    info_slave_kind?: string
    info_slave_data?: Record<string, unknown>
  }
  addr_info: Array<{
    family: string
    local: string
    address?: string
    prefixlen: number
    broadcast?: string
    scope?: string
    label?: string
    noprefixroute?: boolean
    dadfailed?: boolean
    tentative?: boolean
  }>
}

/** What can be set of a link by its type, and of a port of a bridge. */
const ofType = ['stp_state', 'mode', 'vlan_filtering', 'remote', 'id', 'port', 'forward_delay'] as const
const ofPort = ['isolated', 'learning', 'flood', 'hairpin', 'state'] as const

const text = (value: unknown): string => (value === true ? 'on' : value === false ? 'off' : String(value))

/** On its way to forwarding a port passes two more states by itself. */
const portState = (state: unknown): unknown =>
  state === 'listening' || state === 'learning' ? 'forwarding' : state

/** One value for each thing that can be set of a link. */
export function linkValues(links: readonly LinkJson[]): Record<string, string> {
  const values: Record<string, string> = {}
  for (const { ifname, flags, mtu, master = '', address = '', linkinfo } of links) {
    const set = (key: string, value: unknown) => {
      if (value !== undefined) values[`link ${ifname} ${key}`] = text(value)
    }
    const { info_kind: kind = '', info_data = {}, info_slave_kind, info_slave_data = {} } = linkinfo ?? {}
    set('kind', kind)
    set('up', flags.includes('UP') ? 'up' : 'down')
    set('arp', flags.includes('NOARP') ? 'off' : 'on')
    set('master', master)
    set('mtu', mtu)
    // A bridge without a MAC address of its own has that of a port.
    if (kind !== 'bridge') set('address', address)
    for (const key of ofType) set(`type ${kind} ${key}`, info_data[key])
    const stp = links.find((one) => one.ifname === master)?.linkinfo?.info_data?.stp_state
    if (info_slave_kind === 'bridge')
      // With the spanning tree the kernel itself moves a port from state to state; and a link that is down has none.
      for (const key of ofPort)
        if (key !== 'state') set(`port ${key}`, info_slave_data[key])
        else if (!stp && flags.includes('LOWER_UP')) set('port state', portState(info_slave_data[key]))
  }
  return values
}

/** The address of a link alone, which the kernel makes of the MAC address when the link is switched on. */
function isOfMac(local: string, mac = ''): boolean {
  if (!local.startsWith('fe80:') || !/^([\da-f]{2}:){5}[\da-f]{2}$/.test(mac)) return false
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = mac.split(':').map((byte) => Number.parseInt(byte, 16))
  const own = [((a ^ 2) << 8) | b, (c << 8) | 0xff, 0xfe00 | d, (e << 8) | f]
  return ipaddr.IPv6.parse(local)
    .parts.slice(4)
    .every((part, i) => part === own[i])
}

/** The addresses of each link, in their order, each in the words that add it. */
export function addressesOf(links: readonly LinkJson[]): Record<string, string[]> {
  return Object.fromEntries(
    links.map(({ ifname, address, addr_info }) => [
      `address ${ifname}`,
      addr_info
        .filter(({ family, local }) => /^inet6?$/.test(family) && !isOfMac(local, address))
        .map((one) =>
          [
            `${one.local}${one.address ? ` peer ${one.address}` : ''}/${one.prefixlen}`,
            ...(one.broadcast ? ['brd', one.broadcast] : []),
            ...(one.scope && one.scope !== 'global' ? ['scope', one.scope] : []),
            ...(one.label && one.label !== ifname ? ['label', one.label] : []),
            ...(one.noprefixroute ? ['noprefixroute'] : []),
          ].join(' '),
        ),
    ]),
  )
}
