/** Docker commands as calls of the Engine API, by dockerode. Loaded only when a lab has an engine. */
import { createReadStream } from 'node:fs'
import { PassThrough, type Readable } from 'node:stream'
import Docker from 'dockerode'
import { Unable, VethlabError } from '../errors.ts'
import type { ApiCall } from '../language/docker/api.ts'
import { questionLimit } from './engine-ask.ts'
import { silentEngine, whileItAnswers } from './engine-life.ts'
import { ended, engineSocket, hasEnded } from './enter.ts'
import { collected, tooMuch } from './output.ts'
import type { Finished } from './process.ts'
import { type Resident, shellBehind } from './resident.ts'
import type { ExecStart } from './servers.ts'
import type { ServerRecord } from './state.ts'

/** The first process of the server that an engine is on; this process itself stands for this machine. */
export type EngineServer = Pick<ServerRecord, 'name' | 'pid' | 'born'>

/** This machine, whose engine is asked. */
export const thisMachine: EngineServer = { name: 'this machine', pid: process.pid }

/** Makes sure that a server is the very one that was started: its number may be that of another one's by now. */
function mustBeSame({ name, pid, born }: EngineServer): void {
  if (pid === process.pid) return
  if (hasEnded({ name, pid, ...(born ? { born } : {}) })) throw ended({ name, pid }, 'this lab')
}

const clients = new Map<number, Docker>()

/** The client of the engine on a server. */
export function client(server: EngineServer): Docker {
  mustBeSame(server)
  const known = clients.get(server.pid) ?? new Docker({ socketPath: engineSocket(server.pid) })
  clients.set(server.pid, known)
  return known
}

/** The client for questions: each has a time limit. */
export function asking(server: EngineServer): Docker {
  mustBeSame(server)
  return new Docker({ socketPath: engineSocket(server.pid), timeout: questionLimit })
}

/** What the engine says when it refuses, in the form of a program that failed. */
function refused(error: unknown): Finished {
  if (error instanceof VethlabError) throw error
  const { syscall, code } = error as NodeJS.ErrnoException
  if (syscall === 'connect' || code === 'ECONNRESET' || code === 'EPIPE') throw silentEngine() // it is not there, or has just ended
  const { json, reason, message } = error as { json?: { message?: string }; reason?: string; message: string }
  return { code: 1, stdout: '', stderr: json?.message ?? reason ?? message }
}

/** Makes the call. The output is what the docker program prints for it. */
export async function callEngine(server: EngineServer, call: ApiCall): Promise<Finished> {
  try {
    return { code: 0, stdout: await whileItAnswers(server.pid, perform(client(server), call)), stderr: '' }
  } catch (error) {
    return refused(error)
  }
}

async function perform(docker: Docker, call: ApiCall): Promise<string> {
  switch (call.call) {
    case 'network create': {
      const body = { CheckDuplicate: true, ...call.body } as unknown as Docker.NetworkCreateOptions
      return (await docker.createNetwork(body)).id
    }
    case 'network connect':
      await docker.getNetwork(call.network).connect(call.body as Docker.NetworkConnectOptions)
      return ''
    case 'network rm':
      await docker.getNetwork(call.network).remove()
      return call.network
    case 'run': {
      const container = await docker.createContainer({
        name: call.name,
        ...call.body,
      } as unknown as Docker.ContainerCreateOptions)
      try {
        await container.start()
      } catch (error) {
        await container.remove({ force: true }).catch(() => {}) // the first error counts
        throw error
      }
      return container.id
    }
    case 'rm':
      await docker.getContainer(call.container).remove({ force: true })
      return call.container
    case 'container address': {
      const { NetworkSettings, State } = await docker.getContainer(call.container).inspect()
      const { Networks } = NetworkSettings
      const all = () => Object.values(Networks).map((one) => one[call.field])
      const address = call.network === undefined ? all().join('') : Networks[call.network]?.[call.field]
      if (!address) mustRun(call.container, State.Status)
      return address ?? '<no value>' // as the docker program says
    }
    case 'network bridge': {
      const { Id, Options } = await docker.getNetwork(call.network).inspect()
      return Options?.['com.docker.network.bridge.name'] || `br-${Id.slice(0, 12)}`
    }
    case 'image import':
      return progress(
        await docker.importImage(call.file, {
          ...splitTag(call.image),
          ...(call.change ? { changes: call.change } : {}),
        }),
      )
    case 'image load':
      return progress(await docker.loadImage(createReadStream(call.file)))
  }
}

/** `name:tag` as the API wants it. A colon before a slash belongs to a registry's port. */
function splitTag(image: string): { repo: string; tag: string } {
  const found = image.match(/^(.+?)(?::([^:/]+))?$/)
  return { repo: found?.[1] ?? image, tag: found?.[2] ?? 'latest' }
}

/** Reads a stream of progress messages to its end, and fails with the error that may be among them. */
async function progress(stream: NodeJS.ReadableStream): Promise<string> {
  let text = ''
  for await (const chunk of stream) text += chunk
  const messages = text
    .trim()
    .split(/\r?\n/)
    .filter(Boolean)
    .map((line) => JSON.parse(line))
  const failed = messages.find((message) => message.error)
  if (failed) throw new Error(failed.error)
  return String(messages.at(-1)?.status ?? messages.at(-1)?.stream ?? '').trim()
}

/** The shells that stay in containers, by the server's first process and the container's name. */
const shells = new Map<string, Promise<Resident | undefined>>()

/** Starts a shell in a container, by `docker exec -i`; undefined where there is none, or no such container. */
async function startShell(server: EngineServer, container: string): Promise<Resident | undefined> {
  try {
    const exec = await client(server)
      .getContainer(container)
      .exec({ Cmd: ['sh'], AttachStdin: true, AttachStdout: true, AttachStderr: true })
    const stdin = await exec.start({ hijack: true, stdin: true })
    const [stdout, stderr] = [new PassThrough(), new PassThrough()]
    client(server).modem.demuxStream(stdin, stdout, stderr)
    const { shell, gone } = shellBehind({ stdin, stdout, stderr }, [
      stdin as { ref?(): void; unref?(): void },
    ])
    for (const event of ['error', 'end', 'close']) stdin.on(event, () => gone(new Unable('it has ended')))
    // A container without a shell says so, and that is the end of it.
    const tried = await shell.run(['true'], {}).catch(() => undefined)
    return tried?.code === 0 ? shell : undefined
  } catch {
    return undefined
  }
}

async function shellIn(server: EngineServer, container: string): Promise<Resident | undefined> {
  const key = `${server.pid}/${container}`
  const known = shells.get(key)
  if (known && !(await known)?.ended()) return known
  const started = startShell(server, container) // of a container that was stopped, or made again, meanwhile
  shells.set(key, started)
  return started
}

/** What to do about a container in which nothing can be asked, by the state that the engine tells. */
const remedies: Readonly<Record<string, readonly [is: string, remedy: string]>> = {
  created: ['was never started', 'docker start NAME'],
  exited: ['is stopped', 'docker start NAME'],
  dead: ['is dead', 'docker rm -f NAME'],
  paused: ['is paused', 'docker unpause NAME'],
  restarting: ['ends again and again', 'docker logs NAME'],
}

/** Throws when a container is in a state in which nothing can be asked of it. */
export function mustRun(container: string, state: string | undefined): void {
  const [is, remedy] = remedies[state ?? ''] ?? []
  if (is && remedy)
    throw new Unable(`the container ${container} ${is}`, {
      hint: `On its server: ${remedy.replace('NAME', container)}`,
    })
}

/** Runs a program in a container: in a shell that stays there, or, when that is busy, by an exec of its own. */
export const execInContainer = (
  server: EngineServer,
  container: string,
  argv: readonly string[],
  background: boolean,
): Promise<Finished> => whileItAnswers(server.pid, execThere(server, container, argv, background))

async function execThere(
  server: EngineServer,
  container: string,
  argv: readonly string[],
  background: boolean,
): Promise<Finished> {
  const shell = background ? undefined : await shellIn(server, container)
  if (shell && !shell.busy()) {
    const done = await shell.run(argv, {}).catch(() => undefined)
    // Of a program that is not there the engine has words of its own.
    const missing = done?.stderr.match(
      /^sh: (?:exec: )?(?:(?:line )?\d+: )?(?:exec: )?(.*?): (?:command )?not found\s*$/,
    )?.[1]
    if (done && missing !== argv[0]) return done
  }
  return execAlone(server, container, argv, background)
}

/** Runs a program in a container, as `docker exec`. In the background it does not wait for its end. */
async function execAlone(
  server: EngineServer,
  container: string,
  argv: readonly string[],
  background: boolean,
): Promise<Finished> {
  try {
    const exec = await client(server)
      .getContainer(container)
      .exec({ Cmd: [...argv], AttachStdout: !background, AttachStderr: !background })
    const stream = await exec.start({ Detach: background })
    if (background) {
      ;(stream as unknown as Readable).destroy()
      return { code: 0, stdout: '', stderr: '' }
    }
    const out = new PassThrough()
    const err = new PassThrough()
    client(server).modem.demuxStream(stream, out, err)
    stream.once('end', () => {
      out.end()
      err.end()
    })
    const [stdout, stderr] = await Promise.all([text(out), text(err)])
    const { ExitCode } = await exec.inspect()
    return { code: ExitCode ?? 1, stdout, stderr }
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === 409)
      // the state of the container is in the way
      mustRun(container, (await client(server).getContainer(container).inspect()).State.Status)
    return refused(error)
  }
}

/** What came of a stream: all of it, or nothing when it was too much. */
async function all(stream: Readable): Promise<Buffer> {
  const parts = collected()
  for await (const part of stream) parts.add(part)
  if (parts.full()) throw tooMuch()
  return parts.bytes()
}

const text = async (stream: Readable): Promise<string> => (await all(stream)).toString()

/** Runs a program in a container as a user, in a folder, with an environment and an input. */
export const execWith = (
  server: EngineServer,
  container: string,
  argv: readonly string[],
  start: ExecStart,
): Promise<Finished> => whileItAnswers(server.pid, execStarted(server, container, argv, start))

async function execStarted(
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
        ...{ Cmd: [...argv], Env: env, AttachStdin: stdin, AttachStdout: true, AttachStderr: true },
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
    if ((error as { statusCode?: number }).statusCode === 409)
      mustRun(container, (await client(server).getContainer(container).inspect()).State.Status)
    return refused(error)
  }
}
