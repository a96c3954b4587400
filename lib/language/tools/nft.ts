/** The words of nft(8), as tables: tables, chains, sets and their elements; a rule is a text in nft's own language. */
import { OLD } from '../command.ts'
import type { Effect } from '../effects.ts'
import { type Clause, flag, ofTool, word } from '../grammar/clause.ts'
import { type Form, form, type Line } from '../grammar/form.ts'
import { oneOf, pattern, plainWord, textKind, whole } from '../grammar/kinds.ts'

type NftFamily = 'ip' | 'ip6' | 'inet' | 'arp' | 'bridge' | 'netdev'
const families = ['ip', 'ip6', 'inet', 'arp', 'bridge', 'netdev'] as const
const name = pattern('a name of nft', /^[A-Za-z_/][\w/.\\-]{0,127}$/, 'filter')
const family = word([], oneOf('family', ...families))
const named = word([], name)

/** Whether each bracket and quote is closed, and nothing starts a second command. */
function closed(text: string): boolean {
  const open: string[] = []
  for (const [part] of text.replace(/"[^"]*"/g, '').matchAll(/["{}();\n]/g)) {
    if (part === '{' || part === '(') open.push(part)
    else if (part === '}' || part === ')') {
      if (open.pop() !== (part === '}' ? '{' : '(')) return false
    } else if (part !== ';' || open.at(-1) !== '{') return false
  }
  return open.length === 0
}
const said = (says: string, ...like: string[]) =>
  textKind<string>(says, like, (text) => /\S/.test(text) && !/^\s*-/.test(text) && closed(text))
const block = (says: string, like: string) =>
  textKind<string>(says, [like], (text) => /^\s*\{[\s\S]*\}\s*$/.test(text) && closed(text))

const rule = word([], said('a rule of nft', 'tcp dport 22 accept', 'ip saddr { 10.0.0.1, 10.0.0.2 } drop'))
const told = (verb: string, what: string, ...subject: Clause[]) => ({
  words: ['nft', verb, what],
  subject: [family, named, ...subject],
  clauses: {},
})
const part = (line: Line, index: number): string => String(line.subject[index] ?? '')
const inTable = (line: Line) => ({ family: part(line, 0) as NftFamily, table: part(line, 1) })

const kinds = { table: 'firewall table', chain: 'chain', set: 'set', map: 'set' } as const
/** What has a name: it is added where it is not there yet, and then alone taken back. */
function thing(verb: string, what: keyof typeof kinds, subject: readonly Clause[], optional?: number): Form {
  const own = (line: Line) => line.subject.slice(0, what === 'table' ? 2 : 3).map(String)
  return form({
    ...told(verb, what, ...subject),
    ...(optional === undefined ? {} : { optional }),
    facts: (line) => ({
      undo:
        verb === 'create'
          ? { argv: ['nft', 'delete', what, ...own(line)] }
          : { argv: ['nft', 'delete', what, ...own(line)], found: ['true'] },
    }),
    does: (line) => [
      {
        does: 'makes',
        kind: kinds[what],
        name: own(line).at(-1) ?? '',
        ...inTable(line),
        ...(verb === 'create'
          ? {}
          : { read: { argv: ['nft', 'list', what, ...own(line)], filter: 'head -n 1' } }),
      } as Effect,
    ],
  })
}
const gone = (what: keyof typeof kinds, verb = 'delete'): Form =>
  form({
    ...told(verb, what, ...(what === 'table' ? [] : [named])),
    does: (line) => [
      {
        does: verb === 'delete' ? 'removes' : 'flushes',
        kind:
          verb === 'delete' ? kinds[what] : what === 'set' || what === 'map' ? 'set entry' : 'firewall rule',
        name: part(line, what === 'table' ? 1 : 2),
        ...inTable(line),
        ...(what === 'set' || what === 'map' ? { set: part(line, 2) } : {}),
        ...(what === 'chain' ? { chain: part(line, 2) } : {}),
      } as Effect,
    ],
  })

/** The highest number of a rule in a chain. */
const handles = ["sed -n 's/.* # handle //p'", 'sort -n'].join(' | ')
/** Takes back the first rule that is younger than those that were there before: numbers only grow (nft(8), handle). */
const youngest =
  'h=$(nft -a list chain "$1" "$2" "$3" | ' +
  `${handles} | while read -r n; do [ "$n" -gt "$0" ] && echo "$n" && break; done); ` +
  '[ -n "$h" ] && nft delete rule "$1" "$2" "$3" handle "$h"'
const before = word([], said('a place and a rule', 'position 5 drop'))
const ruled = (verb: string, subject: Clause): Form =>
  form({
    ...told(verb, 'rule', named, subject),
    facts: (line) => ({
      undo: { argv: ['sh', '-c', youngest, OLD, part(line, 0), part(line, 1), part(line, 2)] },
    }),
    does: (line) => [
      {
        does: 'makes',
        kind: 'firewall rule',
        name: `${part(line, 2)} ${part(line, 3)}`,
        ...inTable(line),
        chain: part(line, 2),
        read: {
          argv: ['nft', '-a', 'list', 'chain', part(line, 0), part(line, 1), part(line, 2)],
          filter: `${handles} | tail -n 1`,
        },
      },
    ],
  })
const handle = whole('number of a rule', 1, 0x7fffffff)
const element = word([], block('elements in braces', '{ 10.0.0.1, 10.0.0.5 }'))
const elements = (verb: 'add' | 'delete'): Form =>
  form({
    ...told(verb, 'element', named, element),
    facts: (line) => ({ undo: { argv: ['nft', verb === 'add' ? 'delete' : 'add', ...line.argv.slice(2)] } }),
    does: (line) => [
      {
        does: verb === 'add' ? 'makes' : 'removes',
        kind: 'set entry',
        name: part(line, 3),
        set: part(line, 2),
      },
    ],
  })

const shown = {
  /** With the numbers of rules: `-a` */
  handle: ofTool(flag('-a', '--handle')),
  /** Numbers in the place of names: `-n` */
  numeric: ofTool(flag('-n', '--numeric', '-nn')),
  /** As JSON: `-j` */
  json: ofTool(flag('-j', '--json')),
  /** Without what changes by itself, as counters: `-s` */
  stateless: ofTool(flag('-s', '--stateless')),
  /** Without the elements of sets: `-t` */
  terse: ofTool(flag('-t', '--terse')),
}
const looked = (what: string, subject: readonly Clause[] = [], optional?: number): Form =>
  form({
    words: ['nft', 'list', what],
    subject,
    ...(optional === undefined ? {} : { optional }),
    clauses: shown,
    takes: 'options',
    looks: true,
  })
const chainBlock = block('what the chain is', '{ type filter hook input priority 0 ; policy drop ; }')

/** nft(8). */
export const nftForms = {
  add: {
    table: thing('add', 'table', [word([], block('flags', '{ flags dormant ; }'))], 2),
    chain: thing('add', 'chain', [named, word([], chainBlock)], 3),
    rule: ruled('add', rule),
    set: thing('add', 'set', [named, word([], block('what the set is', '{ type ipv4_addr ; }'))]),
    map: thing('add', 'map', [
      named,
      word([], block('what the map is', '{ type inet_service : ipv4_addr ; }')),
    ]),
    element: elements('add'),
  },
  create: {
    table: thing('create', 'table', []),
    chain: thing('create', 'chain', [named, word([], chainBlock)], 3),
  },
  insert: { rule: ruled('insert', rule) },
  replace: {
    rule: form({
      ...told('replace', 'rule', named, word('handle', handle), before),
      does: (line) => [
        {
          does: 'replaces',
          kind: 'firewall rule',
          name: `${part(line, 2)} ${part(line, 4)}`,
          ...inTable(line),
          chain: part(line, 2),
        },
      ],
    }),
  },
  delete: {
    table: gone('table'),
    chain: gone('chain'),
    set: gone('set'),
    map: gone('map'),
    element: elements('delete'),
    rule: form({
      ...told('delete', 'rule', named, word('handle', handle)),
      does: (line) => [
        {
          does: 'removes',
          kind: 'firewall rule',
          name: `${part(line, 2)} handle ${part(line, 3)}`,
          ...inTable(line),
          chain: part(line, 2),
        },
      ],
    }),
  },
  flush: {
    ruleset: form({
      words: ['nft', 'flush', 'ruleset'],
      subject: [family],
      optional: 0,
      clauses: {},
      does: () => [{ does: 'flushes', kind: 'firewall table', name: 'all', table: 'all' }],
    }),
    table: gone('table', 'flush'),
    chain: gone('chain', 'flush'),
    set: gone('set', 'flush'),
    map: gone('map', 'flush'),
  },
  rename: {
    chain: form({
      ...told('rename', 'chain', named, named),
      facts: (line) => ({
        undo: {
          argv: ['nft', 'rename', 'chain', part(line, 0), part(line, 1), part(line, 3), part(line, 2)],
        },
      }),
      does: (line) => [
        { does: 'removes', kind: 'chain', name: part(line, 2), ...inTable(line) },
        { does: 'makes', kind: 'chain', name: part(line, 3), ...inTable(line) },
      ],
    }),
  },
  list: {
    ruleset: looked('ruleset', [family], 0),
    tables: looked('tables', [family], 0),
    chains: looked('chains', [family], 0),
    sets: looked('sets', [family], 0),
    maps: looked('maps', [family], 0),
    counters: looked('counters', [family], 0),
    table: looked('table', [family, named]),
    chain: looked('chain', [family, named, named]),
    set: looked('set', [family, named, named]),
    map: looked('map', [family, named, named]),
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, Form>>>>

/** A file of nft's language: `nft -f`. */
export const nftFile = form({
  words: ['nft', '-f'],
  method: 'nft.file',
  verbs: ['--file'],
  subject: [word([], plainWord('a file', '/etc/nftables.conf'))],
  clauses: {},
  facts: (line) => ({ needs: [{ needs: 'file', path: part(line, 0) }] }),
  does: () => [{ does: 'unknown' }],
})
