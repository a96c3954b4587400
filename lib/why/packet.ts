/** What is read of a packet, from the words of `nft monitor trace`. */
import { plain } from './address.ts'

/** The fields of a packet that tell it from others, or that a router or NAT changes. */
export interface Header {
  /** `icmp` also of IPv6; `arp` also its neighbour discovery. */
  protocol: 'icmp' | 'tcp' | 'udp' | 'arp' | 'other'
  src: string
  dst: string
  ttl?: number
  /** The identification field of IPv4, the flow label of IPv6, which neither routers nor NAT change. */
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

const icmp6Types: Readonly<Record<number, string>> = {
  1: 'destination-unreachable',
  2: 'packet-too-big',
  3: 'time-exceeded',
  4: 'parameter-problem',
  128: 'echo-request',
  129: 'echo-reply',
  135: 'nd-neighbor-solicit',
  136: 'nd-neighbor-advert',
}
const icmpTypes: Readonly<Record<number, string>> = {
  0: 'echo-reply',
  3: 'destination-unreachable',
  5: 'redirect',
  8: 'echo-request',
  11: 'time-exceeded',
  12: 'parameter-problem',
}
const protocols: Readonly<Record<number, Header['protocol']>> = { 1: 'icmp', 6: 'tcp', 17: 'udp', 58: 'icmp' }
const isError = (type: string | undefined): boolean =>
  type !== undefined && !/^(echo-|nd-|mld)|router-solicit/.test(type)
const neighbourWord = (type: string): Header['arp'] | undefined =>
  type === 'nd-neighbor-solicit' ? 'request' : type === 'nd-neighbor-advert' ? 'reply' : undefined

/** The bytes of a field such as `@nh,0,160 0x4500…`; leading zeros are not printed. */
function raw(text: string, base: 'nh' | 'th', offset: number): Buffer | undefined {
  const found = text.match(new RegExp(`@${base},${offset},(\\d+) 0x([0-9a-f]+)`))
  if (!found) return undefined
  return Buffer.from((found[2] ?? '').padStart(Number(found[1]) / 4, '0'), 'hex')
}

const address = (bytes: Buffer, at: number): string => [...bytes.subarray(at, at + 4)].join('.')

const flagNames = ['fin', 'syn', 'rst', 'psh', 'ack'] as const

const address6 = (bytes: Buffer, at: number): string =>
  plain(Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(at + 2 * i).toString(16)).join(':'))

/** The fixed part of the header; of IPv6 too (RFC 791, 8200). */
function network(ip: Buffer) {
  if ((ip[0] ?? 0) >> 4 === 6 && ip.length >= 40) {
    const label = ip.readUInt32BE(0) & 0xfffff
    return {
      ...{
        protocol: protocols[ip[6] ?? 0] ?? 'other',
        src: address6(ip, 8),
        dst: address6(ip, 24),
        ttl: ip[7] ?? 0,
      },
      ...(label ? { id: label } : {}),
    }
  }
  return {
    ...{ protocol: protocols[ip[9] ?? 0] ?? 'other', src: address(ip, 12), dst: address(ip, 16) },
    ...{ ttl: ip[8] ?? 0, id: ip.readUInt16BE(4) },
  } as const
}

/** Which packet an ICMP error is about: the identification, or the flow label, of the header inside it. */
const aboutOf = (inner: Buffer): number | undefined =>
  (inner[0] ?? 0) >> 4 === 6
    ? inner.readUInt32BE(0) & 0xfffff || undefined
    : inner.length >= 6
      ? inner.readUInt16BE(4)
      : undefined

/** What ICMP says, of both families: an echo, an error, a word of neighbour discovery. */
function icmp(
  base: ReturnType<typeof network>,
  type: string,
  echo: number | undefined,
  inner: Buffer | undefined,
) {
  const arp = neighbourWord(type)
  if (arp) return { ...base, protocol: 'arp', arp } as const
  const about = isError(type) && inner && inner.length >= 4 ? aboutOf(inner) : undefined
  return {
    ...({ ...base, protocol: 'icmp', type } as const),
    ...(about !== undefined ? { about } : echo === undefined ? {} : { echo }),
  }
}

/** A packet on its way out of an interface, which nft prints as bytes (RFC 791, 792, 793, 768, 826). */
function fromBytes(text: string): Header | undefined {
  const ip = raw(text, 'nh', 0)
  const th = raw(text, 'th', 0)
  if (!ip || ip.length < 20) return undefined
  const base = network(ip)
  const { protocol } = base
  if (!th || th.length < 8) return base
  if (protocol === 'icmp') {
    const types = ip.length >= 40 ? icmp6Types : icmpTypes
    return icmp(base, types[th[0] ?? -1] ?? 'other', th.readUInt16BE(4), th.subarray(8))
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

/** The bytes of `icmpv6 taddr`, in which newer versions show what stands behind the first 8 of ICMP, moved to the right by 4. */
function shifted(text: string): Buffer | undefined {
  const found = word(text, 'icmpv6 taddr')
  if (found === undefined) return undefined
  const [head = '', tail] = found.split('::')
  const words = (part: string | undefined) => (part ? part.split(':') : [])
  const gap = 8 - words(head).length - words(tail).length
  const all = tail === undefined ? words(head) : [...words(head), ...Array(gap).fill('0'), ...words(tail)]
  return Buffer.from(all.map((one) => one.padStart(4, '0')).join(''), 'hex').subarray(4)
}

/** What is told of ICMP behind the addresses. */
function icmpOf(text: string, base: ReturnType<typeof network>): Header | undefined {
  const type = word(text, 'icmp type')
  if (type !== undefined) {
    // Behind the 8 bytes of ICMP stands the head of the packet that the error is about.
    const inner = raw(text, 'th', 64) ?? raw(text, 'th', 32)?.subarray(4)
    return icmp(base, type, number(text, 'icmp id'), inner)
  }
  const type6 = word(text, 'icmpv6 type')
  if (type6 === undefined) return undefined
  // Identifier and sequence number of an echo are told as one number.
  const both = number(text, 'icmpv6 id') ?? (number(text, 'icmpv6 parameter-problem') ?? 0) >>> 16
  return icmp(base, type6, both, raw(text, 'th', 64) ?? shifted(text))
}

/** The header in the words behind `packet:`; undefined when it is of no kind that is followed. */
export function headerOf(text: string): Header | undefined {
  const mac = word(text, 'ether daddr')
  const withMac = (header: Header | undefined) => (header && mac ? { ...header, mac } : header)
  const src = word(text, 'ip saddr') ?? word(text, 'ip6 saddr')
  const dst = word(text, 'ip daddr') ?? word(text, 'ip6 daddr')
  if (src === undefined || dst === undefined) {
    const isArp = /\barp\b/.test(text) || raw(text, 'nh', 0)?.readUInt16BE(0) === 1
    return withMac(isArp ? arpOf(text) : fromBytes(text))
  }
  const ttl = number(text, 'ip ttl') ?? number(text, 'ip6 hoplimit')
  const id = number(text, 'ip id') ?? (number(text, 'ip6 flowlabel') || undefined)
  const base = {
    ...{ protocol: 'other' as const, src: plain(src), dst: plain(dst) },
    ...(ttl === undefined ? {} : { ttl }),
    ...(id === undefined ? {} : { id }),
  } as ReturnType<typeof network>
  const control = icmpOf(text, base)
  if (control) return withMac(control)
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
