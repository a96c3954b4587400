/** Labs of other systems, read as scenarios: what they become, what is named as not read, and that they run. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { root, vethlab, vethlabAll } from '../helpers/machine.ts'

const other = join(root, 'test/record/other')
const folder = mkdtempSync(join(root, 'test/.other-'))
after(() => rmSync(folder, { recursive: true, force: true }))

/** Reads a lab, adds a check of two of its places, and runs it. */
async function read(word: string, from: string, to: string): Promise<{ text: string; said: string }> {
  const { code, stdout, stderr } = await vethlabAll(['record', word])
  assert.equal(code, 0, stderr)
  const file = join(folder, 'other.ts')
  writeFileSync(
    file,
    stdout.replace(
      /\}\)\s*$/,
      `  await lab.check(${from}.ping('${to}').replies.ttl(63), 'through the router')\n})\n`,
    ),
  )
  const run = await vethlab(file, ['test', '--json'])
  assert.equal(run.code, 0, run.stdout + run.stderr)
  return { text: stdout, said: stderr }
}

test('a topology of containerlab: its Linux nodes, bridges, links and exec lines; the rest is named', async () => {
  const { text, said } = await read(join(other, 'star.clab.yml'), 'pc1', '10.0.2.2')
  assert.match(text, /r1\.sysctl\.set\('net\.ipv4\.ip_forward', 1\)/)
  for (const line of [
    'node r1: its image alpine:3, a namespace stands for it',
    'node pc2: binds',
    'node srl: kind nokia_srlinux is no Linux machine',
    'link ["r1:eth3","srl:e1-1"]',
    'r1: vtysh -b',
  ])
    assert.ok(said.includes(`not read: ${line}\n`), `${line} in ${said}`)
})

test('a lab of Kathará: devices, collision domains, startup files; the rest is named', async () => {
  const { text, said } = await read(join(other, 'two-areas'), 'pc1', '10.2.0.2')
  assert.match(text, /pc1\.ip\.route\.add\('default'\)\.via\('10\.1\.0\.1'\)/)
  for (const line of ['pc2: its files are not copied', 'pc2: mem 64m', 'r1: /etc/init.d/frr start'])
    assert.ok(said.includes(`not read: ${line}\n`), `${line} in ${said}`)
})

test('what is no such lab is refused, and a name that means harm is no word of the scenario', async () => {
  const file = join(folder, 'bad.clab.yml')
  for (const [text, error] of [
    ['topology: [', /error: /],
    ['name: a\n', /it has no topology with nodes/],
    ['topology: { nodes: { "a\'; process.exit(9); \'": {} } }', /is not/],
  ] as const) {
    writeFileSync(file, text)
    const { code, stderr, stdout } = await vethlabAll(['record', file])
    assert.equal(code, 2, stdout + stderr)
    assert.match(stderr, error)
  }
  const none = await vethlabAll(['record', folder])
  assert.equal(none.code, 2)
  assert.match(none.stderr, /has no lab\.conf/)
})
