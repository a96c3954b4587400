/** The way into the network of a place, opened once for each: a process there that connects and listens for this one. */
import { statSync } from 'node:fs'
import { connect as connectTo, type Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { Unable } from '../errors.ts'
import type { Place } from '../language/command.ts'
import { type Program, startProgram } from '../run/program.ts'
import type { RunningServer, Servers } from '../server/servers.ts'
import { processOf } from './inside.ts'

const script = fileURLToPath(new URL('gate.mjs', import.meta.url))

/** Makes the names of a container known to a program of its server: both files are copied, and laid over the server's. */
const inContainer = `d=$(mktemp -d /run/names.XXXXXX)
for f in hosts resolv.conf; do cat "/proc/$0/root/etc/$f" >"$d/$f" && mount -n -o bind "$d/$f" "/etc/$f"; done
rm -r "$d"
exec nsenter --target "$0" --net "$@"`

/** Tells one network from a later one of the same name. */
async function networkOf(server: RunningServer, place: Place): Promise<string> {
  if (place.kind === 'container') return String(await processOf(server, place.name))
  if (place.kind !== 'netns') return ''
  try {
    return String(statSync(server.file(`/run/netns/${place.name}`)).ino)
  } catch {
    throw new Unable(`there is no network namespace ${place.name} on ${place.server}`, {
      hint: 'Which step makes it?',
    })
  }
}

/** What a gate is started by: the runtime of this process, in the network of the place. */
function wordsOf(place: Place, network: string, socket: string): string[] {
  const runtime = [process.execPath, ...(process.versions.deno ? ['run', '--allow-all'] : []), script, socket]
  if (place.kind === 'netns') return ['ip', 'netns', 'exec', place.name, ...runtime]
  if (place.kind !== 'container') return runtime
  return ['unshare', '--mount', 'sh', '-c', inContainer, network, ...runtime]
}

/** A gate that is open. */
export interface Gate {
  /** Asks it for something; what it refuses is an error with a code, as ECONNREFUSED. */
  ask(question: object, signal?: AbortSignal): Promise<Socket>
  /** A new path, on the server and as this process sees it. */
  path(): readonly [there: string, here: string]
}

let count = 0

const pathsOn = (server: RunningServer) => (): readonly [string, string] => {
  const path = `/run/vethlab-server/gate-${process.pid}-${count++}`
  return [path, server.file(path)]
}

/** The first line that a socket says; what follows stays in it. */
function firstLine(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    let head = Buffer.alloc(0)
    const done = (end: () => void) => {
      socket.off('readable', take).off('close', closed).off('error', reject)
      end()
    }
    const closed = () => done(() => reject(new Error('the connection was closed')))
    const take = () => {
      for (let part = socket.read(); part !== null; part = socket.read()) head = Buffer.concat([head, part])
      const end = head.indexOf('\n')
      if (end < 0) return
      if (end + 1 < head.length) socket.unshift(head.subarray(end + 1))
      done(() => resolve(head.subarray(0, end).toString()))
    }
    socket.on('readable', take).once('close', closed).once('error', reject)
  })
}

async function opened(servers: Servers, place: Place, network: string): Promise<Gate & { program: Program }> {
  const server = await servers.server(place.server, place.kind === 'container')
  const path = pathsOn(server)
  const [there, here] = path()
  const own: Place = { kind: 'server', name: place.server, server: place.server }
  const program = await startProgram(servers, own, wordsOf(place, network, there))
  await program.waitFor(/^open$/m)
  for (const stream of [program.stdout, program.stderr]) stream.resume()
  program.unref()
  return {
    program,
    path,
    async ask(question, signal) {
      signal?.throwIfAborted()
      const socket = connectTo({ path: here, allowHalfOpen: true, ...(signal ? { signal } : {}) })
      socket.write(`${JSON.stringify(question)}\n`)
      const refusal = await firstLine(socket).catch((error) => {
        signal?.throwIfAborted()
        throw error
      })
      if (refusal === '') return socket
      socket.destroy()
      const { code, message } = JSON.parse(refusal) as { code?: string; message: string }
      throw Object.assign(new Error(message), { code })
    },
  }
}

/** The gates of a lab: each is opened when it is asked for, and again when its place has another network meanwhile. */
export function gatesOf(servers: Servers): (place: Place) => Promise<Gate> {
  const known = new Map<string, { network: string; gate: ReturnType<typeof opened> }>()
  return async (place) => {
    const server = await servers.server(place.server, place.kind === 'container')
    const network = await networkOf(server, place)
    const key = `${place.server} ${place.kind} ${place.name}`
    const found = known.get(key)
    if (found?.network === network) return found.gate
    void found?.gate.then(({ program }) => program.kill('SIGKILL')).catch(() => {})
    const gate = opened(servers, place, network)
    known.set(key, { network, gate })
    gate.catch(() => known.delete(key))
    return gate
  }
}
