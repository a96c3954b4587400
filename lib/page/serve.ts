/** The server of the page: on loopback, for one who has its token, with nothing from outside. */
import { randomBytes } from 'node:crypto'
import type { Server } from 'node:http'
import { createAdaptorServer } from '@hono/node-server'
import { WebSocketServer } from 'ws'
import { refusal } from './access.ts'
import { makeReady } from './assets.ts'
import { capturing } from './capture.ts'
import { lookedAt } from './looked-at.ts'
import { type Behind, routes } from './routes.ts'
import { terminal } from './terminal.ts'

export interface PageOptions extends Pick<Behind, 'verb' | 'steps' | 'undo' | 'tries'> {
  /** Default: any that is free. */
  port?: number | undefined
}

export interface Page {
  url: string
  /** Ends the server, and all that it has started. */
  close(): Promise<void>
}

/** Opens a terminal in a place of a lab for each socket that may have one. */
function terminals(server: Server, { right, verb }: Pick<Behind, 'right' | 'verb'>): WebSocketServer {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 1 << 20 })
  server.on('upgrade', (request, socket, head) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1')
    const [, name, where] = url.pathname.match(/^\/api\/labs\/([^/]+)\/terminal\/([^/]+)$/) ?? []
    const asked = {
      host: request.headers.host,
      origin: request.headers.origin ?? '',
      token: url.searchParams.get('token') ?? undefined,
    }
    if (name === undefined || where === undefined || refusal(asked, right()))
      return void socket.end('HTTP/1.1 403 Forbidden\r\n\r\n')
    sockets.handleUpgrade(request, socket, head, (ws) => {
      const words = verb(['shell', decodeURIComponent(name), decodeURIComponent(where)])
      terminal(ws, words, process.env).catch(() => ws.close())
    })
  })
  return sockets
}

/** Starts the server. */
export async function servePage({ verb, steps, undo, tries, port: wanted = 0 }: PageOptions): Promise<Page> {
  const token = randomBytes(24).toString('base64url')
  let port = 0
  const right = () => ({ port, token })
  const captures = capturing()
  const live = lookedAt(captures.endOf)
  const app = routes({ right, live, captures, verb, steps, undo, tries })
  const server = createAdaptorServer({ fetch: app.fetch }) as Server
  const sockets = terminals(server, { right, verb })
  await new Promise<void>((done, failed) => {
    server.once('error', failed).listen(wanted, '127.0.0.1', done)
  })
  makeReady().catch(() => {}) // who asks is told
  const address = server.address()
  port = typeof address === 'object' && address ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}/?token=${token}`,
    async close() {
      live.endAll()
      captures.endAll()
      for (const one of sockets.clients) one.terminate()
      server.closeAllConnections()
      await new Promise<void>((done) => server.close(() => done()))
    },
  }
}
