/** Addresses of an interface, as ip-address(8). */
import type { Command, CommandFacts, Place } from '../command.ts'
import { bare, flag, not, word } from '../grammar/clause.ts'
import { form, type Line, type Methods, say } from '../grammar/form.ts'
import {
  any,
  address as anyAddress,
  anyAddress as checkAddress,
  ifname,
  isIpv6,
  oneOf,
  onLink,
  pattern,
  prefix,
  textKind,
  whole,
} from '../grammar/kinds.ts'
import { words } from '../grammar/missing.ts'
import type { Options } from '../grammar/options.ts'
import type { Address, Cidr, IfName, Masked } from '../names.ts'
import { dev, family, opposite, shown } from './shared.ts'

const scope = any(oneOf('scope', 'global', 'site', 'link', 'host'), whole('scope', 0, 255))
const life = any(whole('number of seconds', 0, 0xffffffff), oneOf('time', 'forever'))

const clauses = {
  /** The address at the other end of a point-to-point link: `peer` */
  peer: word(['peer', 'remote'], onLink),
  /** The broadcast address; `+` is the last one of the subnet: `broadcast` */
  broadcast: word(
    ['broadcast', 'brd'],
    textKind<'+' | '-' | Address>(
      'a broadcast address',
      ['+', '10.0.0.255'],
      (value) => value === '+' || value === '-' || checkAddress(value),
    ),
  ),
  /** The anycast address: `anycast` */
  anycast: word('anycast', anyAddress),
  /** A name for the address, which begins with that of the interface: `label` */
  label: word('label', pattern('a label', /^[^\s/]{1,15}$/, 'eth0:1')),
  /** How far the address is valid: `scope` */
  scope: word('scope', scope),
  /** Not asked about on the link whether another one has it (IPv6): `nodad` */
  nodad: flag('nodad'),
  /** Used as source only when the other one is the same (IPv6): `home` */
  home: flag('home'),
  /** No route to its subnet is made: `noprefixroute` */
  noprefixroute: flag('noprefixroute'),
  /** Used before its duplicate check is done (IPv6): `optimistic` */
  optimistic: flag('optimistic'),
  /** Further addresses are made of this one by privacy rules (IPv6): `mngtmpaddr` */
  mngtmpaddr: flag('mngtmpaddr'),
  /** The metric of the route to its subnet: `metric` */
  metric: word(['metric', 'priority', 'preference'], whole('metric', 0, 0xffffffff)),
  /** How long it is valid, in seconds: `valid_lft` */
  validLft: word('valid_lft', life),
  /** How long new connections use it, in seconds: `preferred_lft` */
  preferredLft: word('preferred_lft', life),
  ...family,
  /** The interface: `dev` */
  dev,
}

/** An address without its interface: it is a command only with `dev()`. */
export interface AddrDraft extends Methods<typeof clauses, AddrDraft, { dev: AddrLine }> {}
/** An address on an interface; every clause returns a new command. */
export interface AddrLine extends Command, Methods<typeof clauses, AddrLine> {}

const states = {
  /** Addresses that were given to it, not found by itself: `permanent` */
  permanent: not(flag('permanent'), 'dynamic'),
  /** Addresses that it found by itself: `dynamic` */
  dynamic: flag('dynamic'),
  /** The first address of each subnet: `primary` */
  primary: not(flag('primary'), 'secondary'),
  /** The others of the subnet: `secondary` */
  secondary: flag('secondary', 'temporary'),
  /** Addresses that are still asked about on the link (IPv6): `tentative` */
  tentative: flag('tentative'),
  /** Addresses that are not for new connections (IPv6): `deprecated` */
  deprecated: flag('deprecated'),
  /** Addresses that another one on the link has, too (IPv6): `dadfailed` */
  dadfailed: flag('dadfailed'),
}

const flushClauses = {
  /** The interface: `dev` */
  dev: bare(dev),
  /** Addresses in this subnet: `to` */
  to: word('to', prefix),
  /** Addresses of this scope: `scope` */
  scope: word('scope', scope),
  /** Addresses with this label: `label` */
  label: clauses.label,
  ...states,
  ...family,
}
/** A flush without its interface. */
export interface AddrFlushDraft
  extends Methods<typeof flushClauses, AddrFlushDraft, { dev: AddrFlush; label: AddrFlush; to: AddrFlush }> {}
/** A flush; every clause returns a new command. */
export interface AddrFlush extends Command, Methods<typeof flushClauses, AddrFlush> {}

const showClauses = {
  ...shown,
  /** One interface: `dev` */
  dev: bare(dev),
  /** Links of a type: `type` */
  type: word('type', pattern('a type of link', /^[a-z]\w*$/, 'veth')),
  /** Links plugged into a bridge: `master` */
  master: word('master', ifname),
  /** Links in a VRF: `vrf` */
  vrf: word('vrf', ifname),
  /** Links that are up: `up` */
  up: flag('up'),
  /** Addresses in this subnet: `to` */
  to: word('to', prefix),
  /** Addresses of this scope: `scope` */
  scope: word('scope', scope),
  /** Addresses with this label: `label` */
  label: clauses.label,
  ...states,
}

/** ADDRESS/PREFIX, also for one that was written without a prefix, or with a mask. */
const full = (line: Line): string => {
  const address = String(line.subject[0])
  return address.includes('/') ? address : `${address}/${isIpv6(address) ? 128 : 32}`
}
const address = (line: Line) => {
  const on = line.text('dev')
  return { kind: 'address' as const, name: full(line), ...(on === undefined ? {} : { on }) }
}

/** What tells an address to `ip addr del`. */
const told = [
  'broadcast',
  'anycast',
  'scope',
  'nodad',
  'home',
  'noprefixroute',
  'optimistic',
  'mngtmpaddr',
  'metric',
  'validLft',
  'preferredLft',
]
const facts = (line: Line): CommandFacts => ({ undo: opposite(line, 'del', ...told) })
const makes = { subject: [word('', onLink)], clauses, needs: [['dev']] } as const

/** The subcommands of `ip addr`. */
export const addrForms = {
  add: form({
    words: ['ip', 'addr', 'add'],
    ...makes,
    facts,
    does: (line) => [{ does: 'makes', ...address(line) }],
  }),
  change: form({
    words: ['ip', 'addr', 'change'],
    verbs: ['change', 'chg'],
    ...makes,
    does: (line) => [{ does: 'sets', key: 'flags', ...address(line) }],
  }),
  replace: form({
    words: ['ip', 'addr', 'replace'],
    ...makes,
    facts,
    does: (line) => [{ does: 'replaces', ...address(line) }],
  }),
  del: form({
    words: ['ip', 'addr', 'del'],
    verbs: ['delete'],
    ...makes,
    facts: (line) => ({ undo: opposite(line, 'add') }),
    does: (line) => [{ does: 'removes', ...address(line) }],
  }),
  show: form({
    words: ['ip', 'addr', 'show'],
    verbs: ['show', 'list', 'lst'],
    clauses: showClauses,
    takes: 'options',
    looks: true,
  }),
  flush: form({
    words: ['ip', 'addr', 'flush'],
    clauses: flushClauses,
    needs: [['dev', 'label', 'to']],
    does: (line) => [
      {
        does: 'flushes',
        kind: 'address',
        name: line.text('to') ?? 'all',
        ...(line.has('dev') ? { on: String(line.value('dev')) } : {}),
      },
    ],
  }),
}

/** Addresses of an interface, as ip-address(8). */
export const addr = (place: Place) =>
  words(['ip', 'addr'], {
    /**
     * Gives an address to an interface. The prefix length says which subnet is on the link; without one it is the address
     * of a host, /32 or /128.
     *
     * Example: net1.ip.addr.add('172.30.20.1/24').dev('veth1')
     * Equivalent to: `ip -n net1 addr add 172.30.20.1/24 dev veth1`
     * Example: net1.ip.addr.add('fd00:20::1/64').dev('veth1').nodad()
     * Equivalent to: `ip -n net1 addr add fd00:20::1/64 dev veth1 nodad`
     */
    add: (address: Address | Cidr | Masked): AddrDraft => say(place, addrForms.add, address),

    /**
     * Changes what belongs to an address, which must be there.
     *
     * Example: server1.ip.addr.change('10.0.0.1/24').validLft(60).preferredLft(30).dev('eth0')
     * Equivalent to: `ip addr change 10.0.0.1/24 valid_lft 60 preferred_lft 30 dev eth0`
     */
    change: (address: Address | Cidr | Masked): AddrDraft => say(place, addrForms.change, address),

    /**
     * Gives an address to an interface, also when it has it already.
     *
     * Example: server1.ip.addr.replace('10.0.0.1/24').broadcast('+').dev('eth0')
     * Equivalent to: `ip addr replace 10.0.0.1/24 broadcast + dev eth0`
     */
    replace: (address: Address | Cidr | Masked): AddrDraft => say(place, addrForms.replace, address),

    /**
     * Takes an address from an interface.
     *
     * Example: net1.ip.addr.del('172.30.20.1/24').dev('veth1')
     * Equivalent to: `ip -n net1 addr del 172.30.20.1/24 dev veth1`
     */
    del: (address: Address | Cidr | Masked): AddrDraft => say(place, addrForms.del, address),

    /**
     * Takes all addresses from an interface, or those of a scope or subnet. There is no undo.
     *
     * Example: server1.ip.addr.flush().dev('eth0').scope('global')
     * Equivalent to: `ip addr flush dev eth0 scope global`
     */
    flush: (): AddrFlushDraft => say(place, addrForms.flush),

    /**
     * Shows the addresses of all interfaces, or of one.
     *
     * Example: server1.ip.addr.show('docker0')
     * Equivalent to: `ip addr show dev docker0`
     * Example: server1.ip.addr.show({ brief: true, family: 6 })
     * Equivalent to: `ip -br -6 addr show`
     */
    show: (of?: IfName | Options<typeof showClauses>): Command =>
      say(place, addrForms.show, typeof of === 'string' ? { dev: of } : of),
  })
