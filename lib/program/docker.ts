/** The Docker Engine of a server for programs of this machine: docker, dockerode, testcontainers. */
import { request as ask, createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { connect as connectTo } from 'node:net'
import type { Duplex } from 'node:stream'
import { BadInput } from '../errors.ts'
import type { Place } from '../language/command.ts'
import { askEngine } from '../server/engine-ask.ts'
import { engineSocket } from '../server/enter.ts'
import type { Servers } from '../server/servers.ts'
import { type Forwarded, forward, type Gates } from './connect.ts'

/** How a program of this machine finds the engine of a server. */
export interface DockerAccess extends AsyncDisposable {
  /** `unix://` and the path of a socket: for docker, and all that read it from their environment. */
  readonly DOCKER_HOST: string
  /** The path alone, as dockerode takes it. */
  readonly socketPath: string
  /** The image of the lab, which the engine has; it reaches no registry. */
  readonly IMAGE: string
  /** DOCKER_HOST, and what testcontainers wants to know: it goes without its reaper, since the lab ends with your process. */
  readonly env: Readonly<Record<string, string>>
  /** Closes the socket, and the ports. */
  close(): Promise<void>
}

/** A port of the server that is forwarded, TCP or UDP, and its number here. */
type Local = (port: number, type: string) => Promise<number>

/** What is forwarded; SCTP, which Docker knows, too, is not. */
const isForwarded = (type: string | undefined): type is string => type === 'tcp' || type === 'udp'

interface Inspected {
  NetworkSettings?: { Ports?: Record<string, Array<{ HostPort: string }> | null> }
}
interface Listed {
  Ports?: Array<{ PublicPort?: number; Type?: string }>
}

/** Puts the local numbers of the published ports into what the engine tells of one container. */
async function inOne(told: Inspected, local: Local): Promise<Inspected> {
  for (const [port, bindings] of Object.entries(told.NetworkSettings?.Ports ?? {})) {
    const [, type] = port.split('/')
    for (const binding of bindings ?? [])
      if (isForwarded(type) && Number(binding.HostPort) > 0)
        binding.HostPort = String(await local(Number(binding.HostPort), type))
  }
  return told
}

/** The same for a list of containers. */
async function inAll(told: Listed[], local: Local): Promise<Listed[]> {
  for (const { Ports = [] } of told)
    for (const port of Ports)
      if (isForwarded(port.Type) && port.PublicPort) port.PublicPort = await local(port.PublicPort, port.Type)
  return told
}

const containerPath = /^(?:\/v[\d.]+)?\/containers\/(?:(json)|([^/]+)\/(json|start|restart))(?:\?|$)/

/** What an answer is made of before it is handed on; undefined for those that are handed on as they come. */
function rewriting({ method, url = '' }: IncomingMessage, socketPath: string, local: Local) {
  const [, list, container, what] = url.match(containerPath) ?? []
  if (method === 'GET' && list)
    return async (text: string) => JSON.stringify(await inAll(JSON.parse(text), local))
  if (method === 'GET' && what === 'json')
    return async (text: string) => JSON.stringify(await inOne(JSON.parse(text), local))
  if (method === 'POST' && container && what !== 'json')
    return async (text: string) => {
      await inOne(await askEngine<Inspected>(socketPath, `/containers/${container}/json`), local)
      return text
    }
  return undefined
}

/** The headers of an answer, as pairs, without those that are about one connection alone. */
const headersOf = ({ rawHeaders }: IncomingMessage): Array<[string, string]> =>
  rawHeaders
    .flatMap((name, i): Array<[string, string]> => (i % 2 ? [] : [[name, rawHeaders[i + 1] ?? '']]))
    .filter(([name]) => !/^(connection|keep-alive|transfer-encoding)$/i.test(name))

/** Hands one request on to the engine, and its answer back. */
function handOn(socketPath: string, local: Local) {
  return (from: IncomingMessage, to: ServerResponse): void => {
    const { method, url, headers } = from
    const sent = ask({ socketPath, method, path: url, headers, agent: false })
    sent.once('error', () => to.destroy())
    to.once('close', () => sent.destroy())
    // A small body goes in one piece with its head: the engine takes one that comes later for the end of the connection.
    if (Number(headers['content-length'] ?? Infinity) > 2 ** 20) from.pipe(sent)
    else
      void from.toArray().then(
        (parts) => sent.end(Buffer.concat(parts)),
        () => sent.destroy(),
      )
    sent.once('response', async (answer) => {
      const rewrite = rewriting(from, socketPath, local)
      const { statusCode = 500 } = answer
      const known = headersOf(answer)
      try {
        if (!rewrite || statusCode >= 300) {
          to.writeHead(statusCode, known.flat())
          to.flushHeaders()
          answer.once('error', () => to.destroy()).pipe(to)
          return
        }
        let text = ''
        for await (const part of answer.setEncoding('utf8')) text += part
        const body = await rewrite(text)
        const others = known.filter(([name]) => !/^content-length$/i.test(name))
        const length: [string, string][] = body ? [['Content-Length', String(Buffer.byteLength(body))]] : []
        to.writeHead(statusCode, [...others, ...length].flat()).end(body)
      } catch {
        to.destroy()
      }
    })
  }
}

/** Hands a connection on that becomes a stream, as that of `docker exec`: from its first word, byte for byte. */
function handOver(
  socketPath: string,
  { method, url, rawHeaders }: IncomingMessage,
  socket: Duplex,
  head: Buffer,
) {
  const engine = connectTo({ path: socketPath, allowHalfOpen: true })
  const lines = rawHeaders.flatMap((name, i) => (i % 2 ? [] : [`${name}: ${rawHeaders[i + 1]}`]))
  engine.write(`${method} ${url} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`)
  engine.write(head)
  socket.on('error', () => engine.destroy()).pipe(engine)
  engine.on('error', () => socket.destroy()).pipe(socket)
  return engine
}

/** The ports of a server that are forwarded so far. */
function forwarding(gates: Gates, place: Place) {
  const ports = new Map<string, Promise<Forwarded>>()
  const local: Local = async (port, type) => {
    const key = `${port}/${type}`
    const known = ports.get(key) ?? forward(gates, place, { port, udp: type === 'udp' }, port)
    ports.set(key, known)
    return (await known).port
  }
  const close = async () => {
    for (const port of ports.values()) await (await port).close()
  }
  return { local, close }
}

let count = 0

/**
 * Opens the engine of a server to programs of this machine. The TCP and UDP ports that its containers publish are forwarded to
 * 127.0.0.1, under the same number where that is free here; what the engine tells of them has the number that counts here.
 */
export async function dockerOf(servers: Servers, gates: Gates, place: Place): Promise<DockerAccess> {
  if (place?.kind !== 'server')
    throw new BadInput(`${place?.name} has no Docker Engine of its own`, {
      hint: 'Name its server: lab.docker(server1).',
    })
  const { server, file } = await servers.server(place.server, true)
  const engine = engineSocket(server.pid)
  const ports = forwarding(gates, place)
  const open = new Set<Duplex>()
  const listener = createServer({ requestTimeout: 0, keepAliveTimeout: 0 }, handOn(engine, ports.local))
  listener.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    for (const one of [socket, handOver(engine, request, socket, head)]) {
      open.add(one)
      one.once('close', () => open.delete(one))
    }
  })
  const socketPath = file(`/run/vethlab-server/docker-${process.pid}-${count++}.sock`)
  await new Promise<void>((resolve, reject) => {
    listener.once('error', reject)
    listener.listen(socketPath, resolve)
  })
  listener.unref()
  const close = async () => {
    const closed = new Promise<void>((resolve) => listener.close(() => resolve()))
    listener.closeAllConnections()
    for (const one of open) one.destroy()
    await Promise.all([closed, ports.close()])
  }
  const DOCKER_HOST = `unix://${socketPath}`
  const env = { DOCKER_HOST, TESTCONTAINERS_RYUK_DISABLED: 'true', TESTCONTAINERS_HOST_OVERRIDE: '127.0.0.1' }
  const { image: IMAGE } = servers.record
  return { DOCKER_HOST, socketPath, IMAGE, env, close, [Symbol.asyncDispose]: close }
}
