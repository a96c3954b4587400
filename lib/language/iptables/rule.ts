/** A rule of iptables or ip6tables in the making: its matches, and its target. */
import { BadInput } from '../../errors.ts'
import { type Command, command, type Place } from '../command.ts'
import type { Effect } from '../effects.ts'
import type { Clause } from '../grammar/clause.ts'
import type { Methods } from '../grammar/form.ts'
import { missing } from '../grammar/missing.ts'
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

function rule<T extends Table, C extends string>(where: Where<T, C>, said: Said): Rule<T, C> {
  const { program, chain } = where
  const { words, once, negated } = said
  const not = negated ? ['!'] : []
  /** One more match: `module` is told before the `!`. */
  const match = (key: string, flag: readonly string[], value: string, module?: string) => {
    if (Object.hasOwn(once, key))
      throw new BadInput(`${flag[0] ?? key} stands in this rule already: it can stand once`)
    return rule(where, {
      words: [...words, ...moduleWords(module, said), ...not, ...flag],
      once: { ...once, [key]: negated ? `! ${value}` : value },
      negated: false,
      ...(module ? { module } : {}),
    })
  }
  const notHere = (flag: string, chains: readonly string[], why: string) => {
    if (chains.includes(chain)) throw new BadInput(`${chain} has no ${flag}: ${why}`)
  }
  const portMatch = (flag: string, value: PortValue) => {
    const text = ports.word(value)
    needsProtocol(once['-p'], withPorts, flag)
    return match(flag, [flag, text], text)
  }
  const withoutNot = (what: string) => {
    if (negated) throw new BadInput(`.not negates a match: ${what} cannot follow it`)
  }
  const value = {
    source: (address: string) =>
      match('-s', ['-s', severalOnlyPlain(addressOrSubnet(address, program), negated)], address),
    destination: (address: string) =>
      match('-d', ['-d', severalOnlyPlain(addressOrSubnet(address, program), negated)], address),
    in: (dev: string) => {
      notHere('-i', onTheWayOut, 'the packet leaves, wherever it came in')
      return match('-i', ['-i', ifName(dev)], dev)
    },
    out: (dev: string) => {
      notHere('-o', beforeRouting, 'the way out is not known yet')
      return match('-o', ['-o', ifName(dev)], dev)
    },
    protocol: (name: string | number) => match('-p', ['-p', protocolWord(name)], String(name)),
    dport: (number: PortValue) => portMatch('--dport', number),
    sport: (number: PortValue) => portMatch('--sport', number),
    ctstate: (...states: string[]) => {
      for (const state of states) oneOf(state, 'a state of a connection', connectionStates)
      if (states.length === 0) throw new BadInput(`ctstate() needs a state: ${connectionStates.join(', ')}`)
      return match('--ctstate', ['--ctstate', states.join(',')], states.join(','), 'conntrack')
    },
    comment: (text: string) => {
      withoutNot('a comment')
      oneLine(text, 'a comment')
      must(Buffer.byteLength(text) <= 255, text, 'is not a comment: one line, at most 255 bytes')
      return match('--comment', ['--comment', text], text, 'comment')
    },
    jump: (target: string, options?: object): Command => {
      withoutNot('jump()')
      return finished(where, [
        ...words,
        '-j',
        ...targetWords(program, where.table, chain, target, options, once['-p']),
      ])
    },
    goto: (to: string): Command => {
      withoutNot('goto()')
      if (isTarget(chainName(to))) throw new BadInput(`${to} is a target: goto() takes a user's chain`)
      return finished(where, [...words, '-g', to])
    },
    count: (): Command => {
      withoutNot('count()')
      return finished(where, words)
    },
  }
  const all: Record<string, unknown> = Object.assign(Object.create(behind), value)
  for (const [name, clause] of Object.entries(matches) as Array<[string, Clause]>)
    all[name] = (...args: unknown[]) => {
      const flag = clause.print(args)
      if (['--syn', '--tcp-flags', '--tcp-option'].includes(flag[0] ?? ''))
        needsProtocol(once['-p'], ['tcp'], flag[0] ?? '')
      if (clause.module === 'multiport') needsProtocol(once['-p'], withPorts, flag[0] ?? '')
      return match(name, flag, flag.slice(1).join(' '), clause.module)
    }
  Object.defineProperty(all, 'not', {
    get() {
      withoutNot('a second .not')
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
