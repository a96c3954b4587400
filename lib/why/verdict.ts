/** The causes that `why` knows, and how a verdict reads. */
import type { Place } from '../language/command.ts'
import { onServer } from '../language/on-server.ts'
import { shellLine } from '../language/shell.ts'
import type { RuleText } from './rules.ts'
import { called, type Stack } from './stacks.ts'

/** What became of a packet. Each cause has one meaning; `vanished` is what is said when none can be proven. */
export type Cause =
  | 'delivered'
  | 'rule'
  | 'policy'
  | 'rejected'
  | 'no route'
  | 'no route back'
  | 'forwarding off'
  | 'rp_filter'
  | 'TTL exceeded'
  | 'ARP unanswered'
  | 'no such address'
  | 'link down'
  | 'wrong subnet mask'
  | 'wrong MAC address'
  | 'nobody listens'
  | 'listens on 127.0.0.1 only'
  | 'macvlan and its parent'
  | 'promiscuous mode denied'
  | 'ignores pings'
  | 'name does not resolve'
  | 'vanished'

export interface Verdict {
  /** `refused`: it arrived, and was turned away. */
  status: 'delivered' | 'refused' | 'died'
  cause: Cause
  /** Where. */
  place: string
  packet: 'request' | 'reply'
  /** What happened, in one sentence. */
  says: string
  rule?: RuleText
  /** How to see it by hand, and how to undo it: as typed on the server. */
  see?: string
  undo?: string
}

/** What a finding must say; where it was found says the rest. */
export type Found = Pick<Verdict, 'cause' | 'says'> & Partial<Verdict>

/** The verdict on a packet in a place. */
export const verdict = ({ place }: Stack, packet: Verdict['packet'], found: Found): Verdict => ({
  status: 'died',
  place: called(place),
  packet,
  ...found,
})

/** A command as a person would type it on the server of a place. An image may have no such tool: nsenter brings it. */
export function typed(place: Place, argv: readonly string[]): string {
  if (place.kind !== 'container') return shellLine(onServer(place, argv))
  return `nsenter -t "$(docker inspect -f '{{.State.Pid}}' ${place.name})" -n ${shellLine(argv)}`
}

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
    undo: typed(place, ['ip', 'link', 'set', 'dev', dev, 'up']),
  })

/** What is said when nothing can be proven. */
export const vanished = (stack: Stack, packet: Verdict['packet'], between: string): Verdict =>
  verdict(stack, packet, {
    cause: 'vanished',
    says: `the ${packet} vanished ${between}, and nothing tells why`,
    see: typed(stack.place, ['ip', '-s', 'link']),
  })
