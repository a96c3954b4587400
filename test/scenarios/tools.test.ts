/** What stands beside the scenarios: copies, captures for Wireshark, cables, the table of all pairs. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { stripVTControlCharacters } from 'node:util'
import { matrixTable } from '../../lib/cli/matrix-table.ts'
import { testAll } from '../../lib/cli/reports.ts'
import { image, server, withLab } from '../../lib/index.ts'
import type { CheckResult } from '../../lib/lab/events.ts'
import { takesRoot } from '../../lib/needs/rights.ts'
import { engineSocket } from '../../lib/server/enter.ts'
import { cacheRoot } from '../../lib/server/state.ts'
import { root, vethlab } from '../helpers/machine.ts'

const tool = join(root, 'scripts/vethlab.ts')
const folder = mkdtempSync(join(tmpdir(), 'vethlab-tools-'))
// Root's and a user's run of this file may stand side by side.
const name = `copied-by-a-test-${process.pid}`
const copy = join(root, `scenarios/${name}.ts`)
after(() => {
  rmSync(folder, { recursive: true })
  rmSync(copy, { force: true })
})

test('new copies a scenario, ready to run, and refuses to overwrite', async () => {
  const made = await vethlab(tool, ['new', name, '--from', 'compose'])
  assert.equal(made.code, 0, made.stderr)
  assert.ok(readFileSync(copy, 'utf8').startsWith(`/**\n * ${name}: `))
  const run = await vethlab(name, ['test', '--json'])
  assert.equal(run.code, 0, run.stderr)
  assert.equal(JSON.parse(run.stdout).scenario, name)
  const again = await vethlab(tool, ['new', name])
  assert.equal(again.code, 2)
  assert.match(again.stderr, /scenarios\/copied-by-a-test-\d+\.ts is there already\nChoose another name/)
  rmSync(copy)
})

test('new refuses names that are none, and copies of what is not there', async () => {
  for (const name of ['a b', '..', './A_b'])
    assert.match((await vethlab(tool, ['new', name])).stderr, /cannot be the name of a scenario/, name)
  assert.match(
    (await vethlab(tool, ['new', 'x', '--from', 'nothing'])).stderr,
    /no scenario "nothing"\nScenarios: bridge/,
  )
})

test('new makes a file where one is named, with what its scenario reads; it is started by that name', async () => {
  const file = join(folder, 'own.ts')
  const made = await vethlab(tool, ['new', file, '--from', 'compose'])
  assert.equal(made.code, 0, made.stderr)
  assert.match(made.stdout, /own\.ts is a copy of compose\. Edit it, then: .*own\.ts/)
  assert.ok(existsSync(join(folder, 'compose/docker-compose.yml')))
  const printed = await vethlab(tool, ['print', file])
  assert.match(printed.stdout, /^# own: /m)
})

test('--pcap keeps a capture that tcpdump opens; several get the names of their places', async () => {
  const one = join(folder, 'one.pcap')
  assert.equal((await vethlab('host', ['test', '-q', '--pcap', one])).code, 0)
  assert.match(
    execFileSync('tcpdump', ['-n', '-r', one], { encoding: 'utf8', stdio: 'pipe' }),
    /192\.168\.56\.3\.2020: UDP/,
  )
  assert.equal((await vethlab('macvlan', ['test', '-q', '--pcap', join(folder, 'all.pcap')])).code, 0)
  for (const place of ['server1-enp0s3', 'server2-enp0s3'])
    assert.ok(existsSync(join(folder, `all-${place}.pcap`)), place)
  const none = await vethlab('namespaces', ['test', '-q', '--pcap', one])
  assert.equal(none.code, 2)
  assert.match(none.stderr, /there is no capture to keep/)
})

test('status shows both ends of each cable', async () => {
  const name = 'cables-test'
  assert.equal((await vethlab('compose', ['up', '-q', '--name', name])).code, 0)
  try {
    const { stdout } = await vethlab('compose', ['status', '--name', name])
    const found = stdout.match(/qube-client-1 {2}eth0@if(\d+) ↔ (veth\w+)@if(\d+) → (br-\w+)/)
    assert.ok(found, stdout)
    const [, outer, peer = '', inner, bridge] = found
    const link = await vethlab('compose', [
      'exec',
      'server1',
      '--name',
      name,
      '--',
      'ip',
      '-o',
      'link',
      'show',
      peer,
    ])
    assert.match(link.stdout, new RegExp(`^${outer}: ${peer}@if${inner}: .* master ${bridge} `))
    for (const line of stdout.split('\n')) assert.ok(line.trimEnd().length <= 80, line)
  } finally {
    await vethlab('compose', ['down', '--name', name])
  }
})

test('IMAGE= takes an image that the engine of the machine has; here that engine is one in another lab', async () => {
  const server1 = server('server1')
  await withLab(async (lab) => {
    await lab.run(server1.docker.run(image).name('a1'))
    await lab.run(server1.exec('docker', 'commit', '-m', 'mine', 'a1', 'mine:7'))
    const { server: machine } = await lab.sandbox.server('server1', true)
    const env = {
      IMAGE: 'mine:7',
      DOCKER_HOST: `unix://${engineSocket(machine.pid)}`,
      PATH: lab.sandbox.record.path,
    }
    const name = 'image-test'
    const up = await vethlab('host', ['up', '-q', '--name', name], env)
    try {
      assert.equal(up.code, 0, up.stdout + up.stderr)
      const names = await vethlab('host', [
        'exec',
        'server1',
        '--name',
        name,
        '--',
        'docker',
        'ps',
        '--format',
        '{{.Image}}',
      ])
      assert.equal(names.stdout, 'mine:7\n')
    } finally {
      await vethlab('host', ['down', '--name', name])
      for (const file of readdirSync(cacheRoot()).filter((file) => file.startsWith('image-mine')))
        rmSync(join(cacheRoot(), file))
    }
  })
})

const field = (from: string, to: string, observed: string, ok = true): CheckResult => ({
  from,
  to,
  command: '',
  expected: '',
  observed,
  ok,
  why: '',
  ms: 1,
  pair: { from, to },
})

test('the table of all pairs: rows from, columns to, and a mark at what must not be', () => {
  const table = matrixTable([
    field('A1', 'A2', 'replies, TTL 64'),
    field('A2', 'A1', 'no reply', false),
    field('A1', 'server1', 'unreachable'),
  ])
  // On some machines colours are on by default.
  assert.deepEqual(stripVTControlCharacters(table).split('\n').slice(0, 3), [
    '           A1       A2       server1',
    '  A1                ✓        ·',
    '  A2       ·!',
  ])
})

test('all scenarios: the worst exit code, and a line for each', async () => {
  const codes: Record<string, number> = { good: 0, wrong: 1, broken: 2 }
  const answer = (name: string) => ({
    code: codes[name] ?? 0,
    stdout: JSON.stringify({
      ok: codes[name] === 0,
      checks: [{ ...field('a', 'b', 'no reply', codes[name] === 0) }],
    }),
    stderr: 'what went wrong',
  })
  const some = (...names: string[]) => ({ names: () => names, test: async (name: string) => answer(name) })
  assert.equal(await testAll(some('good'), true), 0)
  assert.equal(await testAll(some('good', 'wrong'), true), 1)
  assert.equal(await testAll(some('wrong', 'broken', 'good'), false), 2)
  // What takes root fails nobody who is not root.
  const refused = { code: 2, stdout: '', stderr: `why not\n${takesRoot}` }
  assert.equal(await testAll({ names: () => ['deep'], test: async () => refused }, false), 0)
})
