/** Connections from this process into a lab: one stream, or a port of 127.0.0.1 that leads into a place. */
import { createServer, type Server, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { VethlabError } from '../errors.ts'
import type { Place } from '../language/command.ts'
import { port as checkedPort } from '../language/names.ts'
import type { Gate } from './gate.ts'

/** Where a connection goes: `host` as the place sees it. */
export interface To {
  /** Default: 127.0.0.1, the place itself. */
  host?: string
  port: number
  /** Milliseconds to wait for an answer. Default: as long as the kernel does, some two minutes. */
  timeout?: number
  /** Gives it up, and ends the stream. */
  signal?: AbortSignal
}

/** A port that leads elsewhere. */
export interface Forwarded extends AsyncDisposable {
  readonly host: '127.0.0.1'
  readonly port: number
  /** Ends it, and the connections through it. */
  close(): Promise<void>
}

/** The gate of a place. */
export type Gates = (place: Place) => Promise<Gate>

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refused: nobody listens there',
  EHOSTUNREACH: 'that host cannot be reached',
  ENETUNREACH: 'there is no route to it',
  ENOTFOUND: 'the name is not known there',
  EAI_AGAIN: 'the name is not known there',
  ETIMEDOUT: 'no answer',
}

/** Why there is no connection, with the code that node:net gives, in its words or ours. */
function noConnection(place: Place, host: string, port: number, error: unknown): VethlabError {
  const { code = '', message } = error as NodeJS.ErrnoException
  const text = `no connection to ${host}, port ${port}: ${reasons[code] ?? message}`
  const hint = 'Does something listen there? lab.why({ from, to, port }) finds out.'
  return Object.assign(new VethlabError(text, { where: `from ${place.name}`, hint }), { code })
}

/** Connects from a place, by TCP, and returns the stream. */
export async function connect(gates: Gates, place: Place, to: To): Promise<Socket> {
  const { host = '127.0.0.1', port, timeout, signal } = to
  checkedPort(port)
  const limit = timeout === undefined ? undefined : new AbortController()
  const timer = limit && setTimeout(() => limit.abort(new Error(`no answer within ${timeout} ms`)), timeout)
  const gate = await gates(place)
  try {
    return await gate.ask(
      { host, port },
      signal && limit ? AbortSignal.any([signal, limit.signal]) : (signal ?? limit?.signal),
    )
  } catch (error) {
    if (signal?.aborted) throw signal.reason
    throw noConnection(place, host, port, limit?.signal.aborted ? limit.signal.reason : error)
  } finally {
    clearTimeout(timer)
  }
}

/** Hands on what either side says, and how it ends. */
export function join(one: Duplex, other: Duplex): void {
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const)
    from
      .on('error', () => to.destroy())
      .on('close', () => from.readableEnded || to.destroy())
      .pipe(to)
}

/** Opens a listener on a port of 127.0.0.1; on any other when that one is taken, or may not be had. */
async function listening(listener: Server, wanted: number): Promise<number> {
  const listen = (port: number) =>
    new Promise<void>((resolve, reject) => {
      listener.once('error', reject)
      listener.listen(port, '127.0.0.1', resolve)
    })
  if (wanted === 0) await listen(0)
  else await listen(wanted).catch(() => listen(0))
  const address = listener.address()
  return typeof address === 'object' && address ? address.port : 0
}

/** Opens a port of 127.0.0.1, each connection to which is joined to one that `inside` gives. */
async function door(inside: () => Promise<Socket>, wanted = 0): Promise<Forwarded> {
  const open = new Set<Socket>()
  const listener = createServer({ allowHalfOpen: true }, async (socket) => {
    socket.on('error', () => {})
    open.add(socket)
    socket.once('close', () => open.delete(socket))
    try {
      join(socket, await inside())
    } catch {
      socket.destroy()
    }
  })
  const port = await listening(listener, wanted)
  listener.unref()
  const close = async () => {
    const closed = new Promise<void>((resolve) => listener.close(() => resolve()))
    for (const socket of open) socket.destroy()
    await closed
  }
  return { host: '127.0.0.1', port, close, [Symbol.asyncDispose]: close }
}

/** A port of 127.0.0.1 for one connection, which is there already: for libraries that only know ports. */
export const doorTo = (inside: Socket): Promise<Forwarded> => door(async () => inside)

/** What is forwarded: of UDP, datagrams and their answers. */
export interface ForwardTo extends To {
  /** Default: TCP. */
  udp?: boolean
}

/**
 * Opens a port of 127.0.0.1, each connection to which goes on from a place; of UDP, each datagram. `wanted` is its number
 * where that is free.
 */
export async function forward(gates: Gates, place: Place, to: ForwardTo, wanted = 0): Promise<Forwarded> {
  if (to.udp) return (await import('./datagrams.ts')).forwardUdp(gates, place, to, wanted)
  checkedPort(to.port)
  await gates(place) // that there is such a place is told now, and not to who connects
  return door(() => connect(gates, place, to), wanted)
}
