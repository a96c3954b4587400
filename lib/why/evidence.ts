/** All that is known when a probe is over, and how to find one's way in it. */
import { within } from './address.ts'
import type { Container, Network } from './containers.ts'
import type { Facts } from './facts.ts'
import type { Journey, Visit } from './journey.ts'
import type { Header } from './packet.ts'
import type { Link, Stack } from './stacks.ts'
import type { Heard } from './talk.ts'
import type { Passage } from './trace.ts'
import type { Verdict } from './verdict.ts'
import type { Probe } from './watch.ts'

/** Another probe, that helps to explain this one. */
export interface Leg {
  from: string
  to: string
  port?: number
  udp?: boolean
}

export interface Evidence {
  stacks: readonly Stack[]
  /** Of all engines, the stopped ones too. */
  containers: readonly Container[]
  probe: Probe
  from: Stack
  /** The address that was asked. */
  target: string
  /** The place that was asked for by its name. */
  named?: Stack
  journeys: readonly Journey[]
  /** Everything that was seen, ARP too. */
  passages: readonly Passage[]
  /** An open connection: the other side hung up at once; its first byte was lost, and `journeys` tell of that one. */
  talk?: Heard
  /** What the sending program said. */
  said: string
  /** The rules of iptables-legacy with their counters, as they were before the probe. */
  legacy: ReadonlyMap<Stack, string>
  facts: Facts
  /** The networks of a server's engine. */
  networks(server: string): Promise<readonly Network[]>
  /** The programs of a server whose words match, as they were started. */
  programs(server: string, word: string): Promise<string[]>
  /** Sends the same packet once more, unseen; not there for a datagram, which a program would read. */
  resend?: () => Promise<unknown>
  /** Asks once more, from elsewhere; undefined when that was done often enough. */
  ask(leg: Leg): Promise<Verdict | undefined>
}

/** The stack of a place that something was seen in. */
export const stackOf = ({ stacks, from }: Pick<Evidence, 'stacks' | 'from'>, name: string): Stack =>
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
  network(link).some((subnet) => within(address, subnet))
