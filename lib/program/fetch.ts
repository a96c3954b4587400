/** fetch() from a place of a lab: the same Request and Response, another network. */
import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import { ReadableStream } from 'node:stream/web'
import { VethlabError } from '../errors.ts'
import type { Place } from '../language/command.ts'
import { connect, doorTo, type Gates } from './connect.ts'

/** As many redirects as fetch() follows. */
const mostRedirects = 20

const withoutBody = new Set([101, 204, 205, 304])

/** The body as it was before it was packed for the way. */
async function unpacked(answer: IncomingMessage): Promise<Readable> {
  const { createBrotliDecompress, createUnzip } = await import('node:zlib')
  const how = String(answer.headers['content-encoding'] ?? '')
  if (/^(x-)?(gzip|deflate)$/i.test(how)) return answer.pipe(createUnzip())
  if (/^br$/i.test(how)) return answer.pipe(createBrotliDecompress())
  return answer
}

/** The same as a stream of the web, which may be left before its end: that of Readable.toWeb() may not, on Node.js 20. */
function webStream(body: Readable): ReadableStream<Uint8Array> {
  const parts = body[Symbol.asyncIterator]()
  return new ReadableStream<Uint8Array>({
    async pull(to) {
      const { done, value } = await parts.next()
      if (done) to.close()
      else to.enqueue(new Uint8Array(value as Buffer))
    },
    cancel: () => void body.destroy(),
  })
}

/** An answer as fetch() gives it. */
async function response(answer: IncomingMessage, url: string, redirected: boolean, method: string) {
  const headers = new Headers()
  for (let i = 0; i < answer.rawHeaders.length; i += 2)
    headers.append(answer.rawHeaders[i] ?? '', answer.rawHeaders[i + 1] ?? '')
  const status = answer.statusCode ?? 0
  const empty = method === 'HEAD' || withoutBody.has(status)
  if (empty) answer.resume()
  const body = empty ? null : webStream(await unpacked(answer))
  const made = new Response(body as unknown as ConstructorParameters<typeof Response>[0], {
    status,
    statusText: answer.statusMessage ?? '',
    headers,
  })
  return Object.defineProperties(made, { url: { value: url }, redirected: { value: redirected } })
}

/** Asks once, by a way into the lab that is open as long as the answer comes. */
async function ask(gates: Gates, place: Place, request: Request, body: Buffer | undefined) {
  const url = new URL(request.url)
  const secure = url.protocol === 'https:'
  if (!secure && url.protocol !== 'http:')
    throw new VethlabError(`${url.protocol} is no way to fetch from a place: http: and https: are`)
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const to = { host, port: Number(url.port) || (secure ? 443 : 80) }
  const inside = await connect(gates, place, { ...to, signal: request.signal })
  const way = await doorTo(inside)
  const { request: send } = secure ? await import('node:https') : await import('node:http')
  const headers = { ...Object.fromEntries(request.headers), host: url.host }
  return new Promise<IncomingMessage>((resolve, reject) => {
    const sent = send({
      host: way.host,
      port: way.port,
      method: request.method,
      path: url.pathname + url.search,
      headers: body ? { ...headers, 'content-length': String(body.length) } : headers,
      agent: false,
      signal: request.signal,
      ...(secure ? { servername: host } : {}),
    })
    sent.once('response', resolve)
    sent.once('error', (error) =>
      reject(
        request.signal.aborted ? request.signal.reason : new VethlabError(`${request.url}: ${error.message}`),
      ),
    )
    sent.once('close', () => {
      inside.destroy()
      void way.close()
    })
    sent.end(body)
  })
}

/** The request that a redirect asks for, and its body; undefined where the answer is none. Source: the Fetch standard. */
function redirection(
  request: Request,
  body: Buffer | undefined,
  { statusCode = 0, headers }: IncomingMessage,
) {
  if (![301, 302, 303, 307, 308].includes(statusCode) || !headers.location) return undefined
  const { method } = request
  const asGet =
    (statusCode === 303 && method !== 'HEAD') || ([301, 302].includes(statusCode) && method === 'POST')
  const url = new URL(headers.location, request.url)
  const known = new Headers(request.headers)
  if (asGet) for (const name of ['content-type', 'content-length', 'content-encoding']) known.delete(name)
  if (url.origin !== new URL(request.url).origin) known.delete('authorization')
  const next = new Request(url, {
    method: asGet ? 'GET' : method,
    headers: known,
    signal: request.signal,
    redirect: request.redirect,
  })
  return { request: next, body: asGet ? undefined : body }
}

/** Fetches a URL from a place, whose host is what the place calls it. Rejects when there is no answer. */
export async function fetchFrom(
  gates: Gates,
  place: Place,
  input: string | URL | Request,
  init?: RequestInit,
): Promise<Response> {
  let request = new Request(input, init)
  let body: Buffer | undefined = request.body ? Buffer.from(await request.arrayBuffer()) : undefined
  for (let hops = 0; ; hops++) {
    request.signal.throwIfAborted()
    const answer = await ask(gates, place, request, body)
    const next = request.redirect === 'manual' ? undefined : redirection(request, body, answer)
    if (!next) return response(answer, request.url, hops > 0, request.method)
    answer.resume()
    if (request.redirect === 'error' || hops >= mostRedirects)
      throw new VethlabError(`${request.url} redirects to ${next.request.url}`)
    request = next.request
    body = next.body
  }
}
