/** Docker commands as calls of the Engine API, by dockerode. Loaded only when a lab has an engine. */
import { createReadStream } from 'node:fs'
import Docker from 'dockerode'
import { Unable, VethlabError } from '../errors.ts'
import type { ApiCall } from '../language/docker/api.ts'
import { questionLimit } from './engine-ask.ts'
import { silentEngine, whileItAnswers } from './engine-life.ts'
import { ended, engineSocket, hasEnded } from './enter.ts'
import type { Finished } from './process.ts'
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
export function refused(error: unknown): Finished {
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
