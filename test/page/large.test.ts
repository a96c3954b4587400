/**
 * A lab of three hundred namespaces: soon drawn, small enough to be read, and no burden for its page.
 * Runs alone: so many interfaces fill the tables of neighbours, which all labs of a machine share.
 */
import assert from 'node:assert/strict'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { costOf, leastCost, mostMemory } from '../helpers/cost.ts'
import { root, vethlab, vethlabAll } from '../helpers/machine.ts'
import { browser, needsBrowser, served } from '../helpers/ui.ts'

const lab = `large-${process.pid}`
const many = { N: '300' }
const file = join(root, `node_modules/.cache/${lab}.svg`)
const all = 'n1 … n300  (300)'

/** Seconds; a tenth more of processor time, since what else runs has the caches, too. */
const soon = 2
const worked = 2.3

before(async () => {
  assert.equal((await vethlab('star', ['up', '-q', '--name', lab], many)).code, 0)
})
after(async () => {
  rmSync(file, { force: true })
  await vethlab('star', ['down', '--name', lab], many)
})

test('the map is drawn within two seconds, the like places as one box', async () => {
  const draw = async () => assert.equal((await vethlabAll(['map', lab, '--svg', file])).code, 0)
  const cost = await leastCost(soon, 5, () => costOf(draw))
  assert.ok(cost.wall <= soon || cost.processor <= worked, JSON.stringify(cost))
  const texts = [...readFileSync(file, 'utf8').matchAll(/<text[^>]*>([^<]+)/g)].map(([, text]) => text)
  assert.ok(texts.includes(all) && texts.length < 10, texts.join('\n'))
})

test('so it is on the page, which answers a click within a second, at once and then', {
  ...needsBrowser,
}, async () => {
  const window = await browser()
  const answers: number[] = []
  const answered = async (work: () => Promise<unknown>) => answers.push((await costOf(work)).wall)
  const once = async () => {
    const server = await served()
    try {
      const page = await window.newPage({ viewport: { width: 1280, height: 720 } })
      const cost = await costOf(async () => {
        await answered(async () => {
          await page.goto(`${server.url}&lab=${lab}`)
          await page.click('#tab-place')
        })
        await page.waitForSelector(`.map text:has-text("${all}")`)
      }, server.pid)
      await answered(async () => {
        await page.click(`.map text:has-text("${all}")`)
        await page.waitForSelector('.place h2')
      })
      await page.selectOption('#panel select', { label: 'n257' })
      await page.waitForSelector('.place h2:has-text("n257")')
      // A packet between two that are not drawn: it goes along the cable of the box that stands for them.
      await page.click('#tab-packet')
      await page.selectOption('.question select', 'n257')
      await page.fill('.question input[list]', 'n258')
      await page.click('.question button')
      // A line that is level has no height, so that it is never visible to who drives the browser.
      await page.waitForSelector('.map .passed', { timeout: 60_000, state: 'attached' })
      await page.waitForSelector('.map .envelope, .map .cross', { state: 'attached' })
      await page.close()
      assert.ok(mostMemory(server.pid) <= 150, `${mostMemory(server.pid)} MB`)
      return cost
    } finally {
      await server.end()
    }
  }
  try {
    const cost = await leastCost(soon, 5, once)
    assert.ok(cost.wall <= soon || cost.processor <= worked, JSON.stringify(cost))
    const [opened, clicked] = [0, 1].map((which) => Math.min(...answers.filter((_, i) => i % 2 === which)))
    assert.ok(Math.max(opened ?? 9, clicked ?? 9) <= 1, answers.join(' '))
  } finally {
    await window.close()
  }
})
