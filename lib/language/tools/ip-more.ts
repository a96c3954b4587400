/** Words of ip(8) that are seldom said, as tables: what is set and shown of VRFs, tokens, labels, configuration, FOU. */
import { bare, word } from '../grammar/clause.ts'
import { form, type Line } from '../grammar/form.ts'
import { address6, ifname, plainWord, prefix, whole } from '../grammar/kinds.ts'
import { shown } from '../ip/shared.ts'
import { anyProgram, otherProgram } from '../programs.ts'

const dev = bare(word('dev', ifname))
const show = ['show', 'list', 'lst']
const subject = (line: Line, index = 0): string => String(line.subject[index] ?? '')
const looked = (object: string, clauses = {}) =>
  form({
    words: ['ip', object, 'show'],
    verbs: show,
    clauses: { ...shown, ...clauses },
    takes: 'options',
    looks: true,
  })
const labelled = word('label', whole('label', 0, 0xffffffff))
const port = word('port', whole('port', 1, 65535))
const ipproto = word('ipproto', plainWord('a protocol', '4', 'ipip'))

/** More objects of ip(8). */
export const moreIpForms = {
  vrf: {
    show: form({
      words: ['ip', 'vrf', 'show'],
      verbs: show,
      subject: [word([], ifname)],
      optional: 0,
      clauses: shown,
      takes: 'options',
      looks: true,
    }),
    exec: form({
      words: ['ip', 'vrf', 'exec'],
      subject: [word([], ifname), anyProgram],
      clauses: {},
      facts: () => ({ shows: true }),
      does: (line) => otherProgram(line.subject[1] as readonly string[]),
    }),
    pids: form({ words: ['ip', 'vrf', 'pids'], subject: [word([], ifname)], clauses: {}, looks: true }),
    identify: form({
      words: ['ip', 'vrf', 'identify'],
      subject: [word([], whole('process', 1, 4194304))],
      optional: 0,
      clauses: {},
      looks: true,
    }),
  },
  netconf: { show: looked('netconf', { dev }) },
  mroute: {
    show: looked('mroute', { to: word('to', prefix), table: word('table', plainWord('a table', 'all')) }),
  },
  ntable: { show: looked('ntable', { dev }) },
  token: {
    set: form({
      words: ['ip', 'token', 'set'],
      subject: [word([], address6)],
      clauses: { dev },
      does: (line) => [
        { does: 'sets', kind: 'link', name: line.text('dev') ?? '', key: 'token', value: subject(line) },
      ],
    }),
    list: form({
      words: ['ip', 'token', 'list'],
      verbs: show,
      clauses: { ...shown, dev },
      takes: 'options',
      looks: true,
    }),
  },
  addrlabel: {
    add: form({
      words: ['ip', 'addrlabel', 'add'],
      subject: [word('prefix', prefix)],
      clauses: { dev: word('dev', ifname), label: labelled },
      facts: (line) => ({ undo: { argv: line.instead('del', 'label') } }),
    }),
    del: form({
      words: ['ip', 'addrlabel', 'del'],
      verbs: ['delete'],
      subject: [word('prefix', prefix)],
      clauses: { dev: word('dev', ifname), label: labelled },
    }),
    list: form({
      words: ['ip', 'addrlabel', 'list'],
      verbs: show,
      clauses: shown,
      takes: 'options',
      looks: true,
    }),
  },
  fou: {
    add: form({
      words: ['ip', 'fou', 'add'],
      subject: [port],
      clauses: { ipproto },
      facts: (line) => ({ undo: { argv: ['ip', 'fou', 'del', 'port', subject(line)] } }),
    }),
    del: form({ words: ['ip', 'fou', 'del'], subject: [port], clauses: {} }),
    show: looked('fou'),
  },
  sr: {
    tunsrc: form({
      words: ['ip', 'sr', 'tunsrc', 'set'],
      method: 'ip.sr.tunsrc',
      subject: [word([], address6)],
      clauses: {},
      does: (line) => [
        { does: 'sets', kind: 'parameter', name: 'seg6 source', key: 'tunsrc', value: subject(line) },
      ],
    }),
  },
} as const
