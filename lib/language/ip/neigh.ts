/** The neighbour table (ARP, NDP), as ip-neighbour(8). */
import type { Command, Place } from '../command.ts'
import { bare, before, behindWord, flag, needed, word } from '../grammar/clause.ts'
import { form, type Line, type Methods, say } from '../grammar/form.ts'
import { address, ifname, mac, oneOf, pattern, prefix } from '../grammar/kinds.ts'
import { words } from '../grammar/missing.ts'
import type { Options } from '../grammar/options.ts'
import type { Address } from '../names.ts'
import { dev, family, opposite, shown } from './shared.ts'

const state = oneOf(
  'state',
  'permanent',
  'noarp',
  'reachable',
  'stale',
  'none',
  'incomplete',
  'delay',
  'probe',
  'failed',
)

const clauses = {
  /** Answers for the address in the place of the one who has it: `proxy` */
  proxy: before(flag('proxy')),
  /** The MAC address behind it: `lladdr` */
  lladdr: word('lladdr', mac),
  /** The state of the entry. Default: permanent: `nud` */
  nud: word(['nud', 'state'], state),
  /** It is a router (IPv6): `router` */
  router: flag('router'),
  /** Learnt from outside the kernel: `extern_learn` */
  externLearn: flag('extern_learn'),
  /** Who made it: `protocol` */
  protocol: word('protocol', pattern('an origin', /^\w+$/, 'static')),
  /** The interface: `dev` */
  dev,
}

/** An entry without its interface: it is a command only with `dev()`. */
export interface NeighDraft extends Methods<typeof clauses, NeighDraft, { dev: NeighLine }> {}
/** An entry of the neighbour table; every clause returns a new command. */
export interface NeighLine extends Command, Methods<typeof clauses, NeighLine> {}

const which = {
  /** One interface: `dev` */
  dev,
  /** Entries in this subnet: `to` */
  to: bare(word('to', prefix)),
  /** Entries in this state: `nud` */
  nud: word(['nud', 'state'], state),
  ...family,
}
const flushClauses = {
  ...which,
  /** All of them: `all` */
  all: flag('all'),
  /** Answers for others: `proxy` */
  proxy: before(flag('proxy')),
  /** Tells how many: `-s` */
  statistics: shown.statistics,
}
const getClauses = {
  ...shown,
  /** On this interface: `dev` */
  dev: needed(dev),
  /** An address that is answered for others: `proxy` */
  proxy: before(flag('proxy')),
}
const showClauses = {
  ...shown,
  ...which,
  /** The addresses that are answered for others: `proxy` */
  proxy: before(flag('proxy')),
  /** Ports of this bridge: `master` */
  master: word('master', ifname),
  /** Those that are not in use: `unused` */
  unused: flag('unused'),
}
/** A flush that does not say of what. */
export interface NeighFlushDraft
  extends Methods<
    typeof flushClauses,
    NeighFlushDraft,
    { dev: NeighFlush; to: NeighFlush; nud: NeighFlush; all: NeighFlush }
  > {}
/** A flush; every clause returns a new command. */
export interface NeighFlush extends Command, Methods<typeof flushClauses, NeighFlush> {}

const entry = (line: Line) => {
  const on = line.text('dev')
  return { kind: 'neighbour' as const, name: String(line.subject[0]), ...(on === undefined ? {} : { on }) }
}
const table = { subject: [word([], address)], clauses, needs: [['dev']] } as const
const del = (line: Line) => ({
  undo: opposite(line, 'del', 'lladdr', 'nud', 'router', 'externLearn', 'protocol'),
})

/** The subcommands of `ip neigh`. */
export const neighForms = {
  add: form({
    words: ['ip', 'neigh', 'add'],
    ...table,
    facts: del,
    does: (line) => [{ does: 'makes', ...entry(line) }],
  }),
  replace: form({
    words: ['ip', 'neigh', 'replace'],
    ...table,
    facts: del,
    does: (line) => [{ does: 'replaces', ...entry(line) }],
  }),
  change: form({
    words: ['ip', 'neigh', 'change'],
    verbs: ['change', 'chg'],
    ...table,
    does: (line) => [{ does: 'sets', key: 'entry', ...entry(line) }],
  }),
  del: form({
    words: ['ip', 'neigh', 'del'],
    verbs: ['delete'],
    ...table,
    // Without its MAC address it is not known what it was.
    facts: (line) => (line.has('lladdr') || line.has('proxy') ? { undo: opposite(line, 'add') } : {}),
    does: (line) => [{ does: 'removes', ...entry(line) }],
  }),
  show: form({
    words: ['ip', 'neigh', 'show'],
    verbs: ['show', 'list', 'lst'],
    clauses: showClauses,
    takes: 'options',
    looks: true,
  }),
  get: form({
    words: ['ip', 'neigh', 'get'],
    subject: [behindWord('to', word([], address))],
    clauses: getClauses,
    takes: 'options',
    looks: true,
  }),
  flush: form({
    words: ['ip', 'neigh', 'flush'],
    clauses: flushClauses,
    needs: [['dev', 'to', 'nud', 'all']],
    does: (line) => [
      {
        does: 'flushes',
        kind: 'neighbour',
        name: line.text('to') ?? 'all',
        ...(line.has('dev') ? { on: String(line.value('dev')) } : {}),
      },
    ],
  }),
}

/** The neighbour (ARP, NDP) table, as ip-neighbour(8). */
export const neigh = (place: Place) =>
  words(['ip', 'neigh'], {
    /**
     * Adds a permanent entry: the MAC address behind an IP address on a link.
     *
     * Example: net1.ip.neigh.add('172.30.20.254').lladdr('02:00:00:00:00:01').dev('veth1')
     * Equivalent to: `ip -n net1 neigh add 172.30.20.254 lladdr 02:00:00:00:00:01 dev veth1`
     * Example: server1.ip.neigh.add('fd00::9').proxy().dev('eth0')
     * Equivalent to: `ip neigh add proxy fd00::9 dev eth0`
     */
    add: (address: Address): NeighDraft => say(place, neighForms.add, address),

    /**
     * Adds an entry, or takes the place of the one for that address.
     *
     * Example: net1.ip.neigh.replace('10.0.0.9').lladdr('02:00:00:00:00:01').nud('permanent').dev('eth0')
     * Equivalent to: `ip -n net1 neigh replace 10.0.0.9 lladdr 02:00:00:00:00:01 nud permanent dev eth0`
     */
    replace: (address: Address): NeighDraft => say(place, neighForms.replace, address),

    /**
     * Changes an entry, which must be there.
     *
     * Example: net1.ip.neigh.change('10.0.0.9').lladdr('02:00:00:00:00:02').dev('eth0')
     * Equivalent to: `ip -n net1 neigh change 10.0.0.9 lladdr 02:00:00:00:00:02 dev eth0`
     */
    change: (address: Address): NeighDraft => say(place, neighForms.change, address),

    /**
     * Deletes an entry.
     *
     * Example: net1.ip.neigh.del('172.30.20.254').dev('veth1')
     * Equivalent to: `ip -n net1 neigh del 172.30.20.254 dev veth1`
     */
    del: (address: Address): NeighDraft => say(place, neighForms.del, address),

    /**
     * Shows the table, or a part of it.
     *
     * Example: net1.ip.neigh.show()
     * Equivalent to: `ip -n net1 neigh show`
     * Example: net1.ip.neigh.show({ dev: 'eth0', family: 6 })
     * Equivalent to: `ip -n net1 -6 neigh show dev eth0`
     */
    show: (options?: Options<typeof showClauses>): Command => say(place, neighForms.show, options),

    /**
     * Shows the entry for one address.
     *
     * Example: net1.ip.neigh.get('10.0.0.9', { dev: 'eth0' })
     * Equivalent to: `ip -n net1 neigh get 10.0.0.9 dev eth0`
     */
    get: (address: Address, options: Options<typeof getClauses>): Command =>
      say(place, neighForms.get, address, options),

    /**
     * Forgets entries, but those that are permanent. There is no undo.
     *
     * Example: net1.ip.neigh.flush().dev('eth0')
     * Equivalent to: `ip -n net1 neigh flush dev eth0`
     */
    flush: (): NeighFlushDraft => say(place, neighForms.flush),
  })
