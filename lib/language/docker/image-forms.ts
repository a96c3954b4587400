/** Images of the engine, as tables: the docker program fetches, builds, names and saves them. */
import { flag, many, streamed, word } from '../grammar/clause.ts'
import { form } from '../grammar/form.ts'
import { plainWord } from '../grammar/kinds.ts'
import { containers, filter, image, severalOf } from './shared-forms.ts'

/** Those that are said by `docker …`. */
export const plainImageForms = {
  tag: form({
    words: ['docker', 'tag'],
    subject: [word([], image), word([], image)],
    clauses: {},
    facts: (line) => ({ undo: { argv: ['docker', 'image', 'rm', String(line.subject[1])] } }),
    does: (line) => [{ does: 'makes', kind: 'image', name: String(line.subject[1]) }],
  }),
  pull: form({
    words: ['docker', 'pull'],
    verbs: ['image pull'],
    subject: [word([], image)],
    clauses: {},
    does: (line) => [{ does: 'replaces', kind: 'image', name: String(line.subject[0]) }],
  }),
  build: form({
    words: ['docker', 'build'],
    verbs: ['image build', 'buildx build'],
    subject: [word([], plainWord('a folder', '/srv/web'))],
    clauses: {
      tag: many(word(['-t', '--tag'], image)),
      file: word(['-f', '--file'], plainWord('a file', '/srv/Dockerfile')),
      buildArg: many(word('--build-arg', plainWord('KEY=VALUE', 'A=b'))),
      noCache: flag('--no-cache'),
      target: word('--target', plainWord('a stage', 'build')),
      pull: flag('--pull'),
      quiet: flag('-q', '--quiet'),
      network: word('--network', plainWord('a network', 'host')),
      platform: word('--platform', plainWord('a platform', 'linux/amd64')),
      label: many(word('--label', plainWord('a label', 'app=web'))),
    },
    takes: 'options',
    does: (line) => [{ does: 'replaces', kind: 'image', name: line.text('tag') ?? '' }],
  }),
  push: form({
    words: ['docker', 'push'],
    verbs: ['image push'],
    subject: [word([], image)],
    clauses: {},
  }),
  rmi: form({
    words: ['docker', 'rmi'],
    verbs: ['image rm', 'image remove'],
    subject: [severalOf(image)],
    clauses: { force: flag('-f', '--force') },
    takes: 'options',
    does: (line) => containers(line).map((one) => ({ does: 'removes', kind: 'image', name: one }) as const),
  }),
  history: form({
    words: ['docker', 'history'],
    verbs: ['image history'],
    subject: [word([], image)],
    clauses: { quiet: flag('-q', '--quiet'), noTrunc: flag('--no-trunc') },
    takes: 'options',
    looks: true,
  }),
  save: form({
    words: ['docker', 'save'],
    verbs: ['image save'],
    subject: [severalOf(image)],
    clauses: { output: streamed(word(['-o', '--output'], plainWord('a file', '/srv/alpine.tar')), '>') },
    takes: 'options',
    does: (line) =>
      line.has('output')
        ? [{ does: 'replaces', kind: 'file', name: line.text('output') ?? '' }]
        : [{ does: 'looks' }],
  }),
  search: form({
    words: ['docker', 'search'],
    subject: [word([], plainWord('a name', 'nginx'))],
    clauses: { filter },
    takes: 'options',
    looks: true,
  }),
} as const
