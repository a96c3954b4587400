/** The words of ip-xfrm(8), as tables: which packets are encrypted, and how. */
import { type Clause, many, word } from '../grammar/clause.ts'
import { form, type Line } from '../grammar/form.ts'
import { address, any, ifname, mark, oneOf, pattern, plainWord, prefix, whole } from '../grammar/kinds.ts'
import { type Options, optionsOf, optionWords } from '../grammar/options.ts'
import { entryOf } from '../grammar/read.ts'
import { familyClause, shown } from '../ip/shared.ts'

const number = (says: string, max = 0xffffffff) => whole(says, 0, max)
const algorithm = plainWord('an algorithm', 'cbc(aes)')
const key = pattern('a key', /^(0x([0-9a-f]{2})*|[^\s-]\S*|)$/i, '0x00112233')
const proto = oneOf('protocol', 'esp', 'ah', 'comp', 'route2', 'hao')
const mode = oneOf('mode', 'transport', 'tunnel', 'beet', 'ro', 'in_trigger', 'iptfs')
const spi = any(
  number('security parameter index'),
  pattern('a security parameter index', /^0x[0-9a-f]{1,8}$/i, '0x1000'),
)

const id = {
  /** Where its packets come from: `src` */
  src: word('src', address),
  /** Where they go: `dst` */
  dst: word('dst', address),
  /** `proto` */
  proto: word('proto', proto),
  /** The number in each packet that tells it: `spi` */
  spi: word('spi', spi),
  /** Of either family, where no address says which: `-4`, `-6` */
  family: familyClause,
}
const state = {
  ...id,
  /** It ties a state to the template of a policy: `reqid` */
  reqid: word('reqid', number('number')),
  /** `mode` */
  mode: word('mode', mode),
  /** Encrypts: an algorithm and its key. `enc` */
  enc: word('enc', algorithm, key),
  /** Signs: an algorithm and its key. `auth` */
  auth: word('auth', algorithm, key),
  /** As auth, with the length that is left of the signature in bits: `auth-trunc` */
  authTrunc: word('auth-trunc', algorithm, key, number('number of bits')),
  /** Encrypts and signs: an algorithm, its key, the length of its signature in bits. `aead` */
  aead: word('aead', algorithm, key, number('number of bits')),
  /** Compresses: an algorithm. `comp` */
  comp: word('comp', algorithm),
  replayWindow: word('replay-window', number('number')),
  flag: word(
    'flag',
    oneOf('flag', 'noecn', 'decap-dscp', 'nopmtudisc', 'wildrecv', 'icmp', 'af-unspec', 'align4', 'esn'),
  ),
  mark: word('mark', mark),
  /** The interface of type xfrm that it belongs to: `if_id` */
  if_id: word('if_id', number('number')),
  outputMark: word('output-mark', mark),
  /** In UDP: the way, the ports, the original address. `encap` */
  encap: word(
    'encap',
    oneOf('way', 'espinudp', 'espinudp-nonike', 'espintcp'),
    number('port', 65535),
    number('port', 65535),
    address,
  ),
}
const template = {
  src: id.src,
  dst: id.dst,
  proto: id.proto,
  spi: id.spi,
  mode: state.mode,
  reqid: state.reqid,
  level: word('level', oneOf('level', 'required', 'use')),
}
const readTemplate: Clause['read'] = (words) => {
  const said: Array<{ name: string; args: readonly unknown[] }> = []
  let at = 0
  while (at < words.length && words[at] !== 'tmpl') {
    const entry = entryOf(template, words[at] ?? '')
    const taken = entry?.[1].read(words.slice(at + 1), words[at] ?? '')
    if (!entry || !taken) break
    said.push({ name: entry[0], args: taken.args })
    at += 1 + taken.used
  }
  const options = optionsOf(template, said)
  return options === undefined || at === 0 ? undefined : { args: [options], used: at }
}
const policy = {
  /** Packets from there: `src` */
  src: word('src', prefix),
  /** Packets to there: `dst` */
  dst: word('dst', prefix),
  /** `in`, `out`, or through this machine: `dir` */
  dir: word('dir', oneOf('direction', 'in', 'out', 'fwd')),
  proto: word('proto', plainWord('a protocol', 'tcp')),
  sport: word('sport', number('port', 65535)),
  dport: word('dport', number('port', 65535)),
  dev: word('dev', ifname),
  mark: state.mark,
  if_id: state.if_id,
  index: word('index', number('number')),
  ptype: word('ptype', oneOf('type', 'main', 'sub')),
  action: word('action', oneOf('action', 'allow', 'block')),
  priority: word(['priority', 'prio'], number('number')),
  /** How they are treated: `tmpl` */
  tmpl: many({
    ...word('tmpl', plainWord('a template')),
    print: ([options]: [template: Options<typeof template>]) => [
      'tmpl',
      ...optionWords(template, options, 'tmpl'),
    ],
    read: readTemplate,
  } as unknown as Clause<[template: Options<typeof template>]>),
  /** Of either family, where no address says which: `-4`, `-6` */
  family: familyClause,
}

const some = (line: Line, names: readonly string[]): string[] =>
  line.said.filter(({ name }) => names.includes(name)).flatMap(({ words }) => words)
const called = (line: Line): string => line.argv.slice(line.argv.indexOf('xfrm') + 3).join(' ')
const verbOf = (kind: 'xfrm state' | 'xfrm policy', ids: readonly string[]) => {
  const words = kind.split(' ')
  const clauses = kind === 'xfrm state' ? state : policy
  return (verb: string, does: 'makes' | 'replaces' | 'removes') =>
    form({
      words: ['ip', ...words, verb],
      ...(verb === 'delete' ? { verbs: ['del'] } : {}),
      clauses,
      ...(does === 'makes'
        ? { facts: (line: Line) => ({ undo: { argv: ['ip', ...words, 'delete', ...some(line, ids)] } }) }
        : {}),
      does: (line: Line) => [{ does, kind, name: called(line) }],
    })
}
const states = verbOf('xfrm state', ['src', 'dst', 'proto', 'spi', 'mark'])
const policies = verbOf('xfrm policy', [
  'src',
  'dst',
  'proto',
  'sport',
  'dport',
  'dev',
  'dir',
  'mark',
  'if_id',
  'ptype',
])
const looked = (kind: 'state' | 'policy') =>
  form({
    words: ['ip', 'xfrm', kind, 'list'],
    verbs: ['show', 'lst'],
    clauses: { ...shown, ...(kind === 'state' ? id : { dir: policy.dir }) },
    takes: 'options',
    looks: true,
  })
const emptied = (kind: 'state' | 'policy') =>
  form({
    words: ['ip', 'xfrm', kind, 'flush'],
    clauses: {},
    does: () => [{ does: 'flushes', kind: `xfrm ${kind}` as const, name: 'all' }],
  })

/** ip-xfrm(8). */
export const xfrmForms = {
  state: {
    add: states('add', 'makes') as Form<typeof state>,
    update: states('update', 'replaces') as Form<typeof state>,
    delete: states('delete', 'removes') as Form<typeof state>,
    list: looked('state'),
    flush: emptied('state'),
  },
  policy: {
    add: policies('add', 'makes') as Form<typeof policy>,
    update: policies('update', 'replaces') as Form<typeof policy>,
    delete: policies('delete', 'removes') as Form<typeof policy>,
    list: looked('policy'),
    flush: emptied('policy'),
  },
} as const
type Form<C> = Omit<ReturnType<typeof states>, 'clauses'> & { clauses: C }
