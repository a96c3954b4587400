/** Programs in containers, as `docker exec` runs them: in a shell that stays there, or by an exec of their own. */
import { PassThrough, type Readable } from 'node:stream'
import { Unable } from '../errors.ts'
import { client, type EngineServer, mustRun, refused } from './engine-api.ts'
import { whileItAnswers } from './engine-life.ts'
import { collected, tooMuch } from './output.ts'
import type { Finished } from './process.ts'
import { longInput, type Resident, shellBehind } from './resident.ts'
import type { ExecStart } from './servers.ts'

/** A shell in a container, and whether that has what an input is handed on by. */
interface ShellThere {
  readonly shell: Resident
  readonly takesInput: boolean
}

/** The shells that stay in containers, by the server's first process, the container's name and the user. */
const shells = new Map<string, Promise<ShellThere | undefined>>()

/** Starts a shell in a container, by `docker exec -i`; undefined where there is none, or no such container. */
async function startShell(
  server: EngineServer,
  container: string,
  user: string | undefined,
): Promise<ShellThere | undefined> {
  try {
    const exec = await client(server)
      .getContainer(container)
      .exec({ Cmd: ['sh'], AttachStdin: true, ...attached, ...(user === undefined ? {} : { User: user }) })
    const stdin = await exec.start({ hijack: true, stdin: true })
    const [stdout, stderr] = [new PassThrough(), new PassThrough()]
    client(server).modem.demuxStream(stdin, stdout, stderr)
    const { shell, gone } = shellBehind({ stdin, stdout, stderr }, [
      stdin as { ref?(): void; unref?(): void },
    ])
    for (const event of ['error', 'end', 'close']) stdin.on(event, () => gone(new Unable('it has ended')))
    // A container without a shell says so, and that is the end of it.
    const tried = await shell.run(['sh', '-c', 'command -v base64; true'], {}).catch(() => undefined)
    return tried?.code === 0 ? { shell, takesInput: tried.stdout !== '' } : undefined
  } catch {
    return undefined
  }
}

async function shellIn(
  server: EngineServer,
  container: string,
  user: string | undefined,
): Promise<ShellThere | undefined> {
  const key = `${server.pid}/${container}/${user ?? ''}`
  const known = shells.get(key)
  if (known && !(await known)?.shell.ended()) return known
  const started = startShell(server, container, user) // of a container that was stopped, or made again, meanwhile
  shells.set(key, started)
  return started
}

/** Variables that a shell has for itself, and does not let be set. */
const ofShell = /^(UID|EUID|PPID|BASH\w*|SHELLOPTS|OPTIND|LINENO)=/

/** Runs a program in a container, as `docker exec`, with what `start` names. In the background it does not wait for its end. */
export const execInContainer = (
  server: EngineServer,
  container: string,
  argv: readonly string[],
  background: boolean,
  start: ExecStart = {},
): Promise<Finished> =>
  whileItAnswers(
    server.pid,
    background ? execBehind(server, container, argv) : execThere(server, container, argv, start),
  )

async function execThere(
  server: EngineServer,
  container: string,
  argv: readonly string[],
  start: ExecStart,
): Promise<Finished> {
  const { user, input, env = [] } = start
  const there = await shellIn(server, container, user)
  const can = input === undefined || (there?.takesInput && !longInput(input))
  if (there && can && !there.shell.busy() && !env.some((one) => ofShell.test(one))) {
    const done = await there.shell.run(argv, start).catch(() => undefined)
    // Of a program that is not there the engine has words of its own.
    const missing = done?.stderr.match(
      /^sh: (?:exec: )?(?:(?:line )?\d+: )?(?:exec: )?(.*?): (?:command )?not found\s*$/,
    )?.[1]
    if (done && missing !== argv[0]) return done
  }
  return execAlone(server, container, argv, start)
}

/** What came of a stream: all of it, or nothing when it was too much. */
async function all(stream: Readable): Promise<Buffer> {
  const parts = collected()
  for await (const part of stream) parts.add(part)
  if (parts.full()) throw tooMuch()
  return parts.bytes()
}

const attached = { AttachStdout: true, AttachStderr: true }

/** What the engine says when it does not start a program: that the state of the container is in the way, or something else. */
async function notStarted(server: EngineServer, container: string, error: unknown): Promise<Finished> {
  if ((error as { statusCode?: number }).statusCode === 409)
    mustRun(container, (await client(server).getContainer(container).inspect()).State.Status)
  return refused(error)
}

/** Starts a program that goes on by itself. */
async function execBehind(
  server: EngineServer,
  container: string,
  argv: readonly string[],
): Promise<Finished> {
  try {
    const exec = await client(server)
      .getContainer(container)
      .exec({ Cmd: [...argv] })
    ;((await exec.start({ Detach: true })) as unknown as Readable).destroy()
    return { code: 0, stdout: '', stderr: '' }
  } catch (error) {
    return notStarted(server, container, error)
  }
}

/** Runs a program by an exec of its own. */
async function execAlone(
  server: EngineServer,
  container: string,
  argv: readonly string[],
  { user, cwd, env = [], input, bytes }: ExecStart,
): Promise<Finished> {
  const stdin = input !== undefined && input.length > 0
  try {
    const exec = await client(server)
      .getContainer(container)
      .exec({
        ...{ Cmd: [...argv], Env: [...env], AttachStdin: stdin, ...attached },
        ...(user === undefined ? {} : { User: user }),
        ...(cwd === undefined ? {} : { WorkingDir: cwd }),
      })
    const stream = await exec.start({ hijack: stdin, stdin })
    const [out, err] = [new PassThrough(), new PassThrough()]
    client(server).modem.demuxStream(stream, out, err)
    for (const event of ['end', 'close'])
      stream.once(event, () => {
        out.end()
        err.end()
      })
    stream.on('error', () => {}) // it may end before it has read all
    if (stdin) stream.end(input)
    const [stdout, stderr] = await Promise.all([all(out), all(err)])
    const { ExitCode } = await exec.inspect()
    const said = { code: ExitCode ?? 1, stdout: stdout.toString(), stderr: stderr.toString() }
    return bytes ? { ...said, bytes: { stdout, stderr } } : said
  } catch (error) {
    return notStarted(server, container, error)
  }
}
