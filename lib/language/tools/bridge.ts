/** The words of bridge(8), as tables. */
import { bare, behindWord, flag, word } from '../grammar/clause.ts'
import { type Form, form, type Line } from '../grammar/form.ts'
import { address, any, ifname, mac, pattern, whole } from '../grammar/kinds.ts'
import { slave } from '../ip/bridge-options.ts'
import { shown } from '../ip/shared.ts'

const dev = bare(word('dev', ifname))
const number = (says: string, max = 0xffffffff) => whole(says, 0, max)
const show = ['show', 'list', 'lst']
const on = (line: Line): { on?: string } => (line.has('dev') ? { on: String(line.value('dev')) } : {})
const subject = (line: Line, index = 0): string => String(line.subject[index] ?? '')

const fdb = {
  /** The port, or the tunnel: `dev` */
  dev,
  /** Frames for it go to this address (vxlan): `dst` */
  dst: word('dst', address),
  /** By this interface: `via` */
  via: word('via', ifname),
  /** To this UDP port: `port` */
  port: word('port', whole('port', 1, 65535)),
  /** In this network: `vni` */
  vni: word('vni', number('network identifier', 0xffffff)),
  /** From this network: `src_vni` */
  srcVni: word('src_vni', number('network identifier', 0xffffff)),
  /** By this next hop: `nhid` */
  nhid: word('nhid', number('number of a next hop')),
  /** In this VLAN: `vlan` */
  vlan: word('vlan', whole('VLAN id', 1, 4094)),
  /** In the table of the device itself: `self` */
  self: flag('self'),
  /** In the table of its bridge: `master` */
  master: flag('master'),
  /** It stays: `static` */
  static: flag('static', 'temp'),
  /** For this machine itself: `permanent` */
  permanent: flag('permanent', 'local'),
  /** It was learnt, and is forgotten again: `dynamic` */
  dynamic: flag('dynamic'),
  /** For a router's address: `router` */
  router: flag('router'),
}
const fdbForm = (verb: string, does: 'makes' | 'replaces' | 'removes', back?: string): Form =>
  form({
    words: ['bridge', 'fdb', verb],
    ...(verb === 'del' ? { verbs: ['delete'] } : {}),
    subject: [behindWord('to', word([], mac))],
    clauses: fdb,
    facts: (line) => (back === undefined ? {} : { undo: { argv: line.instead(back) } }),
    does: (line) => [{ does, kind: 'forwarding entry', name: subject(line), ...on(line) }],
  })

const portOptions = { ...slave, self: flag('self'), master: flag('master') }
const vlanOptions = {
  dev,
  /** Its number, or the first and the last: `vid` */
  vid: word('vid', any(whole('VLAN id', 1, 4094), pattern('VLANs', /^\d+-\d+$/, '10-20'))),
  /** Frames without a VLAN get it: `pvid` */
  pvid: flag('pvid'),
  /** Frames leave without it: `untagged` */
  untagged: flag('untagged'),
  self: flag('self'),
  master: flag('master'),
}

const mdb = {
  dev: word('dev', ifname),
  port: word('port', ifname),
  grp: word('grp', address),
  src: word('src', address),
  permanent: flag('permanent'),
  temp: flag('temp'),
  vid: word('vid', whole('VLAN id', 1, 4094)),
}

/** bridge(8). */
export const bridgeForms = {
  fdb: {
    add: fdbForm('add', 'makes', 'del'),
    append: fdbForm('append', 'makes', 'del'),
    replace: fdbForm('replace', 'replaces'),
    del: fdbForm('del', 'removes', 'add'),
    get: form({
      words: ['bridge', 'fdb', 'get'],
      subject: [behindWord('to', word([], mac))],
      clauses: {
        ...shown,
        dev,
        br: word('br', ifname),
        vlan: fdb.vlan,
        vni: fdb.vni,
        self: fdb.self,
        master: fdb.master,
      },
      takes: 'options',
      looks: true,
    }),
    flush: form({
      words: ['bridge', 'fdb', 'flush'],
      clauses: {
        dev,
        brport: word('brport', ifname),
        vlan: fdb.vlan,
        self: fdb.self,
        master: fdb.master,
        static: fdb.static,
        permanent: fdb.permanent,
        dynamic: fdb.dynamic,
      },
      needs: [['dev']],
      does: (line) => [{ does: 'flushes', kind: 'forwarding entry', name: 'all', ...on(line) }],
    }),
    show: form({
      words: ['bridge', 'fdb', 'show'],
      verbs: show,
      clauses: {
        ...shown,
        br: word('br', ifname),
        brport: word('brport', ifname),
        dev,
        vlan: fdb.vlan,
        dynamic: fdb.dynamic,
      },
      takes: 'options',
      looks: true,
    }),
  },
  link: {
    set: form({
      words: ['bridge', 'link', 'set'],
      clauses: { dev, ...portOptions },
      facts: () => ({}),
      does: (line) =>
        line.said
          .filter(({ name }) => name !== 'dev')
          .map(({ name, words }) => ({
            does: 'sets',
            kind: 'link',
            name: line.text('dev') ?? '',
            key: name,
            value: words.slice(1).join(' '),
          })),
    }),
    show: form({
      words: ['bridge', 'link', 'show'],
      verbs: show,
      clauses: { ...shown, dev },
      takes: 'options',
      looks: true,
    }),
  },
  vlan: {
    add: form({
      words: ['bridge', 'vlan', 'add'],
      clauses: vlanOptions,
      facts: (line) => ({ undo: { argv: line.instead('del', 'pvid', 'untagged') } }),
      does: (line) => [{ does: 'makes', kind: 'bridge VLAN', name: line.text('vid') ?? '', ...on(line) }],
    }),
    del: form({
      words: ['bridge', 'vlan', 'del'],
      verbs: ['delete'],
      clauses: vlanOptions,
      does: (line) => [{ does: 'removes', kind: 'bridge VLAN', name: line.text('vid') ?? '', ...on(line) }],
    }),
    show: form({
      words: ['bridge', 'vlan', 'show'],
      verbs: show,
      clauses: { ...shown, dev, vid: vlanOptions.vid },
      takes: 'options',
      looks: true,
    }),
  },
  mdb: {
    add: form({
      words: ['bridge', 'mdb', 'add'],
      clauses: mdb,
      facts: (line) => ({ undo: { argv: line.instead('del', 'permanent', 'temp') } }),
      does: (line) => [
        { does: 'makes', kind: 'forwarding entry', name: line.text('grp') ?? '', ...on(line) },
      ],
    }),
    del: form({
      words: ['bridge', 'mdb', 'del'],
      verbs: ['delete'],
      clauses: mdb,
      facts: (line) => ({ undo: { argv: line.instead('add') } }),
      does: (line) => [
        { does: 'removes', kind: 'forwarding entry', name: line.text('grp') ?? '', ...on(line) },
      ],
    }),
    show: form({
      words: ['bridge', 'mdb', 'show'],
      verbs: show,
      clauses: { ...shown, dev },
      takes: 'options',
      looks: true,
    }),
  },
} as const
