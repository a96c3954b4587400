/** Tables and chains, as in `iptables -t nat -N`. */
import { BadInput } from '../../errors.ts'
import { type Command, command, OLD, type Place } from '../command.ts'
import { chainName, whole } from '../names.ts'
import { quote } from '../shell.ts'
import { oneOf } from '../values.ts'
import { rule, tableWords } from './rule.ts'
import { type BuiltinChains, type ChainOf, isTarget, type Table, tables } from './table.ts'

/** One table of iptables(8) in a place. */
const tableOf = <T extends Table>(place: Place, table: T) => {
  const iptables = (...words: string[]) => ['iptables', ...tableWords(table), ...words]
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
  return {
    /**
     * Puts a rule at the end of a chain.
     *
     * Example: server1.iptables.nat.append('POSTROUTING').source('172.30.20.0/24').not.out('r0-net1').jump('MASQUERADE')
     * Equivalent to: `iptables -t nat -A POSTROUTING -s 172.30.20.0/24 ! -o r0-net1 -j MASQUERADE`
     */
    append: <C extends string>(chain: ChainOf<T, C>) =>
      rule<T, C>(place, table, chainIn<C>(chain), { flag: '-A' }),

    /**
     * Puts a rule at the head of a chain, or before the rule at a position, counted from 1.
     *
     * Example: server1.iptables.filter.insert('DOCKER-USER').in('r0-net1').out('docker0').jump('ACCEPT')
     * Equivalent to: `iptables -I DOCKER-USER -i r0-net1 -o docker0 -j ACCEPT`
     * Example: server1.iptables.filter.insert('FORWARD', 2).protocol('icmp').jump('DROP')
     * Equivalent to: `iptables -I FORWARD 2 -p icmp -j DROP`
     */
    insert: <C extends string>(chain: ChainOf<T, C>, position?: number) =>
      rule<T, C>(place, table, chainIn<C>(chain), {
        flag: '-I',
        ...(position === undefined ? {} : { position: whole(position, 'rule number', 1, 65535) }),
      }),

    /**
     * Deletes the first rule of a chain that reads exactly so. Its undo appends the rule again.
     *
     * Example: server1.iptables.filter.delete('FORWARD').in('r0-net1').jump('ACCEPT')
     * Equivalent to: `iptables -D FORWARD -i r0-net1 -j ACCEPT`
     */
    delete: <C extends string>(chain: ChainOf<T, C>) =>
      rule<T, C>(place, table, chainIn<C>(chain), { flag: '-D' }),

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
        [{ does: 'makes', kind: 'chain', name: chain, table }],
        { undo: { argv: iptables('-X', chain) } },
      ),

    /**
     * Deletes a user's chain, which must be empty.
     *
     * Example: server1.iptables.filter.deleteChain('LESSON')
     * Equivalent to: `iptables -X LESSON`
     */
    deleteChain: (chain: string): Command =>
      command(
        place,
        iptables('-X', ownChain(chain)),
        [{ does: 'removes', kind: 'chain', name: chain, table }],
        { undo: { argv: iptables('-N', chain) } },
      ),

    /**
     * Deletes all rules of a chain. There is no undo.
     *
     * Example: server1.iptables.filter.flush('LESSON')
     * Equivalent to: `iptables -F LESSON`
     */
    flush: <C extends string>(chain: ChainOf<T, C>): Command =>
      command(place, iptables('-F', chainIn<C>(chain)), [
        { does: 'flushes', kind: 'firewall rule', name: chain, chain, table },
      ]),

    /**
     * Shows the rules, of one chain or of all, as the commands that make them.
     *
     * Example: server1.iptables.nat.show('POSTROUTING')
     * Equivalent to: `iptables -t nat -S POSTROUTING`
     */
    show: <C extends string>(chain?: ChainOf<T, C>): Command =>
      command(
        place,
        iptables('-S', ...(chain === undefined ? [] : [chainIn<C>(chain)])),
        [{ does: 'looks', table }],
        { shows: true },
      ),
  }
}

/** iptables(8) in a place, by table: filter decides, nat rewrites, raw comes before tracking, mangle marks. */
export const iptables = (place: Place) => ({
  filter: tableOf(place, 'filter'),
  nat: tableOf(place, 'nat'),
  raw: tableOf(place, 'raw'),
  mangle: tableOf(place, 'mangle'),
})
