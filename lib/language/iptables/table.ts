/** The grammar of iptables(8) and iptables-extensions(8) as types: which chain, target and match goes where. */

const always = ['ACCEPT', 'DROP', 'RETURN', 'LOG'] as const

/** The tables, their built-in chains, and the targets that each chain allows. The types below are read off it. */
export const tables = {
  filter: {
    INPUT: [...always, 'REJECT'],
    FORWARD: [...always, 'REJECT'],
    OUTPUT: [...always, 'REJECT'],
  },
  nat: {
    PREROUTING: [...always, 'DNAT', 'REDIRECT'],
    INPUT: [...always, 'SNAT'],
    OUTPUT: [...always, 'DNAT', 'REDIRECT'],
    POSTROUTING: [...always, 'SNAT', 'MASQUERADE'],
  },
  raw: {
    PREROUTING: [...always, 'NOTRACK', 'TRACE'],
    OUTPUT: [...always, 'NOTRACK', 'TRACE'],
  },
  mangle: {
    PREROUTING: [...always, 'MARK', 'TCPMSS'],
    INPUT: [...always, 'MARK', 'TCPMSS'],
    FORWARD: [...always, 'MARK', 'TCPMSS'],
    OUTPUT: [...always, 'MARK', 'TCPMSS'],
    POSTROUTING: [...always, 'MARK', 'TCPMSS'],
  },
} as const

type Tables = typeof tables

/** Whether a word is a target of some chain: no user's chain can have its name. */
export const isTarget = (word: string): boolean =>
  Object.values(tables).some((chains) =>
    Object.values<readonly string[]>(chains).some((of) => of.includes(word)),
  )

export type Table = keyof Tables
/** The built-in chains of each table. */
export type BuiltinChains = { [T in Table]: Extract<keyof Tables[T], string> }
export type Builtin = BuiltinChains[Table]

/** A chain of table T: one of its own, or a user's by name. Another table's chain is refused. */
export type ChainOf<T extends Table, C extends string> = C extends Builtin
  ? C extends BuiltinChains[T]
    ? C
    : never
  : C

/** Chains that a packet passes before its way out is known: there is no `-o` in them. */
export const beforeRouting = ['PREROUTING', 'INPUT'] as const
export type BeforeRouting = (typeof beforeRouting)[number]
/** Chains that a packet passes when its way in no longer counts: there is no `-i` in them. */
export const onTheWayOut = ['POSTROUTING', 'OUTPUT'] as const
export type OnTheWayOut = (typeof onTheWayOut)[number]

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

/** What REJECT may answer. */
export const rejections = [
  'icmp-net-unreachable',
  'icmp-host-unreachable',
  'icmp-port-unreachable',
  'icmp-proto-unreachable',
  'icmp-net-prohibited',
  'icmp-host-prohibited',
  'icmp-admin-prohibited',
  'tcp-reset',
] as const
export type RejectWith = (typeof rejections)[number]

/** The targets allowed in any chain C of table T; in a user's chain, all those of the table. */
export type TargetOf<T extends Table, C extends string> = Extract<
  C extends keyof Tables[T] ? ListOf<Tables[T][C]> : ListOf<Tables[T][keyof Tables[T]]>,
  keyof TargetOptions
>

type ListOf<L> = L extends readonly (infer Target)[] ? Target : never

/** The states that connection tracking gives to packets. */
export const connectionStates = ['NEW', 'ESTABLISHED', 'RELATED', 'INVALID', 'UNTRACKED'] as const
export type ConnectionState = (typeof connectionStates)[number]
/** The protocols that `-p` may name. */
export const protocols = ['tcp', 'udp', 'icmp'] as const
export type Protocol = (typeof protocols)[number]
