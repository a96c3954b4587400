import { BadInput } from '../../errors.ts'
import { type Command, command, type Place } from '../command.ts'
import { chainName, cidr, ifName, ipv4, port, whole, word } from '../names.ts'
import {
  type BeforeRouting,
  beforeRouting,
  type ConnectionState,
  type OnTheWayOut,
  onTheWayOut,
  type Protocol,
  type Table,
  type TargetOf,
  type TargetOptions,
  tables,
} from './table.ts'

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

/** An address with or without prefix length, as `-s` and `-d` take it. */
const addressOrSubnet = (value: string): string => (value.includes('/') ? cidr(value) : ipv4(value))

/** An address, a range of them, and ports, as --to-destination and --to-source take them. */
function natTarget(to: string): string {
  const [addresses = '', ports, ...rest] = to.split(':')
  for (const address of addresses.split('-')) ipv4(address)
  for (const number of ports?.split('-') ?? []) port(Number(number))
  if (rest.length > 0) throw new BadInput(`${JSON.stringify(to)} is not ADDRESS or ADDRESS:PORT`)
  return to
}

const optionWords: { [G in keyof TargetOptions]?: (options: NonNullable<TargetOptions[G]>) => string[] } = {
  REJECT: (o) => (o.with ? ['--reject-with', o.with] : []),
  LOG: (o) => {
    if (o.prefix === undefined) return []
    if (o.prefix.length > 29) throw new BadInput(`${JSON.stringify(o.prefix)} is longer than 29 characters`)
    return ['--log-prefix', o.prefix]
  },
  SNAT: (o) => ['--to-source', natTarget(o.to)],
  DNAT: (o) => ['--to-destination', natTarget(o.to)],
  REDIRECT: (o) => ['--to-ports', String(port(o.port))],
  MARK: (o) => ['--set-mark', String(whole(o.set, 'packet mark', 0, 0xffffffff))],
  TCPMSS: () => ['--clamp-mss-to-pmtu'],
}

/** The words that choose a table; filter is the default (iptables(8)). */
export const tableWords = (table: Table): string[] => (table === 'filter' ? [] : ['-t', table])

/** Starts a rule; `words` are the matches so far. */
export function rule<T extends Table, C extends string>(
  place: Place,
  table: T,
  chain: C,
  verb: Verb,
  words: readonly string[] = [],
  negated = false,
): Rule<T, C> {
  const match = (...more: string[]) =>
    rule(place, table, chain, verb, [...words, ...(negated ? ['!'] : []), ...more])
  const line = (flag: string[], spec: string[]) => ['iptables', ...tableWords(table), ...flag, ...spec]

  const known: readonly string[] = Object.values(tables).flatMap((chains) => Object.values(chains).flat())
  const chains: Readonly<Record<string, readonly string[]>> = tables[table]
  /** In a user's chain all targets of the table are allowed; which hook the packet comes from is not known. */
  const allowed = chains[chain] ?? Object.values(chains).flat()
  const notHere = (flag: string, where: readonly string[], why: string) => {
    if (where.includes(chain)) throw new BadInput(`${chain} has no ${flag}: ${why}`)
  }

  const jump = (target: string, options?: object): Command => {
    if (known.includes(target) && !allowed.includes(target))
      throw new BadInput(
        `${target} has no place in ${chain} of table ${table}: it takes ${[...new Set(allowed)].join(', ')}`,
      )
    const build = optionWords[target as keyof TargetOptions] as ((o: object) => string[]) | undefined
    const spec = [...words, '-j', chainName(target), ...(options && build ? build(options) : [])]
    const at = verb.flag === '-I' && verb.position !== undefined ? [String(verb.position)] : []
    const takeBack = verb.flag === '-D' ? '-A' : '-D'
    return command(place, line([verb.flag, chain, ...at], spec), {
      undo: { argv: line([takeBack, chain], spec) },
    })
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
    protocol: (name: string) => match('-p', name),
    dport: (number: number) => match('--dport', String(port(number))),
    sport: (number: number) => match('--sport', String(port(number))),
    ctstate: (...states: string[]) =>
      rule(place, table, chain, verb, [
        ...words,
        '-m',
        'conntrack',
        ...(negated ? ['!'] : []),
        '--ctstate',
        states.join(','),
      ]),
    comment: (text: string) => {
      if (text.length > 255 || /[\r\n]/.test(text))
        throw new BadInput(`${JSON.stringify(text)} is not a comment: one line, at most 255 characters`)
      return match('-m', 'comment', '--comment', word(text))
    },
    jump,
    get not() {
      return rule(place, table, chain, verb, words, true)
    },
  }
  // The types of `in`, `out`, `dport` and `sport` depend on the chain and the protocol; the code does not.
  return Object.freeze(value) as unknown as Rule<T, C>
}
