/** Docker networks: what is plugged, removed and listed, as tables. */
import { flag, word } from '../grammar/clause.ts'
import { form } from '../grammar/form.ts'
import { text, textKind } from '../grammar/kinds.ts'
import { networkName } from '../names.ts'
import { containers, filter, name, severalOf } from './shared-forms.ts'

const networkKind = textKind<string>('a network', ['n1'], networkName)

/** `docker network disconnect`. */
export const networkDisconnect = form({
  words: ['docker', 'network', 'disconnect'],
  subject: [word([], networkKind), word([], name)],
  clauses: { force: flag('-f', '--force') },
  takes: 'options',
  facts: (line) => ({
    undo: { argv: ['docker', 'network', 'connect', String(line.subject[0]), String(line.subject[1])] },
  }),
  does: (line) => [
    { does: 'removes', kind: 'endpoint', name: String(line.subject[1]), network: String(line.subject[0]) },
  ],
})

/** `docker network inspect`. */
export const networkInspect = form({
  words: ['docker', 'network', 'inspect'],
  subject: [severalOf(networkKind), word(['-f', '--format'], text('a template', '{{.Driver}}'))],
  optional: 1,
  clauses: { verbose: flag('-v', '--verbose') },
  takes: 'options',
  looks: true,
  print: ({ form, subject: [names, template], own, said }) => {
    const ownNames = [names].flat().map(String)
    const options = own.slice(ownNames.length)
    return [
      ...form.words,
      ...(template === undefined ? [] : options),
      ...said.flatMap(({ words }) => words),
      ...own.slice(0, ownNames.length),
    ]
  },
})

/** `docker network rm`. */
export const networkRm = form({
  words: ['docker', 'network', 'rm'],
  verbs: ['network remove'],
  subject: [severalOf(networkKind)],
  clauses: {},
  facts: (line) => {
    const all = containers(line)
    return all.length === 1 ? { api: { call: 'network rm' as const, network: all[0] ?? '' } } : {}
  },
  does: (line) => containers(line).map((one) => ({ does: 'removes', kind: 'network', name: one }) as const),
})

/** `docker network ls`. */
export const networkLs = form({
  words: ['docker', 'network', 'ls'],
  verbs: ['network list'],
  clauses: {
    /** Only some, as `driver=bridge`: `--filter` */
    filter,
    /** A Go template: `--format` */
    format: word('--format', text('a template', '{{.Name}}')),
    /** Only their numbers: `-q` */
    quiet: flag('-q', '--quiet'),
    /** In full: `--no-trunc` */
    noTrunc: flag('--no-trunc'),
  },
  takes: 'options',
  looks: true,
})

/** `docker network prune`, which does not ask. */
export const networkPrune = form({
  words: ['docker', 'network', 'prune', '-f'],
  verbs: ['network prune'],
  method: 'docker.network.prune',
  clauses: { filter: { ...filter, words: ['--filter'] } },
  takes: 'options',
  does: () => [{ does: 'flushes', kind: 'network', name: 'unused' }],
})
