/** A run as one HTML file: what is in it, what is not, and that a browser shows it without a server. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { reportPage } from '../../lib/page/report.ts'
import { root, vethlab } from '../helpers/machine.ts'
import { browser, chromium } from '../helpers/ui.ts'

const folder = mkdtempSync(join(root, 'test/.report-'))
after(() => rmSync(folder, { recursive: true }))

const dataOf = (html: string) =>
  JSON.parse(html.match(/<script type="application\/json" id="report">(.*?)<\/script>/s)?.[1] ?? '{}')

test('test --report: steps with undo, checks, the packet that died, and no path of the machine', async () => {
  const file = join(folder, 'ok.html')
  const { code } = await vethlab('namespaces', ['test', '-q', '--report', file], {
    SECRET_OF_MINE: 'do-not-tell',
  })
  assert.equal(code, 0)
  const html = readFileSync(file, 'utf8')
  const { steps, checks, whys, svg } = dataOf(html)
  assert.ok(steps.length > 1 && steps[0].commands[0].undo, 'steps')
  assert.ok(checks.length > 3)
  const silent = checks.find((check: { played?: number }) => check.played !== undefined)
  assert.equal(whys[silent.played].verdict.status, 'died')
  assert.match(svg, /space1/)
  assert.ok(!html.includes(root) && !html.includes('do-not-tell'))
  assert.doesNotMatch(html, /(src|href)="(?!data:)/)
})

test('a run that fails leaves one, too, with what went wrong', async () => {
  const scenario = join(folder, 'fails.ts')
  writeFileSync(
    scenario,
    `import { scenario, server } from '${join(root, 'lib/index.ts')}'
const s = server('s')
export default scenario(import.meta, 'Fails', async (lab) => {
  await lab.step('good', s.netns('there').add())
  await lab.step('bad', s.ip.link.set('nosuch').up())
})`,
  )
  const file = join(folder, 'failed.html')
  const { code } = await vethlab(scenario, ['test', '--report', file])
  assert.equal(code, 2)
  const { error, svg, steps } = dataOf(readFileSync(file, 'utf8'))
  assert.match(error, /step "bad"[\s\S]*ip link set dev nosuch up/)
  assert.match(svg, /there/)
  assert.equal(steps.length, 2)
})

test('a file that cannot be written is refused before anything is done', async () => {
  const { code, stderr } = await vethlab('namespaces', ['test', '--report', '/nowhere/at/all.html'])
  assert.equal(code, 2)
  assert.match(stderr, /cannot write the report/)
})

const evil = '</script><img src=x onerror="window.evil = true">'
const report = {
  ...{
    lab: evil,
    title: evil,
    made: 'now',
    versions: { Node: evil },
    svg: '',
    places: [],
    standIns: [],
    steps: [],
    whys: [],
  },
  checks: [
    { from: evil, to: evil, command: evil, expected: evil, observed: evil, ok: false, why: evil, ms: 1 },
  ],
  error: evil,
}

test('names that look like markup stay text, and the page asks nobody', {
  skip: chromium ? false : 'no Chromium is installed',
}, async () => {
  const file = join(folder, 'evil.html')
  writeFileSync(file, await reportPage(report))
  const window = await browser()
  try {
    const page = await window.newPage()
    const asked: string[] = []
    const errors: string[] = []
    page.on('request', (request) => asked.push(request.url()))
    page.on('pageerror', (error) => errors.push(error.message))
    await page.goto(pathToFileURL(file).href)
    await page.waitForSelector('.checks li')
    assert.equal(await page.evaluate('window.evil'), undefined)
    assert.match((await page.textContent('.checks li b')) ?? '', /<\/script><img/)
    assert.deepEqual(errors, [])
    assert.deepEqual(
      asked.filter((url) => !/^(file|data):/.test(url)),
      [],
    )
  } finally {
    await window.close()
  }
})
