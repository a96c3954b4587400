/** Runs a program in a place to its end, or to its limit, by a shell that is there already. */
import { randomBytes } from 'node:crypto'
import { BadInput, CommandFailed, VethlabError } from '../errors.ts'
import type { Place } from '../language/command.ts'
import { shellLine } from '../language/shell.ts'
import { type Finished, sleep, until } from '../server/process.ts'
import type { RunningServer, Servers } from '../server/servers.ts'
import { execute } from './execute.ts'
import { type Done, envOf, type ProgramOptions, signalled, wordsOf } from './program.ts'

/** How a program is run to its end: `encoding: 'buffer'` returns bytes. */
export interface ExecOptions extends ProgramOptions {
  encoding?: 'utf8' | 'buffer'
}

/** What a program has printed, byte for byte, and how it has ended. */
export interface DoneBytes extends Pick<Done, 'code' | 'exitCode'> {
  readonly stdout: Buffer
  readonly stderr: Buffer
}

/** A run that has begun, and what ends it. */
interface Running {
  done: Promise<Finished>
  kill(): Promise<unknown>
}

async function begun(
  servers: Servers,
  place: Place,
  argv: readonly string[],
  options: ExecOptions,
): Promise<Running> {
  const { input, encoding, cwd, user, timeout, signal } = options
  const server: RunningServer = await servers.server(place.server, place.kind === 'container')
  const mark = timeout === undefined && !signal ? undefined : randomBytes(8).toString('hex')
  const start = { ...(input === undefined ? {} : { input }), bytes: encoding === 'buffer' }
  const done =
    place.kind === 'container'
      ? server.exec(place.name, argv, false, { ...start, cwd, user, env: envOf(options, mark) })
      : server.run(wordsOf(place, argv, mark, options), start)
  // It may still be on its way into the place.
  const ended = done.then(
    () => true,
    () => true,
  )
  const kill = () =>
    until(async () => {
      await signalled(server, mark ?? '', 'SIGKILL')
      return Promise.race([ended, sleep(20).then(() => false)])
    }, 3000)
  return { done, kill }
}

/** The last lines of what was printed. */
const printed = ({ stdout, stderr }: Finished): string =>
  `${stdout}\n${stderr}`.trim().split('\n').slice(-5).join('\n') || 'nothing'

/** Waits for the end; after `timeout` milliseconds, or when it is aborted, makes one. */
async function limited(
  { done, kill }: Running,
  argv: readonly string[],
  options: ExecOptions,
): Promise<Finished> {
  const { timeout, signal } = options
  if (timeout === undefined && !signal) return done
  let cut: 'timeout' | 'signal' | undefined
  let timer: NodeJS.Timeout | undefined
  let aborted = () => {}
  const over = new Promise<undefined>((resolve) => {
    const end = (why: 'timeout' | 'signal') => {
      cut ??= why
      resolve(undefined)
    }
    aborted = () => end('signal')
    if (timeout !== undefined) timer = setTimeout(() => end('timeout'), timeout)
    signal?.addEventListener('abort', aborted, { once: true })
  })
  try {
    const value = await Promise.race([done, over])
    if (value) return value
    await kill()
    if (cut === 'signal') throw signal?.reason
    const said = await Promise.race([done.catch(() => undefined), sleep(1)])
    throw new VethlabError(
      `it did not end within ${timeout} ms${said ? `; it printed: ${printed(said)}` : ''}`,
      {
        command: shellLine(argv),
      },
    )
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', aborted)
  }
}

const names: ReadonlySet<string> = new Set(['input', 'timeout', 'signal', 'cwd', 'env', 'user', 'encoding'])

/** Refuses options that there are not, and values that cannot be meant. */
export function mustBeOptions(options: ExecOptions): void {
  const wrong = Object.keys(options).find((name) => !names.has(name))
  if (wrong !== undefined)
    throw new BadInput(`there is no option ${JSON.stringify(wrong)}`, {
      hint: `There are: ${[...names].join(', ')}.`,
    })
  const { timeout, env = {} } = options
  if (timeout !== undefined && !(timeout > 0)) throw new BadInput(`a timeout of ${timeout} ms is none`)
  const name = Object.keys(env).find((one) => !/^[A-Za-z_]\w*$/.test(one))
  if (name !== undefined) throw new BadInput(`${JSON.stringify(name)} is no name of an environment`)
}

/** Throws when a program did not run since its place is not there: that is no result of the program's. */
function mustBeThere(place: Place, argv: readonly string[], { code, stderr }: Finished): void {
  const { kind, name } = place
  const gone =
    kind === 'netns'
      ? code === 255 && stderr.startsWith(`Cannot open network namespace "${name}"`)
      : kind === 'container' && code === 1 && stderr.trim() === `No such container: ${name}`
  if (gone) throw new CommandFailed(shellLine(argv), code, stderr, { where: `in ${name}` })
}

/** Runs a program in a place to its end. */
export async function exec(
  servers: Servers,
  place: Place,
  argv: readonly string[],
  options: ExecOptions = {},
): Promise<Done | DoneBytes> {
  mustBeOptions(options)
  if (!Array.isArray(argv) || argv.length === 0 || !argv.every((one) => typeof one === 'string'))
    throw new BadInput('a program is a list of words', { hint: "As in: lab.exec(net1, ['ss', '-tln'])" })
  options.signal?.throwIfAborted()
  const plain = Object.values(options).every((one) => one === undefined)
  const done = plain
    ? await execute(servers, { place, argv })
    : await limited(await begun(servers, place, argv, options), argv, options)
  mustBeThere(place, argv, done)
  const { code, stdout, stderr, bytes } = done
  return bytes ? { code, exitCode: code, ...bytes } : { code, exitCode: code, stdout, stderr }
}
