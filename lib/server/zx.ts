/**
 * zx's own `$` in a place of a lab: pipes, streams, kill, timeout, abort, input, nothrow, json, lines are zx's. How a process
 * is started is ours: zx would put a shell of the machine in front of it, which runs what stands behind the first `;` on the
 * machine itself. What zx starts by itself, as the second half of a pipe, is handed to the place, too.
 */
import type { SpawnOptions } from 'node:child_process'
import { createRequire } from 'node:module'
import type { $ as Dollar, Options, ProcessPromise } from 'zx'
import { BadInput, Unable } from '../errors.ts'
import type { Place } from '../language/command.ts'
import { onServer } from '../language/on-server.ts'
import { enter } from './enter.ts'
import type { Servers } from './servers.ts'

/** The options of zx that a place takes. */
const taken = [
  'ac',
  'cwd',
  'delimiter',
  'detached',
  'env',
  'halt',
  'input',
  'killSignal',
  'log',
  'nothrow',
  'quiet',
  'signal',
  'stdio',
  'timeout',
  'timeoutSignal',
  'verbose',
] as const

/** What may be told to zx: `cwd` is a folder of the place, `env` holds variables that its line has besides its own. */
export type PlaceOptions = Partial<Pick<Options, (typeof taken)[number]>>

/** zx's `$` of one place. What it returns is zx's own promise of a process. */
export interface PlaceShell {
  (pieces: TemplateStringsArray, ...values: unknown[]): ProcessPromise
  (options: PlaceOptions): PlaceShell
}

/** zx is loaded when it is first used. */
const zx = (): { $: typeof Dollar } => createRequire(import.meta.url)('zx')

/** What zx tells its process, but where and with which shell: those are the place's. */
function kept({ shell: _, cwd: __, env: ___, ...options }: SpawnOptions): SpawnOptions {
  return options
}

/**
 * The `$` of a place. Its server must be up: a step, or a command, starts it. Throws Unable when it is not, and when it is
 * this machine itself, whose `$` is zx's own.
 *
 *   const { stdout } = await lab.$(net1)`ip route | grep default`
 */
export function dollarOf(servers: Servers, place: Place): PlaceShell {
  const { record } = servers
  const server = record.servers.find(({ name }) => name === place.server)
  if (!server || (place.kind === 'container' && !server.engine))
    throw new Unable(`${place.server} is not up yet`, {
      hint: 'A step starts it, as one that makes the place: await lab.step(…), then lab.$.',
    })
  if (server.host)
    throw new Unable(`${place.server} is this machine itself`, {
      hint: "lab.$ runs in what the lab made. For this machine there is zx's own: import { $ } from 'zx'.",
    })
  const start = (line: string, _words: readonly string[], options: SpawnOptions) => {
    const shell = place.kind === 'container' ? 'sh' : 'bash'
    const words = onServer(place, [shell, '-c', line])
    // docker passes on what it reads only when it is told to.
    const argv = place.kind === 'container' ? ['docker', 'exec', '-i', ...words.slice(2)] : words
    return enter({ lab: record, server }, argv, kept(options))
  }
  // zx writes this before each line: a pipe fails where a part of it fails, as in its own shell.
  const safely = place.kind === 'container' ? '' : 'set -euo pipefail;'
  const ours = {
    spawn: start as never,
    spawnSync: onlyLater as never,
    sync: false,
    shell: 'bash',
    quote: quoted,
    postfix: '',
    preferLocal: false,
  }

  const withOptions = (given: PlaceOptions): PlaceShell => {
    const { cwd, env, ...rest } = given
    const prefix = `${safely}${variables(env)}${cwd === undefined ? '' : `cd ${quoted(`${cwd}`)} || exit;`}`
    const run = zx().$({ ...rest, ...ours, prefix })
    const shell = (first: TemplateStringsArray | PlaceOptions, ...values: unknown[]) =>
      Array.isArray(first)
        ? pipedHere(run(first as unknown as TemplateStringsArray, ...values), shell as PlaceShell)
        : withOptions({ ...given, ...checked(first as PlaceOptions) })
    return shell as PlaceShell
  }
  return withOptions({})
}

/** ``process.pipe`…` `` starts a process by zx's `$` of the machine: here by that of the place, as zx does it otherwise. */
function pipedHere(process: ProcessPromise, shell: PlaceShell): ProcessPromise {
  const original = process.pipe
  const into =
    (kind: 'stdout' | 'stderr' | 'stdall') =>
    (to: unknown, ...values: unknown[]) =>
      original[kind](
        (Array.isArray(to)
          ? shell({ halt: true, signal: process.signal })(to as unknown as TemplateStringsArray, ...values)
          : to) as ProcessPromise,
      )
  const pipe = Object.assign(into('stdout'), {
    stdout: into('stdout'),
    stderr: into('stderr'),
    stdall: into('stdall'),
  })
  return Object.defineProperty(process, 'pipe', { value: pipe })
}

function onlyLater(): never {
  throw new Unable('a place of a lab has no synchronous commands', {
    hint: 'Wait for it: await lab.$(…)`…`.',
  })
}

/** Those that would lead a line out of its place, or that it would lose, are refused. */
function checked(options: PlaceOptions): PlaceOptions {
  for (const name of Object.keys(options))
    if (!(taken as readonly string[]).includes(name))
      throw new BadInput(`lab.$ does not take the option ${name}`, {
        hint: `A place has its own shell, and starts its own processes. It takes: ${taken.join(', ')}.`,
      })
  return options
}

/** The variables given, without what merely repeats this program's own: `{ ...process.env, A: '1' }` is A. */
function variables(env: NodeJS.ProcessEnv = {}): string {
  const own = Object.entries(env).filter(
    ([name, value]) => value !== undefined && process.env[name] !== value,
  )
  for (const [name] of own)
    if (!/^[A-Za-z_]\w*$/.test(name))
      throw new BadInput(`${JSON.stringify(name)} is not a name of a variable`)
  return own.map(([name, value]) => `export ${name}=${quoted(`${value}`)};`).join('')
}

/** A value as one word of the shell: bash and busybox read it alike. */
const quoted = (value: string): string =>
  /^[\w/.:=@%+-]+$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`
