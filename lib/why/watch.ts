/** The nft tables that make the packets of one probe visible, and nothing else: text. */

/** What is sent, and how its packets are known again. */
export interface Probe {
  protocol: 'icmp' | 'tcp' | 'udp'
  /** ICMP: the identifier of the echo. TCP, UDP: the source port. No other traffic has it. */
  mark: number
  /** TCP, UDP: the destination port. */
  port?: number
  /** IPv4, unless it is 6. */
  family?: 4 | 6
  /** ICMP: so many bytes behind its header; without it as many as ping(8) sends. */
  size?: number
  /** Routers may not cut it into pieces. */
  whole?: boolean
  /** Pings of all marks are watched: several are on their way. */
  several?: boolean
}

/** The marks of probes: above the ports that the kernel gives out by itself. */
export const markRange = { first: 61_000, count: 4000 } as const

const errors =
  'icmp type { destination-unreachable, redirect, time-exceeded, parameter-problem } meta nftrace set 1'
const errors6 =
  'icmpv6 type { destination-unreachable, packet-too-big, time-exceeded, parameter-problem } meta nftrace set 1'
/** Who has an address? */
const asks = 'meta protocol arp meta nftrace set 1'
const asks6 = 'icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } meta nftrace set 1'

/** What goes to a port, and what comes from it. */
const ends = (words: string, port: number): string =>
  ['sport', 'dport'].map((end) => `${words} ${end} ${port} meta nftrace set 1`).join('; ')

/** The statements that mark the packets of a probe, their answers, and the errors about them. */
function marks({ protocol, mark, family, several }: Probe): string {
  const id = several ? `${markRange.first}-${markRange.first + markRange.count - 1}` : mark
  const v6 = family === 6 ? 'v6' : ''
  const errs = family === 6 ? errors6 : errors
  switch (protocol) {
    case 'icmp':
      // Behind the first piece of a large packet comes what has no header of ICMP: it is not followed.
      return `icmp${v6} type { echo-request, echo-reply } icmp${v6} id ${id} meta nftrace set 1; ${errs}`
    case 'tcp':
      // What opens a connection, refuses or ends it, and what is said in it; mere receipts are not followed.
      return `${ends('tcp flags & (fin | syn | rst | psh) != 0 tcp', mark)}; ${errs}`
    case 'udp':
      return `${ends('udp', mark)}; ${errs}`
  }
}

/** So many interfaces are watched by one transaction. */
const lot = 32

/**
 * The lines for `nft -i` in one network namespace. The tables have the flag `owner`: the kernel removes them with the
 * process, however it ends. Never `ct` in them: that would switch connection tracking on.
 *
 * On the way out of an interface the egress hook tells all; kernels before 5.16 lack it, and the last hook of routing
 * stands in for it (`egress: false`): then bridge ports and ARP requests are not seen on their way out. nft 1.1 prints
 * no header at that hook: there the last hook of routing shows it as it is behind NAT.
 *
 * Interfaces come in lots: the buffer of an ordinary user holds no more than some 65 in one transaction.
 */
export function watchLines(table: string, devices: readonly string[], probe: Probe, egress = true): string[] {
  const mark = marks(probe)
  const seen = `${probe.family === 6 ? asks6 : asks}; ${mark}`
  const chain = (name: string, hook: string, priority: number, body: string) =>
    `chain ${name} { type filter hook ${hook} priority ${priority}; policy accept; ${body && `${body};`} }`
  const netdev = devices.map((dev, i) => [
    chain(`in${i}`, `ingress device "${dev}"`, -500, seen),
    ...(egress ? [chain(`out${i}`, `egress device "${dev}"`, 500, seen)] : []),
  ])
  const lots = Array.from({ length: Math.ceil(netdev.length / lot) }, (_, i) =>
    netdev.slice(i * lot, (i + 1) * lot),
  )
  const ip = [
    // The sender's own rules come before the interface.
    chain('made', 'output', -400, probe.family === 6 ? `${asks6}; ${mark}` : mark),
    // Empty: a packet that shows up here was routed, or was for this place.
    chain('routed', 'forward', -400, ''),
    chain('mine', 'input', -400, ''),
    // What is seen here has passed all rules of INPUT.
    chain('taken', 'input', 1_000_000_000, ''),
    chain(egress ? 'after' : 'left', 'postrouting', 300, ''),
  ]
  return [
    ...lots.map((chains) => `table netdev ${table} { flags owner; ${chains.flat().join('; ')}; }`),
    `table ${probe.family === 6 ? 'ip6' : 'ip'} ${table} { flags owner; ${ip.join('; ')}; }`,
    'monitor trace',
  ]
}
