/**
 * Shells that stay in a server, or in a container, each of which runs one command after the other. A program started
 * from there costs a quarter of one that has to enter first.
 *
 * A shell reads a command from its stdin, then `printf '%s %s\n' MARK $?; echo MARK >&2`. So the end of a command is
 * the mark on both streams; what stands before it is the command's own output.
 */
import { randomBytes } from 'node:crypto'
import { availableParallelism } from 'node:os'
import type { Readable, Writable } from 'node:stream'
import { Unable } from '../errors.ts'
import { quote, shellLine } from '../language/shell.ts'
import { type Entry, enter } from './enter.ts'
import { tooMuch, untilMark } from './output.ts'
import { toolMissing } from './packages.ts'
import type { Finished } from './process.ts'

/** How a command is started, beside its words. */
export interface Start {
  /** It goes on by itself, and nobody waits for it. */
  background?: boolean
  /** What it reads from its stdin. */
  input?: string | Uint8Array
  /** What it prints is wanted byte for byte. */
  bytes?: boolean
  /** The folder that it runs in. */
  cwd?: string | undefined
  /** What it sees in its environment beside what the shell sees: `NAME=value`. */
  env?: readonly string[]
}

/** Whether an input is too long for a shell, which reads it a byte at a time. */
export const longInput = (input: Start['input']): boolean => (input?.length ?? 0) > 2 ** 20

/** A program as a shell starts it in a process of its own: one of that name, never what the shell itself knows by it. */
const started = (argv: readonly string[], { cwd, env = [] }: Start): string =>
  `(${cwd === undefined ? '' : `cd ${quote(cwd)} && `}${env.map((one) => `export ${quote(one)} && `).join('')}exec ${shellLine(argv)})`

/**
 * A command with what it reads, as a shell takes it. A text of whole lines stands as it is; all else is written in base64,
 * which takes a process more.
 */
function withInput(line: string, input: string | Uint8Array, mark: string): string {
  if (typeof input === 'string' && input.endsWith('\n') && !input.includes('\0'))
    return `${line} <<'${mark}'\n${input}${mark}\n`
  const coded = Buffer.from(input as string).toString('base64')
  return `base64 -d <<'${mark}' | ${line}\n${coded.replace(/.{1,76}/g, '$&\n')}${mark}\n`
}

export interface Resident {
  busy(): boolean
  ended(): boolean
  run(argv: readonly string[], start: Start): Promise<Finished>
}

/** How many shells a server has at most: more would not run more at once. */
export const mostResidents = Math.max(2, availableParallelism())

/** The three streams of a shell. */
interface Streams {
  stdin: Writable | null
  stdout: Readable | null
  stderr: Readable | null
}

/** What keeps this process from ending, and can be told not to: a process, a pipe, a socket. */
interface Handle {
  ref?(): void
  unref?(): void
}

/**
 * A shell behind its streams. What is called when the shell has ended is returned with it. While it waits for work
 * nothing of it keeps this process: a scenario that waits for nothing at all is noticed by that.
 */
export function shellBehind(
  shell: Streams,
  handles: readonly (Handle | null)[],
): { shell: Resident; gone(error: Error): void } {
  // Written after each command's output; no output has it by chance.
  const endMark = randomBytes(12).toString('hex')
  const [stdout, stderr] = [untilMark(endMark), untilMark(endMark)]
  let waiting:
    | { argv: readonly string[]; bytes: boolean; done(finished: Finished): void; failed(error: Error): void }
    | undefined
  let ended: Error | undefined

  const look = () => {
    const [out, err] = [stdout.found(), stderr.found()]
    if (!waiting || !out || !err) return
    const { argv, bytes, done, failed } = waiting
    waiting = undefined
    rest()
    if (out.output === undefined || err.output === undefined) failed(tooMuch(shellLine(argv)))
    else
      done({
        ...{ code: Number(out.word), stdout: out.output, stderr: err.output },
        ...(bytes ? { bytes: { stdout: stdout.bytes(), stderr: stderr.bytes() } } : {}),
      })
  }
  shell.stdout?.on('data', (part: Buffer) => {
    if (waiting) stdout.take(part)
    look()
  })
  shell.stderr?.on('data', (part: Buffer) => {
    if (waiting) stderr.take(part)
    look()
  })
  const gone = (error: Error) => {
    ended ??= error
    waiting?.failed(ended)
    rest()
  }
  const rest = () => {
    for (const handle of handles) handle?.unref?.()
  }
  const run: Resident['run'] = (argv, start) =>
    new Promise((done, failed) => {
      if (ended) return failed(ended)
      const { background, input, bytes = false } = start
      waiting = { argv, bytes, done, failed }
      stdout.reset()
      stderr.reset()
      for (const handle of handles) handle?.ref?.()
      const marks = `printf '%s %s\\n' ${endMark} $?; echo ${endMark} >&2`
      const line = started(argv, start)
      const text =
        input === undefined || input.length === 0
          ? `${line} </dev/null ${background ? '>/dev/null 2>&1 &' : ''}\n`
          : withInput(line, input, endMark)
      shell.stdin?.write(`${text}${marks}\n`)
    })
  return { shell: { busy: () => waiting !== undefined, ended: () => ended !== undefined, run }, gone }
}

/** Starts a shell in a server. It ends with its server, or with this process. */
function resident(entry: Entry, env: Record<string, string>): Resident {
  const child = enter(entry, ['sh'], { stdio: 'pipe', env })
  const { shell, gone } = shellBehind(child, [child, child.stdin, child.stdout, child.stderr] as Handle[])
  child.once('error', () => gone(toolMissing('nsenter')))
  child.once('close', () =>
    gone(new Unable('the virtual server has ended', { hint: 'Was the lab taken down meanwhile?' })),
  )
  child.stdin?.on('error', () => {}) // `close` follows
  return shell
}

/** The shells of a server, started when they are asked for; `env` is what all that they start sees. */
export function residents(entry: Entry, env: Record<string, string> = {}) {
  const shells: Resident[] = []
  const start = (): Resident => {
    const shell = resident(entry, env)
    shells.push(shell)
    return shell
  }
  return {
    /** Runs a command; undefined when all shells are busy. */
    run(argv: readonly string[], how: Start): Promise<Finished> | undefined {
      const free = shells.find((shell) => !shell.busy())
      return (free ?? (shells.length < mostResidents ? start() : undefined))?.run(argv, how)
    },
  }
}
