/** Cables and switches, which the labs of exercises are made of. */
import type { Command, Ipv4, Netns, Server } from 'vethlab'

/** An address of IPv6. */
export type Ipv6 = `${string}:${string}`

/** A switch, switched on. */
export const bridge = (server: Server, name: string): Command[] => [
  server.ip.link.add(name).type('bridge'),
  server.ip.link.set(name).up(),
]

/** A place with its loopback. */
export const made = (place: Netns): Command[] => [place.add(), place.ip.link.set('lo').up()]

/** A cable from a place into a switch. */
export const plugged = (server: Server, place: Netns, dev: string, into: string): Command[] => [
  server.ip.link.add(`${into}-${place.name}`).type('veth', { peer: dev, netns: place }),
  server.ip.link.set(`${into}-${place.name}`).master(into).up(),
  place.ip.link.set(dev).up(),
]

/** An address of a place, of either family. */
export function addressed(place: Netns, dev: string, address: Ipv4 | Ipv6, length: number): Command {
  return place.ip.addr.add(`${address}/${length}` as `${Ipv4}/${number}`).dev(dev)
}

/** Where two clients and the router of their switch are. */
interface LanAddresses {
  readonly server: Ipv4
  readonly a: Ipv4
  readonly b: Ipv4
}

/** Two clients at the switch `lan` of a server, which is their router. */
export const clients = (server: Server, [a, b]: readonly [Netns, Netns], at: LanAddresses): Command[] => [
  ...[a, b].flatMap((place) => plugged(server, place, 'eth0', 'lan')),
  addressed(a, 'eth0', at.a, 24),
  addressed(b, 'eth0', at.b, 24),
  server.ip.addr.add(`${at.server}/24`).dev('lan'),
  ...[a, b].map((place) => place.ip.route.add('default').via(at.server)),
]

/** What an OUTPUT, INPUT or FORWARD lets through that belongs to what was let through before. */
export const established = ['ESTABLISHED', 'RELATED'] as const
