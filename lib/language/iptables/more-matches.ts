/** The rest of the matches of iptables-extensions(8), as a table. */
import { commaList, flag, word } from '../grammar/clause.ts'
import { any, ifname, oneOf, pattern, text } from '../grammar/kinds.ts'

import {
  bare,
  clock,
  date,
  flags,
  hex,
  name,
  number,
  numberRange,
  of,
  one,
  setFlags,
} from './match-values.ts'

/** From `string` on. */
export const moreMatches = {
  /** A text in the packet: `-m string --string` */
  string: one('string', '--string', text('a text', 'GET /')),
  /** Bytes in the packet: `-m string --hex-string` */
  hexString: one('string', '--hex-string', text('bytes', '|0d0a|')),
  /** How it is searched for: `--algo` */
  algo: one('string', '--algo', oneOf('way of searching', 'bm', 'kmp')),
  /** Searched from this byte on: `--from` */
  from: one('string', '--from', number('number of bytes', 65535)),
  /** Searched up to this byte: `--to` */
  to: one('string', '--to', number('number of bytes', 65535)),
  /** Capitals or not: `--icase` */
  icase: bare('string', '--icase'),
  /** By chance, or each so-manieth: `-m statistic --mode` */
  statistic: one('statistic', '--mode', oneOf('mode', 'random', 'nth')),
  /** How likely, 0 to 1: `--probability` */
  probability: one(
    'statistic',
    '--probability',
    pattern('a probability', /^(0?\.\d+|0|1|1\.0+|0\.\d+)$/, '0.5'),
  ),
  /** Each so-manieth packet: `--every` */
  every: one('statistic', '--every', number('number of packets')),
  /** Beginning with that one: `--packet` */
  packet: one('statistic', '--packet', number('number of packets')),
  /** Remembers the source: `-m recent --set` */
  recentSet: bare('recent', '--set'),
  /** Is remembered: `-m recent --rcheck` */
  rcheck: bare('recent', '--rcheck'),
  /** Is remembered, and is seen again now: `-m recent --update` */
  update: bare('recent', '--update'),
  /** Forgets the source: `-m recent --remove` */
  recentRemove: bare('recent', '--remove'),
  /** Not longer ago than that: `--seconds` */
  seconds: one('recent', '--seconds', number('number of seconds')),
  /** At least so often: `--hitcount` */
  hitcount: one('recent', '--hitcount', number('number of packets', 255)),
  /** The name of the list: `--name` */
  recentName: one('recent', '--name', name),
  /** The source is remembered: `--rsource` */
  rsource: bare('recent', '--rsource'),
  /** The destination is remembered: `--rdest` */
  rdest: bare('recent', '--rdest'),
  /** Is in a set of ipset(8): `-m set --match-set` */
  matchSet: one('set', '--match-set', name, setFlags),
  /** Of those flags of TCP, just these are set: `--tcp-flags` */
  tcpFlags: one('', '--tcp-flags', flags, flags),
  /** The first packet of a TCP connection: `--syn` */
  syn: bare('', '--syn'),
  /** With this option of TCP: `--tcp-option` */
  tcpOption: one('', '--tcp-option', number('option', 255)),
  /** The type of the ICMP message, by name or number: `--icmp-type` */
  icmpType: one(
    '',
    '--icmp-type',
    any(number('type', 255), pattern('a type', /^[a-z][a-z-]*$|^\d+\/\d+$/i, 'echo-request', '3/4')),
  ),
  /** The type of the ICMPv6 message: `--icmpv6-type` */
  icmpv6Type: one(
    '',
    '--icmpv6-type',
    any(number('type', 255), pattern('a type', /^[a-z][a-z-]*$|^\d+\/\d+$/i, 'echo-request', '1/4')),
  ),
  /** The port of a bridge that it came by: `-m physdev --physdev-in` */
  physdevIn: one('physdev', '--physdev-in', ifname),
  /** The port of a bridge that it leaves by: `-m physdev --physdev-out` */
  physdevOut: one('physdev', '--physdev-out', ifname),
  /** It came by a bridge: `-m physdev --physdev-is-in` */
  physdevIsIn: bare('physdev', '--physdev-is-in'),
  /** It leaves by a bridge: `-m physdev --physdev-is-out` */
  physdevIsOut: bare('physdev', '--physdev-is-out'),
  /** It is switched, not routed: `-m physdev --physdev-is-bridged` */
  physdevIsBridged: bare('physdev', '--physdev-is-bridged'),
  /** How long the packet is, in bytes: `-m length --length` */
  length: one('length', '--length', numberRange),
  /** From this time of day on: `-m time --timestart` */
  timestart: one('time', '--timestart', clock),
  /** Up to this time of day: `-m time --timestop` */
  timestop: one('time', '--timestop', clock),
  /** From this day on: `-m time --datestart` */
  datestart: one('time', '--datestart', date),
  /** Up to this day: `-m time --datestop` */
  datestop: one('time', '--datestop', date),
  /** On these days: `-m time --weekdays` */
  weekdays: of(
    'time',
    commaList(
      '--weekdays',
      oneOf('day', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun', '1', '2', '3', '4', '5', '6', '7'),
    ),
  ),
  /** By the time zone of the kernel: `--kerneltz` */
  kerneltz: bare('time', '--kerneltz'),
  /** The time to live is this: `-m ttl --ttl-eq` */
  ttlEq: of('ttl', word(['--ttl-eq', '--ttl'], number('TTL', 255))),
  /** The time to live is more: `-m ttl --ttl-gt` */
  ttlGt: one('ttl', '--ttl-gt', number('TTL', 255)),
  /** The time to live is less: `-m ttl --ttl-lt` */
  ttlLt: one('ttl', '--ttl-lt', number('TTL', 255)),
  /** The hop limit is this (IPv6): `-m hl --hl-eq` */
  hlEq: one('hl', '--hl-eq', number('hop limit', 255)),
  /** The hop limit is more (IPv6): `-m hl --hl-gt` */
  hlGt: one('hl', '--hl-gt', number('hop limit', 255)),
  /** The hop limit is less (IPv6): `-m hl --hl-lt` */
  hlLt: one('hl', '--hl-lt', number('hop limit', 255)),
  /** For whom the frame was: `-m pkttype --pkt-type` */
  pktType: one('pkttype', '--pkt-type', oneOf('kind of frame', 'unicast', 'broadcast', 'multicast')),
  /** The type of service: `-m tos --tos` */
  tos: one('tos', '--tos', any(hex, pattern('a type of service', /^[A-Z][\w-]*$/i, 'Minimize-Delay'))),
  /** The DSCP of the packet: `-m dscp --dscp` */
  dscp: one('dscp', '--dscp', any(number('DSCP', 63), hex)),
  /** The class of its DSCP: `-m dscp --dscp-class` */
  dscpClass: one('dscp', '--dscp-class', pattern('a class', /^(BE|EF|AF[1-4][1-3]|CS[0-7])$/i, 'EF')),
  /** The helper that knows the connection: `-m helper --helper` */
  helper: one('helper', '--helper', name),
  /** A test of bytes: `-m u32 --u32` */
  u32: one('u32', '--u32', text('a test', '0>>22&0x3C@0=1')),
  /** The segment size of TCP: `-m tcpmss --mss` */
  mss: one('tcpmss', '--mss', numberRange),
  /** So many bytes, then no more: `-m quota --quota` */
  quota: one('quota', '--quota', number('number of bytes', Number.MAX_SAFE_INTEGER)),
  /** A way back leads to the sender: `-m rpfilter` */
  rpfilter: of('rpfilter', { ...flag('-m rpfilter'), print: () => [] as string[] }),
  /** By whichever interface: `--loose` */
  loose: bare('rpfilter', '--loose'),
  /** With the mark of the packet: `--validmark` */
  validmark: bare('rpfilter', '--validmark'),
  /** Where no way leads back: `--invert` */
  invert: bare('rpfilter', '--invert'),
  /** The type of the routing header (IPv6): `-m rt --rt-type` */
  rtType: one('rt', '--rt-type', number('type', 255)),
  /** The headers of the packet (IPv6): `-m ipv6header --header` */
  header: one('ipv6header', '--header', pattern('headers', /^[\w,-]+$/, 'frag')),
  /** Those headers, and others (IPv6): `--soft` */
  soft: bare('ipv6header', '--soft'),
  /** The control group of the sender: `-m cgroup --path` */
  cgroupPath: one('cgroup', '--path', pattern('a path', /^\/?[\w./-]+$/, 'lab/web')),
  /** A later piece of a packet: `-f` */
  fragment: bare('', '-f'),
} as const
