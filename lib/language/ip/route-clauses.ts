/** The clauses of ip-route(8). */
import { BadInput } from '../../errors.ts'
import { bare, before, type Clause, type Clauses, flag, many, not, word } from '../grammar/clause.ts'
import {
  address,
  address6,
  any,
  destination,
  ifname,
  type Kind,
  mark,
  oneOf,
  pattern,
  prefix,
  routingTable,
  whole,
} from '../grammar/kinds.ts'
import { type Options, optionsOf, optionWords } from '../grammar/options.ts'
import { readClauses } from '../grammar/read.ts'
import type { Address } from '../names.ts'
import { show } from '../values.ts'
import { encap } from './encap.ts'
import { dev, family, shown } from './shared.ts'

/** The address of a router, with its family where that is another one than the route's (RFC 8950): `via inet6 fe80::1`. */
const gateway: Clause<[router: Address, family?: 'inet6']> = {
  ...word('via', address),
  takes: 2,
  print([router, family]) {
    if (family === undefined) return ['via', address.word(router)]
    if (family !== 'inet6') throw new BadInput(`${show(family)} is not the family of a router: it is inet6`)
    return ['via', 'inet6', address6.word(router)]
  },
  read([first = '', second = '']) {
    const [value, used] = /^inet6?$/.test(first) ? [second, 2] : [first, 1]
    const read = address.read(value)
    if (read === undefined) return undefined
    return { args: first === 'inet6' ? [read, 'inet6'] : [read], used }
  },
}
/** The same where nothing but an address can stand, as in an object of options. */
const router: Clause<[router: Address]> = {
  ...word('via', address),
  read: (words) => {
    const read = gateway.read(words, 'via')
    return read && { args: [read.args[0]], used: read.used }
  },
}

const hopClauses = {
  /** The address of the router: `via` */
  via: router,
  /** The interface that leads there: `dev` */
  dev,
  /** Its share of the traffic, 1 to 256: `weight` */
  weight: word('weight', whole('weight', 1, 256)),
  /** The router is on the link, whatever the addresses say: `onlink` */
  onlink: flag('onlink'),
}

/** One of several next hops: `nexthop via ADDRESS dev LINK weight NUMBER`. */
const nexthop: Clause<[hop: Options<typeof hopClauses>]> = {
  words: ['nexthop'],
  kinds: [],
  shape: 'values',
  print: ([hop]) => ['nexthop', ...optionWords(hopClauses as Clauses, hop, 'nexthop()')],
  read(behind) {
    const end = behind.indexOf('nexthop')
    const own = end < 0 ? behind : behind.slice(0, end)
    const read = readClauses(hopClauses as Clauses, own)
    const options = read && optionsOf(hopClauses as Clauses, read)
    return options && { args: [options], used: own.length }
  },
}

const number = (says: string, max = 0xffffffff) => whole(says, 0, max)
const origin = any(pattern('an origin', /^[a-z]\w*$/, 'static', 'kernel', 'bird'), whole('origin', 0, 255))
const scope = any(oneOf('scope', 'global', 'site', 'link', 'host', 'nowhere'), whole('scope', 0, 255))
const types = [
  'blackhole',
  'unreachable',
  'prohibit',
  'throw',
  'local',
  'broadcast',
  'multicast',
  'unicast',
  'anycast',
  'nat',
] as const
const others = (name: string) => types.filter((one) => one !== name)

/** A value that is not to be found out anew on the way: `mtu lock 1400`. */
function locked(said: string, kind: Kind<number>): Clause<[value: number]> {
  const plain = word(said, kind)
  return {
    ...plain,
    print: ([value]) => [said, 'lock', kind.word(value)],
    read([lock, value = '']) {
      const read = lock === 'lock' ? kind.read(value) : undefined
      return read === undefined ? undefined : { args: [read], used: 2 }
    },
  }
}

/** Of a route. */
export const clauses = {
  /** Drops what goes there, and says nothing: `blackhole` */
  blackhole: before(not(flag('blackhole'), 'via', 'nexthop', ...others('blackhole'))),
  /** Drops it, and says that the host is unreachable: `unreachable` */
  unreachable: before(not(flag('unreachable'), 'via', 'nexthop', ...others('unreachable'))),
  /** Drops it, and says that it is prohibited: `prohibit` */
  prohibit: before(not(flag('prohibit'), 'via', 'nexthop', ...others('prohibit'))),
  /** As if this table had no route to it: `throw` */
  throw: before(not(flag('throw'), 'via', 'nexthop', ...others('throw'))),
  /** An address of this machine itself: `local` */
  local: before(not(flag('local'), ...others('local'))),
  /** A broadcast address: `broadcast` */
  broadcast: before(not(flag('broadcast'), ...others('broadcast'))),
  /** A multicast group: `multicast` */
  multicast: before(not(flag('multicast'), ...others('multicast'))),
  /** An ordinary route, as without it: `unicast` */
  unicast: before(not(flag('unicast'), ...others('unicast'))),
  /** The gateway: a router with an address on a connected subnet: `via` */
  via: gateway,
  /** The interface that leads there: `dev` */
  dev: not(word(['dev', 'oif'], ifname), 'nexthop'),
  /** The source address for what this machine itself sends there: `src` */
  src: word('src', address),
  /** Of two routes to the same subnet the lower number counts: `metric` */
  metric: word(['metric', 'priority', 'preference'], number('metric')),
  /** The routing table, by number or name: `table` */
  table: word('table', routingTable),
  /** How far it leads: `link` is directly on the link: `scope` */
  scope: word('scope', scope),
  /** Who made it: `proto` */
  proto: word(['proto', 'protocol'], origin),
  /** The largest packet on the way, in bytes: `mtu` */
  mtu: word('mtu', number('MTU in bytes', 65575)),
  /** The same, and nobody may find out about a smaller one: `mtu lock` */
  mtuLock: not(locked('mtu', number('MTU in bytes', 65575)), 'mtu'),
  /** The largest segment of TCP that is offered: `advmss` */
  advmss: word('advmss', number('segment size', 65535)),
  /** The first congestion window of TCP, in segments: `initcwnd` */
  initcwnd: word('initcwnd', number('window')),
  /** The window that TCP offers first, in segments: `initrwnd` */
  initrwnd: word('initrwnd', number('window')),
  /** The first guess at the time to there and back, with its unit: `rtt` */
  rtt: word('rtt', pattern('a time', /^\d+(ms|s)?$/, '20ms')),
  /** The shortest time that TCP waits for an answer: `rto_min` */
  rtoMin: word('rto_min', pattern('a time', /^\d+(ms|s)?$/, '20ms')),
  /** The way of congestion control: `congctl` */
  congctl: word('congctl', pattern('a congestion control', /^[a-z]\w*$/, 'bbr')),
  /** ECN and other features: `features` */
  features: word('features', pattern('a feature', /^[a-z]\w*$/, 'ecn')),
  /** The hop limit of packets, 1 to 255: `hoplimit` */
  hoplimit: word('hoplimit', number('hop limit', 255)),
  /** Only for packets with this type of service: `tos` */
  tos: word(['tos', 'dsfield'], pattern('a type of service', /^(0x)?[0-9a-f]{1,2}$/i, '0x10')),
  /** The router is on the link, whatever the addresses say: `onlink` */
  onlink: flag('onlink'),
  /** Whether a router of IPv6 is preferred: `pref` */
  pref: word('pref', oneOf('preference', 'low', 'medium', 'high')),
  /** The realm, for tc: `realm` */
  realm: word(['realm', 'realms'], pattern('a realm', /^[\w/]+$/, '10')),
  /** The VRF: `vrf` */
  vrf: word('vrf', ifname),
  /** The next hop, by its number (`ip nexthop`): `nhid` */
  nhid: not(word('nhid', whole('number of a next hop', 1, 0xffffffff)), 'via', 'dev', 'nexthop'),
  /** How long it stays, in seconds (IPv6): `expires` */
  expires: word('expires', number('number of seconds')),
  /** What packets are wrapped in on that way: `encap` */
  encap: not(encap, 'nexthop'),
  ...family,
  /** One of several next hops, each with its share: `nexthop` */
  nexthop: not(many(nexthop), 'via'),
}

/** Of what is shown. */
export const showClauses = {
  ...shown,
  /** Of one routing table, or `all`: `table` */
  table: word('table', routingTable),
  /** Routes out of this interface: `dev` */
  dev,
  /** Routes to exactly this subnet: `exact` */
  exact: word('exact', destination),
  /** Routes into this subnet: `root` */
  root: word('root', destination),
  /** Routes that lead to this subnet: `match` */
  match: word('match', destination),
  /** Routes by this gateway: `via` */
  via: router,
  /** Routes that this one has made: `proto` */
  proto: word(['proto', 'protocol'], origin),
  /** Routes of this scope: `scope` */
  scope: word('scope', scope),
  /** Routes of this type: `type` */
  type: word('type', oneOf('type of route', ...types)),
  /** Routes with this source: `src` */
  src: word('src', prefix),
  /** Of a VRF: `vrf` */
  vrf: word('vrf', ifname),
  /** Cached routes, too: `cache` */
  cache: flag('cache', 'cached'),
}

/** Of a question. */
export const getClauses = {
  ...shown,
  /** From this source: `from` */
  from: word('from', address),
  /** As if it came in by this interface: `iif` */
  iif: word('iif', ifname),
  /** Out of this interface: `oif` */
  oif: word(['oif', 'dev'], ifname),
  /** With this mark: `mark` */
  mark: word('mark', mark),
  /** In this VRF: `vrf` */
  vrf: word('vrf', ifname),
  /** Of this protocol: `ipproto` */
  ipproto: word('ipproto', pattern('a protocol', /^\w+$/, 'tcp')),
  /** From this port: `sport` */
  sport: word('sport', whole('port', 1, 65535)),
  /** To this port: `dport` */
  dport: word('dport', whole('port', 1, 65535)),
  /** Of this user: `uid` */
  uid: word('uid', number('user')),
  /** The entry of the table itself: `fibmatch` */
  fibmatch: flag('fibmatch'),
}

/** Of what is deleted. */
export const flushClauses = {
  /** Routes of one table: `table` */
  table: word('table', routingTable),
  /** Routes out of this interface: `dev` */
  dev,
  /** Routes that this one has made: `proto` */
  proto: word(['proto', 'protocol'], origin),
  /** Routes of this scope: `scope` */
  scope: word('scope', scope),
  /** Routes of this type: `type` */
  type: word('type', oneOf('type of route', ...types)),
  /** What the kernel remembers: `cache` */
  cache: flag('cache'),
  /** Routes into this subnet: `root` */
  root: word('root', destination),
  /** Routes that lead to this subnet: `match` */
  match: word('match', destination),
  /** Routes to exactly this subnet: `exact` */
  exact: bare(word(['exact', 'to'], destination)),
  ...family,
}
