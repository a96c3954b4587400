/** All that is known when a probe is over, and how to find one's way in it. */
import { inside as insideSubnet } from '../language/names.ts'
import type { Facts } from './facts.ts'
import type { Journey, Visit } from './journey.ts'
import type { Header } from './packet.ts'
import type { Link, Stack } from './stacks.ts'
import type { Passage } from './trace.ts'
import type { Probe } from './watch.ts'

export interface Evidence {
  stacks: readonly Stack[]
  probe: Probe
  from: Stack
  /** The address that was asked. */
  target: string
  journeys: readonly Journey[]
  /** Everything that was seen, ARP too. */
  passages: readonly Passage[]
  /** The rules of iptables-legacy with their counters, as they were before the probe. */
  legacy: ReadonlyMap<Stack, string>
  facts: Facts
}

/** The stack of a place that something was seen in. */
export const stackOf = ({ stacks, from }: Evidence, name: string): Stack =>
  stacks.find(({ place }) => place.name === name) ?? from

/** The packet as it was at the end of its way, and where that was. A journey has a visit, and a visit a passage. */
export function endOf(evidence: Evidence, { visits }: Journey): [Header, Stack] {
  const { place, passages } = visits.at(-1) as Visit
  return [(passages.at(-1) as Passage).header, stackOf(evidence, place)]
}

/** A link by its name. */
export const linkOf = (stack: Stack, dev: string | undefined): Link | undefined =>
  stack.links.find(({ name }) => name === dev)

/** The addresses of a link with their prefix lengths. */
export const network = (link: Link): string[] =>
  link.addresses.map(({ local, prefixlen }) => `${local}/${prefixlen}`)

/** Whether an address is on the subnet of a link. */
export const onLink = (link: Link, address: string): boolean =>
  network(link).some((subnet) => insideSubnet(address, subnet))
