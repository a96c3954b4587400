/**
 * The matches of iptables-extensions(8), as a table. The method is the long option in camel case; what belongs to one module
 * and stands side by side shares its `-m`. `.not` before a match negates it.
 */
import { commaList, word } from '../grammar/clause.ts'
import { any, mac, mark, oneOf, pattern } from '../grammar/kinds.ts'

import {
  addressOrSubnet,
  bare,
  name,
  number,
  numberRange,
  of,
  one,
  portRange,
  ports,
  range,
  rate,
  status,
  types,
  user,
} from './match-values.ts'
import { moreMatches } from './more-matches.ts'

export { ports } from './match-values.ts'

/** The matches beside those of iptables(8) itself. */
export const matches = {
  /** Several destination ports, at most 15: `-m multiport --dports` */
  dports: of('multiport', commaList(['--dports', '--destination-ports'], ports)),
  /** Several source ports: `-m multiport --sports` */
  sports: of('multiport', commaList(['--sports', '--source-ports'], ports)),
  /** Several ports, of whichever end: `-m multiport --ports` */
  ports: of('multiport', commaList('--ports', ports)),
  /** From the first of these addresses to the last: `-m iprange --src-range` */
  srcRange: one('iprange', '--src-range', range),
  /** To these addresses: `-m iprange --dst-range` */
  dstRange: one('iprange', '--dst-range', range),
  /** The original source of the connection, before NAT: `-m conntrack --ctorigsrc` */
  ctorigsrc: one('conntrack', '--ctorigsrc', addressOrSubnet),
  /** The original destination of the connection: `-m conntrack --ctorigdst` */
  ctorigdst: one('conntrack', '--ctorigdst', addressOrSubnet),
  /** The source of the replies: `-m conntrack --ctreplsrc` */
  ctreplsrc: one('conntrack', '--ctreplsrc', addressOrSubnet),
  /** The destination of the replies: `-m conntrack --ctrepldst` */
  ctrepldst: one('conntrack', '--ctrepldst', addressOrSubnet),
  /** The original source port: `-m conntrack --ctorigsrcport` */
  ctorigsrcport: one('conntrack', '--ctorigsrcport', portRange),
  /** The original destination port, before DNAT: `-m conntrack --ctorigdstport` */
  ctorigdstport: one('conntrack', '--ctorigdstport', portRange),
  /** The source port of the replies: `-m conntrack --ctreplsrcport` */
  ctreplsrcport: one('conntrack', '--ctreplsrcport', portRange),
  /** The destination port of the replies: `-m conntrack --ctrepldstport` */
  ctrepldstport: one('conntrack', '--ctrepldstport', portRange),
  /** The protocol of the connection: `-m conntrack --ctproto` */
  ctproto: one(
    'conntrack',
    '--ctproto',
    any(number('protocol', 255), pattern('a protocol', /^[a-z][\w-]*$/, 'tcp')),
  ),
  /** What became of the connection so far: `-m conntrack --ctstatus` */
  ctstatus: of('conntrack', commaList('--ctstatus', status)),
  /** How long it is still remembered, in seconds: `-m conntrack --ctexpire` */
  ctexpire: one('conntrack', '--ctexpire', numberRange),
  /** Which way of the connection: `-m conntrack --ctdir` */
  ctdir: one('conntrack', '--ctdir', oneOf('direction', 'ORIGINAL', 'REPLY')),
  /** The sender's MAC address: `-m mac --mac-source` */
  macSource: one('mac', '--mac-source', mac),
  /** The mark of the packet: `-m mark --mark` */
  mark: one('mark', '--mark', mark),
  /** The mark of the connection: `-m connmark --mark` */
  connmark: one('connmark', '--mark', mark),
  /** So often at most: `-m limit --limit` */
  limit: one('limit', '--limit', rate),
  /** So many at once before the limit counts: `-m limit --limit-burst` */
  limitBurst: one('limit', '--limit-burst', number('number of packets')),
  /** As limit, for each address or port by itself: `-m hashlimit --hashlimit-upto` */
  hashlimitUpto: of('hashlimit', word(['--hashlimit-upto', '--hashlimit'], rate)),
  /** Only what is more than that: `-m hashlimit --hashlimit-above` */
  hashlimitAbove: one('hashlimit', '--hashlimit-above', rate),
  /** So many at once before it counts: `--hashlimit-burst` */
  hashlimitBurst: one(
    'hashlimit',
    '--hashlimit-burst',
    any(number('number of packets'), pattern('an amount', /^\d+[km]?b$/, '1mb')),
  ),
  /** What is counted by itself: `--hashlimit-mode` */
  hashlimitMode: of(
    'hashlimit',
    commaList('--hashlimit-mode', oneOf('part', 'srcip', 'srcport', 'dstip', 'dstport')),
  ),
  /** The name of the table, as a file in /proc: `--hashlimit-name` */
  hashlimitName: one('hashlimit', '--hashlimit-name', name),
  /** Sources are counted by subnets of that size: `--hashlimit-srcmask` */
  hashlimitSrcmask: one('hashlimit', '--hashlimit-srcmask', number('length of a prefix', 128)),
  /** Destinations are counted by subnets of that size: `--hashlimit-dstmask` */
  hashlimitDstmask: one('hashlimit', '--hashlimit-dstmask', number('length of a prefix', 128)),
  /** When an entry is forgotten, in milliseconds: `--hashlimit-htable-expire` */
  hashlimitHtableExpire: one('hashlimit', '--hashlimit-htable-expire', number('time in milliseconds')),
  /** How many entries at most: `--hashlimit-htable-max` */
  hashlimitHtableMax: one('hashlimit', '--hashlimit-htable-max', number('number of entries')),
  /** So many connections at most: `-m connlimit --connlimit-upto` */
  connlimitUpto: one('connlimit', '--connlimit-upto', number('number of connections')),
  /** More connections than that: `-m connlimit --connlimit-above` */
  connlimitAbove: one('connlimit', '--connlimit-above', number('number of connections')),
  /** Counted by subnets of that size: `-m connlimit --connlimit-mask` */
  connlimitMask: one('connlimit', '--connlimit-mask', number('length of a prefix', 128)),
  /** Counted by source: `--connlimit-saddr` */
  connlimitSaddr: bare('connlimit', '--connlimit-saddr'),
  /** Counted by destination: `--connlimit-daddr` */
  connlimitDaddr: bare('connlimit', '--connlimit-daddr'),
  /** Sent by processes of this user: `-m owner --uid-owner` */
  uidOwner: one('owner', '--uid-owner', user),
  /** Sent by processes of this group: `-m owner --gid-owner` */
  gidOwner: one('owner', '--gid-owner', user),
  /** Sent by a socket that is known: `-m owner --socket-exists` */
  socketExists: bare('owner', '--socket-exists'),
  /** The kind of the source address: `-m addrtype --src-type` */
  srcType: of('addrtype', commaList('--src-type', types)),
  /** The kind of the destination address, as LOCAL: `-m addrtype --dst-type` */
  dstType: of('addrtype', commaList('--dst-type', types)),
  /** Asked for the interface that it came by: `--limit-iface-in` */
  limitIfaceIn: bare('addrtype', '--limit-iface-in'),
  /** Asked for the interface that it leaves by: `--limit-iface-out` */
  limitIfaceOut: bare('addrtype', '--limit-iface-out'),
  ...moreMatches,
} as const

/** Modules of which one `-m` stands for several matches. */
export const shared = (module: string): boolean => module !== 'multiport'
