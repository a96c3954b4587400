/** Tables and chains, as in `iptables -t nat -N`. */
import { BadInput } from '../../errors.ts'
import { type Command, command, OLD, type Place } from '../command.ts'
import { flag, word } from '../grammar/clause.ts'
import { whole } from '../grammar/kinds.ts'
import { exact, words } from '../grammar/missing.ts'
import { type Options, optionWords } from '../grammar/options.ts'
import { chainName, whole as wholeNumber } from '../names.ts'
import { quote } from '../shell.ts'
import { oneOf } from '../values.ts'
import { familyOf, type Rule, startRule, tableWords, type Verb } from './rule.ts'
import { type BuiltinChains, type ChainOf, isTarget, type Table, tables } from './table.ts'
import type { Program } from './target.ts'

/** One table of iptables(8) in a place. */
const tableOf = <T extends Table>(place: Place, program: Program, table: T) => {
  const iptables = (...words: string[]) => [program, ...tableWords(table), ...words]
  const family = familyOf(program)
  const rule = <C extends string>(chain: ChainOf<T, C>, verb: Verb): Rule<T, C> =>
    startRule({ place, program, table, chain: chainIn<C>(chain), verb })
  const position = (number: number) => wholeNumber(number, 'rule number', 1, 65535)
  const chainIn = <C extends string>(chain: ChainOf<T, C>): C => {
    const name: string = chainName(chain)
    const own = Object.keys(tables[table])
    const builtin = Object.values(tables).some((chains) => Object.hasOwn(chains, name))
    if (builtin && !own.includes(name))
      throw new BadInput(`table ${table} has no chain ${name}: it has ${own.join(', ')}`)
    return name as C
  }
  const builtinOf = (chain: BuiltinChains[T]): string =>
    oneOf(chain, `a built-in chain of table ${table}`, Object.keys(tables[table]) as BuiltinChains[T][])
  const ownChain = (chain: string): string => {
    const builtin = Object.values(tables).some((chains) => Object.hasOwn(chains, chainName(chain)))
    if (builtin) throw new BadInput(`${chain} is a built-in chain: it is there, and stays`)
    if (isTarget(chain)) throw new BadInput(`${chain} is a target: a chain must have another name`)
    return chain
  }
  return exact([program, '-t', table], {
    /**
     * Puts a rule at the end of a chain.
     *
     * Example: server1.iptables.nat.append('POSTROUTING').source('172.30.20.0/24').not.out('r0-net1').jump('MASQUERADE')
     * Equivalent to: `iptables -t nat -A POSTROUTING -s 172.30.20.0/24 ! -o r0-net1 -j MASQUERADE`
     */
    append: <C extends string>(chain: ChainOf<T, C>) => rule<C>(chain, { flag: '-A' }),

    /**
     * Puts a rule at the head of a chain, or before the rule at a position, counted from 1.
     *
     * Example: server1.iptables.filter.insert('DOCKER-USER').in('r0-net1').out('docker0').jump('ACCEPT')
     * Equivalent to: `iptables -I DOCKER-USER -i r0-net1 -o docker0 -j ACCEPT`
     * Example: server1.iptables.filter.insert('FORWARD', 2).protocol('icmp').jump('DROP')
     * Equivalent to: `iptables -I FORWARD 2 -p icmp -j DROP`
     */
    insert: <C extends string>(chain: ChainOf<T, C>, at?: number) =>
      rule<C>(chain, { flag: '-I', ...(at === undefined ? {} : { position: position(at) }) }),

    /**
     * Takes the place of the rule at a position, counted from 1. There is no undo.
     *
     * Example: server1.iptables.filter.replace('FORWARD', 2).source('10.0.0.0/8').jump('DROP')
     * Equivalent to: `iptables -R FORWARD 2 -s 10.0.0.0/8 -j DROP`
     */
    replace: <C extends string>(chain: ChainOf<T, C>, at: number) =>
      rule<C>(chain, { flag: '-R', position: position(at) }),

    /**
     * Asks whether a chain has a rule that reads exactly so.
     *
     * Example: server1.iptables.filter.check('FORWARD').in('r0-net1').jump('ACCEPT')
     * Equivalent to: `iptables -C FORWARD -i r0-net1 -j ACCEPT`
     */
    check: <C extends string>(chain: ChainOf<T, C>) => rule<C>(chain, { flag: '-C' }),

    /**
     * Deletes the first rule of a chain that reads exactly so. Its undo appends the rule again.
     *
     * Example: server1.iptables.filter.delete('FORWARD').in('r0-net1').jump('ACCEPT')
     * Equivalent to: `iptables -D FORWARD -i r0-net1 -j ACCEPT`
     */
    delete: <C extends string>(chain: ChainOf<T, C>) => rule<C>(chain, { flag: '-D' }),

    /**
     * Deletes the rule at a position, counted from 1. There is no undo.
     *
     * Example: server1.iptables.filter.deleteAt('FORWARD', 1)
     * Equivalent to: `iptables -D FORWARD 1`
     */
    deleteAt: <C extends string>(chain: ChainOf<T, C>, at: number): Command =>
      command(place, iptables('-D', chainIn<C>(chain), String(position(at))), [
        { does: 'removes', kind: 'firewall rule', name: `${chain} ${at}`, chain, table, ...family },
      ]),

    /**
     * Sets what happens to a packet that reaches the end of a built-in chain.
     *
     * Example: server1.iptables.filter.policy('FORWARD', 'ACCEPT')
     * Equivalent to: `iptables -P FORWARD ACCEPT`
     */
    policy: (chain: BuiltinChains[T], target: 'ACCEPT' | 'DROP'): Command =>
      command(
        place,
        iptables('-P', builtinOf(chain), oneOf(target, 'a policy', ['ACCEPT', 'DROP'])),
        [
          {
            does: 'sets',
            kind: 'chain',
            name: chain,
            table,
            ...family,
            key: 'policy',
            value: target,
            read: { argv: iptables('-S', chain), filter: `sed -n ${quote(`s/^-P ${chain} //p`)}` },
          },
        ],
        { undo: { argv: iptables('-P', chain, OLD) } },
      ),

    /**
     * Makes a user's chain.
     *
     * Example: server1.iptables.filter.newChain('LESSON')
     * Equivalent to: `iptables -N LESSON`
     */
    newChain: (chain: string): Command =>
      command(
        place,
        iptables('-N', ownChain(chain)),
        [{ does: 'makes', kind: 'chain', name: chain, table, ...family }],
        { undo: { argv: iptables('-X', chain) } },
      ),

    /**
     * Deletes a user's chain, which must be empty; without a name, all of them.
     *
     * Example: server1.iptables.filter.deleteChain('LESSON')
     * Equivalent to: `iptables -X LESSON`
     * Example: server1.iptables.nat.deleteChain()
     * Equivalent to: `iptables -t nat -X`
     */
    deleteChain: (chain?: string): Command =>
      command(
        place,
        iptables('-X', ...(chain === undefined ? [] : [ownChain(chain)])),
        [
          {
            does: chain === undefined ? 'flushes' : 'removes',
            kind: 'chain',
            name: chain ?? table,
            table,
            ...family,
          },
        ],
        chain === undefined ? {} : { undo: { argv: iptables('-N', chain) } },
      ),

    /**
     * Gives a user's chain another name.
     *
     * Example: server1.iptables.filter.renameChain('LESSON', 'LAB')
     * Equivalent to: `iptables -E LESSON LAB`
     */
    renameChain: (chain: string, name: string): Command =>
      command(
        place,
        iptables('-E', ownChain(chain), ownChain(name)),
        [
          { does: 'removes', kind: 'chain', name: chain, table, ...family },
          { does: 'makes', kind: 'chain', name, table, ...family },
        ],
        { undo: { argv: iptables('-E', name, chain) } },
      ),

    /**
     * Deletes all rules of a chain; without a name, all rules of the table. There is no undo.
     *
     * Example: server1.iptables.filter.flush('LESSON')
     * Equivalent to: `iptables -F LESSON`
     * Example: server1.iptables.nat.flush()
     * Equivalent to: `iptables -t nat -F`
     */
    flush: <C extends string>(chain?: ChainOf<T, C>): Command =>
      command(place, iptables('-F', ...(chain === undefined ? [] : [chainIn<C>(chain)])), [
        {
          does: 'flushes',
          kind: 'firewall rule',
          name: chain ?? table,
          chain: chain ?? '',
          table,
          ...family,
        },
      ]),

    /**
     * Sets the counters of a chain to 0; without a name, those of the table.
     *
     * Example: server1.iptables.filter.zero('FORWARD')
     * Equivalent to: `iptables -Z FORWARD`
     */
    zero: <C extends string>(chain?: ChainOf<T, C>): Command =>
      command(place, iptables('-Z', ...(chain === undefined ? [] : [chainIn<C>(chain)])), [
        { does: 'sets', key: 'counters', value: '0', kind: 'chain', name: chain ?? table, table, ...family },
      ]),

    /**
     * Lists the rules as a table for people, of one chain or of all.
     *
     * Example: server1.iptables.filter.list('FORWARD', { verbose: true, numeric: true, lineNumbers: true })
     * Equivalent to: `iptables -L FORWARD -v -n --line-numbers`
     */
    list: <C extends string>(chain?: ChainOf<T, C>, options?: ListOptions): Command =>
      command(
        place,
        iptables(
          '-L',
          ...(chain === undefined ? [] : [chainIn<C>(chain)]),
          ...ofChain(chain, options),
          ...optionWords(listOptions, options ?? {}, 'list()'),
        ),
        [{ does: 'looks', table }],
        { shows: true },
      ),

    /**
     * Shows the rules, of one chain or of all, as the commands that make them.
     *
     * Example: server1.iptables.nat.show('POSTROUTING')
     * Equivalent to: `iptables -t nat -S POSTROUTING`
     * Example: server1.iptables.filter.show('FORWARD', { verbose: true })
     * Equivalent to: `iptables -S FORWARD -v`
     */
    show: <C extends string>(chain?: ChainOf<T, C>, options?: ShowOptions): Command =>
      command(
        place,
        iptables(
          '-S',
          ...(chain === undefined ? [] : [chainIn<C>(chain)]),
          ...ofChain(chain, options),
          ...optionWords(showOptions, options ?? {}, 'show()'),
        ),
        [{ does: 'looks', table }],
        { shows: true },
      ),
  })
}

/** Refuses the position of a rule where no chain is named. */
function ofChain(chain: string | undefined, options: { rule?: number | undefined } | undefined): [] {
  if (chain === undefined && options?.rule !== undefined)
    throw new BadInput('the position of a rule needs its chain')
  return []
}

/** What `-S` shows. */
export const showOptions = {
  /** Only the rule at this position of the chain, counted from 1. */
  rule: word([], whole('position of a rule', 1, 65535)),
  /** With counters: `-v` */
  verbose: flag('-v', '--verbose'),
}
type ShowOptions = Options<typeof showOptions>

/** What `-L` shows. */
export const listOptions = {
  rule: showOptions.rule,
  /** With counters and interfaces: `-v` */
  verbose: flag('-v', '--verbose'),
  /** Addresses and ports in digits: `-n` */
  numeric: flag('-n', '--numeric'),
  /** Counters in full: `-x` */
  exact: flag('-x', '--exact'),
  /** With the position of each rule: `--line-numbers` */
  lineNumbers: flag('--line-numbers', '--line-number'),
}
type ListOptions = Options<typeof listOptions>

const tablesOf = (place: Place, program: Program) =>
  words([program], {
    filter: tableOf(place, program, 'filter'),
    nat: tableOf(place, program, 'nat'),
    raw: tableOf(place, program, 'raw'),
    mangle: tableOf(place, program, 'mangle'),
    security: tableOf(place, program, 'security'),
  })

/** All that is said by `iptables …` or `ip6tables …` in a place, by table. */
export interface Iptables extends ReturnType<typeof tablesOf> {}

/** iptables(8) in a place, by table: filter decides, nat rewrites, raw comes before tracking, mangle marks. */
export const iptables = (place: Place): Iptables => tablesOf(place, 'iptables')

/** ip6tables(8): the same for IPv6. */
export const ip6tables = (place: Place): Iptables => tablesOf(place, 'ip6tables')
