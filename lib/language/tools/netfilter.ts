/** The words of ethtool(8), ipset(8) and conntrack(8), as tables. */
import { type Clause, flag, word } from '../grammar/clause.ts'
import { form, type Line } from '../grammar/form.ts'
import { any, ifname, oneOf, onOff, pattern, plainWord, prefix, whole } from '../grammar/kinds.ts'

const number = (says: string, max = 0xffffffff) => whole(says, 0, max)
const subject = (line: Line, index = 0): string => String(line.subject[index] ?? '')

const features = [
  'rx',
  'tx',
  'sg',
  'tso',
  'ufo',
  'gso',
  'gro',
  'lro',
  'rxvlan',
  'txvlan',
  'ntuple',
  'rxhash',
] as const
const own = word([], ifname)

/** ethtool(8). */
export const ethtoolForms = {
  features: form({
    words: ['ethtool', '-K'],
    verbs: ['--features', '--offload'],
    method: 'ethtool.features',
    subject: [own],
    clauses: Object.fromEntries(features.map((name) => [name, word(name, onOff)])) as Record<
      (typeof features)[number],
      Clause<[value: 'on' | 'off']>
    >,
    takes: 'options',
    does: (line) =>
      line.said.map(({ name, words }) => ({
        does: 'sets',
        kind: 'link',
        name: subject(line),
        key: name,
        value: words[1] ?? '',
      })),
  }),
  channels: form({
    words: ['ethtool', '-L'],
    method: 'ethtool.channels',
    subject: [own],
    clauses: {
      rx: word('rx', number('number')),
      tx: word('tx', number('number')),
      combined: word('combined', number('number')),
    },
    takes: 'options',
    does: (line) => [{ does: 'sets', kind: 'link', name: subject(line), key: 'channels' }],
  }),
  showFeatures: form({
    words: ['ethtool', '-k'],
    method: 'ethtool.showFeatures',
    subject: [own],
    clauses: {},
    looks: true,
  }),
  driver: form({
    words: ['ethtool', '-i'],
    method: 'ethtool.driver',
    subject: [own],
    clauses: {},
    looks: true,
  }),
  statistics: form({
    words: ['ethtool', '-S'],
    method: 'ethtool.statistics',
    subject: [own],
    clauses: {},
    looks: true,
  }),
  show: form({ words: ['ethtool'], method: 'ethtool.show', subject: [own], clauses: {}, looks: true }),
} as const

const setName = word([], pattern('the name of a set', /^[^\s-]\S{0,30}$/, 'web'))
const setEntry = word([], pattern('an entry', /^[0-9a-fA-F][\w.:,/-]*$/, '10.0.0.0/8', '10.0.0.1,tcp:80'))
const entryOptions = {
  timeout: word('timeout', number('number of seconds')),
  comment: word('comment', plainWord('a remark', 'lab')),
  nomatch: flag('nomatch'),
  exist: { ...flag('-exist', '-!'), at: 'tool' as const },
}
const entry = (line: Line) => ({ kind: 'set entry' as const, name: subject(line, 1), set: subject(line) })

/** ipset(8). */
export const ipsetForms = {
  create: form({
    words: ['ipset', 'create'],
    verbs: ['-N', 'n'],
    subject: [
      setName,
      word([], pattern('a type of set', /^(bitmap|hash|list):[a-z,]+$/, 'hash:ip', 'hash:net')),
    ],
    clauses: {
      family: word('family', oneOf('family', 'inet', 'inet6')),
      hashsize: word('hashsize', number('size')),
      maxelem: word('maxelem', number('number')),
      timeout: entryOptions.timeout,
      counters: flag('counters'),
      comment: flag('comment'),
      exist: entryOptions.exist,
      range: word('range', plainWord('a range', '10.0.0.0/24')),
    },
    facts: (line) => ({ undo: { argv: ['ipset', 'destroy', subject(line)] } }),
    does: (line) => [{ does: 'makes', kind: 'set', name: subject(line) }],
  }),
  add: form({
    words: ['ipset', 'add'],
    verbs: ['-A'],
    subject: [setName, setEntry],
    clauses: entryOptions,
    facts: (line) => ({ undo: { argv: ['ipset', 'del', subject(line), subject(line, 1)] } }),
    does: (line) => [{ does: 'makes', ...entry(line) }],
  }),
  del: form({
    words: ['ipset', 'del'],
    verbs: ['-D'],
    subject: [setName, setEntry],
    clauses: { exist: entryOptions.exist },
    facts: (line) => ({ undo: { argv: ['ipset', 'add', subject(line), subject(line, 1)] } }),
    does: (line) => [{ does: 'removes', ...entry(line) }],
  }),
  destroy: form({
    words: ['ipset', 'destroy'],
    verbs: ['-X', 'x'],
    subject: [setName],
    optional: 0,
    clauses: {},
    does: (line) => [{ does: 'removes', kind: 'set', name: subject(line) || 'all' }],
  }),
  flush: form({
    words: ['ipset', 'flush'],
    verbs: ['-F'],
    subject: [setName],
    optional: 0,
    clauses: {},
    does: (line) => [{ does: 'flushes', kind: 'set entry', name: subject(line), set: subject(line) }],
  }),
  test: form({
    words: ['ipset', 'test'],
    verbs: ['-T'],
    subject: [setName, setEntry],
    clauses: {},
    looks: true,
  }),
  list: form({
    words: ['ipset', 'list'],
    verbs: ['-L'],
    subject: [setName],
    optional: 0,
    clauses: {},
    looks: true,
  }),
  save: form({ words: ['ipset', 'save'], subject: [setName], optional: 0, clauses: {}, looks: true }),
} as const

const tracked = {
  proto: word(['-p', '--proto'], plainWord('a protocol', 'tcp')),
  family: word(['-f', '--family'], oneOf('family', 'ipv4', 'ipv6')),
  src: word(['-s', '--orig-src', '--src'], prefix),
  dst: word(['-d', '--orig-dst', '--dst'], prefix),
  sport: word(['--sport', '--orig-port-src'], whole('port', 1, 65535)),
  dport: word(['--dport', '--orig-port-dst'], whole('port', 1, 65535)),
  mark: word(['-m', '--mark'], any(number('mark'), plainWord('a mark', '1/0xff'))),
  zone: word(['-w', '--zone'], number('zone', 65535)),
  state: word('--state', plainWord('a state', 'ESTABLISHED')),
  srcNat: flag('-n', '--src-nat'),
  dstNat: flag('-g', '--dst-nat'),
}

/** conntrack(8). */
export const conntrackForms = {
  list: form({
    words: ['conntrack', '-L'],
    method: 'conntrack.list',
    verbs: ['--dump'],
    clauses: { ...tracked, output: word(['-o', '--output'], plainWord('how it looks', 'extended')) },
    takes: 'options',
    looks: true,
  }),
  delete: form({
    words: ['conntrack', '-D'],
    method: 'conntrack.delete',
    verbs: ['--delete'],
    clauses: tracked,
    takes: 'options',
    does: () => [{ does: 'removes', kind: 'connection', name: 'some' }],
  }),
  flush: form({
    words: ['conntrack', '-F'],
    method: 'conntrack.flush',
    verbs: ['--flush'],
    clauses: {},
    does: () => [{ does: 'flushes', kind: 'connection', name: 'all' }],
  }),
  statistics: form({
    words: ['conntrack', '-S'],
    method: 'conntrack.statistics',
    verbs: ['--stats'],
    clauses: {},
    looks: true,
  }),
  count: form({
    words: ['conntrack', '-C'],
    method: 'conntrack.count',
    verbs: ['--count'],
    clauses: {},
    looks: true,
  }),
} as const
