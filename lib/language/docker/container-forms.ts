/** Containers, as tables: the docker program runs these. */
import { flag, many, restOf, streamed, word } from '../grammar/clause.ts'
import { form } from '../grammar/form.ts'
import { any, plainWord, text, textKind, whole } from '../grammar/kinds.ts'
import { anyProgram, otherProgram } from '../programs.ts'
import { word as argument } from '../values.ts'
import { folder, pair, runClauses } from './run-clauses.ts'
import {
  containers,
  filter,
  format,
  image,
  name,
  names,
  optionsFirst,
  seconds,
  state,
} from './shared-forms.ts'

/** `docker ps`. */
export const ps = form({
  words: ['docker', 'ps'],
  verbs: ['ls', 'list'],
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

/** `docker rm`. */
export const rm = form({
  words: ['docker', 'rm'],
  subject: [names],
  clauses: {
    /** A running one, too. `-f` */
    force: flag('-f', '--force'),
    /** With its volumes that have no name: `-v` */
    volumes: flag('-v', '--volumes'),
  },
  takes: 'options',
  facts: (line) => {
    const all = containers(line)
    return all.length === 1 && line.has('force') && !line.has('volumes')
      ? { api: { call: 'rm' as const, container: all[0] ?? '' } }
      : {}
  },
  print: optionsFirst,
  does: (line) => containers(line).map((one) => ({ does: 'removes', kind: 'container', name: one }) as const),
})

/** `docker exec` with options of its own. */
export const execForm = form({
  words: ['docker', 'exec'],
  subject: [word([], name), anyProgram],
  clauses: {
    /** In the background: `-d` */
    detach: flag('-d', '--detach'),
    /** A variable: `-e` */
    env: many(word(['-e', '--env'], pair('a variable', 'A=b'))),
    /** Its variables, a line each, from a file: `--env-file` */
    envFile: many(word('--env-file', plainWord('a file', '/srv/env'))),
    /** The user that it runs as: `-u` */
    user: word(['-u', '--user'], plainWord('a user', 'root')),
    /** The folder that it starts in: `-w` */
    workdir: word(['-w', '--workdir'], folder),
    /** With all rights: `--privileged` */
    privileged: flag('--privileged'),
  },
  takes: 'options',
  print: optionsFirst,
  facts: () => ({ shows: true }),
  does: (line) => otherProgram(line.subject[1] as readonly string[]),
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

const { rm: __, ...made } = runClauses
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
    clauses: { format, size: flag('-s', '--size'), type: word('--type', plainWord('a kind', 'container')) },
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
  create: form({
    words: ['docker', 'create'],
    subject: [word([], image)],
    clauses: {
      name: word('--name', name),
      rm: flag('--rm'),
      tty: flag('-t', '--tty'),
      interactive: flag('-i', '--interactive'),
      ...made,
      /** What runs in it. Default: what the image says. */
      command: restOf(textKind<string>('a word', ['ping'], argument)),
    },
    facts: (line) =>
      line.has('name') ? { undo: { argv: ['docker', 'rm', '-f', String(line.value('name'))] } } : {},
    does: (line) => [{ does: 'makes', kind: 'container', name: line.text('name') ?? 'one' }],
    print: optionsFirst,
  }),
  export: form({
    words: ['docker', 'export'],
    verbs: ['container export'],
    subject: [word([], name)],
    clauses: { output: streamed(word(['-o', '--output'], plainWord('a file', '/srv/web.tar')), '>') },
    takes: 'options',
    does: (line) =>
      line.has('output')
        ? [{ does: 'replaces', kind: 'file', name: line.text('output') ?? '' }]
        : [{ does: 'looks' }],
  }),
  update: form({
    words: ['docker', 'update'],
    subject: [names],
    clauses: {
      restart: word('--restart', plainWord('when', 'no')),
      memory: word(['-m', '--memory'], plainWord('a size', '64m')),
      cpus: word('--cpus', plainWord('a number', '0.5')),
      pidsLimit: word('--pids-limit', whole('number', -1, 1e6)),
    },
    takes: 'options',
    does: (line) =>
      containers(line).flatMap((one) =>
        line.said.map(({ name, words }) => ({
          does: 'sets' as const,
          kind: 'container' as const,
          name: one,
          key: name,
          value: words.slice(1).join(' '),
        })),
      ),
  }),
  stats: form({
    words: ['docker', 'stats', '--no-stream'],
    method: 'docker.stats',
    subject: [names],
    optional: 0,
    clauses: { all: flag('-a', '--all'), format: word('--format', text('a template', '{{.Name}}')) },
    takes: 'options',
    looks: true,
  }),
  info: form({ words: ['docker', 'info'], clauses: { format }, takes: 'options', looks: true }),
  version: form({ words: ['docker', 'version'], clauses: { format }, takes: 'options', looks: true }),
} as const
