/** Addresses of both families: pure. */
import ipaddr from 'ipaddr.js'

/** The family of an address: 6 where it has a colon. */
export const familyOf = (address: string): 4 | 6 => (address.includes(':') ? 6 : 4)

/** The words that tell ip(8) the family: nothing for IPv4. */
export const ipFamily = (address: string): string[] => (familyOf(address) === 6 ? ['-6'] : [])

/** How many bits an address of a family has: the length of the prefix that is one address alone. */
export const bitsOf = (address: string): 32 | 128 => (familyOf(address) === 6 ? 128 : 32)

const parsed = (text: string): [ipaddr.IPv4 | ipaddr.IPv6, number] | undefined => {
  try {
    return text.includes('/')
      ? (ipaddr.parseCIDR(text) as [ipaddr.IPv4 | ipaddr.IPv6, number])
      : [ipaddr.parse(text), bitsOf(text)]
  } catch {
    return undefined
  }
}

/** Whether an address is in a subnet; never across families. */
export function within(address: string, subnet: string): boolean {
  const [one, other] = [parsed(address), parsed(subnet)]
  if (!one || !other || one[0].kind() !== other[0].kind()) return false
  return one[0].match(other[0], other[1])
}

const range = (address: string): string | undefined => parsed(address)?.[0].range()

/** 127.0.0.0/8 and ::1. */
export const isLoopback = (address: string): boolean => range(address) === 'loopback'
/** fe80::/10: of one link only. */
export const isLinkLocal = (address: string): boolean =>
  familyOf(address) === 6 && range(address) === 'linkLocal'
/** 224.0.0.0/4 and ff00::/8. */
export const isMulticast = (address: string): boolean => range(address) === 'multicast'
/** Addresses that no router of the Internet has a way back to: RFC 1918, 6598, 4193. */
export const isPrivate = (address: string): boolean =>
  ['private', 'carrierGradeNat', 'uniqueLocal'].includes(range(address) ?? '')

/** The one way to write an address, so that two can be compared. */
export const plain = (address: string): string => {
  const found = parsed(address)
  return found && !address.includes('/') ? found[0].toString() : address
}

/** `10.0.0.1:80`, `[fd00::1]:80`, or without a port. */
export const withPort = (address: string, port: number | undefined): string =>
  port === undefined ? address : familyOf(address) === 6 ? `[${address}]:${port}` : `${address}:${port}`
