/** A rule of iptables in the making: its matches, and its target. */
import { BadInput } from '../../errors.ts'
import { type Command, command, type Place } from '../command.ts'
import type { Effect } from '../effects.ts'
import { ifName, port } from '../names.ts'
import { shellLine } from '../shell.ts'
import { must, oneLine, oneOf } from '../values.ts'
import {
  type BeforeRouting,
  beforeRouting,
  type ConnectionState,
  connectionStates,
  type OnTheWayOut,
  onTheWayOut,
  type Protocol,
  protocols,
  type Table,
  type TargetOf,
  type TargetOptions,
} from './table.ts'
import { addressOrSubnet, needsProtocol, targetWords } from './target.ts'

/** The matches of a rule. Each returns a new rule; after `.not` the next one is negated. */
interface Matches<T extends Table, C extends string, P extends Protocol | 'any'> {
  /** The source address or subnet: `-s` */
  source(address: string): Rule<T, C, P>
  /** The destination address or subnet: `-d` */
  destination(address: string): Rule<T, C, P>
  /** The interface that the packet came in by: `-i` */
  in: C extends OnTheWayOut ? never : (dev: string) => Rule<T, C, P>
  /** The interface that it will leave by: `-o` */
  out: C extends BeforeRouting ? never : (dev: string) => Rule<T, C, P>
  /** The protocol: `-p`. Ports may follow for tcp and udp. */
  protocol<Q extends Protocol>(protocol: Q): Rule<T, C, Q>
  /** The destination port: `--dport` */
  dport: P extends 'tcp' | 'udp' ? (port: number) => Rule<T, C, P> : never
  /** The source port: `--sport` */
  sport: P extends 'tcp' | 'udp' ? (port: number) => Rule<T, C, P> : never
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
}

/** How the rule gets into its chain. */
export type Verb = { flag: '-A' | '-D' } | { flag: '-I'; position?: number }

/** The words that choose a table; filter is the default (iptables(8)). */
export const tableWords = (table: Table): string[] => (table === 'filter' ? [] : ['-t', table])

/** What a rule was told so far. */
interface Said {
  readonly words: readonly string[]
  /** The flags that may stand once, with what they were given. */
  readonly once: Readonly<Record<string, string>>
  readonly negated: boolean
}

const nothingYet: Said = { words: [], once: {}, negated: false }

/** Starts a rule, or goes on with one. */
export function rule<T extends Table, C extends string>(
  place: Place,
  table: T,
  chain: C,
  verb: Verb,
  said: Said = nothingYet,
): Rule<T, C> {
  const { words, once, negated } = said
  const not = negated ? ['!'] : []
  /** One more match. `before` are words that the `!` comes after. */
  const match = (flag: string, value: string, before: readonly string[] = []) => {
    if (Object.hasOwn(once, flag))
      throw new BadInput(`${flag} stands in this rule already: it can stand once`)
    return rule(place, table, chain, verb, {
      words: [...words, ...before, ...not, flag, value],
      once: { ...once, [flag]: negated ? `! ${value}` : value },
      negated: false,
    })
  }
  const line = (flag: string[], spec: string[]) => ['iptables', ...tableWords(table), ...flag, ...spec]
  const notHere = (flag: string, where: readonly string[], why: string) => {
    if (where.includes(chain)) throw new BadInput(`${chain} has no ${flag}: ${why}`)
  }
  const portMatch = (flag: string, number: number) => {
    port(number)
    needsProtocol(once['-p'], ['tcp', 'udp'], flag)
    return match(flag, String(number))
  }
  const withoutNot = (what: string) => {
    if (negated) throw new BadInput(`.not negates a match: ${what} cannot follow it`)
  }

  const value = {
    source: (address: string) => match('-s', addressOrSubnet(address)),
    destination: (address: string) => match('-d', addressOrSubnet(address)),
    in: (dev: string) => {
      notHere('-i', onTheWayOut, 'the packet leaves, wherever it came in')
      return match('-i', ifName(dev))
    },
    out: (dev: string) => {
      notHere('-o', beforeRouting, 'the way out is not known yet')
      return match('-o', ifName(dev))
    },
    protocol: (name: string) => match('-p', oneOf(name, 'a protocol', protocols)),
    dport: (number: number) => portMatch('--dport', number),
    sport: (number: number) => portMatch('--sport', number),
    ctstate: (...states: string[]) => {
      for (const state of states) oneOf(state, 'a state of a connection', connectionStates)
      if (states.length === 0) throw new BadInput(`ctstate() needs a state: ${connectionStates.join(', ')}`)
      return match('--ctstate', states.join(','), ['-m', 'conntrack'])
    },
    comment: (text: string) => {
      withoutNot('a comment')
      oneLine(text, 'a comment')
      must(Buffer.byteLength(text) <= 255, text, 'is not a comment: one line, at most 255 bytes')
      return match('--comment', text, ['-m', 'comment'])
    },
    jump: (target: string, options?: object): Command => {
      withoutNot('jump()')
      const spec = [...words, '-j', ...targetWords(table, chain, target, options, once['-p'])]
      const at = verb.flag === '-I' && verb.position !== undefined ? [String(verb.position)] : []
      const takeBack = verb.flag === '-D' ? '-A' : '-D'
      const does: Effect = {
        does: verb.flag === '-D' ? 'removes' : 'makes',
        kind: 'firewall rule',
        name: shellLine([chain, ...spec]),
        chain,
        table,
      }
      return command(place, line([verb.flag, chain, ...at], spec), [does], {
        undo: { argv: line([takeBack, chain], spec) },
      })
    },
    get not() {
      withoutNot('a second .not')
      return rule(place, table, chain, verb, { ...said, negated: true })
    },
  }
  // The types of `in`, `out`, `dport` and `sport` depend on the chain and the protocol; the code does not.
  return Object.freeze(value) as unknown as Rule<T, C>
}
