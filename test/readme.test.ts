/** What README and docs/ show is what happens: the scenario runs and prints that shell, why answers so, each link leads somewhere. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { finished } from '../lib/server/process.ts'
import { root, vethlab } from './helpers/machine.ts'

const readme = readFileSync(join(root, 'README.md'), 'utf8')
const page = (name: string): string => readFileSync(join(root, 'docs', `${name}.md`), 'utf8')
const pages = ['scenario', 'why', 'in-your-tests'].map(page).join('\n')
const block = (mark: string): string =>
  pages.match(new RegExp(`<!-- ${mark}: .*-->\\n\`\`\`\\w*\\n([\\s\\S]*?)\`\`\``))?.[1] ?? assert.fail(mark)

const folder = mkdtempSync(join(root, 'test/.readme-'))
after(() => rmSync(folder, { recursive: true }))
const file = join(folder, 'router.ts')
writeFileSync(file, block('scenario'))

test('the scenario that is shown runs', async () => {
  const { code, stdout, stderr } = await vethlab(file, ['test'])
  assert.equal(code, 0, stdout + stderr)
  assert.match(stdout, /✓ red → 10\.0\.2\.1: replies, TTL 63/)
})

test('the test of a program that is shown passes', async () => {
  const own = join(folder, 'own.test.ts')
  writeFileSync(own, block('program'))
  const { NODE_TEST_CONTEXT: _, ...env } = process.env // it is a run of its own
  const child = spawn(process.execPath, ['--import', 'tsx/esm', '--test', own], { cwd: root, env })
  const { code, stdout } = await finished(child)
  assert.equal(code, 0, stdout)
  assert.match(stdout, /pass 1$/m)
})

test('it prints what is shown', async () => {
  const { stdout } = await vethlab(file, ['print'])
  assert.ok(stdout.includes(block('printed')), stdout)
})

test('why answers as is shown', async () => {
  const lab = ['--name', `readme-${process.pid}`]
  assert.equal((await vethlab('net1', ['up', '-q', ...lab])).code, 0)
  try {
    const rule = ['iptables', '-I', 'DOCKER-USER', '-d', '172.30.10.0/24', '-j', 'DROP']
    await vethlab('net1', ['exec', 'server1', ...lab, '--', ...rule])
    const { stdout } = await vethlab('net1', ['why', 'net1', 'qube-client-1', ...lab])
    // What differs from run to run: the number of the bridge, the last part of an address, the time.
    const same = (text: string) =>
      text
        .replace(/br-[0-9a-f]{12}/g, 'br-ID')
        .replace(/172\.30\.10\.[1-9]\d*/g, 'ADDRESS')
        .replace(/\d\.\d\d s$/gm, 'TIME')
        .trim()
    assert.equal(same(stdout), same(block('why').replace(/^\$.*\n/, '')))
  } finally {
    await vethlab('net1', ['down', ...lab])
  }
})

test('the README names every scenario', () => {
  const names = readdirSync(join(root, 'scenarios')).filter((name) => name.endsWith('.ts'))
  for (const name of names) assert.ok(readme.includes(`[${name.slice(0, -3)}](scenarios/${name})`), name)
})

test('every link of README and docs/ leads to a file or a heading', () => {
  const files = [
    'README.md',
    ...readdirSync(join(root, 'docs'))
      .filter((name) => name.endsWith('.md'))
      .map((name) => `docs/${name}`),
  ]
  const anchor = (heading: string) =>
    heading
      .toLowerCase()
      .replace(/[^\w\s-]/g, '')
      .trim()
      .replace(/\s/g, '-')
  for (const file of files) {
    const text = readFileSync(join(root, file), 'utf8')
    for (const [, target = ''] of text.matchAll(/\]\((?!https?:)([^)\s]+)\)/g)) {
      const [path = '', fragment] = target.split('#')
      const found = path === '' ? join(root, file) : join(root, file, '..', path)
      assert.ok(existsSync(found), `${file}: ${target}`)
      if (fragment === undefined) continue
      const headings = [...readFileSync(found, 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
        anchor(heading),
      )
      assert.ok(headings.includes(fragment), `${file}: ${target}`)
    }
  }
})
