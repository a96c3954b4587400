/** What the page asks its server, each with its answer. */
import { randomBytes } from 'node:crypto'
import { type Context, Hono, type MiddlewareHandler } from 'hono'
import { compress } from 'hono/compress'
import { streamSSE } from 'hono/streaming'
import { explain, Unable } from '../errors.ts'
import { allLabs, findLab } from '../server/labs.ts'
import { type LabRecord, labName } from '../server/state.ts'
import { namesOf, type Stack } from '../why/stacks.ts'
import { type Question, why } from '../why/why.ts'
import { refusal } from './access.ts'
import { asset, indexPage } from './assets.ts'
import type { Capturing } from './capture.ts'
import type { DoneStep, LabName, Report, TakenBack, Try } from './client/types.ts'
import type { LookedAt } from './looked-at.ts'
import { mailbox } from './mailbox.ts'
import { matrixOf } from './matrix.ts'
import { sectionsOf } from './place.ts'
import { printed } from './printed.ts'

/** What the answers are made of. */
export interface Behind {
  /** Who may ask; the port is known when the server listens. */
  readonly right: () => { port: number; token: string }
  readonly live: LookedAt
  readonly captures: Capturing
  /** How a verb of vethlab is started for a lab: its words, to be spawned. */
  verb(words: readonly string[]): string[]
  /** What the steps of a lab did, and what takes each back. */
  steps(lab: LabRecord): readonly DoneStep[]
  /** Takes a step back, and tells what became of it. */
  undo(lab: LabRecord, step: number): Promise<readonly TakenBack[]>
  /** What can be tried in a lab, one of it tried, and taken back. */
  readonly tries: {
    list(lab: LabRecord): Promise<readonly Try[]>
    out(lab: LabRecord, id: string): Promise<unknown>
    back(lab: LabRecord, id: string): Promise<unknown>
  }
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

/** Lets only those in who may ask. */
const guard =
  (right: Behind['right']): MiddlewareHandler =>
  async (c, next) => {
    const { path } = c.req
    const bearer = c.req.header('authorization')?.replace(/^Bearer /, '')
    const inAddress = path === '/' || path.endsWith('.pcap')
    const asked = {
      host: c.req.header('host'),
      origin: c.req.header('origin'),
      token: bearer ?? (inAddress ? c.req.query('token') : undefined),
    }
    const refused = refusal(asked, { ...right(), open: path.startsWith('/assets/') })
    if (refused) return c.text(`${refused}\n`, 403)
    await next()
    c.header('x-content-type-options', 'nosniff')
    c.header('referrer-policy', 'no-referrer')
    c.header('cache-control', 'no-store')
    return undefined
  }

/** The lab that is named in the address. */
function lab(c: Context): LabRecord {
  const found = findLab(labName(c.req.param('lab') ?? ''))
  if (!found) throw new Unable(`${c.req.param('lab')} is not up`)
  return found
}

/** The place that is named in the address. */
function place(c: Context, { live }: Behind): Stack {
  const name = c.req.param('place') ?? ''
  const found = live
    .stacks(c.req.param('lab') ?? '')
    .find((stack) => stack.place.name === name || namesOf(stack).includes(name))
  if (!found) throw new Unable(`there is no place ${name}`)
  return found
}

/** The page itself, and its files. */
function pages(app: Hono): void {
  app.use('/assets/*', compress())
  app.get('/', (c) => {
    const nonce = randomBytes(12).toString('base64')
    c.header('content-security-policy', policy(nonce))
    return c.html(indexPage(nonce))
  })
  app.get('/assets/:name', async (c) => {
    const found = await asset(c.req.param('name'))
    return found ? c.body(found.body, 200, { 'content-type': `${found.type}; charset=utf-8` }) : c.notFound()
  })
}

/** What is seen of a lab, and asked of its network. */
function questions(app: Hono, behind: Behind): void {
  const { live } = behind
  app.get('/api/labs', (c) =>
    c.json(allLabs().map(({ name, title, file, state }) => ({ name, title, file, state }) satisfies LabName)),
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
    const report: Report = await why(lab(c), question)
    live.tell(lab(c).name, { kind: 'why', report })
    return c.json(report)
  })
  app.get('/api/labs/:lab/places/:place', async (c) => c.json(await sectionsOf(lab(c), place(c, behind))))
  app.get('/api/labs/:lab/matrix', async (c) => c.json(await matrixOf(lab(c), live.stacks(lab(c).name))))
}

function captured(app: Hono, behind: Behind): void {
  const { captures } = behind
  app.post('/api/labs/:lab/captures/:place/:dev', (c) =>
    c.json(captures.start(lab(c), place(c, behind), c.req.param('dev'))),
  )
  app.get('/api/captures/:id', async (c) => c.json(await captures.look(c.req.param('id'))))
  app.delete('/api/captures/:id', async (c) => c.json(await captures.stop(c.req.param('id'))))
  app.get('/api/captures/:id/capture.pcap', async (c) =>
    c.body(await captures.file(c.req.param('id')), 200, { 'content-type': 'application/vnd.tcpdump.pcap' }),
  )
}

/** What the scenario did, and says: what a verb prints as JSON, or as text. */
function ofScenario(app: Hono, { verb, steps, undo }: Behind): void {
  app.get('/api/labs/:lab/checks', async (c) => {
    const { name, file } = lab(c)
    return c.body(await printed(verb([file, 'up', '--json', '--name', name])), 200, {
      'content-type': 'application/json',
    })
  })
  app.get('/api/labs/:lab/steps', (c) => c.json(steps(lab(c))))
  app.post('/api/labs/:lab/steps/:step/undo', async (c) =>
    c.json(await undo(lab(c), Number(c.req.param('step')))),
  )
  app.get('/api/labs/:lab/script', async (c) => c.text(await printed(verb([lab(c).file, 'print']))))
}

/** What can be tried: each answer is the list as it is then. */
function tried(app: Hono, { tries }: Behind): void {
  const one = '/api/labs/:lab/tries/:id'
  app.get('/api/labs/:lab/tries', async (c) => c.json(await tries.list(lab(c))))
  app.post(one, async (c) => {
    await tries.out(lab(c), c.req.param('id'))
    return c.json(await tries.list(lab(c)))
  })
  app.delete(one, async (c) => {
    await tries.back(lab(c), c.req.param('id'))
    return c.json(await tries.list(lab(c)))
  })
}

/** All that is answered. */
export function routes(behind: Behind): Hono {
  const app = new Hono()
  app.use(guard(behind.right))
  app.onError((error, c) => c.json({ error: explain(error) }, 500))
  pages(app)
  questions(app, behind)
  captured(app, behind)
  ofScenario(app, behind)
  tried(app, behind)
  return app
}
