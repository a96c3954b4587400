/** Stacks of a swarm, as in `docker stack deploy`: tables. */
import { flag, many, word } from '../grammar/clause.ts'
import { form } from '../grammar/form.ts'
import { plainWord } from '../grammar/kinds.ts'
import { containers, filter, name, names } from './shared-forms.ts'

/** `docker stack`. */
export const stackForms = {
  deploy: form({
    words: ['docker', 'stack', 'deploy'],
    subject: [word([], name)],
    clauses: {
      composeFile: many(word(['-c', '--compose-file'], plainWord('a file', '/srv/shop.yml'))),
      prune: flag('--prune'),
      detach: flag('-d', '--detach'),
    },
    takes: 'options',
    facts: (line) => ({ undo: { argv: ['docker', 'stack', 'rm', String(line.subject[0])] } }),
    does: (line) => [{ does: 'makes', kind: 'service', name: `those of ${line.subject[0]}` }],
  }),
  rm: form({
    words: ['docker', 'stack', 'rm'],
    verbs: ['down', 'remove'],
    subject: [names],
    clauses: {},
    does: (line) =>
      containers(line).map((one) => ({ does: 'removes', kind: 'service', name: `those of ${one}` }) as const),
  }),
  ls: form({ words: ['docker', 'stack', 'ls'], clauses: {}, looks: true }),
  ps: form({
    words: ['docker', 'stack', 'ps'],
    subject: [word([], name)],
    clauses: { filter, noTrunc: flag('--no-trunc'), quiet: flag('-q', '--quiet') },
    takes: 'options',
    looks: true,
  }),
  services: form({
    words: ['docker', 'stack', 'services'],
    subject: [word([], name)],
    clauses: { filter, quiet: flag('-q', '--quiet') },
    takes: 'options',
    looks: true,
  }),
} as const
