/** What `test` writes for CI: JUnit's XML, and a folder that tells of a failure. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { junit } from '../../lib/cli/junit.ts'
import { finished } from '../../lib/server/process.ts'
import { root } from '../helpers/machine.ts'

const folder = mkdtempSync(join(tmpdir(), 'vethlab-results-'))
writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
after(() => rmSync(folder, { recursive: true }))

const check = {
  from: 'a',
  to: 'b',
  command: 'ping b',
  expected: 'replies',
  observed: 'replies',
  ok: true,
  why: '<it & "that">',
  ms: 5,
}

test('JUnit: a suite for a scenario, a case for a check, and text that XML can hold', () => {
  const failed = { ...check, ok: false, observed: 'no reply\u001b[0m\u0001' }
  const text = junit([{ scenario: 'one', ms: 1500, checks: [check, failed], error: 'it\nbroke' }])
  assert.match(text, /<testsuite name="one" tests="3" failures="1" errors="1" time="1.500">/)
  assert.match(text, /name="a → b: replies \(&lt;it &amp; &quot;that&quot;&gt;\)" time="0.005"\/>/)
  assert.match(text, /<failure message="expected replies, observed no reply">ping b<\/failure>/)
  assert.match(text, /<error message="it">it\nbroke<\/error>/)
})

const scenario = (check: string) => `import { scenario, server } from '${root}lib/index.ts'
const net1 = server('server1').netns('net1')
export default scenario(import.meta, 'a lab', async (lab) => {
  await lab.step('a namespace', net1.add(), net1.ip.link.set('lo').up(), net1.exec('echo', 'seen'))
  await lab.check(net1.ping('127.0.0.1').${check}, 'its own address')
})
`
const run = (file: string, ...words: string[]) =>
  finished(spawn(process.execPath, ['--import', 'tsx/esm', file, 'test', '-q', ...words], { cwd: root }))

test('test --junit --trace: results always, a trace of what fails', async () => {
  const [good, bad] = ['good', 'bad'].map((name) => join(folder, `${name}.ts`)) as [string, string]
  writeFileSync(good, scenario('replies'))
  writeFileSync(bad, scenario('noReply'))
  const [xml, trace] = [join(folder, 'results.xml'), join(folder, 'trace')]
  const passed = await run(good, '--junit', xml, '--trace', trace)
  assert.equal(passed.code, 0, passed.stderr)
  assert.match(readFileSync(xml, 'utf8'), /tests="1" failures="0" errors="0"/)
  assert.ok(!existsSync(trace))
  const failed = await run(bad, '--junit', xml, '--trace', trace)
  assert.equal(failed.code, 1)
  assert.match(failed.stdout, /What there is to see of the failure is in .*trace/)
  assert.match(readFileSync(xml, 'utf8'), /tests="1" failures="1"[\s\S]*in net1: /)
  const told = readFileSync(join(trace, 'commands.txt'), 'utf8')
  assert.match(
    told,
    /# 1\. a namespace\n\$ ip netns add net1[\s\S]*seen[\s\S]*✗ net1 → 127\.0\.0\.1: expected no reply/,
  )
  assert.match(
    readFileSync(join(trace, 'places/server1-net1.txt'), 'utf8'),
    /\$ ip addr\n1: lo[\s\S]*\$ ss -tulnpe/,
  )
  assert.equal(JSON.parse(readFileSync(join(trace, 'why.json'), 'utf8'))[0].question.from, 'net1')
})

test('what could not be written is refused before anything is done', async () => {
  const file = join(folder, 'good.ts')
  const { code, stderr } = await run(file, '--junit', '/nowhere/results.xml')
  assert.equal(code, 2)
  assert.match(stderr, /cannot write the results: .*\/nowhere/)
  assert.match((await run(file, '--trace', '/etc')).stderr, /\/etc holds .*, which is no part of a trace/)
})
