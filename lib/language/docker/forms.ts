/** Simple subcommands of docker, as tables: the docker program runs them. Those with a builder of their own are read by these, too. */
import { flag, many, restOf, word } from '../grammar/clause.ts'
import { form } from '../grammar/form.ts'
import { any, plainWord, text, textKind, whole } from '../grammar/kinds.ts'
import { word as argument } from '../values.ts'
import { networkConnect } from './network-connect.ts'
import { networkCreate } from './network-create.ts'
import { runClauses } from './run-clauses.ts'
import { containers, filter, format, image, name, names, seconds, state } from './shared-forms.ts'
import { nodeForms, serviceForms, swarmForms } from './swarm-forms.ts'

/** `docker network disconnect`. */
export const networkDisconnect = form({
  words: ['docker', 'network', 'disconnect'],
  subject: [word([], name), word([], name)],
  clauses: { force: flag('-f', '--force') },
  takes: 'options',
  facts: (line) => ({
    undo: { argv: ['docker', 'network', 'connect', String(line.subject[0]), String(line.subject[1])] },
  }),
  does: (line) => [
    { does: 'removes', kind: 'endpoint', name: String(line.subject[1]), network: String(line.subject[0]) },
  ],
})

/** `docker ps`. */
export const ps = form({
  words: ['docker', 'ps'],
  verbs: ['ls'],
  clauses: {
    /** Only some, as `label=app`: `--filter` */
    filters: { ...filter, words: ['--filter', '-f'] },
    /** A Go template: `--format` */
    format: word('--format', text('a template', '{{.Names}}')),
    /** Those that have ended, too: `-a` */
    all: flag('-a', '--all'),
    /** Only their numbers: `-q` */
    quiet: flag('-q', '--quiet'),
    /** In full: `--no-trunc` */
    noTrunc: flag('--no-trunc'),
    /** The last that was made: `-l` */
    latest: flag('-l', '--latest'),
  },
  takes: 'options',
  looks: true,
})

const { rm: _, ...onceOptions } = runClauses

/** `docker run --rm`, in the foreground: its output is what it is for. */
export const runOnce = form({
  words: ['docker', 'run', '--rm'],
  method: 'docker.runOnce',
  subject: [word([], image)],
  clauses: {
    ...onceOptions,
    /** What runs in it. Default: what the image says. */
    command: restOf(textKind<string>('a word', ['ping'], argument)),
  },
  facts: () => ({ shows: true }),
  does: () => [{ does: 'unknown' }],
  print: ({ own, said }) => {
    const words = (command: boolean) =>
      said.filter((one) => (one.name === 'command') === command).flatMap((one) => one.words)
    return ['docker', 'run', '--rm', ...words(false), ...own, ...words(true)]
  },
})

/** Those that are made of their table alone. */
export const plainForms = {
  stop: form({
    words: ['docker', 'stop'],
    subject: [names],
    clauses: { time: seconds },
    takes: 'options',
    does: state('stopped'),
  }),
  start: form({ words: ['docker', 'start'], subject: [names], clauses: {}, does: state('running') }),
  restart: form({
    words: ['docker', 'restart'],
    subject: [names],
    clauses: { time: seconds },
    takes: 'options',
    does: state('running'),
  }),
  kill: form({
    words: ['docker', 'kill'],
    subject: [names],
    clauses: { signal: word(['-s', '--signal'], plainWord('a signal', 'TERM')) },
    takes: 'options',
    does: state('stopped'),
  }),
  pause: form({ words: ['docker', 'pause'], subject: [names], clauses: {}, does: state('paused') }),
  unpause: form({ words: ['docker', 'unpause'], subject: [names], clauses: {}, does: state('running') }),
  logs: form({
    words: ['docker', 'logs'],
    subject: [word([], name)],
    clauses: {
      tail: word(['-n', '--tail'], any(whole('number of lines', 0, 1e6), plainWord('a number', 'all'))),
      timestamps: flag('-t', '--timestamps'),
      since: word('--since', plainWord('a time', '10m')),
    },
    takes: 'options',
    looks: true,
  }),
  inspect: form({
    words: ['docker', 'inspect'],
    subject: [names],
    clauses: { format, size: flag('-s', '--size') },
    takes: 'options',
    looks: true,
  }),
  port: form({
    words: ['docker', 'port'],
    subject: [word([], name), word([], plainWord('a port', '80/tcp'))],
    optional: 1,
    clauses: {},
    looks: true,
  }),
  top: form({ words: ['docker', 'top'], subject: [word([], name)], clauses: {}, looks: true }),
  diff: form({ words: ['docker', 'diff'], subject: [word([], name)], clauses: {}, looks: true }),
  cp: form({
    words: ['docker', 'cp'],
    subject: [
      word([], plainWord('a file, or CONTAINER:FILE', '/srv/a')),
      word([], plainWord('a file, or CONTAINER:FILE', 'a1:/srv')),
    ],
    clauses: {},
    does: (line) => [{ does: 'replaces', kind: 'file', name: String(line.subject[1]) }],
  }),
  rename: form({
    words: ['docker', 'rename'],
    subject: [word([], name), word([], name)],
    clauses: {},
    facts: (line) => ({
      undo: { argv: ['docker', 'rename', String(line.subject[1]), String(line.subject[0])] },
    }),
    does: (line) => [
      { does: 'removes', kind: 'container', name: String(line.subject[0]) },
      { does: 'makes', kind: 'container', name: String(line.subject[1]) },
    ],
  }),
  wait: form({ words: ['docker', 'wait'], subject: [names], clauses: {}, looks: true }),
  commit: form({
    words: ['docker', 'commit'],
    subject: [word([], name), word([], image)],
    clauses: {},
    does: (line) => [{ does: 'makes', kind: 'image', name: String(line.subject[1]) }],
  }),
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
    subject: [word([], plainWord('a folder', '/srv/web'))],
    clauses: {
      tag: many(word(['-t', '--tag'], image)),
      file: word(['-f', '--file'], plainWord('a file', '/srv/Dockerfile')),
      buildArg: many(word('--build-arg', plainWord('KEY=VALUE', 'A=b'))),
      noCache: flag('--no-cache'),
    },
    takes: 'options',
    does: (line) => [{ does: 'replaces', kind: 'image', name: line.text('tag') ?? '' }],
  }),
  info: form({ words: ['docker', 'info'], clauses: { format }, takes: 'options', looks: true }),
  version: form({ words: ['docker', 'version'], clauses: { format }, takes: 'options', looks: true }),
} as const

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
} as const

/** All, for reading: with those that have builders of their own. */
export const dockerForms = {
  ...plainForms,
  ...Object.fromEntries(Object.entries(volumeForms).map(([key, one]) => [`volume ${key}`, one])),
  ...Object.fromEntries(Object.entries(swarmForms).map(([key, one]) => [`swarm ${key}`, one])),
  ...Object.fromEntries(Object.entries(nodeForms).map(([key, one]) => [`node ${key}`, one])),
  ...Object.fromEntries(Object.entries(serviceForms).map(([key, one]) => [`service ${key}`, one])),
  networkCreate,
  networkInspect: form({
    words: ['docker', 'network', 'inspect'],
    subject: [word([], name), word(['-f', '--format'], text('a template', '{{.Driver}}'))],
    optional: 1,
    clauses: {},
  }),
  networkDisconnect,
  networkConnect,
  networkRm: form({ words: ['docker', 'network', 'rm'], subject: [word([], name)], clauses: {} }),
  networkLs: form({ words: ['docker', 'network', 'ls'], verbs: ['network list'], clauses: {} }),
  imageLs: form({ words: ['docker', 'image', 'ls'], verbs: ['images'], clauses: {} }),
  ps,
  runOnce,
  rm: form({
    words: ['docker', 'rm'],
    subject: [word([], name)],
    clauses: {},
    alsoRead: { force: flag('-f', '--force') },
    tidy: (calls) =>
      calls.some((call) => call.name === 'force') ? calls.filter((call) => call.name !== 'force') : undefined,
  }),
}
