/** The kinds of values that clauses take: what is right, how a person calls it, its word, and the value of a word. */
import ipaddr from 'ipaddr.js'
import { BadInput } from '../../errors.ts'
import type { Place } from '../command.ts'
import {
  type Address,
  type Cidr,
  cidr,
  ifName,
  ipv4,
  type Masked,
  mac as macName,
  netnsName,
  subnet,
} from '../names.ts'
import { hasRef } from '../ref.ts'
import { word as argument, comesLater, show } from '../values.ts'

/** A kind of value. */
export interface Kind<T> {
  /** What it is, as in `an interface name`. */
  readonly says: string
  /** Values that are right, for the docs and for the tests. */
  readonly like: readonly T[]
  /** The word for a value. Throws BadInput when it is not right. */
  word(value: T): string
  /** The value that a word stands for; undefined when it is none of this kind. */
  read(word: string): T | undefined
}

const wrong = (value: unknown, says: string, like: readonly unknown[]): BadInput =>
  new BadInput(`${show(value)} is not ${says}${like.length > 0 ? `, as in ${like.join(' or ')}` : ''}`)

/** A value that is a text; `check` throws BadInput, or tells whether it is right. */
export function textKind<T extends string>(
  says: string,
  like: readonly T[],
  check: (value: T) => unknown,
): Kind<T> {
  const word = (value: T): string => {
    if (typeof value !== 'string' || value.includes('\0')) throw wrong(value, says, like)
    argument(value)
    if (comesLater(value)) return value
    if (check(value) === false) throw wrong(value, says, like)
    return value
  }
  return { says, like, word, read: (text) => readBy(() => word(text as T), text as T) }
}

/** The value, when checking it does not fail. */
function readBy<T>(check: () => unknown, value: T): T | undefined {
  try {
    check()
    return value
  } catch (error) {
    if (error instanceof BadInput) return undefined
    throw error
  }
}

/** A text that a pattern tells. */
export const pattern = (says: string, regex: RegExp, ...like: string[]): Kind<string> =>
  textKind(says, like, (value) => regex.test(value))

/** Any text of one line. */
export const text = (says: string, ...like: string[]): Kind<string> =>
  textKind(says, like, (value) => value !== '' && !/[\r\n]/.test(value))

/** A text that no program can take for an option of its own. */
export const plainWord = (says: string, ...like: string[]): Kind<string> =>
  textKind(says, like, (value) => /^[^\s-]\S*$/.test(value))

/** A whole number. */
export function whole(says: string, min: number, max: number): Kind<number> {
  const range = `${says}: ${min} to ${max}`
  return {
    says: range,
    like: [...new Set([min, Math.min(max, Math.max(min, 7)), max])],
    word(value) {
      if (typeof value === 'string' && hasRef(value)) return value
      if (!Number.isInteger(value) || value < min || value > max)
        throw new BadInput(`${show(value)} is not a ${range}`)
      return String(value === 0 ? 0 : value)
    },
    read(word) {
      if (hasRef(word)) return word as unknown as number
      const value = /^-?(\d+|0x[0-9a-f]+)$/i.test(word) ? Number(word) : Number.NaN
      return value >= min && value <= max ? value : undefined
    },
  }
}

/** One of some words. */
export function oneOf<const W extends string>(says: string, ...words: readonly W[]): Kind<W> {
  return {
    says: `${says}: ${words.join(', ')}`,
    like: words,
    word(value) {
      if (typeof value === 'string' && hasRef(value)) return value
      if (!words.includes(value))
        throw new BadInput(`${show(value)} is not a ${says}: it is one of ${words.join(', ')}`)
      return value
    },
    read: (word) => (hasRef(word) ? (word as W) : words.find((one) => one === word)),
  }
}

/** Any kind: each has values of its own. */
// biome-ignore lint/suspicious/noExplicitAny: see above
export type AnyKind = Kind<any>

/** The first of several kinds that the value fits. */
export function any<const K extends readonly AnyKind[]>(
  ...kinds: K
): Kind<K[number] extends Kind<infer T> ? T : never> {
  type T = K[number] extends Kind<infer T> ? T : never
  const all = kinds as unknown as ReadonlyArray<Kind<T>>
  const says = all.map((kind) => kind.says).join(', or ')
  return {
    says,
    like: all.flatMap((kind) => kind.like),
    word(value) {
      let said: BadInput | undefined
      for (const kind of all)
        try {
          return kind.word(value)
        } catch (error) {
          if (!(error instanceof BadInput)) throw error
          // The last one of the value's own type knows best what is wrong with it.
          if (kind.like.some((one) => typeof one === typeof value)) said = error
        }
      throw said ?? wrong(value, says, [])
    },
    read: (word) => all.map((kind) => kind.read(word)).find((value) => value !== undefined),
  }
}

/** An address, IPv6 when it has a colon. */
export const isIpv6 = (value: string): boolean => value.includes(':')

/** Checks an address of either family, in its usual form. */
export function anyAddress(value: string): void {
  if (hasRef(value)) return
  if (!isIpv6(value)) ipv4(value)
  else if (!ipaddr.IPv6.isValid(value) || value.includes('%'))
    throw new BadInput(`${show(value)} is not an IPv6 address, as in fd00::1`)
}

/** An address as programs print it: of IPv6 there are many ways to write one (RFC 5952). */
export const asPrinted = (value: string): string =>
  isIpv6(value) && ipaddr.IPv6.isValid(value) && !value.includes('%')
    ? ipaddr.IPv6.parse(value).toRFC5952String()
    : value

/** An address of either family. */
export const address = textKind<Address>('an address', ['10.0.0.1', 'fd00::1'], anyAddress)
/** An IPv4 address. */
export const address4 = textKind<Address>('an IPv4 address', ['10.0.0.1'], ipv4)
/** An IPv6 address. */
export const address6 = textKind<Address>('an IPv6 address', ['fd00::1'], (value) => {
  if (!isIpv6(value)) return false
  anyAddress(value)
  return true
})

/** Checks ADDRESS/PREFIX of either family. */
export function anyCidr(value: string): void {
  if (typeof value !== 'string') throw new BadInput(`${show(value)} is not ADDRESS/PREFIX, as in 10.0.0.1/24`)
  if (hasRef(value)) return
  if (!isIpv6(value)) return void cidr(value)
  const [base = '', prefix = '', ...rest] = value.split('/')
  anyAddress(base)
  if (rest.length > 0 || !/^\d{1,3}$/.test(prefix) || Number(prefix) > 128)
    throw new BadInput(`${show(value)} is not ADDRESS/PREFIX, as in fd00::1/64; the prefix is 0 to 128`)
}

/** The subnet that ADDRESS/PREFIX of either family is in; an address alone is a subnet of its own. */
export function subnetOf(value: string): string {
  const [base = '', prefix] = value.split('/')
  const bits = prefix ?? (isIpv6(base) ? '128' : '32')
  const whole = `${base}/${bits}`
  if (hasRef(value)) return value
  return isIpv6(base)
    ? `${ipaddr.IPv6.networkAddressFromCIDR(whole).toRFC5952String()}/${bits}`
    : `${ipaddr.IPv4.networkAddressFromCIDR(whole)}/${bits}`
}

/** Checks a subnet: no bit is set behind the prefix, as route tables and engines want it. */
export function anySubnet(value: string): void {
  if (hasRef(value)) return
  if (typeof value !== 'string' || !isIpv6(value)) return void subnet(value)
  anyCidr(value)
  const [base = '', bits] = value.split('/')
  if (subnetOf(value) !== `${ipaddr.IPv6.parse(base).toRFC5952String()}/${bits}`)
    throw new BadInput(`${show(value)} has bits set behind its prefix; the subnet is ${subnetOf(value)}`)
}

/** The length of a prefix that a mask of IPv4 stands for; undefined when it is none. */
export function maskLength(mask: string): number | undefined {
  if (!ipaddr.IPv4.isValidFourPartDecimal(mask)) return undefined
  return ipaddr.IPv4.parse(mask).prefixLengthFromSubnetMask() ?? undefined
}

/** `10.0.0.1/255.255.255.0`, which older tools and some scripts write for `10.0.0.1/24`. */
const masked = (value: string): boolean => {
  const [base = '', mask = ''] = value.split('/')
  if (!ipaddr.IPv4.isValidFourPartDecimal(base) || maskLength(mask) === undefined) return false
  return value.split('/').length === 2
}

/** An address of an interface: alone it is a host's, with a prefix length of all its bits. */
export const onLink = textKind<Address | Cidr | Masked>(
  'an address, with or without the length of its prefix',
  ['10.0.0.1/24', '10.0.0.1', 'fd00::1/64'],
  (value) => (value.includes('/') ? masked(value) || anyCidr(value) : anyAddress(value)),
)

/** A subnet of either family, or one address. */
export const prefix = textKind<Address | Cidr>(
  'a subnet or an address',
  ['10.0.0.0/24', '10.0.0.9', 'fd00::/64'],
  (value) => (value.includes('/') ? anySubnet(value) : anyAddress(value)),
)

/** Where a route leads: a subnet, an address, or `default`. */
export const destination = textKind<'default' | Address | Cidr>(
  'a destination',
  ['default', '10.0.0.0/24', 'fd00::/64'],
  (value) => value === 'default' || prefix.word(value as Cidr),
)

/** The name of an interface. */
export const ifname = textKind<string>('an interface name', ['eth0', 'br-lab'], ifName)
/** A MAC address. */
export const mac = textKind<string>('a MAC address', ['02:00:00:00:00:01'], macName)
/** A switch. */
export const onOff = oneOf('switch', 'on', 'off')

/** A mark of packets, with or without a mask: the words say it in decimal or in hexadecimal digits. */
export const mark: Kind<number | string> = any(
  whole('mark', 0, 0xffffffff),
  pattern('a mark', /^(\d{1,10}|0x[0-9a-f]{1,8})(\/(\d{1,10}|0x[0-9a-f]{1,8}))?$/i, '0x1', '0x1/0xff'),
)

/** A routing table by number or by name (/etc/iproute2/rt_tables). */
export const routingTable: Kind<number | string> = any(
  whole('routing table', 0, 0xffffffff),
  pattern('a routing table', /^[a-z][\w.-]*$/i, 'main', 'local', 'default'),
)

/** A namespace: a place, its name, or a process by its number, or a file. */
export const namespace: Kind<Place | string | number> = {
  says: 'a network namespace',
  like: [1, '/run/netns/net1'],
  word(value) {
    if (typeof value === 'number') return whole('process', 1, 4194304).word(value)
    if (typeof value === 'string') return hasRef(value) || value.startsWith('/') ? value : netnsName(value)
    if (typeof value !== 'object' || value === null || value.kind !== 'netns')
      throw wrong(value, 'a network namespace', ['net1'])
    return netnsName(value.name)
  },
  read(word) {
    if (/^\d+$/.test(word)) return Number(word)
    if (word.startsWith('/') || hasRef(word)) return word
    return readBy(() => netnsName(word), { kind: 'netns', name: word, server: '' } as const)
  },
}
