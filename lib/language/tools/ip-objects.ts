/** More words of ip(8), as tables: next hops, multicast addresses, tunnels. */
import { bare, flag, word } from '../grammar/clause.ts'
import { form, type Line } from '../grammar/form.ts'
import { address, any, ifname, mac, oneOf, pattern, plainWord, whole } from '../grammar/kinds.ts'
import { shown } from '../ip/shared.ts'

const dev = bare(word('dev', ifname))
const number = (says: string, max = 0xffffffff) => whole(says, 0, max)
const show = ['show', 'list', 'lst']
const on = (line: Line): { on?: string } => (line.has('dev') ? { on: String(line.value('dev')) } : {})
const subject = (line: Line, index = 0): string => String(line.subject[index] ?? '')

const id = word('id', whole('number of a next hop', 1, 0xffffffff))
const nexthopClauses = {
  /** The address of the router: `via` */
  via: word('via', address),
  /** The interface that leads there: `dev` */
  dev: word('dev', ifname),
  /** Several next hops, as `1/2` or `1,3/2,1`: `group` */
  group: word('group', pattern('next hops', /^\d+(,\d+)?(\/\d+(,\d+)?)*$/, '1/2')),
  /** Drops what goes there: `blackhole` */
  blackhole: flag('blackhole'),
  onlink: flag('onlink'),
  scope: word('scope', oneOf('scope', 'global', 'site', 'link', 'host')),
  proto: word(['proto', 'protocol'], plainWord('an origin', 'static')),
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
      clauses: { ...shown, id, dev },
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
      subject: [bare(word('name', ifname))],
      clauses: {
        mode: word(
          'mode',
          oneOf('mode', 'ipip', 'gre', 'sit', 'isatap', 'vti', 'ipip6', 'ip6ip6', 'ip6gre', 'any'),
        ),
        remote: word('remote', address),
        local: word('local', address),
        ttl: word(['ttl', 'hoplimit'], any(number('TTL', 255), oneOf('TTL', 'inherit'))),
        key: word('key', plainWord('a key', '10')),
        dev: word('dev', ifname),
        nopmtudisc: flag('nopmtudisc'),
      },
      facts: (line) => ({ undo: { argv: ['ip', 'tunnel', 'del', 'name', subject(line)] } }),
      does: (line) => [
        { does: 'makes', kind: 'link', name: subject(line), type: line.text('mode') ?? 'tunnel' },
      ],
    }),
    del: form({
      words: ['ip', 'tunnel', 'del'],
      verbs: ['delete'],
      subject: [bare(word('name', ifname))],
      clauses: {},
      does: (line) => [{ does: 'removes', kind: 'link', name: subject(line) }],
    }),
    show: form({
      words: ['ip', 'tunnel', 'show'],
      verbs: show,
      clauses: { ...shown, name: bare(word('name', ifname)) },
      takes: 'options',
      looks: true,
    }),
  },
} as const
