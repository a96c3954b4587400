/**
 * The matches of iptables-extensions(8), as a table. The method is the long option in camel case; what belongs to one module
 * and stands side by side shares its `-m`. `.not` before a match negates it.
 */
import { type Clause, commaList, flag, word } from '../grammar/clause.ts'
import { type AnyKind, any, ifname, mac, mark, oneOf, pattern, text, whole } from '../grammar/kinds.ts'

const of = <C extends Clause>(module: string, clause: C): C => ({ ...clause, module })
const number = (says: string, max = 0xffffffff) => whole(says, 0, max)

/** A port, a range of them, or the name of a service. */
export const ports = any(
  whole('port', 1, 65535),
  pattern('a range of ports', /^(\d{1,5}:\d{0,5}|:\d{1,5})$/, '8000:8010'),
  pattern('a service', /^[a-z][a-z0-9.+-]*$/i, 'http'),
)
const portRange = any(whole('port', 1, 65535), pattern('a range of ports', /^\d{1,5}:\d{1,5}$/, '1024:65535'))
const addressOrSubnet = pattern(
  'an address or a subnet',
  /^[0-9a-f.:]+(\/[0-9.]+)?$/i,
  '10.0.0.1',
  'fd00::/64',
)
const range = pattern('a range of addresses', /^[0-9a-f.:]+-[0-9a-f.:]+$/i, '10.0.0.1-10.0.0.9')
const rate = any(
  pattern('a rate', /^\d+(\/(s|sec|second|m|min|minute|h|hour|d|day))?$/, '5/min'),
  pattern('a rate', /^\d+[km]?b\/s$/, '512kb/s'),
)
const numberRange = any(number('number', 65535), pattern('a range', /^\d+:\d*$/, '0:500'))
const name = pattern('a name', /^[^\s-]\S*$/, 'web')
const user = any(
  number('user'),
  pattern('a user, or a range of them', /^[a-z_][\w.-]*$|^\d+-\d+$/i, 'student'),
)
const types = oneOf(
  'type of address',
  'UNSPEC',
  'UNICAST',
  'LOCAL',
  'BROADCAST',
  'ANYCAST',
  'MULTICAST',
  'BLACKHOLE',
  'UNREACHABLE',
  'PROHIBIT',
  'THROW',
  'NAT',
  'XRESOLVE',
)
const flags = pattern(
  'flags of TCP',
  /^(ALL|NONE|(SYN|ACK|FIN|RST|URG|PSH)(,(SYN|ACK|FIN|RST|URG|PSH))*)$/,
  'SYN,ACK',
  'ALL',
)
const clock = pattern('a time of day', /^\d{1,2}:\d{2}(:\d{2})?$/, '08:00')
const date = pattern('a date', /^\d{4}(-\d\d(-\d\d(T\d\d(:\d\d(:\d\d)?)?)?)?)?$/, '2030-01-01')
const status = oneOf(
  'status of a connection',
  'NONE',
  'EXPECTED',
  'SEEN_REPLY',
  'ASSURED',
  'CONFIRMED',
  'SNAT',
  'DNAT',
)
const hex = pattern('a number', /^(0x)?[0-9a-f]+(\/(0x)?[0-9a-f]+)?$/i, '0x10')
const setFlags = pattern('what of the packet is looked up', /^(src|dst)(,(src|dst))*$/, 'src', 'dst,src')

const one = <const K extends readonly AnyKind[]>(module: string, option: string, ...kinds: K) =>
  of(module, word(option, ...kinds))
const bare = (module: string, option: string) => of(module, flag(option))

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

/** Modules of which one `-m` stands for several matches. */
export const shared = (module: string): boolean => module !== 'multiport'
