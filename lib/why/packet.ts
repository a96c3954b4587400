/** What is read of a packet, from the words of `nft monitor trace`. */

/** The fields of a packet that tell it from others, or that a router or NAT changes. */
export interface Header {
  protocol: 'icmp' | 'tcp' | 'udp' | 'arp' | 'other'
  src: string
  dst: string
  ttl?: number
  /** The identification field of IP, which neither routers nor NAT change. */
  id?: number
  /** ICMP: `echo-request`, `echo-reply`, `destination-unreachable`, … */
  type?: string
  echo?: number
  sport?: number
  dport?: number
  /** TCP: SYN, ACK, RST, FIN. */
  flags?: string[]
  /** The identification of the packet that an ICMP error is about. */
  about?: number
  /** ARP: who asks or answers, and for which address. */
  arp?: 'request' | 'reply'
  /** The MAC address that the frame is for. */
  mac?: string
}

const icmpTypes: Readonly<Record<number, string>> = {
  0: 'echo-reply',
  3: 'destination-unreachable',
  5: 'redirect',
  8: 'echo-request',
  11: 'time-exceeded',
  12: 'parameter-problem',
}
const protocols: Readonly<Record<number, Header['protocol']>> = { 1: 'icmp', 6: 'tcp', 17: 'udp' }
const isError = (type: string | undefined): boolean =>
  type !== undefined && !type.startsWith('echo-') && type !== 'router-solicitation'

/** The bytes of a field such as `@nh,0,160 0x4500…`; leading zeros are not printed. */
function raw(text: string, base: 'nh' | 'th', offset: number): Buffer | undefined {
  const found = text.match(new RegExp(`@${base},${offset},(\\d+) 0x([0-9a-f]+)`))
  if (!found) return undefined
  return Buffer.from((found[2] ?? '').padStart(Number(found[1]) / 4, '0'), 'hex')
}

const address = (bytes: Buffer, at: number): string => [...bytes.subarray(at, at + 4)].join('.')

const flagNames = ['fin', 'syn', 'rst', 'psh', 'ack'] as const

/** A packet on its way out of an interface, which nft prints as bytes (RFC 791, 792, 793, 768, 826). */
function fromBytes(text: string): Header | undefined {
  const ip = raw(text, 'nh', 0)
  const th = raw(text, 'th', 0)
  if (!ip || ip.length < 20) return undefined
  const protocol = protocols[ip[9] ?? 0] ?? 'other'
  const base = {
    protocol,
    src: address(ip, 12),
    dst: address(ip, 16),
    ttl: ip[8] ?? 0,
    id: ip.readUInt16BE(4),
  }
  if (!th || th.length < 8) return base
  if (protocol === 'icmp') {
    const type = icmpTypes[th[0] ?? -1] ?? 'other'
    if (isError(type) && th.length >= 14) return { ...base, type, about: th.readUInt16BE(12) }
    return { ...base, type, echo: th.readUInt16BE(4) }
  }
  const ports = { sport: th.readUInt16BE(0), dport: th.readUInt16BE(2) }
  if (protocol === 'tcp' && th.length >= 14)
    return {
      ...base,
      ...ports,
      flags: flagNames.filter((_, bit) => (th[13] ?? 0) & (1 << bit)),
    }
  return protocol === 'udp' ? { ...base, ...ports } : base
}

const word = (text: string, name: string): string | undefined =>
  text.match(new RegExp(`(?:^| )${name} (\\S+)`))?.[1]
const number = (text: string, name: string): number | undefined => {
  const found = word(text, name)
  return found === undefined ? undefined : Number(found)
}

function arpOf(text: string): Header | undefined {
  const bytes = raw(text, 'nh', 0)
  const operation =
    word(text, 'arp operation') ?? (bytes && bytes.length >= 8 ? String(bytes.readUInt16BE(6)) : '')
  const arp = /^(request|1)$/.test(operation)
    ? 'request'
    : /^(reply|2)$/.test(operation)
      ? 'reply'
      : undefined
  if (!arp) return undefined
  // The addresses stand behind the fixed part of 8 bytes: sender MAC, sender IP, target MAC, target IP.
  const rest = bytes && bytes.length >= 28 ? bytes.subarray(8) : raw(text, 'nh', 64)
  const src = word(text, 'arp saddr ip') ?? (rest && rest.length >= 20 ? address(rest, 6) : '')
  const dst = word(text, 'arp daddr ip') ?? (rest && rest.length >= 20 ? address(rest, 16) : '')
  return { protocol: 'arp', src, dst, arp }
}

/** The header in the words behind `packet:`; undefined when it is of no kind that is followed. */
export function headerOf(text: string): Header | undefined {
  const mac = word(text, 'ether daddr')
  const withMac = (header: Header | undefined) => (header && mac ? { ...header, mac } : header)
  const src = word(text, 'ip saddr')
  const dst = word(text, 'ip daddr')
  if (src === undefined || dst === undefined) {
    const isArp = /\barp\b/.test(text) || raw(text, 'nh', 0)?.readUInt16BE(0) === 1
    return withMac(isArp ? arpOf(text) : fromBytes(text))
  }
  const ttl = number(text, 'ip ttl')
  const id = number(text, 'ip id')
  const base = { src, dst, ...(ttl === undefined ? {} : { ttl }), ...(id === undefined ? {} : { id }) }
  const type = word(text, 'icmp type')
  if (type !== undefined) {
    // Behind the 8 bytes of ICMP stands the head of the packet that the error is about.
    const inner = raw(text, 'th', 64) ?? raw(text, 'th', 32)?.subarray(4)
    if (isError(type) && inner && inner.length >= 6)
      return withMac({ ...base, protocol: 'icmp', type, about: inner.readUInt16BE(4) })
    const echo = number(text, 'icmp id')
    return withMac({ ...base, protocol: 'icmp', type, ...(echo === undefined ? {} : { echo }) })
  }
  const sport = number(text, 'tcp sport') ?? number(text, 'udp sport')
  const dport = number(text, 'tcp dport') ?? number(text, 'udp dport')
  if (sport === undefined || dport === undefined) return withMac({ ...base, protocol: 'other' })
  if (word(text, 'udp sport') !== undefined) return withMac({ ...base, protocol: 'udp', sport, dport })
  return withMac({
    ...base,
    protocol: 'tcp',
    sport,
    dport,
    flags: tcpFlags(text),
  })
}

/** `tcp flags == syn`, `syn | ack`, or a number; the operator is not in all versions. */
function tcpFlags(text: string): string[] {
  const [, number, words = ''] =
    text.match(/tcp flags (?:== )?(?:(0x[0-9a-f]+|\d+)|([a-z]+(?: ?\| ?[a-z]+)*))/) ?? []
  if (number !== undefined) return flagNames.filter((_, bit) => Number(number) & (1 << bit))
  return words.split(/ ?\| ?/).filter(Boolean)
}
