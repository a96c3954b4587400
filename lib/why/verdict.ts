/** The causes that `why` knows, and how a verdict reads. */
import type { Place } from '../language/command.ts'
import { onServer } from '../language/on-server.ts'
import { quote, shellLine } from '../language/shell.ts'
import type { RuleText } from './rules.ts'
import { called, type Stack } from './stacks.ts'

/** What became of a packet. Each cause has one meaning; `vanished` is what is said when none can be proven. */
export const causes = [
  'delivered',
  'rule',
  'policy',
  'rejected',
  'no route',
  'no route back',
  'not masqueraded',
  'forwarding off',
  'rp_filter',
  'route_localnet',
  'own address as source',
  'TTL exceeded',
  'too big',
  'ARP unanswered',
  'no such address',
  'duplicate address',
  'duplicate MAC address',
  'stale neighbour',
  'overlapping subnets',
  'link down',
  'not on one switch',
  'port not forwarding',
  'isolated ports',
  'address on a port',
  'macvlan mode',
  'VXLAN mismatch',
  'wrong subnet mask',
  'wrong MAC address',
  'nobody listens',
  'listens on 127.0.0.1 only',
  'listens on another address',
  'not published',
  'container not running',
  'not served',
  'answered from another address',
  'macvlan and its parent',
  'promiscuous mode denied',
  'ignores pings',
  'IPsec policy',
  'traffic control',
  'name does not resolve',
  'left the lab',
  'not sent',
  'vanished',
] as const

/** One of them. */
export type Cause = (typeof causes)[number]

/** The cause as one word, for programs: `listens-on-127-0-0-1-only`. docs/causes.md has a part for each. */
export const codeOf = (cause: Cause): string => cause.toLowerCase().replace(/\W+/g, '-')

/** Codes that are finer than their cause. */
export const finerCodes = ['forbidden-by-routing', 'arp-policy', 'not-plugged-in', 'vlan-mismatch'] as const

/** What mends it: the words of commands, one after the other, each to be run in the network of that place. */
export interface Fix {
  place: Place
  lines: ReadonlyArray<readonly string[]>
}

/** What became of a probe, where, and why. */
export interface Verdict {
  /** `refused`: it arrived, and was turned away. `unknown`: nothing can be proven. */
  status: 'delivered' | 'refused' | 'died' | 'unknown'
  cause: Cause
  /** The cause as one word. */
  code: string
  /** Where. */
  place: string
  packet: 'request' | 'reply'
  /** What happened, in one sentence. */
  says: string
  rule?: RuleText
  /** How to see it by hand, and how to undo it: as typed on the server. */
  see?: string
  undo?: string
  /** The same as data: what `undo` says, and where. */
  fix?: Fix
  /** What would let this packet alone pass, where `fix` takes a whole rule away. */
  narrower?: Fix
  /** The kernel's own word for it, where it has one: `IP_RPFILTER`. */
  kernel?: string
  /** The listener that is missing: with one there it would be taken. */
  missing?: { place: Place; protocol: 'tcp' | 'udp'; address: string; port: number }
  /** What more was noticed, each in one sentence. */
  hints?: string[]
}

/** What a finding must say; where it was found says the rest. */
export type Found = Pick<Verdict, 'cause' | 'says'> & Partial<Verdict>

/** The verdict on a packet in a place. */
export const verdict = ({ place }: Stack, packet: Verdict['packet'], found: Found): Verdict => ({
  status: 'died',
  place: called(place),
  packet,
  ...found,
  code: found.code ?? codeOf(found.cause),
})

/** A command as a person would type it on the server of a place. An image may have no such tool: nsenter brings it. */
export function typed(place: Place, argv: readonly string[]): string {
  if (place.kind !== 'container') return shellLine(onServer(place, argv))
  return `nsenter -t "$(docker inspect -f '{{.State.Pid}}' ${quote(place.name)})" -n ${shellLine(argv)}`
}

/** Several commands, one after the other. */
export const typedAll = (place: Place, ...lines: ReadonlyArray<readonly string[]>): string =>
  lines.map((argv) => typed(place, argv)).join('; ')

/** What mends it: as typed on the server, and as data. */
export const mend = (
  place: Place,
  ...lines: ReadonlyArray<readonly string[]>
): { undo: string; fix: Fix } => ({ undo: typedAll(place, ...lines), fix: { place, lines } })

/** A kernel parameter of an interface; one with a dot in its name needs slashes. */
export const confKey = (family: 4 | 6, dev: string, name: string): string =>
  dev.includes('.') ? `net/ipv${family}/conf/${dev}/${name}` : `net.ipv${family}.conf.${dev}.${name}`

/** An interface is down, here or at its other end. */
export const linkDown = (
  at: Stack,
  packet: Verdict['packet'],
  { place }: Stack,
  dev: string,
  says: string,
): Verdict =>
  verdict(at, packet, {
    cause: 'link down',
    says,
    see: typed(place, ['ip', 'link', 'show', 'dev', dev]),
    ...mend(place, ['ip', 'link', 'set', 'dev', dev, 'up']),
  })

/** What is said when nothing can be proven. */
export const vanished = (stack: Stack, packet: Verdict['packet'], between: string): Verdict =>
  verdict(stack, packet, {
    status: 'unknown',
    cause: 'vanished',
    says: `the ${packet} vanished ${between}, and nothing tells why`,
    see: typed(stack.place, ['ip', '-s', 'link']),
  })
