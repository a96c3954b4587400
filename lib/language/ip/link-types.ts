/** The types of links and their options, as ip-link(8) lists them: a table each. The keys are the words of ip(8). */

import { BadInput } from '../../errors.ts'
import { type Clause, type Clauses, either, flag, many, needed, word } from '../grammar/clause.ts'
import {
  address,
  any,
  ifname,
  mac,
  mark,
  namespace,
  oneOf,
  onOff,
  pattern,
  prefix,
  whole,
} from '../grammar/kinds.ts'
import { listed } from '../grammar/nearest.ts'
import { type Options, optionsOf, optionWords } from '../grammar/options.ts'
import { readClauses } from '../grammar/read.ts'
import { show } from '../values.ts'
import { bridge, slave } from './bridge-options.ts'

const bit = whole('switch', 0, 1)
const number = (says: string, max = 0xffffffff) => whole(says, 0, max)
const ttl = any(number('TTL', 255), oneOf('TTL', 'inherit', 'auto'))
const tos = pattern('a type of service', /^(inherit|(0x)?[0-9a-f]{1,2})$/i, 'inherit', '0x10')
const portNumber = number('port', 65535)
/** The parent is told before the name of the link. */
const parent = needed(word('link', ifname))

/** The other end: its name, and what is told of it behind that. */
const peer: Clause<[name: string]> = {
  ...word('peer', ifname),
  print: ([name]) => ['peer', 'name', ifname.word(name)],
  read(words) {
    const skip = words[0] === 'name' || words[0] === 'dev' ? 1 : 0
    const name = words[skip] === undefined ? undefined : ifname.read(words[skip] as string)
    return name === undefined ? undefined : { args: [name], used: skip + 1 }
  },
}

const veth = {
  /** The name of the other end: `peer name` */
  peer: needed(peer),
  /** The MAC address of the other end */
  peerAddress: word('address', mac),
  /** The largest packet of the other end, in bytes */
  peerMtu: word('mtu', whole('MTU in bytes', 68, 65535)),
  /** The other end is made in that namespace: `netns` */
  netns: word('netns', namespace),
}

const macvlan = {
  /** The parent */
  link: parent,
  /** Who talks to whom. Default: vepa, as the kernel's */
  mode: word('mode', oneOf('mode', 'private', 'vepa', 'bridge', 'passthru', 'source')),
}
const ipvlan = {
  /** The parent */
  link: parent,
  /** Default: l3 */
  mode: word('mode', oneOf('mode', 'l2', 'l3', 'l3s')),
  flags: word('', oneOf('kind', 'bridge', 'private', 'vepa')),
}
const priorities = pattern('two priorities', /^\d+:\d+$/, '4:3')
const vlan = {
  /** The parent */
  link: parent,
  protocol: word(['protocol', 'proto'], oneOf('VLAN protocol', '802.1Q', '802.1q', '802.1ad')),
  /** 1 to 4094 (IEEE 802.1Q) */
  id: needed(word('id', whole('VLAN id', 1, 4094))),
  reorder_hdr: word('reorder_hdr', onOff),
  gvrp: word('gvrp', onOff),
  mvrp: word('mvrp', onOff),
  loose_binding: word('loose_binding', onOff),
  /** Which priority of the kernel a priority of the tag becomes: `FROM:TO` */
  'ingress-qos-map': many(word(['ingress-qos-map', 'ingress'], priorities)),
  /** Which priority of the tag a priority of the kernel becomes: `FROM:TO` */
  'egress-qos-map': many(word(['egress-qos-map', 'egress'], priorities)),
}

const vxlan = {
  /** The network identifier (VNI), 0 to 16777215 */
  id: word(['id', 'vni'], number('VXLAN network identifier', 0xffffff)),
  /** The UDP port; 4789 is the assigned one (RFC 7348) */
  dstport: word('dstport', portNumber),
  /** The interface that it sends by */
  dev: word('dev', ifname),
  /** Its own address */
  local: word('local', address),
  /** The address of the other end, or of none */
  remote: word('remote', address),
  /** The multicast group of all ends */
  group: word('group', address),
  ttl: word(['ttl', 'hoplimit'], ttl),
  tos: word(['tos', 'dsfield'], tos),
  df: word('df', oneOf('kind', 'set', 'unset', 'inherit')),
  flowlabel: word('flowlabel', pattern('a flow label', /^0x[0-9a-f]{1,5}$/i, '0x1')),
  /** The UDP ports that it sends from */
  srcport: word('srcport', portNumber, portNumber),
  /** Whether it remembers where MAC addresses come from */
  learning: either('learning', 'nolearning'),
  /** Whether it answers ARP itself */
  proxy: either('proxy', 'noproxy'),
  rsc: either('rsc', 'norsc'),
  /** Whether it tells of MAC addresses that it does not know */
  l2miss: either('l2miss', 'nol2miss'),
  /** Whether it tells of IP addresses that it does not know */
  l3miss: either('l3miss', 'nol3miss'),
  udpcsum: either('udpcsum', 'noudpcsum'),
  udp6zerocsumtx: either('udp6zerocsumtx', 'noudp6zerocsumtx'),
  udp6zerocsumrx: either('udp6zerocsumrx', 'noudp6zerocsumrx'),
  ageing: word('ageing', number('number of seconds')),
  maxaddress: word('maxaddress', number('number of addresses')),
  /** Where to is told with each packet, by tc or by a route */
  external: either('external', 'noexternal'),
  vnifilter: either('vnifilter', 'novnifilter'),
  gbp: flag('gbp'),
  gpe: flag('gpe'),
}

const key = any(number('key'), pattern('a key', /^[\d.]+$/, '10'))
const tunnel = {
  /** The address of the other end */
  remote: word('remote', address),
  /** Its own address */
  local: word('local', address),
  ttl: word(['ttl', 'hoplimit'], ttl),
  tos: word(['tos', 'dsfield', 'tclass'], tos),
  key: word('key', key),
  ikey: word('ikey', key),
  okey: word('okey', key),
  csum: either('csum', 'nocsum'),
  seq: either('seq', 'noseq'),
  pmtudisc: either('pmtudisc', 'nopmtudisc'),
  dev: word('dev', ifname),
  mode: word('mode', pattern('a mode', /^[\w/]+$/, 'any')),
  encaplimit: word('encaplimit', any(number('limit', 255), oneOf('limit', 'none'))),
  external: flag('external'),
  fwmark: word('fwmark', mark),
  encap: word('encap', oneOf('kind', 'fou', 'gue', 'none')),
  encapSport: word('encap-sport', any(portNumber, oneOf('port', 'auto'))),
  encapDport: word('encap-dport', portNumber),
}

const nothing = {}

/** A table for each type. */
export const linkTypes = {
  /** A virtual cable: always a pair of ends */
  veth,
  /** A virtual switch */
  bridge,
  /** More MAC addresses on a parent link */
  macvlan,
  /** As macvlan, with a character device for a virtual machine */
  macvtap: macvlan,
  /** More IP addresses on a parent link, all with its MAC address */
  ipvlan,
  ipvtap: ipvlan,
  /** A VLAN of a parent link */
  vlan,
  /** Ethernet in UDP */
  vxlan,
  /** A link that swallows what is sent to it */
  dummy: nothing,
  /** What comes in by others is sent through it, to be shaped */
  ifb: nothing,
  /** A routing table of its own for the links in it */
  vrf: { table: needed(word('table', whole('routing table', 1, 0xffffffff))) },
  /** Several links as one */
  bond: {
    mode: word(
      'mode',
      any(
        oneOf(
          'mode',
          'balance-rr',
          'active-backup',
          'balance-xor',
          'broadcast',
          '802.3ad',
          'balance-tlb',
          'balance-alb',
        ),
        number('mode', 6),
      ),
    ),
    miimon: word('miimon', number('time in milliseconds')),
    updelay: word('updelay', number('time in milliseconds')),
    downdelay: word('downdelay', number('time in milliseconds')),
    primary: word('primary', ifname),
    active_slave: word('active_slave', ifname),
    lacp_rate: word('lacp_rate', any(oneOf('rate', 'slow', 'fast'), bit)),
    xmit_hash_policy: word('xmit_hash_policy', pattern('a policy', /^[\w+]+$/, 'layer3+4')),
    fail_over_mac: word('fail_over_mac', any(oneOf('kind', 'none', 'active', 'follow'), number('kind', 2))),
    arp_interval: word('arp_interval', number('time in milliseconds')),
    arp_ip_target: word('arp_ip_target', pattern('addresses', /^[\d.,]+$/, '10.0.0.1')),
  },
  gre: tunnel,
  gretap: tunnel,
  ip6gre: tunnel,
  ip6gretap: tunnel,
  ipip: tunnel,
  sit: { ...tunnel, '6rd-prefix': word('6rd-prefix', prefix), isatap: flag('isatap') },
  ip6tnl: tunnel,
  vti: tunnel,
  vti6: tunnel,
  xfrm: {
    dev: word('dev', ifname),
    if_id: word('if_id', pattern('a number', /^(0x)?[0-9a-f]+$/i, '0x1')),
    external: flag('external'),
  },
  geneve: {
    id: word(['id', 'vni'], number('network identifier', 0xffffff)),
    remote: tunnel.remote,
    dstport: word('dstport', portNumber),
    ttl: tunnel.ttl,
    tos: tunnel.tos,
    udpcsum: vxlan.udpcsum,
    external: flag('external'),
  },
  wireguard: nothing,
  /** A cable of a pair, for BPF */
  netkit: { mode: word('mode', oneOf('mode', 'l2', 'l3')), peer },
  nlmon: nothing,
  vcan: nothing,
  macsec: { link: parent, encrypt: word('encrypt', onOff), port: word('port', portNumber) },
  /** A port of a bridge: only with set() */
  bridge_slave: slave,
} as const satisfies Record<string, Clauses>

export type LinkType = keyof typeof linkTypes

/** What each type of link needs and may have. */
export type LinkTypes = { [T in LinkType]: Options<(typeof linkTypes)[T]> }

const table = (type: string): Clauses => {
  const found =
    typeof type === 'string' && Object.hasOwn(linkTypes, type) ? linkTypes[type as LinkType] : undefined
  if (found === undefined)
    throw new BadInput(
      `${show(type)} is not a type of link: ${listed(typeof type === 'string' ? type : '', Object.keys(linkTypes))}`,
    )
  return found as Clauses
}

const optional = (clauses: Clauses): Clauses =>
  Object.fromEntries(Object.entries(clauses).map(([name, { needed: _, ...clause }]) => [name, clause]))

/** The clause `type` with its options; what stands before the name of the link is not among its words. */
const typeOf = (changing: boolean): Clause<[type: string, options?: object]> => ({
  words: ['type'],
  kinds: [],
  shape: 'values',
  takes: 2,
  print([type, options = {}]) {
    if (type === 'bridge_slave' && !changing)
      throw new BadInput('a bridge_slave is what set() makes of a port')
    const all = table(type)
    const clauses = changing ? optional(all) : all
    const { link: _, ...behind } = clauses
    optionWords(clauses, options, `a ${type}`)
    const { link: __, ...rest } = options as Record<string, unknown>
    const words = optionWords(behind, rest, `a ${type}`)
    if (type === 'vxlan' && !changing && !words.includes('id') && !words.includes('external'))
      throw new BadInput('a vxlan needs id: the network identifier, 0 to 16777215')
    if (changing && words.length === 0)
      throw new BadInput(`set().type('${type}') needs options: ${listed('', Object.keys(clauses))}`)
    return ['type', type, ...words]
  },
  read([type = '', ...words]) {
    if (!Object.hasOwn(linkTypes, type)) return undefined
    const clauses = table(type)
    const calls = readClauses(clauses, words)
    const options = calls && optionsOf(clauses, calls)
    if (!options) return undefined
    return { args: Object.keys(options).length === 0 ? [type] : [type, options], used: words.length + 1 }
  },
})

/** `type` of a link that is made. */
export const typeClause = typeOf(false)
/** `type` of a link that is there: its options change. */
export const typeChange = typeOf(true)
