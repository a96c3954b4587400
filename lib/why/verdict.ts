/** The causes that `why` knows, and how a verdict reads. */
import type { RuleText } from './rules.ts'

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
