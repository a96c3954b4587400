/** The scenario in the README runs, and prints the shell that stands below it. */
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { root, vethlab } from './machine.ts'

const readme = readFileSync(join(root, 'README.md'), 'utf8')
const block = (mark: string): string =>
  readme.match(new RegExp(`<!-- ${mark}: .*-->\\n\`\`\`\\w+\\n([\\s\\S]*?)\`\`\``))?.[1] ?? assert.fail(mark)

const folder = mkdtempSync(join(root, 'test/.readme-'))
after(() => rmSync(folder, { recursive: true }))
const file = join(folder, 'router.ts')
writeFileSync(file, block('scenario').replace('../lib/index.ts', '../../lib/index.ts'))

test('the scenario of the README runs', async () => {
  const { code, stdout, stderr } = await vethlab(file, ['test'])
  assert.equal(code, 0, stdout + stderr)
  assert.match(stdout, /✓ red → 10\.0\.2\.1: replies, TTL 63/)
})

test('it prints what the README shows', async () => {
  const { stdout } = await vethlab(file, ['print'])
  assert.ok(stdout.includes(block('printed')), stdout)
})

test('the README names every scenario', () => {
  const names = readdirSync(join(root, 'scenarios')).filter((name) => name.endsWith('.ts'))
  for (const name of names) assert.ok(readme.includes(`[${name.slice(0, -3)}](scenarios/${name})`), name)
})
