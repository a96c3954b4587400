/** The words of tc(8), as tables. */
import type { Effect } from '../effects.ts'
import { bare, flag, restOf, word } from '../grammar/clause.ts'
import { form, type Line } from '../grammar/form.ts'
import { ifname, plainWord, textKind, whole } from '../grammar/kinds.ts'
import { shown } from '../ip/shared.ts'
import { word as argument } from '../values.ts'

const dev = bare(word('dev', ifname))
const number = (says: string, max = 0xffffffff) => whole(says, 0, max)
const show = ['show', 'list', 'lst']
const on = (line: Line): { on?: string } => (line.has('dev') ? { on: String(line.value('dev')) } : {})

const rest = textKind<string>('a word', ['rate', '1mbit'], argument)
const handle = plainWord('a handle', '1:', '1:10')
const shaped = (what: 'qdisc' | 'class' | 'filter') => ({
  dev: word('dev', ifname),
  root: flag('root'),
  ingress: flag('ingress'),
  egress: flag('egress'),
  clsact: flag('clsact'),
  parent: word('parent', handle),
  handle: word('handle', handle),
  classid: word('classid', handle),
  ...(what === 'filter'
    ? {
        protocol: word(['protocol', 'proto'], plainWord('a protocol', 'ip')),
        prio: word(['prio', 'pref', 'priority'], number('priority', 65535)),
      }
    : {}),
  /** What it is, and its own options, as tc(8) has them: the words as they are */
  kind: restOf(rest),
})
const kinds = { qdisc: 'qdisc', class: 'traffic class', filter: 'traffic filter' } as const
const tcForms = <W extends keyof typeof kinds>(what: W) => {
  const thing = (line: Line) => ({ kind: kinds[what], name: line.argv.slice(3).join(' '), ...on(line) })
  const one = (verb: string, does: 'makes' | 'replaces' | 'removes', back?: string) =>
    form({
      words: ['tc', what, verb],
      ...(verb === 'del' ? { verbs: ['delete'] } : {}),
      clauses: shaped(what),
      facts: (line: Line) => (back === undefined ? {} : { undo: { argv: line.instead(back, 'kind') } }),
      does: (line: Line): readonly Effect[] => [{ does, ...thing(line) } as Effect],
    })
  return {
    add: one('add', 'makes', 'del'),
    replace: one('replace', 'replaces'),
    change: one('change', 'replaces'),
    del: one('del', 'removes'),
    show: form({
      words: ['tc', what, 'show'],
      verbs: [...show, 'ls'],
      clauses: {
        ...shown,
        dev,
        root: flag('root'),
        ingress: flag('ingress'),
        parent: word('parent', handle),
      },
      takes: 'options',
      looks: true,
    }),
  } as const
}

/** tc(8). */
export const trafficForms = {
  qdisc: tcForms('qdisc'),
  class: tcForms('class'),
  filter: tcForms('filter'),
} as const
