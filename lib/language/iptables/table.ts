/** The grammar of iptables(8) as data and as types: which chain, and which target, goes where. */
import type { Options } from '../grammar/options.ts'
import type { targetOptions } from './target-options.ts'

const always = [
  'ACCEPT',
  'DROP',
  'RETURN',
  'LOG',
  'MARK',
  'CONNMARK',
  'NFLOG',
  'NFQUEUE',
  'SET',
  'CLASSIFY',
  'AUDIT',
] as const
const changes = ['TCPMSS', 'TTL', 'HL', 'DSCP', 'TOS', 'TEE', 'CHECKSUM', 'ECN'] as const
const tracks = ['NOTRACK', 'TRACE', 'CT', 'TCPMSS', 'TTL', 'HL', 'DSCP', 'TEE'] as const

/** The tables, their built-in chains, and the targets that each chain allows. The types below are read off it. */
export const tables = {
  filter: {
    INPUT: [...always, 'REJECT', 'TCPMSS', 'TEE'],
    FORWARD: [...always, 'REJECT', 'TCPMSS', 'TEE'],
    OUTPUT: [...always, 'REJECT', 'TCPMSS', 'TEE'],
  },
  nat: {
    PREROUTING: [...always, 'DNAT', 'REDIRECT', 'NETMAP'],
    INPUT: [...always, 'SNAT', 'NETMAP'],
    OUTPUT: [...always, 'DNAT', 'REDIRECT', 'NETMAP'],
    POSTROUTING: [...always, 'SNAT', 'MASQUERADE', 'NETMAP'],
  },
  raw: {
    PREROUTING: [...always, ...tracks],
    OUTPUT: [...always, ...tracks],
  },
  mangle: {
    PREROUTING: [...always, ...changes, 'TPROXY'],
    INPUT: [...always, ...changes],
    FORWARD: [...always, ...changes],
    OUTPUT: [...always, ...changes],
    POSTROUTING: [...always, ...changes],
  },
  security: {
    INPUT: [...always],
    FORWARD: [...always],
    OUTPUT: [...always],
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

type WithOptions = { [G in keyof typeof targetOptions]: OptionsFor<Options<(typeof targetOptions)[G]>> }
type OptionsFor<O> = Record<never, never> extends O ? O | undefined : O
type AllTargets = ListOf<{ [T in Table]: Tables[T][keyof Tables[T]] }[Table]>

/** What a target needs, or may have; `undefined` for none. */
export type TargetOptions = {
  [G in AllTargets]: G extends keyof WithOptions ? WithOptions[G] : undefined
}

/** The targets allowed in any chain C of table T; in a user's chain, all those of the table. */
export type TargetOf<T extends Table, C extends string> = Extract<
  C extends keyof Tables[T] ? ListOf<Tables[T][C]> : ListOf<Tables[T][keyof Tables[T]]>,
  keyof TargetOptions
>

type ListOf<L> = L extends readonly (infer Target)[] ? Target : never

/** The states that connection tracking gives to packets. */
export const connectionStates = [
  'NEW',
  'ESTABLISHED',
  'RELATED',
  'INVALID',
  'UNTRACKED',
  'SNAT',
  'DNAT',
] as const
export type ConnectionState = (typeof connectionStates)[number]

/** The protocols that have ports. */
export const withPorts = ['tcp', 'udp', 'sctp', 'dccp', 'udplite'] as const
/** The protocols that `-p` may name, beside any by its number. */
export const protocols = [
  ...withPorts, 'icmp', 'icmpv6', 'ipv6-icmp', 'all', 'esp', 'ah', 'gre', 'ospf', 'igmp', 'ipv6', 'ipip', 'vrrp', 'pim', 'mh', 'ipencap', '4', 'l2tp',
] as const // biome-ignore format: a list
export type Protocol = (typeof protocols)[number] | number
