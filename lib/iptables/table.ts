/** The grammar of iptables(8) and iptables-extensions(8) as types: which chain, target and match goes where. */

/** The built-in chains of each table. */
export interface BuiltinChains {
  filter: 'INPUT' | 'FORWARD' | 'OUTPUT'
  nat: 'PREROUTING' | 'INPUT' | 'OUTPUT' | 'POSTROUTING'
  raw: 'PREROUTING' | 'OUTPUT'
  mangle: 'PREROUTING' | 'INPUT' | 'FORWARD' | 'OUTPUT' | 'POSTROUTING'
}

export type Table = keyof BuiltinChains
export type Builtin = BuiltinChains[Table]

/** A chain of table T: one of its own, or a user's by name. Another table's chain is refused. */
export type ChainOf<T extends Table, C extends string> = C extends Builtin
  ? C extends BuiltinChains[T]
    ? C
    : never
  : C

/** Chains that a packet passes before its way out is known: there is no `-o` in them. */
export type BeforeRouting = 'PREROUTING' | 'INPUT'
/** Chains that a packet passes when its way in no longer counts: there is no `-i` in them. */
export type OnTheWayOut = 'POSTROUTING' | 'OUTPUT'

/** What a target needs; `undefined` for none. */
export interface TargetOptions {
  ACCEPT: undefined
  DROP: undefined
  RETURN: undefined
  /** Drops and answers. Default: icmp-port-unreachable. */
  REJECT: { with?: RejectWith } | undefined
  /** Writes a line to the kernel's log; the prefix has at most 29 characters. */
  LOG: { prefix?: string } | undefined
  /** Replaces the source by the address of the interface that the packet leaves through. */
  MASQUERADE: undefined
  SNAT: { to: string }
  DNAT: { to: string }
  /** Sends the packet to this machine itself, to another port. */
  REDIRECT: { port: number }
  /** No connection tracking for this packet. */
  NOTRACK: undefined
  /** Shows the packet's further way in `xtables-monitor --trace`. */
  TRACE: undefined
  MARK: { set: number }
  /** Sets the MSS of a TCP SYN to what fits the path. */
  TCPMSS: { clamp: 'pmtu' }
}

export type RejectWith =
  | 'icmp-net-unreachable'
  | 'icmp-host-unreachable'
  | 'icmp-port-unreachable'
  | 'icmp-proto-unreachable'
  | 'icmp-net-prohibited'
  | 'icmp-host-prohibited'
  | 'icmp-admin-prohibited'
  | 'tcp-reset'

type Always = 'ACCEPT' | 'DROP' | 'RETURN' | 'LOG'
type Dnat = 'DNAT' | 'REDIRECT'

/** The targets allowed in a built-in chain of a table. */
interface BuiltinTargets {
  filter: Record<BuiltinChains['filter'], Always | 'REJECT'>
  nat: {
    PREROUTING: Always | Dnat
    OUTPUT: Always | Dnat
    INPUT: Always | 'SNAT'
    POSTROUTING: Always | 'SNAT' | 'MASQUERADE'
  }
  raw: Record<BuiltinChains['raw'], Always | 'NOTRACK' | 'TRACE'>
  mangle: Record<BuiltinChains['mangle'], Always | 'MARK' | 'TCPMSS'>
}

/** The targets allowed in any chain C of table T; in a user's chain, all those of the table. */
export type TargetOf<T extends Table, C extends string> = C extends keyof BuiltinTargets[T]
  ? Extract<BuiltinTargets[T][C], keyof TargetOptions>
  : Extract<BuiltinTargets[T][keyof BuiltinTargets[T]], keyof TargetOptions>

export type ConnectionState = 'NEW' | 'ESTABLISHED' | 'RELATED' | 'INVALID' | 'UNTRACKED'
export type Protocol = 'tcp' | 'udp' | 'icmp'

/** The same lists for the checks that are made at run time. */
export const builtinChains: { readonly [T in Table]: readonly BuiltinChains[T][] } = {
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
  nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
  raw: ['PREROUTING', 'OUTPUT'],
  mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
}
