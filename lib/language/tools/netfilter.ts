/** The words of ipset(8), conntrack(8) and iptables-save(8), as tables. */
import { type Effect, looks } from '../effects.ts'
import { before, flag, needed, streamed, word } from '../grammar/clause.ts'
import { form, type Line } from '../grammar/form.ts'
import { any, type Kind, oneOf, pattern, plainWord, prefix, whole } from '../grammar/kinds.ts'

const number = (says: string, max = 0xffffffff) => whole(says, 0, max)
const subject = (line: Line, index = 0): string => String(line.subject[index] ?? '')

const setName = word([], pattern('the name of a set', /^[^\s-]\S{0,30}$/, 'web'))
const setType: Kind<string> = (() => {
  const kind = pattern('a type of set', /^(bitmap|hash|list):[a-z,]+$/, 'hash:ip', 'hash:net')
  // The names of before 2010 are read, and said in the new way (ipset(8), OLD NAMES).
  const older: Readonly<Record<string, string>> = {
    iphash: 'hash:ip',
    nethash: 'hash:net',
    ipporthash: 'hash:ip,port',
    ipportiphash: 'hash:ip,port,ip',
    ipportnethash: 'hash:ip,port,net',
    setlist: 'list:set',
  }
  return { ...kind, read: (word) => older[word] ?? kind.read(word) }
})()
const setEntry = word([], pattern('an entry', /^[0-9a-fA-F][\w.:,/-]*$/, '10.0.0.0/8', '10.0.0.1,tcp:80'))
const entryOptions = {
  timeout: word('timeout', number('number of seconds')),
  comment: word('comment', plainWord('a remark', 'lab')),
  nomatch: flag('nomatch'),
  exist: { ...flag('-exist', '-!'), at: 'tool' as const },
}
const aFile = plainWord('a file', '/srv/rules')
/** What writes into a file, where one is named, and else shows. */
const written = (line: Line): readonly Effect[] =>
  line.has('file') ? [{ does: 'replaces', kind: 'file', name: line.text('file') ?? '' }] : looks
const entry = (line: Line) => ({ kind: 'set entry' as const, name: subject(line, 1), set: subject(line) })

/** ipset(8). */
export const ipsetForms = {
  create: form({
    words: ['ipset', 'create'],
    verbs: ['-N', 'n'],
    subject: [setName, word([], setType)],
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
    clauses: {
      /** Their names alone: `-n` */
      name: flag('-n', '-name'),
      /** Without the entries: `-t` */
      terse: flag('-t', '-terse'),
      /** The entries in order: `-s` */
      sorted: flag('-s', '-sorted'),
    },
    takes: 'options',
    looks: true,
  }),
  swap: form({
    words: ['ipset', 'swap'],
    verbs: ['-W'],
    subject: [setName, setName],
    clauses: {},
    facts: (line) => ({ undo: { argv: ['ipset', 'swap', subject(line), subject(line, 1)] } }),
    does: (line) => [
      { does: 'sets', kind: 'set', name: subject(line), key: 'content', value: subject(line, 1) },
      { does: 'sets', kind: 'set', name: subject(line, 1), key: 'content', value: subject(line) },
    ],
  }),
  rename: form({
    words: ['ipset', 'rename'],
    verbs: ['-E', 'e'],
    subject: [setName, setName],
    clauses: {},
    facts: (line) => ({ undo: { argv: ['ipset', 'rename', subject(line, 1), subject(line)] } }),
    does: (line) => [
      { does: 'removes', kind: 'set', name: subject(line) },
      { does: 'makes', kind: 'set', name: subject(line, 1) },
    ],
  }),
  save: form({
    words: ['ipset', 'save'],
    subject: [setName],
    optional: 0,
    clauses: {
      /** Into this file: `-file` */
      file: streamed(word(['-file', '-f'], aFile), '>'),
    },
    takes: 'options',
    does: written,
  }),
  restore: form({
    words: ['ipset', 'restore'],
    verbs: ['-R'],
    clauses: {
      /** From this file: `-file` */
      file: needed(streamed(word(['-file', '-f'], aFile), '<')),
      /** What is there already is no error: `-exist` */
      exist: entryOptions.exist,
    },
    takes: 'options',
    does: () => [{ does: 'unknown' }],
  }),
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

const tables = oneOf('table', 'filter', 'nat', 'mangle', 'raw', 'security')
const saved = (program: 'iptables' | 'ip6tables') =>
  form({
    words: [`${program}-save`],
    method: program === 'iptables' ? 'iptablesSave' : 'ip6tablesSave',
    clauses: {
      table: word(['-t', '--table'], tables),
      counters: flag('-c', '--counters'),
      /** Into this file: `-f` */
      file: streamed(word(['-f', '--file'], aFile), '>'),
    },
    takes: 'options',
    does: written,
    facts: (line) => (line.has('file') ? {} : { shows: true as const }),
  })
const restored = (program: 'iptables' | 'ip6tables') =>
  form({
    words: [`${program}-restore`],
    method: program === 'iptables' ? 'iptablesRestore' : 'ip6tablesRestore',
    subject: [streamed(word([], aFile), '<')],
    clauses: {
      /** Only one table of the file: `-T` */
      table: before(word(['-T', '--table'], tables)),
      /** With the counters: `-c` */
      counters: before(flag('-c', '--counters')),
      /** Keeps the rules that are there: `-n` */
      noflush: before(flag('-n', '--noflush')),
      /** Only reads the file, and changes nothing: `-t` */
      test: before(flag('-t', '--test')),
      /** Tells what it does: `-v` */
      verbose: before(flag('-v', '--verbose')),
      /** Waits for others who change rules, so many seconds: `-w` */
      wait: before(word(['-w', '--wait'], whole('number of seconds', 0, 3600))),
    },
    takes: 'options',
    does: (line) => [{ does: line.has('test') ? 'looks' : 'unknown' }],
  })
/** iptables-save(8) and iptables-restore(8): all rules, or those of one table. */
export const saveForms = {
  iptablesSave: saved('iptables'),
  ip6tablesSave: saved('ip6tables'),
  iptablesRestore: restored('iptables'),
  ip6tablesRestore: restored('ip6tables'),
} as const
