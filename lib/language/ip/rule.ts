/** Rules that choose a routing table for a packet, as ip-rule(8). */

import { BadInput } from '../../errors.ts'
import type { Command, Place } from '../command.ts'
import { flag, not, word } from '../grammar/clause.ts'
import { form, type Line, type Methods, say } from '../grammar/form.ts'
import { any, ifname, mark, oneOf, pattern, prefix, routingTable, whole } from '../grammar/kinds.ts'
import { words } from '../grammar/missing.ts'
import type { Options } from '../grammar/options.ts'
import { family, opposite, shown } from './shared.ts'

const from = any(oneOf('source', 'all', 'any', 'default'), prefix)
const port = any(whole('port', 1, 65535), pattern('a range of ports', /^\d{1,5}-\d{1,5}$/, '8000-8010'))

const clauses = {
  ...family,
  /** For packets that do not match: `not` */
  not: flag('not'),
  /** Packets from these addresses: `from` */
  from: word('from', from),
  /** Packets to these addresses: `to` */
  to: word('to', from),
  /** Packets that came in by this interface; `lo` for those of this machine itself: `iif` */
  iif: word(['iif', 'dev'], ifname),
  /** Packets of a socket that is bound to this interface: `oif` */
  oif: word('oif', ifname),
  /** Packets with this mark, as `0x1` or `0x1/0xff`: `fwmark` */
  fwmark: word('fwmark', mark),
  /** Packets of this protocol, by name or number: `ipproto` */
  ipproto: word(
    'ipproto',
    any(whole('protocol', 0, 255), pattern('a protocol', /^[a-z][\w-]*$/i, 'tcp', 'udp')),
  ),
  /** Packets from this port, or range of ports: `sport` */
  sport: word('sport', port),
  /** Packets to this port, or range of ports: `dport` */
  dport: word('dport', port),
  /** Packets with this type of service: `tos` */
  tos: word(['tos', 'dsfield'], pattern('a type of service', /^(0x)?[0-9a-f]{1,2}$|^[a-z]\w*$/i, '0x10')),
  /** Packets of the processes of these users: `uidrange` */
  uidrange: word('uidrange', pattern('a range of users', /^\d+-\d+$/, '1000-1999')),
  /** Packets with this tunnel id: `tun_id` */
  tunId: word('tun_id', whole('tunnel id', 0, 0xffffffff)),
  /** Packets of the links of a VRF: `l3mdev` */
  l3mdev: flag('l3mdev'),
  /** The routing table that is asked, by number or name: `table` */
  table: not(word(['table', 'lookup'], routingTable), 'goto', 'blackhole', 'unreachable', 'prohibit', 'nop'),
  /** Does not count routes with so short a prefix: 0 is the default route: `suppress_prefixlength` */
  suppressPrefixlength: word(['suppress_prefixlength', 'sup_pl'], whole('length of a prefix', 0, 128)),
  /** Does not count routes out of links of this group: `suppress_ifgroup` */
  suppressIfgroup: word(['suppress_ifgroup', 'sup_group'], whole('group', 0, 0xffffffff)),
  /** Its place among the rules: the lowest number is asked first: `pref` */
  pref: word(['pref', 'priority', 'order', 'preference', 'prio'], whole('priority', 0, 0xffffffff)),
  /** Who made it: `protocol` */
  protocol: word('protocol', any(whole('origin', 0, 255), pattern('an origin', /^[a-z]\w*$/, 'static'))),
  /** Goes on at the rule with that priority: `goto` */
  goto: word('goto', whole('priority', 0, 0xffffffff)),
  /** Does nothing: the target of a goto: `nop` */
  nop: flag('nop'),
  /** Drops the packet: `blackhole` */
  blackhole: flag('blackhole'),
  /** Drops it, and says that the network is unreachable: `unreachable` */
  unreachable: flag('unreachable'),
  /** Drops it, and says that it is prohibited: `prohibit` */
  prohibit: flag('prohibit'),
}

/** A rule; every clause returns a new command. */
export interface Rule extends Command, Methods<typeof clauses, Rule> {}

const named = (line: Line) => ({
  kind: 'policy rule' as const,
  name: line.argv.slice(line.argv.indexOf('rule') + 2).join(' '),
  ...(line.value('family') === 6 || line.said.some(({ words }) => words.some((word) => word.includes(':')))
    ? { family: 'ip6' as const }
    : {}),
})

/** A rule for all packets that leads nowhere is a slip: the tool would take the main table. */
const judge = (line: Line): void => {
  if (!line.said.some(({ name }) => name !== 'family'))
    throw new BadInput('`ip rule add` says nothing: which packets, and which table?')
}

/** The subcommands of `ip rule`. */
export const ruleForms = {
  add: form({
    words: ['ip', 'rule', 'add'],
    verbs: ['add'],
    clauses,
    judge,
    facts: (line) => ({ undo: opposite(line, 'del') }),
    does: (line) => [{ does: 'makes', ...named(line) }],
  }),
  del: form({
    words: ['ip', 'rule', 'del'],
    verbs: ['delete'],
    clauses,
    judge,
    // By its priority alone it is not known what it was.
    facts: (line) =>
      line.said.some(({ name }) => name !== 'pref' && name !== 'family')
        ? { undo: opposite(line, 'add') }
        : {},
    does: (line) => [{ does: 'removes', ...named(line) }],
  }),
  show: form({
    words: ['ip', 'rule', 'show'],
    verbs: ['show', 'list', 'lst'],
    clauses: {
      ...shown,
      from: clauses.from,
      to: clauses.to,
      iif: clauses.iif,
      fwmark: clauses.fwmark,
      table: word(['table', 'lookup'], routingTable),
      pref: clauses.pref,
    },
    takes: 'options',
    looks: true,
  }),
  flush: form({
    words: ['ip', 'rule', 'flush'],
    clauses: { ...family, protocol: clauses.protocol },
    takes: 'options',
    does: () => [{ does: 'flushes', kind: 'policy rule', name: 'all' }],
  }),
}

/** The rules that choose a routing table, as ip-rule(8). */
export const rule = (place: Place) =>
  words(['ip', 'rule'], {
    /**
     * Adds a rule: which packets, and the table that is asked for their way.
     *
     * Example: net1.ip.rule.add().from('10.1.0.0/24').table(100)
     * Equivalent to: `ip -n net1 rule add from 10.1.0.0/24 table 100`
     * Example: server1.ip.rule.add().not().fwmark(51820).table(51820).family(6)
     * Equivalent to: `ip -6 rule add not fwmark 51820 table 51820`
     */
    add: (): Rule => say(place, ruleForms.add),

    /**
     * Deletes a rule, which is told by the same clauses, or by its priority.
     *
     * Example: net1.ip.rule.del().pref(100)
     * Equivalent to: `ip -n net1 rule del pref 100`
     */
    del: (): Rule => say(place, ruleForms.del),

    /**
     * Shows the rules in the order in which they are asked.
     *
     * Example: net1.ip.rule.show({ family: 6 })
     * Equivalent to: `ip -n net1 -6 rule show`
     */
    show: (options?: Options<typeof ruleForms.show.clauses>): Command => say(place, ruleForms.show, options),

    /**
     * Deletes all rules but that of the table local. There is no undo.
     *
     * Example: net1.ip.rule.flush()
     * Equivalent to: `ip -n net1 rule flush`
     */
    flush: (options?: Options<typeof ruleForms.flush.clauses>): Command =>
      say(place, ruleForms.flush, options),
  })
