/** Connections from this process into a lab: one stream, or a port of 127.0.0.1 that leads into a place. */
import { createServer } from 'node:net'
import { Duplex, PassThrough } from 'node:stream'
import { VethlabError } from '../errors.ts'
import type { Place } from '../language/command.ts'
import type { Servers } from '../server/servers.ts'
import { startProgram } from './program.ts'

/** Where a connection goes: `host` as the place sees it. */
export interface To {
  /** Default: 127.0.0.1, the place itself. */
  host?: string
  port: number
}

/** A port of this machine that leads into a lab. */
export interface Forwarded {
  readonly host: '127.0.0.1'
  readonly port: number
  /** Ends it, and the connections through it. */
  close(): Promise<void>
}

/** Connects from a place, by TCP, and returns the stream. An error ends the stream: nobody listens, no route. */
export async function connect(servers: Servers, place: Place, to: To): Promise<Duplex> {
  const { host = '127.0.0.1', port } = to
  // -N: what this side has said to its end is said so to the other.
  const program = await startProgram(servers, place, ['nc', '-N', host, String(port)])
  // It ends when the program has, which alone knows whether there was a connection.
  const [readable, writable] = [new PassThrough(), new PassThrough()]
  program.stdout.pipe(readable, { end: false })
  writable.pipe(program.stdin)
  const stream = Duplex.from({ readable, writable })
  void program.ended.then((code) => {
    if (code === 0) readable.end()
    else if (!stream.destroyed)
      stream.destroy(
        new VethlabError(`no connection to ${host}, port ${port}`, {
          where: `from ${place.name}`,
          hint: 'Does something listen there? lab.why({ from, to, port }) finds out.',
        }),
      )
  })
  stream.once('close', () => void program.kill('SIGKILL').catch(() => {}))
  return stream
}

/** Opens a port of 127.0.0.1, each connection to which goes on from a place. */
export async function forward(servers: Servers, place: Place, to: To): Promise<Forwarded> {
  const open = new Set<Duplex>()
  const listener = createServer({ allowHalfOpen: true }, async (socket) => {
    socket.on('error', () => {})
    open.add(socket)
    socket.once('close', () => open.delete(socket))
    try {
      const inside = await connect(servers, place, to)
      inside.on('error', () => socket.destroy())
      socket.once('close', () => inside.destroy())
      socket.pipe(inside).pipe(socket)
    } catch {
      socket.destroy()
    }
  })
  await new Promise<void>((resolve, reject) => {
    listener.once('error', reject)
    listener.listen(0, '127.0.0.1', resolve)
  })
  listener.unref()
  const address = listener.address()
  return {
    host: '127.0.0.1',
    port: typeof address === 'object' && address ? address.port : 0,
    async close() {
      const closed = new Promise<void>((resolve) => listener.close(() => resolve()))
      for (const socket of open) socket.destroy()
      await closed
    },
  }
}
