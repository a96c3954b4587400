/** The page in a real browser: what a learner does on it, as a learner does it. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { until } from '../../lib/server/process.ts'
import { vethlab } from '../helpers/machine.ts'
import { browser, chromium, needsBrowser as here, served } from '../helpers/ui.ts'

const lab = 'browser-test'
const patient = { timeout: 60_000 }
let server: Awaited<ReturnType<typeof served>>
let window: Browser
let page: Page
const errors: string[] = []

before(async () => {
  if (!chromium) return
  assert.equal((await vethlab('net1', ['up', '-q', '--name', lab])).code, 0)
  server = await served()
  window = await browser()
  page = await window.newPage({ viewport: { width: 1280, height: 720 } })
  page.on('pageerror', (error) => errors.push(error.message))
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
  page.on('request', (request) => {
    if (!request.url().startsWith(server.origin) && !request.url().startsWith('data:'))
      errors.push(request.url())
  })
  await page.goto(`${server.url}&lab=${lab}`)
})
after(async () => {
  await window?.close()
  await server?.end()
  if (chromium) await vethlab('net1', ['down', '--name', lab])
})

test('the map is there', here, async () => {
  await page.waitForSelector('[data-place="server1/net1"]', patient)
})

test(
  'a rule typed in the terminal turns a check red; its why shows the packet die at that rule',
  here,
  async () => {
    await page.click('#tab-checks')
    await page.waitForSelector('.checks p.good', patient)
    await page.click('[data-place="server1"] > text')
    await page.click('.place button:has-text("terminal")')
    await page.waitForSelector('.xterm-rows:has-text("server1#")', patient)
    await page.click('#tab-checks')
    await page.click('.xterm-screen')
    await page.keyboard.type('iptables -I DOCKER-USER -d 172.30.10.0/24 -j DROP\n')
    await page.waitForSelector('.checks p.bad', patient)
    await page.click('.checks li.bad:has-text("net1 → qube-client-1") button')
    await page.waitForSelector('.verdict.bad:has-text("rule 1 of filter DOCKER-USER")', patient)
    await page.waitForSelector('[data-place="server1"] > rect.dies', patient)
  },
)

test('all that is asked fits into its line, and nothing of the map lies outside of it', here, async () => {
  const sizes = `(() => {
    const height = (selector) => document.querySelector(selector).getBoundingClientRect().height
    const { scrollWidth, clientWidth } = document.querySelector('.map')
    return [height('.question') / height('.question button'), scrollWidth, clientWidth]
  })()`
  const [question = 0, wide = 0, room = 0] = (await page.evaluate(sizes)) as number[]
  assert.ok(question < 1.5, `${question} lines`)
  assert.ok(wide <= room, `${wide} of ${room} pixels`)
})

test('the steps on the page are those of why --json', here, async () => {
  const { stdout } = await vethlab('net1', ['why', 'net1', 'qube-client-1', '--json', '--name', lab])
  const { ways } = JSON.parse(stdout) as { ways: Array<{ places: Array<{ steps: unknown[] }> }> }
  const steps = ways.flatMap(({ places }) => places.flatMap((place) => place.steps)).length
  assert.equal(await page.locator('.moments li').count(), steps)
  await page.click('button[aria-label="one step back"]')
  assert.match((await page.textContent('.buttons span')) ?? '', new RegExp(`^${steps - 1} of ${steps}$`))
})

test('what is asked in another terminal is played on the page', here, async () => {
  await page.click('#tab-steps')
  await vethlab('net1', ['why', 'qube-client-1', 'server1', '--name', lab])
  await page.waitForSelector(
    'h2:has-text("qube-client-1 → server1"), h3:has-text("qube-client-1 → server1")',
    patient,
  )
  await page.waitForSelector('.verdict.good', patient)
})

test('the cure that it prints turns all green', here, async () => {
  await page.click('#tab-checks')
  await page.click('.xterm-screen')
  await page.keyboard.type('iptables -D DOCKER-USER 1\n')
  await page.waitForSelector('.checks p.good', patient)
})

test('what is tried by a click turns a check red; another click takes it back', here, async () => {
  await page.click('#tab-try')
  await page.click('button[aria-label="try: Drop only the replies of net1"]', patient)
  await page.waitForSelector('.tries li.tried:has-text("iptables -D OUTPUT")', patient)
  await page.click('#tab-checks')
  await page.waitForSelector('.checks p.bad', patient)
  await page.click('#tab-try')
  await page.click('button[aria-label="take back: Drop only the replies of net1"]', patient)
  await page.waitForSelector('.tries li.tried', { ...patient, state: 'detached' })
  await page.click('#tab-checks')
  await page.waitForSelector('.checks p.good', patient)
})

test('an answer is kept back until a box of the map was clicked', here, async () => {
  await page.click('#tab-packet')
  await page.click('.guess input')
  await page.selectOption('.question select', 'net1')
  await page.fill('.question input[list]', '172.30.20.99')
  await page.click('.question button')
  await page.waitForSelector('.guess:has-text("Where does it end?")', patient)
  assert.equal(await page.locator('.verdict').count(), 0)
  await page.click('[data-place="server1/net1"] > text')
  await page.waitForSelector('.guess:has-text("You guessed")', patient)
  await page.waitForSelector('.verdict', patient)
  await page.click('.guess input')
})

test('axe finds nothing that keeps somebody out', here, async () => {
  const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
  for (const tab of ['packet', 'place', 'checks', 'pairs', 'steps', 'try']) {
    await page.click(`#tab-${tab}`)
    await page.waitForTimeout(300)
    await page.evaluate(axe)
    const found = await page.evaluate(async () => {
      // biome-ignore lint/suspicious/noExplicitAny: axe comes as a global of the page
      const { violations } = await (globalThis as any).axe.run()
      return violations.map(
        ({ id, nodes }: { id: string; nodes: Array<{ html: string }> }) => `${id}: ${nodes[0]?.html}`,
      )
    })
    assert.deepEqual(found, [], tab)
  }
})

test('what runs in the terminal of a container ends with the page', here, async () => {
  const long = `sleep ${50_000 + (process.pid % 10_000)}`
  const runs = () => execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).split('\n').includes(long)
  const other = await window.newPage()
  await other.goto(`${server.url}&lab=${lab}`)
  await other.click('.map text:has-text("qube-client-1")', patient)
  await other.click('.place h2:has-text("qube-client-1") ~ p button:has-text("terminal")', patient)
  await other.waitForSelector('.xterm-rows:has-text("qube-client-1#")', patient)
  await other.keyboard.type(`${long}\n`)
  assert.ok(await until(runs, 20_000, 100))
  await other.close()
  assert.ok(await until(() => !runs(), 20_000, 100))
})

test('nothing went wrong on the page, and nothing was asked of anybody else', here, () => {
  assert.deepEqual(errors, [])
})
