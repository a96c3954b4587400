/** What comes to the page that ought not to: other sites, other names, a lab that vanishes, names that look like markup. */
import assert from 'node:assert/strict'
import { get } from 'node:http'
import { after, before, test } from 'node:test'
import { WebSocket } from 'ws'
import { smallLab, vethlab } from '../helpers/machine.ts'
import { browser, needsBrowser as here, served } from '../helpers/ui.ts'

const lab = 'bad-input-test'
const patient = { timeout: 60_000 }
let page: Awaited<ReturnType<typeof served>>
const token = () => new URL(page.url).searchParams.get('token') as string

before(async () => {
  await smallLab.up(lab)
  page = await served()
})
after(async () => {
  await page.end()
  await smallLab.down(lab)
})

/** The status and the length, as they come, of an answer to a request with these headers. */
const asked = (path: string, headers: Record<string, string>): Promise<{ status: number; bytes: number }> =>
  new Promise((done, failed) => {
    get(page.origin + path, { headers }, (response) => {
      let bytes = 0
      response.on('data', (part: Buffer) => {
        bytes += part.length
      })
      response.on('end', () => done({ status: response.statusCode ?? 0, bytes }))
    }).on('error', failed)
  })

for (const [who, headers] of [
  ['a name that was made to mean 127.0.0.1', { host: 'evil.example' }],
  ['another port', { host: '127.0.0.1:1' }],
  ['another site', { origin: 'http://evil.example' }],
  ['a page in a frame without an origin', { origin: 'null' }],
  ['one who guesses the token', { authorization: 'Bearer guess' }],
] as const)
  test(`refused over the wire, with the right token or without: ${who}`, async () => {
    const right = { authorization: `Bearer ${token()}` }
    for (const path of [`/?token=${token()}`, '/api/labs', `/api/labs/${lab}/news`, `/api/labs/${lab}/steps`])
      if (!('authorization' in headers) || path.startsWith('/api'))
        assert.equal((await asked(path, { ...right, ...headers })).status, 403, path)
    const address = `${page.origin.replace('http', 'ws')}/api/labs/${lab}/terminal/space1?token=${'authorization' in headers ? 'guess' : token()}`
    const socket = new WebSocket(address, { headers: { origin: page.origin, ...headers } })
    assert.match((await new Promise<Error>((done) => socket.once('error', done))).message, /403/)
  })

test('the whole page is at most 300 KB on its way', async (t) => {
  const seen = new Map<string, number>()
  const fetched = async (path: string): Promise<void> => {
    if (seen.has(path)) return
    seen.set(path, 0)
    const text = await (await page.ask(path)).text()
    const { bytes } = await asked(path, { 'accept-encoding': 'gzip', authorization: `Bearer ${token()}` })
    seen.set(path, bytes)
    const folder = path.replace(/[^/]*$/, '')
    for (const [, next = ''] of text.matchAll(/(?:from\s*|src=|href=|": ?)"((?:\.\/|\/assets\/)[^"]+)"/g))
      await fetched(next.replace(/^\.\//, folder))
  }
  await fetched(`/?token=${token()}`)
  const total = [...seen.values()].reduce((sum, bytes) => sum + bytes, 0)
  assert.ok(
    seen.size > 10 && seen.has('/assets/xterm.js') && seen.has('/assets/map.js'),
    [...seen].join('\n'),
  )
  assert.ok(total <= 300 * 1024, `${total} bytes: ${[...seen].join(' ')}`)
  t.diagnostic(`${Math.round(total / 1024)} KB`)
})

test('a namespace whose name is markup stays text wherever it is shown', here, async () => {
  const evil = '<img src=x onerror=window.evil=1>'
  const there = (...words: string[]) =>
    vethlab('namespaces', ['exec', 'server1', '--name', lab, '--', ...words])
  assert.equal((await there('ip', 'netns', 'add', evil)).code, 0)
  const window = await browser()
  try {
    const tab = await window.newPage()
    await tab.goto(`${page.url}&lab=${lab}`)
    await tab.click(`[data-place="server1/${evil}"] > text`, patient)
    await tab.waitForSelector(`.place h2:has-text("${evil}")`, patient)
    for (const name of ['pairs', 'packet']) await tab.click(`#tab-${name}`)
    await tab.selectOption('.question select', evil)
    await tab.fill('.question input[list]', evil)
    await tab.click('.question button')
    await tab.waitForSelector('[role="alert"], .verdict', patient)
    assert.equal(await tab.evaluate('window.evil'), undefined)
    assert.equal(await tab.locator('img').count(), 0)
  } finally {
    await window.close()
    await there('ip', 'netns', 'del', evil)
  }
})

test('a lab that vanishes while it is open is said to be gone, and comes back by itself', here, async () => {
  const window = await browser()
  try {
    const tab = await window.newPage()
    await tab.goto(`${page.url}&lab=${lab}`)
    await tab.waitForSelector('[data-place="server1/space1"]', patient)
    await smallLab.down(lab)
    await tab.waitForSelector('.notice:has-text("is not up any more")', patient)
    const gone = await page.ask(`/api/labs/${lab}/places/space1`)
    assert.deepEqual([gone.status, await gone.json()], [500, { error: `${lab} is not up` }])
    await smallLab.up(lab)
    await tab.waitForSelector('.notice', { ...patient, state: 'detached' })
    await tab.click('[data-place="server1/space1"] > text', patient)
    await tab.waitForSelector('.place h2:has-text("space1")', patient)
  } finally {
    await window.close()
  }
})
