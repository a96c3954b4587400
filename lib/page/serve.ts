/** The server of the page: on loopback, for one who has its token, with nothing from outside. */
import { randomBytes } from 'node:crypto'
import type { Server } from 'node:http'
import { createAdaptorServer } from '@hono/node-server'
import { type Context, Hono } from 'hono'
import { compress } from 'hono/compress'
import { streamSSE } from 'hono/streaming'
import { WebSocketServer } from 'ws'
import { explain, Unable } from '../errors.ts'
import { allLabs, findLab } from '../server/labs.ts'
import { type LabRecord, labName } from '../server/state.ts'
import { namesOf, type Stack } from '../why/stacks.ts'
import { type Question, why } from '../why/why.ts'
import { refusal } from './access.ts'
import { asset, indexPage, makeReady } from './assets.ts'
import { capturing } from './capture.ts'
import { type LiveLab, liveLab, type News } from './live.ts'
import { mailbox } from './mailbox.ts'
import { matrixOf } from './matrix.ts'
import { sectionsOf } from './place.ts'
import { terminal } from './terminal.ts'

export interface PageOptions {
  /** How a verb of vethlab is started for a lab: its words, to be spawned. */
  verb(words: readonly string[]): string[]
  /** What the steps of a lab did, and what takes each back. */
  steps(lab: LabRecord): unknown
  /** Takes a step back, and tells what became of it. */
  undo(lab: LabRecord, step: number): Promise<unknown>
  /** Default: any that is free. */
  port?: number | undefined
}

export interface Page {
  url: string
  /** Ends the server, and all that it has started. */
  close(): Promise<void>
}

const policy = (nonce: string): string =>
  [
    "default-src 'none'",
    `script-src 'self' 'nonce-${nonce}'`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')

/** How long a lab is still watched when nobody looks any more, in milliseconds. */
const lingers = 5000

/** The labs that somebody looks at; `left` is told when nobody looks at one any more. */
function watched(left: (name: string) => void) {
  const labs = new Map<
    string,
    { live: LiveLab; listeners: Set<(news: News) => void>; timer?: NodeJS.Timeout }
  >()
  const end = (name: string) => {
    labs.get(name)?.live.end()
    labs.delete(name)
    left(name)
  }
  return {
    look(name: string, listener: (news: News) => void): () => void {
      const lab = findLab(name)
      if (!lab) {
        listener({ kind: 'gone' })
        return () => {}
      }
      const known = labs.get(name)
      const listeners = known?.listeners ?? new Set()
      const entry = known ?? {
        listeners,
        live: liveLab(lab, (news) => {
          if (news.kind === 'gone') end(name) // a later one of that name is watched anew
          for (const one of listeners) one(news)
        }),
      }
      clearTimeout(entry.timer)
      labs.set(name, entry)
      listeners.add(listener)
      for (const news of entry.live.now()) listener(news)
      return () => {
        listeners.delete(listener)
        if (listeners.size > 0 || labs.get(name) !== entry) return
        entry.timer = setTimeout(() => end(name), lingers)
        entry.timer.unref()
      }
    },
    tell(name: string, news: News) {
      for (const one of labs.get(name)?.listeners ?? []) one(news)
    },
    stacks: (name: string): Stack[] => labs.get(name)?.live.stacks() ?? [],
    endAll: () => [...labs.keys()].forEach(end),
  }
}

const stackOf = (stacks: readonly Stack[], name: string): Stack | undefined =>
  stacks.find((stack) => stack.place.name === name || namesOf(stack).includes(name))

/** Starts the server. */
export async function servePage({ verb, steps, undo, port: wanted = 0 }: PageOptions): Promise<Page> {
  const token = randomBytes(24).toString('base64url')
  const captures = capturing()
  const live = watched(captures.endOf)
  let port = 0

  const app = new Hono()
  app.use(async (c, next) => {
    const open = c.req.path.startsWith('/assets/')
    const bearer = c.req.header('authorization')?.replace(/^Bearer /, '')
    const asked = {
      host: c.req.header('host'),
      origin: c.req.header('origin'),
      token:
        bearer ?? (c.req.path === '/' || c.req.path.endsWith('.pcap') ? c.req.query('token') : undefined),
    }
    const refused = refusal(asked, { port, token, open })
    if (refused) return c.text(`${refused}\n`, 403)
    await next()
    c.header('x-content-type-options', 'nosniff')
    c.header('referrer-policy', 'no-referrer')
    c.header('cache-control', 'no-store')
    return undefined
  })
  app.use('/assets/*', compress())
  app.onError((error, c) => c.json({ error: explain(error) }, 500))

  const lab = (c: Context) => {
    const found = findLab(labName(c.req.param('lab') ?? ''))
    if (!found) throw new Unable(`${c.req.param('lab')} is not up`)
    return found
  }
  const place = (c: Context): Stack => {
    const found = stackOf(live.stacks(c.req.param('lab') ?? ''), c.req.param('place') ?? '')
    if (!found) throw new Unable(`there is no place ${c.req.param('place')}`)
    return found
  }

  app.get('/', (c) => {
    const nonce = randomBytes(12).toString('base64')
    c.header('content-security-policy', policy(nonce))
    return c.html(indexPage(nonce))
  })
  app.get('/assets/:name', async (c) => {
    const found = await asset(c.req.param('name'))
    return found ? c.body(found.body, 200, { 'content-type': `${found.type}; charset=utf-8` }) : c.notFound()
  })
  app.get('/api/labs', (c) =>
    c.json(allLabs().map(({ name, title, file, state }) => ({ name, title, file, state }))),
  )
  app.get('/api/labs/:lab/news', (c) =>
    streamSSE(c, async (stream) => {
      await new Promise<void>((done) => {
        const post = mailbox(async (news) => {
          await stream.writeSSE({ data: JSON.stringify(news) })
          if (news.kind === 'gone') done() // who goes on asking hears of a later one of that name
        })
        const leave = live.look(labName(c.req.param('lab')), post)
        stream.onAbort(() => {
          leave()
          done()
        })
      })
    }),
  )
  app.post('/api/labs/:lab/why', async (c) => {
    const question = (await c.req.json()) as Question
    const report = await why(lab(c), question)
    live.tell(lab(c).name, { kind: 'why', report })
    return c.json(report)
  })
  app.get('/api/labs/:lab/places/:place', async (c) => c.json(await sectionsOf(lab(c), place(c))))
  app.get('/api/labs/:lab/matrix', async (c) => c.json(await matrixOf(lab(c), live.stacks(lab(c).name))))
  app.post('/api/labs/:lab/captures/:place/:dev', (c) =>
    c.json(captures.start(lab(c), place(c), c.req.param('dev'))),
  )
  app.get('/api/captures/:id', async (c) => c.json(await captures.look(c.req.param('id'))))
  app.delete('/api/captures/:id', async (c) => c.json(await captures.stop(c.req.param('id'))))
  app.get('/api/captures/:id/capture.pcap', async (c) =>
    c.body(await captures.file(c.req.param('id')), 200, { 'content-type': 'application/vnd.tcpdump.pcap' }),
  )
  /** What a verb prints as JSON, or as text. */
  app.get('/api/labs/:lab/checks', async (c) => {
    const { name, file } = lab(c)
    const { printed } = await import('./printed.ts')
    return c.body(await printed(verb([file, 'up', '--json', '--name', name])), 200, {
      'content-type': 'application/json',
    })
  })
  app.get('/api/labs/:lab/steps', (c) => c.json(steps(lab(c)) as object))
  app.post('/api/labs/:lab/steps/:step/undo', async (c) =>
    c.json((await undo(lab(c), Number(c.req.param('step')))) as object),
  )
  app.get('/api/labs/:lab/script', async (c) => {
    const { file } = lab(c)
    const { printed } = await import('./printed.ts')
    return c.text(await printed(verb([file, 'print'])))
  })

  const server = createAdaptorServer({ fetch: app.fetch }) as Server
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 1 << 20 })
  server.on('upgrade', (request, socket, head) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1')
    const [, name, where] = url.pathname.match(/^\/api\/labs\/([^/]+)\/terminal\/([^/]+)$/) ?? []
    const asked = {
      host: request.headers.host,
      origin: request.headers.origin ?? '',
      token: url.searchParams.get('token') ?? undefined,
    }
    if (name === undefined || where === undefined || refusal(asked, { port, token }))
      return void socket.end('HTTP/1.1 403 Forbidden\r\n\r\n')
    sockets.handleUpgrade(request, socket, head, (ws) => {
      const words = verb(['shell', decodeURIComponent(name), decodeURIComponent(where)])
      terminal(ws, words, process.env).catch(() => ws.close())
    })
  })
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
