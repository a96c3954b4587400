/** Scripts of others: each is recorded, and the scenario that comes of it runs and answers as the script did. */
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { findLab } from '../../lib/server/labs.ts'
import { difference, root, snapshot, vethlab, vethlabAll } from '../helpers/machine.ts'

const scripts = join(root, 'test/record/scripts')
const folder = mkdtempSync(join(root, 'test/.record-'))
after(() => rmSync(folder, { recursive: true, force: true }))

/** How much of a recorded script must have typed words. */
const least = (name: string): number => (/compose/.test(name) ? 0.6 : 0.9)

for (const file of readdirSync(scripts))
  test(`${file}: recorded, it runs, and asks what the script has asked`, async () => {
    const before = await snapshot()
    const { code, stdout, stderr } = await vethlabAll(['record', join(scripts, file)])
    assert.equal(code, 0, stderr)
    const [, share = ''] = stderr.match(/(\d+) % of \d+ lines typed/) ?? []
    assert.ok(Number(share) >= least(file) * 100, stderr)
    const scenario = join(folder, file.replace(/\.sh$/, '.ts'))
    writeFileSync(scenario, stdout)
    const run = await vethlab(scenario, ['test', '--json'])
    assert.equal(run.code, 0, run.stdout + run.stderr)
    assert.ok(JSON.parse(run.stdout).checks.length > 0)
    assert.deepEqual(await difference(before), [])
  })

test('a script is only run: its lab is up under its name', async () => {
  const lab = `record-up-${process.pid}`
  try {
    const { code, stderr } = await vethlabAll(['up', join(scripts, 'router.sh'), '--name', lab])
    assert.equal(code, 0, stderr)
    assert.equal((await vethlabAll(['why', 'red', '10.0.2.1', '--name', lab])).code, 0)
    const here = await vethlabAll(['up', join(scripts, 'router.sh'), '--on', 'host', '--yes'])
    assert.equal(here.code, 2)
    assert.match(here.stderr, /never run on this machine itself/)
    const again = await vethlabAll(['up', join(scripts, 'router.sh'), '--name', lab])
    assert.equal(again.code, 2)
    assert.match(again.stderr, /is up already/)
  } finally {
    await vethlabAll(['down', lab])
  }
})

const written = (text: string): string => {
  const file = join(folder, 'bad.sh')
  writeFileSync(file, text)
  return file
}

test('a script that fails half-way: its exit code, what was recorded up to there, and nothing left', async () => {
  const before = await snapshot()
  const file = written('set -e\nip netns add one\nip link set nothing up\nip netns add two\n')
  const { code, stdout, stderr } = await vethlabAll(['record', file])
  assert.equal(code, 1)
  assert.match(stdout, /netns\.add\('one'\)/)
  assert.doesNotMatch(stdout, /'two'/)
  assert.match(stderr, /ended with 1; what it did up to there is recorded/)
  assert.equal((await vethlabAll(['up', file, '--name', 'bad'])).code, 1)
  assert.equal(findLab('bad'), undefined)
  assert.deepEqual(await difference(before), [])
})

test('a script with a slip of syntax, one that asks, one that kills its shell, and one that is not there', async () => {
  assert.equal((await vethlabAll(['record', written('if then\n')])).code, 2)
  assert.equal((await vethlabAll(['record', written('read -r answer; ip netns add "x$answer"\n')])).code, 0)
  assert.equal((await vethlabAll(['record', written('ip netns add one; kill -9 $$\n')])).code, 137)
  const none = await vethlabAll(['record', join(folder, 'none.sh')])
  assert.equal(none.code, 2)
  assert.match(none.stderr, /no such file/)
  const there = await vethlabAll(['record', written('true\n'), '-o', written('true\n')])
  assert.match(there.stderr, /is there already/)
})

test('a script may edit /etc and call sudo: what it writes stays on its server', async () => {
  const etc = readFileSync('/etc/hosts', 'utf8')
  const { code, stderr } = await vethlabAll([
    'record',
    written('echo 10.0.0.1 here | sudo tee -a /etc/hosts\nsudo -E ip netns add a\n'),
  ])
  assert.equal(code, 0, stderr)
  assert.equal(readFileSync('/etc/hosts', 'utf8'), etc)
})

test('a link of a script leads to no file of this machine', async () => {
  const file = written('ln -s /etc/passwd /tmp/list; ip -force -batch /tmp/list || true\nip netns add a\n')
  const { code, stdout, stderr } = await vethlabAll(['record', file])
  assert.equal(code, 0, stderr)
  assert.doesNotMatch(stdout, /root:x:0:0|The files that it uses/)
})
