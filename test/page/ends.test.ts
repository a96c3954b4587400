/** Whoever ends, and however: no process is left of what the page had started. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { after, before, test } from 'node:test'
import { until } from '../../lib/server/process.ts'
import { smallLab } from '../helpers/machine.ts'
import { browserProcess, needsBrowser as here, served } from '../helpers/ui.ts'

const lab = 'ends-test'

before(() => smallLab.up(lab))
after(() => smallLab.down(lab))

/** A number that no other process has among its words. */
const long = 40_000 + (process.pid % 10_000)
const wanted = [
  /ip -o monitor/,
  /nft monitor/,
  /tcpdump .*-i veth-s1/,
  /vethlab\.ts shell/,
  RegExp(`sleep ${long}`),
]
const running = (): string[] =>
  execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => wanted.some((pattern) => pattern.test(line)))

/** The page with all that it can start: the map, a terminal in which something runs, a capture. */
async function opened() {
  const server = await served()
  const { window, kill } = await browserProcess()
  const page = await window.newPage()
  await page.goto(`${server.url}&lab=${lab}`)
  await page.click('[data-place="server1/space1"] > text', { timeout: 60_000 })
  await page.click('.place button:has-text("capture veth-s1")')
  await page.click('.place button:has-text("terminal")')
  await page.waitForSelector('.xterm-rows:has-text("space1#")')
  await page.click('.xterm-screen')
  await page.keyboard.type(`sleep ${long} & sleep ${long}\n`)
  const all = () => wanted.every((pattern) => running().some((line) => pattern.test(line)))
  assert.ok(await until(all, 20_000, 100), running().join('\n'))
  return { server, window, kill }
}

async function nothingLeft(): Promise<void> {
  await until(() => running().length === 0, 20_000, 200)
  assert.deepEqual(running(), [])
}

for (const [what, end] of [
  ['the page is closed', async ({ window }) => window.contexts()[0]?.pages()[0]?.close()],
  ['the browser is killed', async ({ kill }) => kill()],
  ['Ctrl-C ends the server', async ({ server }) => server.end()],
  ['the server is killed', async ({ server }) => process.kill(server.pid, 'SIGKILL')],
] as const satisfies ReadonlyArray<
  readonly [string, (all: Awaited<ReturnType<typeof opened>>) => Promise<unknown>]
>)
  test(what, here, async () => {
    const all = await opened()
    try {
      await end(all)
      await nothingLeft()
    } finally {
      await all.kill()
      await all.server.end()
    }
  })
