/** The subcommands of `docker compose`, as tables: the docker program runs them. */
import { flag, many, restOf, word } from '../grammar/clause.ts'
import { type Form, form, type Line } from '../grammar/form.ts'
import { any, pattern, plainWord, textKind, whole } from '../grammar/kinds.ts'
import { word as argument } from '../values.ts'
import { name, names, seconds, severalOf } from './shared-forms.ts'

/** Those of compose itself: they stand before the subcommand. */
const globals = {
  /** The project. Default: the name of the folder. `-p` */
  project: word(
    ['-p', '--project-name'],
    pattern('a Compose project', /^[a-z0-9][a-z0-9_-]*$|\uE000/, 'shop'),
  ),
  /** Its file, or several. Default: compose.yaml in the folder. `-f` */
  file: many(
    word(
      ['-f', '--file'],
      textKind<string>('a file', ['/srv/shop.yml', '-'], (it) => it !== '' && !/^-./.test(it)),
    ),
  ),
  /** Services that are there for a purpose only: `--profile` */
  profile: many(word('--profile', plainWord('a profile', 'debug'))),
  /** Its variables: `--env-file` */
  envFile: many(word('--env-file', plainWord('a file', '/srv/env'))),
  /** Where its paths begin: `--project-directory` */
  projectDirectory: word('--project-directory', plainWord('a folder', '/srv')),
}
/** The names of those. */
export const isGlobal = (name: string): boolean => Object.hasOwn(globals, name)

const services = names
const service = word([], name)
const command = restOf(textKind<string>('a word', ['ip', 'addr'], argument))
const scaled = pattern('SERVICE=NUMBER', /^[\w.-]+=\d+$/, 'web=3')

type Parts = Parameters<NonNullable<Form['print']>>[0]
/** `docker compose`, its own options, the subcommand, its options, what it is about, a command. */
const printed = ({ form, own, said }: Parts): string[] => {
  const of = (fits: (name: string) => boolean) =>
    said.filter(({ name }) => fits(name)).flatMap(({ words }) => words)
  const options = of((name) => !isGlobal(name) && name !== 'command')
  return [
    ...form.words.slice(0, 2),
    ...of(isGlobal),
    ...form.words.slice(2),
    ...options,
    ...own,
    ...of((name) => name === 'command'),
  ]
}
const project = (line: Line) => ({
  kind: 'project' as const,
  name: line.text('project') ?? 'that of the folder',
})
const words = (line: Line): string[] =>
  line.said.filter(({ name }) => isGlobal(name)).flatMap(({ words }) => words)
const state = (value: string) => (line: Line) => [
  { does: 'sets', key: 'state', value, ...project(line) } as const,
]
const usual = { subject: [services], optional: 0, takes: 'options', print: printed } as const

/** `docker compose`. */
export const composeForms = {
  up: form({
    words: ['docker', 'compose', 'up'],
    ...usual,
    clauses: {
      ...globals,
      /** In the background: `-d` */
      detach: flag('-d', '--detach'),
      /** Makes their images first: `--build` */
      build: flag('--build'),
      /** How many of a service: `--scale` */
      scale: many(word('--scale', scaled)),
      /** Removes what the file no longer has: `--remove-orphans` */
      removeOrphans: flag('--remove-orphans'),
      forceRecreate: flag('--force-recreate'),
      noDeps: flag('--no-deps'),
      noStart: flag('--no-start'),
      /** Until they are healthy: `--wait` */
      wait: flag('--wait'),
      abortOnContainerExit: flag('--abort-on-container-exit'),
      pull: word('--pull', plainWord('when', 'always')),
      timeout: seconds,
    },
    facts: (line) => ({
      undo: { argv: ['docker', 'compose', ...words(line), 'down', '--volumes', '--timeout', '1'] },
    }),
    does: (line) => [
      { does: 'makes', ...project(line), ...(line.has('file') ? { file: line.text('file') ?? '' } : {}) },
    ],
  }),
  down: form({
    words: ['docker', 'compose', 'down'],
    ...usual,
    clauses: {
      ...globals,
      /** With their volumes: `-v` */
      volumes: flag('-v', '--volumes'),
      removeOrphans: flag('--remove-orphans'),
      /** With their images, too: `--rmi` */
      rmi: word('--rmi', plainWord('which', 'all', 'local')),
      timeout: seconds,
    },
    does: (line) => [{ does: 'removes', ...project(line) }],
  }),
  ps: form({
    words: ['docker', 'compose', 'ps'],
    ...usual,
    clauses: {
      ...globals,
      all: flag('-a', '--all'),
      quiet: flag('-q', '--quiet'),
      services: flag('--services'),
      format: word('--format', plainWord('a format', 'json')),
    },
    looks: true,
  }),
  logs: form({
    words: ['docker', 'compose', 'logs'],
    ...usual,
    clauses: {
      ...globals,
      tail: word(['-n', '--tail'], any(whole('number of lines', 0, 1e6), plainWord('a number', 'all'))),
      timestamps: flag('-t', '--timestamps'),
      noColor: flag('--no-color'),
      noLogPrefix: flag('--no-log-prefix'),
      since: word('--since', plainWord('a time', '10m')),
    },
    looks: true,
  }),
  build: form({
    words: ['docker', 'compose', 'build'],
    ...usual,
    clauses: {
      ...globals,
      noCache: flag('--no-cache'),
      pull: flag('--pull'),
      buildArg: many(word('--build-arg', plainWord('KEY=VALUE', 'A=b'))),
    },
    does: (line) => [{ does: 'replaces', kind: 'image', name: `those of ${project(line).name}` }],
  }),
  pull: form({
    words: ['docker', 'compose', 'pull'],
    ...usual,
    clauses: { ...globals, quiet: flag('-q', '--quiet') },
    does: (line) => [{ does: 'replaces', kind: 'image', name: `those of ${project(line).name}` }],
  }),
  start: form({
    words: ['docker', 'compose', 'start'],
    ...usual,
    clauses: globals,
    does: state('running'),
  }),
  stop: form({
    words: ['docker', 'compose', 'stop'],
    ...usual,
    clauses: { ...globals, timeout: seconds },
    does: state('stopped'),
  }),
  restart: form({
    words: ['docker', 'compose', 'restart'],
    ...usual,
    clauses: { ...globals, timeout: seconds },
    does: state('running'),
  }),
  kill: form({
    words: ['docker', 'compose', 'kill'],
    ...usual,
    clauses: { ...globals, signal: word(['-s', '--signal'], plainWord('a signal', 'TERM')) },
    does: state('stopped'),
  }),
  pause: form({ words: ['docker', 'compose', 'pause'], ...usual, clauses: globals, does: state('paused') }),
  unpause: form({
    words: ['docker', 'compose', 'unpause'],
    ...usual,
    clauses: globals,
    does: state('running'),
  }),
  rm: form({
    words: ['docker', 'compose', 'rm'],
    ...usual,
    clauses: {
      ...globals,
      force: flag('-f', '--force'),
      stop: flag('-s', '--stop'),
      volumes: flag('-v', '--volumes'),
    },
    does: state('removed'),
  }),
  scale: form({
    words: ['docker', 'compose', 'scale'],
    ...usual,
    subject: [severalOf(scaled)],
    optional: 1,
    clauses: { ...globals, noDeps: flag('--no-deps') },
    does: state('scaled'),
  }),
  top: form({ words: ['docker', 'compose', 'top'], ...usual, clauses: globals, looks: true }),
  images: form({ words: ['docker', 'compose', 'images'], ...usual, clauses: globals, looks: true }),
  port: form({
    words: ['docker', 'compose', 'port'],
    ...usual,
    subject: [service, word([], whole('port', 1, 65535))],
    optional: 2,
    clauses: { ...globals, protocol: word('--protocol', plainWord('a protocol', 'udp')) },
    looks: true,
  }),
  cp: form({
    words: ['docker', 'compose', 'cp'],
    ...usual,
    subject: [
      word([], plainWord('a file, or SERVICE:FILE', 'web:/srv/a')),
      word([], plainWord('a file, or SERVICE:FILE', '/srv/a')),
    ],
    optional: 2,
    clauses: globals,
    does: (line) => [{ does: 'replaces', kind: 'file', name: String(line.subject[1]) }],
  }),
  config: form({
    words: ['docker', 'compose', 'config'],
    ...usual,
    clauses: { ...globals, services: flag('--services'), quiet: flag('-q', '--quiet') },
    looks: true,
  }),
  ls: form({
    words: ['docker', 'compose', 'ls'],
    clauses: { all: flag('-a', '--all') },
    takes: 'options',
    looks: true,
  }),
  version: form({
    words: ['docker', 'compose', 'version'],
    clauses: { short: flag('--short') },
    takes: 'options',
    looks: true,
  }),
  exec: form({
    words: ['docker', 'compose', 'exec', '-T'],
    method: 'docker.compose.exec',
    subject: [service],
    print: printed,
    needs: [['command']],
    clauses: {
      ...globals,
      env: many(word(['-e', '--env'], plainWord('a variable', 'A=b'))),
      user: word(['-u', '--user'], plainWord('a user', 'root')),
      workdir: word(['-w', '--workdir'], plainWord('a folder', '/srv')),
      privileged: flag('--privileged'),
      detach: flag('-d', '--detach'),
      index: word('--index', whole('number', 1, 10000)),
      /** What runs in it. */
      command,
    },
    facts: () => ({ shows: true }),
  }),
  run: form({
    words: ['docker', 'compose', 'run', '-T'],
    method: 'docker.compose.run',
    subject: [service],
    print: printed,
    clauses: {
      ...globals,
      rm: flag('--rm'),
      env: many(word(['-e', '--env'], plainWord('a variable', 'A=b'))),
      user: word(['-u', '--user'], plainWord('a user', 'root')),
      name: word('--name', name),
      noDeps: flag('--no-deps'),
      servicePorts: flag('-P', '--service-ports'),
      detach: flag('-d', '--detach'),
      entrypoint: word('--entrypoint', plainWord('a program', 'sh')),
      /** What runs in it. Default: what the file says. */
      command,
    },
    facts: () => ({ shows: true }),
  }),
} as const
