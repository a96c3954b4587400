/** A program in a place of a lab, with its own streams: what it reads, how long it may take, as whom and where it runs. */
import type { ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import type { Readable, Writable } from 'node:stream'
import { VethlabError } from '../errors.ts'
import type { Place } from '../language/command.ts'
import { shellLine } from '../language/shell.ts'
import { enter } from '../server/enter.ts'
import { finished, until } from '../server/process.ts'
import type { RunningServer, Servers } from '../server/servers.ts'

/** How a program is started, beside its words. */
export interface ProgramOptions {
  /** What it reads from its stdin. Default: nothing. */
  input?: string | Uint8Array
  /** Milliseconds after which it is ended, and `exec` rejects. Default: none. */
  timeout?: number
  /** Ends it when it is aborted. */
  signal?: AbortSignal
  /** The folder that it runs in. */
  cwd?: string
  /** What it sees in its environment beside what all see. */
  env?: Readonly<Record<string, string>>
  /** The user that it runs as, by a name or a number of that place. Default: root. */
  user?: string
}

/** What a program has printed, and how it has ended. A code other than 0 is a value like any other. */
export interface Done {
  readonly code: number
  /** The same as `code`. */
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

/** A program that runs. */
export interface Program {
  /** The process on this machine that it was started by. */
  readonly pid: number
  readonly stdin: Writable
  readonly stdout: Readable
  readonly stderr: Readable
  /** How it has ended. */
  readonly done: Promise<Done>
  /** Its exit code as soon as it has ended, however much it printed. */
  readonly ended: Promise<number>
  /** Waits until it has printed that; rejects when it ends before, or after `timeout` milliseconds (default: 10 s). */
  waitFor(text: string | RegExp, options?: { timeout?: number }): Promise<string>
  /** Ends it, and all that it has started in its place. */
  kill(signal?: NodeJS.Signals): Promise<void>
  /** Lets this process end though it runs. */
  unref(): void
}

const sh = (script: string, ...words: readonly string[]): string[] => ['sh', '-c', script, ...words]

const markName = 'VETHLAB_PROGRAM'

/** What a program sees in its environment beside what all see, and the mark by which it is found again. */
export const envOf = ({ env = {} }: ProgramOptions, mark: string | undefined): string[] => [
  ...Object.entries(env).map(([name, value]) => `${name}=${value}`),
  ...(mark === undefined ? [] : [`${markName}=${mark}`]),
]

/** Becomes a user by a name, or by a number that may have none. */
const become = `if group=$(id -g "$0" 2>/dev/null); then exec setpriv --reuid "$0" --regid "$group" --init-groups "$@"; fi
case $0 in *[!0-9]*) echo "$0: no such user" >&2; exit 126 ;; esac
exec setpriv --reuid "$0" --regid "$0" --clear-groups "$@"`

/** The words that start a program in a place of its server, as that user, in that folder. */
export function wordsOf(
  place: Place,
  argv: readonly string[],
  mark: string | undefined,
  options: ProgramOptions,
): string[] {
  const { cwd, user } = options
  const env = envOf(options, mark)
  if (place.kind === 'container') {
    const how = [...(cwd ? ['--workdir', cwd] : []), ...(user ? ['--user', user] : [])]
    return [
      'docker',
      'exec',
      '--interactive',
      ...how,
      ...env.flatMap((one) => ['--env', one]),
      place.name,
      ...argv,
    ]
  }
  const there = cwd === undefined ? [...argv] : sh('cd "$0" && exec "$@"', cwd, ...argv)
  const known = env.length > 0 ? ['env', ...env, ...there] : there
  const words = user === undefined ? known : sh(become, user, ...known)
  return place.kind === 'netns' ? ['ip', 'netns', 'exec', place.name, ...words] : words
}

/** Signals what bears a mark in its environment: a container's processes are no children of ours. False when nothing does. */
export async function signalled(server: RunningServer, mark: string, signal: string): Promise<boolean> {
  const name = signal.replace(/^SIG/, '')
  const script = `for one in /proc/[0-9]*; do
  if tr '\\0' '\\n' <$one/environ 2>/dev/null | grep -qx "${markName}=$0"; then kill -s "$1" "\${one#/proc/}" && echo "$one"; fi
done 2>/dev/null; true`
  return (await server.run(sh(script, mark, name))).stdout !== ''
}

/** Rejects after some time, or when it is aborted, and ends the program. */
function limit(program: Program, words: string, { timeout, signal }: ProgramOptions): Promise<never> {
  return new Promise((_, reject) => {
    const over = (error: unknown) => {
      reject(error)
      void program.kill('SIGKILL').catch(() => {})
    }
    const aborted = () => over(signal?.reason)
    const timer =
      timeout === undefined
        ? undefined
        : setTimeout(
            () => over(new VethlabError(`it did not end within ${timeout} ms`, { command: words })),
            timeout,
          )
    if (signal?.aborted) aborted()
    signal?.addEventListener('abort', aborted, { once: true })
    const clear = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', aborted)
    }
    program.done.then(clear, clear)
  })
}

/** Waits until a stream has said something. */
function heard(
  child: ChildProcess,
  words: string,
  wanted: string | RegExp,
  timeout: number,
): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    const fail = (why: string) =>
      reject(new VethlabError(`${why}; it printed: ${text.trim() || 'nothing'}`, { command: words }))
    const timer = setTimeout(() => fail(`it did not print ${wanted} within ${timeout} ms`), timeout)
    const take = (part: Buffer) => {
      text += part
      if (typeof wanted === 'string' ? !text.includes(wanted) : !wanted.test(text)) return
      clearTimeout(timer)
      resolve(text)
    }
    child.stdout?.on('data', take)
    child.stderr?.on('data', take)
    child.once('close', () => {
      clearTimeout(timer)
      fail(`it ended before it printed ${wanted}`)
    })
  })
}

/** Starts a program in a place. */
export async function startProgram(
  servers: Servers,
  place: Place,
  argv: readonly string[],
  options: ProgramOptions = {},
): Promise<Program> {
  options.signal?.throwIfAborted()
  const server = await servers.server(place.server, place.kind === 'container', place.daemon)
  const mark = randomBytes(8).toString('hex')
  const child = enter(server, wordsOf(place, argv, mark, options), { stdio: 'pipe' })
  child.stdin?.on('error', () => {}) // it may end before it has read all
  const said = shellLine(argv)
  const done = finished(child).then(({ code, stdout, stderr }) => ({ code, exitCode: code, stdout, stderr }))
  done.catch(() => {}) // who asks for it is told
  const ended = new Promise<number>((resolve) => {
    child.once('close', (code) => resolve(code ?? 128))
    child.once('error', () => resolve(127))
  })
  const program: Program = {
    pid: child.pid ?? 0,
    stdin: child.stdin as Writable,
    stdout: child.stdout as Readable,
    stderr: child.stderr as Readable,
    done,
    ended,
    waitFor: (text, { timeout = 10_000 } = {}) => heard(child, said, text, timeout),
    unref() {
      for (const one of [child, child.stdin, child.stdout, child.stderr])
        (one as { unref?(): void } | null)?.unref?.()
    },
    async kill(signal = 'SIGTERM') {
      const ended = () => child.exitCode !== null || child.signalCode !== null
      // It may still be on its way into the place.
      await until(async () => ended() || (await signalled(server, mark, signal)), 3000, 50)
    },
  }
  if (options.input !== undefined) program.stdin.end(options.input)
  if (options.timeout !== undefined || options.signal) limit(program, said, options).catch(() => {})
  return program
}
