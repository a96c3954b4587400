/** More words of ip(8), as tables: next hops, multicast addresses, tunnels. */
import { bare, type Clause, flag, word } from '../grammar/clause.ts'
import { form, type Line } from '../grammar/form.ts'
import { address, any, ifname, mac, oneOf, pattern, plainWord, whole } from '../grammar/kinds.ts'
import { familyClause, shown } from '../ip/shared.ts'

const dev = bare(word('dev', ifname))
const number = (says: string, max = 0xffffffff) => whole(says, 0, max)
const show = ['show', 'list', 'lst']
const on = (line: Line): { on?: string } => (line.has('dev') ? { on: String(line.value('dev')) } : {})
const subject = (line: Line, index = 0): string => String(line.subject[index] ?? '')

const id = word('id', whole('number of a next hop', 1, 0xffffffff))
const mplsLabels: Clause<[labels: string]> = {
  ...word('encap', pattern('labels', /^\d+(\/\d+)*$/, '100', '100/200')),
  print: ([labels]) => ['encap', 'mpls', pattern('labels', /^\d+(\/\d+)*$/, '100').word(labels)],
  read: ([what, labels = '']) =>
    what === 'mpls' && /^\d+(\/\d+)*$/.test(labels) ? { args: [labels], used: 2 } : undefined,
}
const nexthopClauses = {
  /** The address of the router: `via` */
  via: word('via', address),
  /** The interface that leads there: `dev` */
  dev: word('dev', ifname),
  /** Several next hops, as `1/2` or `1,3/2,1`: `group` */
  group: word('group', pattern('next hops', /^\d+(,\d+)?(\/\d+(,\d+)?)*$/, '1/2')),
  /** How a group chooses: `type` */
  type: word('type', oneOf('type', 'mpath', 'resilient')),
  /** Of a resilient group: `buckets` */
  buckets: word('buckets', number('number', 65535)),
  /** Of a resilient group, in seconds: `idle_timer` */
  idle_timer: word('idle_timer', number('number of seconds')),
  /** Labels of MPLS on the way: `encap mpls` */
  encapMpls: mplsLabels,
  /** Of either family, where no address says which: `-4`, `-6` */
  family: familyClause,
  /** For the forwarding entries of a vxlan: `fdb` */
  fdb: flag('fdb'),
  /** Drops what goes there: `blackhole` */
  blackhole: flag('blackhole'),
  onlink: flag('onlink'),
  scope: word('scope', oneOf('scope', 'global', 'site', 'link', 'host')),
  proto: word(['proto', 'protocol'], plainWord('an origin', 'static')),
}

const end = any(address, oneOf('address', 'any'))
const tunnelName = bare(word('name', ifname))
const of = (line: Line): string[] => (line.has('family') ? [`-${line.value('family')}`] : [])
const tunnelClauses = {
  /** What it carries, and in what: `mode` */
  mode: word(
    'mode',
    oneOf(
      'mode',
      ...([
        'ipip',
        'gre',
        'sit',
        'isatap',
        'vti',
        'ipip6',
        'ip6ip6',
        'ip6gre',
        'vti6',
        'ipv6/ipv6',
        'ip/ipv6',
      ] as const),
      ...(['ipip6/ipv6', 'any'] as const),
    ),
  ),
  /** The other end: `remote` */
  remote: word('remote', end),
  /** The address at this end: `local` */
  local: word('local', end),
  /** How far its packets go: `ttl` */
  ttl: word(['ttl', 'hoplimit'], any(number('TTL', 255), oneOf('TTL', 'inherit'))),
  tos: word(['tos', 'dsfield', 'tclass'], plainWord('a type of service', 'inherit', '0x10')),
  /** It tells tunnels between the same ends apart: `key` */
  key: word('key', plainWord('a key', '10')),
  ikey: word('ikey', plainWord('a key', '10')),
  okey: word('okey', plainWord('a key', '10')),
  csum: flag('csum'),
  seq: flag('seq'),
  /** By this interface: `dev` */
  dev: word('dev', ifname),
  pmtudisc: flag('pmtudisc'),
  nopmtudisc: flag('nopmtudisc'),
  encaplimit: word('encaplimit', plainWord('a limit', 'none', '4')),
  /** Of either family, where no address says which: `-4`, `-6` */
  family: familyClause,
}

/** More objects of ip(8). */
export const ipForms = {
  nexthop: {
    add: form({
      words: ['ip', 'nexthop', 'add'],
      subject: [id],
      clauses: nexthopClauses,
      facts: (line) => ({ undo: { argv: ['ip', 'nexthop', 'del', 'id', subject(line)] } }),
      does: (line) => [{ does: 'makes', kind: 'nexthop', name: subject(line), ...on(line) }],
    }),
    replace: form({
      words: ['ip', 'nexthop', 'replace'],
      subject: [id],
      clauses: nexthopClauses,
      does: (line) => [{ does: 'replaces', kind: 'nexthop', name: subject(line), ...on(line) }],
    }),
    del: form({
      words: ['ip', 'nexthop', 'del'],
      verbs: ['delete'],
      subject: [id],
      clauses: {},
      does: (line) => [{ does: 'removes', kind: 'nexthop', name: subject(line) }],
    }),
    show: form({
      words: ['ip', 'nexthop', 'show'],
      verbs: show,
      clauses: { ...shown, id, dev, group: flag('group'), groups: flag('groups') },
      takes: 'options',
      looks: true,
    }),
    get: form({
      words: ['ip', 'nexthop', 'get'],
      subject: [id],
      clauses: shown,
      takes: 'options',
      looks: true,
    }),
    flush: form({
      words: ['ip', 'nexthop', 'flush'],
      clauses: { dev },
      takes: 'options',
      does: () => [{ does: 'flushes', kind: 'nexthop', name: 'all' }],
    }),
  },
  maddr: {
    add: form({
      words: ['ip', 'maddr', 'add'],
      subject: [bare(word('address', any(address, mac)))],
      clauses: { dev: word('dev', ifname) },
      facts: (line) => ({ undo: { argv: line.instead('del') } }),
      does: (line) => [{ does: 'makes', kind: 'address', name: subject(line), ...on(line) }],
    }),
    del: form({
      words: ['ip', 'maddr', 'del'],
      verbs: ['delete'],
      subject: [bare(word('address', any(address, mac)))],
      clauses: { dev: word('dev', ifname) },
      facts: (line) => ({ undo: { argv: line.instead('add') } }),
      does: (line) => [{ does: 'removes', kind: 'address', name: subject(line), ...on(line) }],
    }),
    show: form({
      words: ['ip', 'maddr', 'show'],
      verbs: show,
      clauses: { ...shown, dev },
      takes: 'options',
      looks: true,
    }),
  },
  tunnel: {
    add: form({
      words: ['ip', 'tunnel', 'add'],
      subject: [tunnelName],
      clauses: tunnelClauses,
      facts: (line) => ({ undo: { argv: ['ip', ...of(line), 'tunnel', 'del', 'name', subject(line)] } }),
      does: (line) => [
        { does: 'makes', kind: 'link', name: subject(line), type: line.text('mode') ?? 'tunnel' },
      ],
    }),
    change: form({
      words: ['ip', 'tunnel', 'change'],
      subject: [tunnelName],
      clauses: tunnelClauses,
      does: (line) =>
        line.said.map(({ name, words }) => ({
          does: 'sets',
          kind: 'link',
          name: subject(line),
          key: name,
          value: words.slice(1).join(' '),
        })),
    }),
    del: form({
      words: ['ip', 'tunnel', 'del'],
      verbs: ['delete'],
      subject: [tunnelName],
      clauses: { family: familyClause },
      does: (line) => [{ does: 'removes', kind: 'link', name: subject(line) }],
    }),
    show: form({
      words: ['ip', 'tunnel', 'show'],
      verbs: show,
      clauses: { ...shown, name: tunnelName },
      takes: 'options',
      looks: true,
    }),
  },
} as const
