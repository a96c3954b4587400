/** A rule of iptables or ip6tables in the making: its matches, and its target. */
import { BadInput } from '../../errors.ts'
import { type Command, command, type Place } from '../command.ts'
import type { Effect } from '../effects.ts'
import { type Clause, noMoreThan } from '../grammar/clause.ts'
import type { Methods } from '../grammar/form.ts'
import { exact, missing } from '../grammar/missing.ts'
import { listed } from '../grammar/nearest.ts'
import { chainName, ifName } from '../names.ts'
import { shellLine } from '../shell.ts'
import { must, oneLine, oneOf, show } from '../values.ts'
import { matches, ports, shared } from './matches.ts'
import {
  type BeforeRouting,
  beforeRouting,
  type ConnectionState,
  connectionStates,
  isTarget,
  type OnTheWayOut,
  onTheWayOut,
  type Protocol,
  protocols,
  type Table,
  type TargetOf,
  type TargetOptions,
  withPorts,
} from './table.ts'
import { addressOrSubnet, needsProtocol, type Program, targetWords } from './target.ts'

type HasPorts = (typeof withPorts)[number]
type PortValue = number | string

/** The matches of a rule. Each returns a new rule; after `.not` the next one is negated. */
interface Matches<T extends Table, C extends string, P extends Protocol | 'any'>
  extends Methods<typeof matches, Rule<T, C, P>> {
  /** The source address or subnet, or several with commas between them: `-s` */
  source(address: string): Rule<T, C, P>
  /** The destination address or subnet, or several with commas between them: `-d` */
  destination(address: string): Rule<T, C, P>
  /** The interface that the packet came in by; `+` at the end stands for any more letters: `-i` */
  in: C extends OnTheWayOut ? never : (dev: string) => Rule<T, C, P>
  /** The interface that it will leave by: `-o` */
  out: C extends BeforeRouting ? never : (dev: string) => Rule<T, C, P>
  /** The protocol, by name or number: `-p`. Ports may follow for tcp and udp. */
  protocol<Q extends Protocol>(protocol: Q): Rule<T, C, Q>
  /** The destination port, a range of them (`8000:8010`), or a service: `--dport` */
  dport: P extends HasPorts ? (port: PortValue) => Rule<T, C, P> : never
  /** The source port, a range of them, or a service: `--sport` */
  sport: P extends HasPorts ? (port: PortValue) => Rule<T, C, P> : never
  /** The state of the connection: `-m conntrack --ctstate` */
  ctstate(...states: ConnectionState[]): Rule<T, C, P>
}

/** A rule in the making. It is a command only after `jump()`. */
export interface Rule<T extends Table, C extends string, P extends Protocol | 'any' = 'any'>
  extends Matches<T, C, P> {
  /** Negates the next match: `.not.out('r0-net1')` is `! -o r0-net1`. */
  readonly not: Matches<T, C, P>
  /** A remark of at most 255 characters that stays with the rule: `-m comment --comment` */
  comment(text: string): Rule<T, C, P>
  /**
   * What happens to a packet that matches: a target of this table and chain, or a user's chain.
   *
   * Example: server1.iptables.nat.append('PREROUTING').protocol('tcp').dport(8080).jump('DNAT', { to: '10.0.0.2:80' })
   * Equivalent to: `iptables -t nat -A PREROUTING -p tcp --dport 8080 -j DNAT --to-destination 10.0.0.2:80`
   */
  jump<G extends TargetOf<T, C>>(
    target: G,
    ...options: undefined extends TargetOptions[G] ? [TargetOptions[G]?] : [TargetOptions[G]]
  ): Command
  jump<U extends string>(chain: U extends keyof TargetOptions ? never : U): Command
  /** Goes on in a user's chain, and does not come back here: `-g` */
  goto(chain: string): Command
  /** Only counts what matches: a rule without a target. */
  count(): Command
}

/** How the rule gets into its chain, or what is asked of it. */
export type Verb =
  | { flag: '-A' | '-D' | '-C' }
  | { flag: '-I'; position?: number }
  | { flag: '-R'; position: number }

/** The words that choose a table; filter is the default (iptables(8)). */
export const tableWords = (table: Table): string[] => (table === 'filter' ? [] : ['-t', table])

/** The family, where it is not IPv4, as effects tell it. */
export const familyOf = (program: Program): { family?: 'ip6' } =>
  program === 'ip6tables' ? { family: 'ip6' } : {}

/** What a rule was told so far. */
interface Said {
  readonly words: readonly string[]
  /** The flags that may stand once, with what they were given. */
  readonly once: Readonly<Record<string, string>>
  readonly negated: boolean
  /** The module of the last match. */
  readonly module?: string
}

const nothingYet: Said = { words: [], once: {}, negated: false }

/** Where a rule stands. */
export interface Where<T extends Table, C extends string> {
  readonly place: Place
  readonly program: Program
  readonly table: T
  readonly chain: C
  readonly verb: Verb
}

const own = [
  'source',
  'destination',
  'in',
  'out',
  'protocol',
  'dport',
  'sport',
  'ctstate',
  'comment',
  'jump',
  'goto',
  'count',
  'not',
]
const known = [...own, ...Object.keys(matches)]
const behind = missing(
  (name) => `vethlab has no match ${name}(): ${listed(name, known)}. If not: exec('iptables', …)`,
  () => known,
  new Set(['place', 'argv', 'does', 'kind', 'label', 'server', 'name']),
)

/** A module's name before its first match; it stands for those beside it, too. */
const moduleWords = (module: string | undefined, said: Said): string[] =>
  !module || (said.module === module && shared(module)) ? [] : ['-m', module]

/** The rule with one more match: `module` is told before the `!`. */
function further<T extends Table, C extends string>(
  where: Where<T, C>,
  said: Said,
  [key, ...flag]: readonly [key: string, ...flag: string[]],
  value: string,
  module?: string,
): Rule<T, C> {
  const { words, once, negated } = said
  if (Object.hasOwn(once, key))
    throw new BadInput(`${flag[0] ?? key} stands in this rule already: it can stand once`)
  return rule(where, {
    words: [...words, ...moduleWords(module, said), ...(negated ? ['!'] : []), ...flag],
    once: { ...once, [key]: negated ? `! ${value}` : value },
    negated: false,
    ...(module ? { module } : {}),
  })
}

function withoutNot({ negated }: Said, what: string): void {
  if (negated) throw new BadInput(`.not negates a match: ${what} cannot follow it`)
}

/** The matches that have a check of their own: of the chain, the protocol, the family. */
function ownMatches<T extends Table, C extends string>(where: Where<T, C>, said: Said) {
  const match = (flag: string, text: string, value = text, module?: string) =>
    further(where, said, [flag, flag, text], value, module)
  const address = (flag: string, value: string) =>
    match(flag, severalOnlyPlain(addressOrSubnet(value, where.program), said.negated), value)
  const device = (flag: string, dev: string, lacking: readonly string[], why: string) => {
    if (lacking.includes(where.chain)) throw new BadInput(`${where.chain} has no ${flag}: ${why}`)
    return match(flag, ifName(dev))
  }
  const port = (flag: string, value: PortValue) => {
    const text = ports.word(value)
    needsProtocol(said.once['-p'], withPorts, flag)
    return match(flag, text)
  }
  return {
    source: (value: string) => address('-s', value),
    destination: (value: string) => address('-d', value),
    in: (dev: string) => device('-i', dev, onTheWayOut, 'the packet leaves, wherever it came in'),
    out: (dev: string) => device('-o', dev, beforeRouting, 'the way out is not known yet'),
    protocol: (name: string | number) => match('-p', protocolWord(name), String(name)),
    dport: (number: PortValue) => port('--dport', number),
    sport: (number: PortValue) => port('--sport', number),
    ctstate: (...states: string[]) => {
      for (const state of states) oneOf(state, 'a state of a connection', connectionStates)
      if (states.length === 0) throw new BadInput(`ctstate() needs a state: ${connectionStates.join(', ')}`)
      return match('--ctstate', states.join(','), states.join(','), 'conntrack')
    },
    comment: (text: string) => {
      withoutNot(said, 'a comment')
      oneLine(text, 'a comment')
      must(Buffer.byteLength(text) <= 255, text, 'is not a comment: one line, at most 255 bytes')
      return match('--comment', text, text, 'comment')
    },
  }
}

/** What makes the rule a command. */
const endings = <T extends Table, C extends string>(where: Where<T, C>, said: Said) => ({
  jump: (target: string, options?: object): Command => {
    withoutNot(said, 'jump()')
    const { program, table, chain } = where
    const words = targetWords(program, table, chain, target, options, said.once['-p'])
    return finished(where, [...said.words, '-j', ...words])
  },
  goto: (to: string): Command => {
    withoutNot(said, 'goto()')
    if (isTarget(chainName(to))) throw new BadInput(`${to} is a target: goto() takes a user's chain`)
    return finished(where, [...said.words, '-g', to])
  },
  count: (): Command => {
    withoutNot(said, 'count()')
    return finished(where, said.words)
  },
})

/** A match of the tables in matches.ts. */
const tableMatch =
  <T extends Table, C extends string>(where: Where<T, C>, said: Said, name: string, clause: Clause) =>
  (...args: unknown[]): Rule<T, C> => {
    const flag = clause.print(args)
    noMoreThan(name, clause, args)
    const [first = '', ...values] = flag
    if (['--syn', '--tcp-flags', '--tcp-option'].includes(first))
      needsProtocol(said.once['-p'], ['tcp'], first)
    if (clause.module === 'multiport') needsProtocol(said.once['-p'], withPorts, first)
    return further(where, said, [name, ...flag], values.join(' '), clause.module)
  }

function rule<T extends Table, C extends string>(where: Where<T, C>, said: Said): Rule<T, C> {
  const all: Record<string, unknown> = Object.assign(
    Object.create(behind),
    exact([where.program], { ...ownMatches(where, said), ...endings(where, said) }, { ctstate: Infinity }),
  )
  for (const [name, clause] of Object.entries(matches) as Array<[string, Clause]>)
    all[name] = tableMatch(where, said, name, clause)
  Object.defineProperty(all, 'not', {
    get() {
      withoutNot(said, 'a second .not')
      return rule(where, { ...said, negated: true })
    },
  })
  // The types of `in`, `out`, `dport` and `sport` depend on the chain and the protocol; the code does not.
  return Object.freeze(all) as unknown as Rule<T, C>
}

/** Several addresses make several rules, of which each would let through what another one does not. */
function severalOnlyPlain(value: string, negated: boolean): string {
  if (negated && value.includes(','))
    throw new BadInput(`! cannot stand before several addresses: ${show(value)}`)
  return value
}

function protocolWord(name: string | number): string {
  if (typeof name === 'number') {
    must(Number.isInteger(name) && name >= 0 && name <= 255, name, 'is not a protocol: 0 to 255')
    return String(name)
  }
  return oneOf(name, 'a protocol', protocols as unknown as string[])
}

/** The rule as a command. */
function finished<T extends Table, C extends string>(
  { place, program, table, chain, verb }: Where<T, C>,
  spec: readonly string[],
): Command {
  const line = (flag: readonly string[]) => [program, ...tableWords(table), ...flag, ...spec]
  const argv = line([
    verb.flag,
    chain,
    ...('position' in verb && verb.position !== undefined ? [String(verb.position)] : []),
  ])
  if (verb.flag === '-C') return command(place, argv, [{ does: 'looks', table }], { shows: true })
  const thing = {
    kind: 'firewall rule',
    name: shellLine([chain, ...spec]),
    chain,
    table,
    ...familyOf(program),
  } as const
  // What a rule was that another one took the place of is not known.
  if (verb.flag === '-R') return command(place, argv, [{ does: 'replaces', ...thing }])
  const does: Effect = { does: verb.flag === '-D' ? 'removes' : 'makes', ...thing }
  return command(place, argv, [does], { undo: { argv: line([verb.flag === '-D' ? '-A' : '-D', chain]) } })
}

/** Starts a rule. */
export const startRule = <T extends Table, C extends string>(where: Where<T, C>): Rule<T, C> =>
  rule(where, nothingYet)
