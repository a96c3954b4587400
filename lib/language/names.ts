/**
 * The words that commands are made of, and what makes them legal.
 *
 * Types say what can be said in TypeScript; the functions check the rest when a command is built and return the
 * value unchanged. A ref (see ref.ts) passes: its value is checked when it is known.
 */
import ipaddr from 'ipaddr.js'
import { BadInput } from '../errors.ts'
import type { Place } from './command.ts'
import { hasRef } from './ref.ts'
import { comesLater, must, text as mustBeText, operand, word } from './values.ts'

/** An IPv4 address, as in `10.0.0.1`. */
export type Ipv4 = `${number}.${number}.${number}.${number}`
/** An IPv6 address, as in `fd00::1`. */
export type Ipv6 = `${string}:${string}`
/** An address of either family. */
export type Address = Ipv4 | Ipv6
/** An address with the length of its prefix, as in `10.0.0.1/24` or `fd00::1/64`. */
export type Cidr = `${Ipv4}/${number}` | `${Ipv6}/${number}`
/** An address with a mask, as older tools write it: `10.0.0.1/255.255.255.0`. */
export type Masked = `${Ipv4}/${Ipv4}`
/** An interface name: 1 to 15 characters (IFNAMSIZ in linux/if.h). */
export type IfName = string

/**
 * Checks an interface name: 1 to 15 characters, no blank, `/` or `:`, not `.` or `..`
 * (dev_valid_name in net/core/dev.c), and no leading `-`, which tools read as an option.
 */
export function ifName<T extends string>(name: T): T {
  mustBeText(name, 'an interface name')
  if (comesLater(name)) return name
  must(
    /^[^\s/:\p{Cc}-][^\s/:\p{Cc}]{0,14}$/u.test(name) && name !== '.' && name !== '..',
    name,
    'is not an interface name: 1 to 15 characters, no blank, "/" or ":"',
  )
  must(Buffer.byteLength(name) <= 15, name, 'is longer than 15 bytes')
  const [own = ''] = name.split('@')
  must(own === name, name, `is how ip(8) shows a link with its other end: its name is ${own}`)
  // The kernel would take them; nft(8), by which `why` watches an interface, does not.
  must(/^[!#-~]+$/.test(name), name, 'is not an interface name that every tool takes: ASCII, and no "')
  return name
}

/** Checks an IPv4 address in the usual four-part form. */
export function ipv4<T extends string>(address: T): T {
  mustBeText(address, 'an IPv4 address')
  if (comesLater(address)) return address
  must(
    ipaddr.IPv4.isValidFourPartDecimal(address),
    address,
    'is not an IPv4 address: four numbers from 0 to 255',
  )
  return address
}

/** Checks an IPv4 address with prefix length: `10.0.0.1/24`. */
export function cidr<T extends string>(value: T): T {
  mustBeText(value, 'ADDRESS/PREFIX')
  if (comesLater(value)) return value
  const [address = '', prefix = '', ...rest] = value.split('/')
  must(
    rest.length === 0 && ipaddr.IPv4.isValidFourPartDecimal(address),
    value,
    'is not ADDRESS/PREFIX, as in 10.0.0.1/24',
  )
  must(
    value.includes('/'),
    value,
    `has no prefix length: it says how large the subnet is, as in ${address}/24`,
  )
  must(
    /^\d{1,2}$/.test(prefix) && Number(prefix) <= 32,
    value,
    `has prefix length ${prefix || 'none'}; it must be 0 to 32`,
  )
  return value
}

/** Checks a subnet: ADDRESS/PREFIX with no bit set behind the prefix, as engines and route tables want it. */
export function subnet<T extends string>(value: T): T {
  cidr(value)
  if (hasRef(value)) return value
  const network = ipaddr.IPv4.networkAddressFromCIDR(value).toString()
  must(
    value.startsWith(`${network}/`),
    value,
    `has bits set behind its prefix; the subnet is ${network}/${value.split('/')[1]}`,
  )
  return value
}

/** The subnet that an address with prefix length is in: `10.0.0.1/24` is in `10.0.0.0/24`. */
export const networkOf = (value: string): string =>
  `${ipaddr.IPv4.networkAddressFromCIDR(value)}/${value.split('/')[1]}`

/** Whether two subnets have an address in common. Both must have been checked before. */
export const overlap = (one: string, other: string): boolean => inside(one, other) || inside(other, one)

/** The prefix length of a subnet of either family that was checked before. */
export const prefixOf = (value: string): number => ipaddr.parseCIDR(value)[1]

/**
 * The first `count` addresses for machines in a subnet of either family, in order: all but its first address and its last
 * one. The subnet must have been checked before.
 */
export function hostAddresses(value: string, count: number): Address[] {
  const [network, prefix] = ipaddr.parseCIDR(value)
  const bytes = network.toByteArray()
  const free = bytes.length * 8 - prefix
  const has = free > 31 ? Number.POSITIVE_INFINITY : Math.max(0, 2 ** free - 2)
  if (count > has) throw new BadInput(`${count} nodes need ${count} addresses; ${value} has ${has}`)
  const first = new DataView(Uint8Array.from(bytes.slice(-4)).buffer).getUint32(0) + 1
  return Array.from({ length: count }, (_, index) => {
    const last = [24, 16, 8, 0].map((bits) => ((first + index) >>> bits) & 255)
    return ipaddr.fromByteArray([...bytes.slice(0, -4), ...last]).toString() as Address
  })
}

/** Whether an address, or a whole smaller subnet, lies inside `outer`. Both must have been checked before. */
export function inside(inner: string, outer: string): boolean {
  if (hasRef(inner) || hasRef(outer)) return true
  const [address = '', prefix = '32'] = inner.split('/')
  const [network, bits] = ipaddr.IPv4.parseCIDR(outer)
  return Number(prefix) >= bits && ipaddr.IPv4.parse(address).match(network, bits)
}

/** Checks that `address` lies inside `outer`; `what` names its role in the error. */
export function mustBeInside(address: string, outer: string, what: string): void {
  must(inside(address, outer), address, `cannot be the ${what}: it is outside ${outer}`)
}

/** Checks a TCP or UDP port: a whole number from 1 to 65535. */
export function port(value: number): number {
  must(Number.isInteger(value) && value >= 1 && value <= 65535, value, 'is not a port: 1 to 65535')
  return value
}

/** Checks a whole number; `what` names it in the error. */
export function whole(value: number, what: string, min: number, max: number): number {
  must(Number.isInteger(value) && value >= min && value <= max, value, `is not a ${what}: ${min} to ${max}`)
  return value
}

/** Checks the name of a network namespace: a file name in /run/netns (ip-netns(8)). */
export function netnsName<T extends string>(name: T): T {
  mustBeText(name, 'the name of a network namespace')
  must(
    /^[^\s/\p{Cc}-][^\s/\p{Cc}]{0,254}$/u.test(name) && name !== '.' && name !== '..',
    name,
    'is not the name of a network namespace: 1 to 255 characters, no blank or "/"',
  )
  must(Buffer.byteLength(name) <= 255, name, 'is longer than a file name may be: 255 bytes')
  word(name)
  return name
}

/** Checks a host name: letters, digits and hyphens, at most 63 (RFC 1123 section 2.1). */
export function hostName<T extends string>(name: T): T {
  mustBeText(name, 'a host name')
  must(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i.test(name), name, 'is not a host name: letters, digits, "-"')
  return name
}

/** Checks the name of a Docker object (restrictedNameChars in moby's daemon/names/names.go). */
export function dockerName<T extends string>(name: T): T {
  mustBeText(name, 'a Docker name')
  if (comesLater(name)) return name
  must(
    /^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/.test(name),
    name,
    'is not a Docker name: letters, digits, "_", "." and "-", at least two',
  )
  return name
}

/** Checks the name of a Docker network, or a further name in one: one letter will do. */
export function networkName<T extends string>(name: T): T {
  mustBeText(name, 'the name of a network')
  if (comesLater(name)) return name
  must(
    /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(name),
    name,
    'is not the name of a network: letters, digits, "_", "." and "-"',
  )
  return name
}

/** Checks the name of an iptables chain: 1 to 28 characters (XT_EXTENSION_MAXNAMELEN in linux/netfilter/x_tables.h). */
export function chainName<T extends string>(name: T): T {
  mustBeText(name, 'the name of a chain')
  must(
    /^[^\s\p{Cc}!-][^\s\p{Cc}]{0,27}$/u.test(name) && Buffer.byteLength(name) <= 28,
    name,
    'is not the name of a chain: 1 to 28 bytes, no blank, no leading "-" or "!"',
  )
  return word(name)
}

/** Checks a sysctl key: names with dots between them, as in `net.ipv4.ip_forward`. */
export function sysctlKey<T extends string>(key: T): T {
  mustBeText(key, 'a sysctl key')
  if (comesLater(key)) return key
  must(
    /^[a-z0-9_-]+([./][A-Za-z0-9_@+-]+)+$/.test(key),
    key,
    'is not a sysctl key, as in net.ipv4.ip_forward',
  )
  return key
}

/** Checks a MAC address: six pairs of hexadecimal digits with colons. */
export function mac<T extends string>(value: T): T {
  mustBeText(value, 'a MAC address')
  must(/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(value), value, 'is not a MAC address, as in 02:00:00:00:00:01')
  return value
}

/** Checks a name that a resolver may be asked for: labels with dots between them, `_` among their letters (RFC 2181). */
export function dnsName<T extends string>(name: T): T {
  mustBeText(name, 'a name')
  if (comesLater(name)) return name
  must(
    name.length <= 254 && /^([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.(?=.)|\.?$))+$/i.test(name),
    name,
    'is not a name: letters, digits, "-", "_", with dots between its parts',
  )
  return name
}

/** Checks the name of an image, as in `registry:5000/alpine:3.19@sha256:…` (distribution/reference, regexp.go). */
export function imageName<T extends string>(name: T): T {
  operand(name, 'the name of an image')
  if (comesLater(name)) return name
  const part = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*'
  const registry = '(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]+)?/)?'
  const image = new RegExp(
    `^${registry}${part}(?:/${part})*(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(?:@[a-z0-9]+:[0-9a-f]{32,})?$`,
  )
  must(
    name.length <= 512 && image.test(name),
    name,
    'is not the name of an image: lower case, as in alpine or registry:5000/alpine:3.19',
  )
  return name
}

/** Checks a place of one kind: `what` says what it must be, as in `a server`. */
export function placeOf<P extends Place>(value: P, kind: Place['kind'], what: string): P {
  const is = typeof value === 'object' && value !== null && value.kind === kind
  must(is && typeof value.server === 'string', value, `is not ${what}`)
  if (kind === 'netns') netnsName(value.name)
  else hostName(value.name)
  return value
}

/** Checks a network namespace that something is to be moved to from a place on the same server. */
export function netnsOn<P extends Place>(value: P, from: Place): P {
  placeOf(value, 'netns', "a network namespace, as server1.netns('net1') is")
  if (value.server !== from.server)
    throw new BadInput(`${value.name} is on ${value.server}, not on ${from.server}`)
  return value
}
