/** What an engine keeps: volumes, images, what has ended, as tables. */
import { flag, many, streamed, word } from '../grammar/clause.ts'
import { form } from '../grammar/form.ts'
import { plainWord, text } from '../grammar/kinds.ts'
import { containers, filter, format, image, name, names, severalOf } from './shared-forms.ts'

const pruned = (kind: 'container' | 'image' | 'volume') => ({
  clauses: { filter: { ...filter, words: ['--filter'] }, all: flag('-a', '--all') },
  takes: 'options' as const,
  does: () => [{ does: 'flushes', kind, name: 'unused' } as const],
})

const group = <const G extends string>(kind: 'volume', verb: G) => ['docker', kind, verb] as const

/** `docker volume`. */
export const volumeForms = {
  create: form({
    words: [...group('volume', 'create')],
    subject: [word([], name)],
    clauses: {
      driver: word(['-d', '--driver'], plainWord('a driver', 'local')),
      opt: many(word(['-o', '--opt'], plainWord('an option', 'type=tmpfs'))),
      label: many(word('--label', plainWord('a label', 'app=web'))),
    },
    facts: (line) => ({ undo: { argv: ['docker', 'volume', 'rm', String(line.subject[0])] } }),
    does: (line) => [{ does: 'makes', kind: 'volume', name: String(line.subject[0]) }],
  }),
  rm: form({
    words: [...group('volume', 'rm')],
    subject: [names],
    clauses: { force: flag('-f', '--force') },
    takes: 'options',
    does: (line) => containers(line).map((one) => ({ does: 'removes', kind: 'volume', name: one }) as const),
  }),
  ls: form({
    words: [...group('volume', 'ls')],
    verbs: ['list'],
    clauses: { filter, quiet: flag('-q', '--quiet') },
    takes: 'options',
    looks: true,
  }),
  inspect: form({
    words: [...group('volume', 'inspect')],
    subject: [names],
    clauses: { format },
    takes: 'options',
    looks: true,
  }),
  prune: form({
    words: ['docker', 'volume', 'prune', '-f'],
    verbs: ['volume prune'],
    method: 'docker.volume.prune',
    ...pruned('volume'),
  }),
} as const

/** `docker system` and `docker container`, as far as they are no other words for something. */
export const systemForms = {
  df: form({ words: ['docker', 'system', 'df'], clauses: {}, looks: true }),
  prune: form({
    words: ['docker', 'system', 'prune', '-f'],
    verbs: ['system prune'],
    method: 'docker.system.prune',
    clauses: { all: flag('-a', '--all'), volumes: flag('--volumes') },
    takes: 'options',
    does: () => [
      { does: 'flushes', kind: 'container', name: 'ended' },
      { does: 'flushes', kind: 'network', name: 'unused' },
      { does: 'flushes', kind: 'image', name: 'unused' },
    ],
  }),
} as const
/** `docker container prune`. */
export const containerForms = {
  prune: form({
    words: ['docker', 'container', 'prune', '-f'],
    verbs: ['container prune'],
    method: 'docker.container.prune',
    ...pruned('container'),
  }),
} as const
/** Those with a builder of their own in image.ts, for reading. */
export const readImageForms = {
  load: form({
    words: ['docker', 'load'],
    verbs: ['image load'],
    method: 'docker.image.load',
    subject: [streamed(word(['-i', '--input'], plainWord('a file', '/srv/alpine.tar')), '<')],
    clauses: {},
  }),
  import: form({
    words: ['docker', 'import'],
    verbs: ['image import'],
    method: 'docker.image.import',
    subject: [word([], plainWord('a file', '/srv/root.tar')), word([], image)],
    clauses: {},
  }),
} as const
/** `docker image`, beside the words in image.ts. */
export const imageForms = {
  ls: form({
    words: ['docker', 'image', 'ls'],
    verbs: ['images', 'image list'],
    subject: [word([], image)],
    optional: 0,
    clauses: {
      filter,
      format: word('--format', text('a template', '{{.Repository}}')),
      quiet: flag('-q', '--quiet'),
      all: flag('-a', '--all'),
      noTrunc: flag('--no-trunc'),
    },
    takes: 'options',
    looks: true,
  }),
  inspect: form({
    words: ['docker', 'image', 'inspect'],
    subject: [severalOf(image)],
    clauses: { format },
    takes: 'options',
    looks: true,
  }),
  prune: form({
    words: ['docker', 'image', 'prune', '-f'],
    verbs: ['image prune'],
    method: 'docker.image.prune',
    ...pruned('image'),
  }),
} as const
