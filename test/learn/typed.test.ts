/** What was typed is written down, and done again, on virtual servers alone: nothing of it reaches this machine. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { Unable } from '../../lib/errors.ts'
import { type OpenLab, openLab, server } from '../../lib/index.ts'
import { running } from '../../lib/learn/results.ts'
import { replay, typedIn, writeDown } from '../../lib/learn/typed.ts'
import type { LabRecord, ServerRecord } from '../../lib/server/state.ts'
import { virtualServers } from '../../lib/virtual/servers.ts'

const server1 = server('server1')
const folder = mkdtempSync(join(tmpdir(), 'vethlab-typed-'))
let lab: OpenLab

before(async () => {
  lab = await openLab()
  await lab.step('a place', server1.netns('net1').add())
})
after(async () => {
  rmSync(folder, { recursive: true, force: true })
  await lab.close()
})

const machine: ServerRecord = { name: 'server1', pid: process.pid, engine: false, host: true }
const typed = [{ at: 1, server: 'server1', netns: '', line: `touch ${folder}/ran` }]
const never = () => assert.fail('it was to run')

test('what was typed is not run on a server that is this machine itself', async () => {
  for (const record of [
    { ...lab.sandbox.record, servers: [machine] },
    { ...lab.sandbox.record, on: 'host' as const },
    { ...lab.sandbox.record, servers: [...lab.sandbox.record.servers, { ...machine, name: 'server2' }] },
  ]) {
    const servers = { ...lab.sandbox, record, server: never }
    await assert.rejects(replay(servers, typed, String), (error) => {
      assert.ok(error instanceof Unable)
      return /is this machine itself: nothing that was typed is run on it/.test(error.message)
    })
  }
})

test('a lab on this machine itself is not opened as one on virtual servers', () => {
  const record: LabRecord = { ...lab.sandbox.record, servers: [machine], on: 'host' }
  assert.throws(() => virtualServers(record), /server1 of .* is this machine itself/)
})

test('what was typed is done again on its server', async () => {
  await replay(lab.sandbox, [{ at: 1, server: 'server1', netns: 'net1', line: 'ip link set lo up' }], String)
  assert.match((await lab.exec(server1, ['ip', '-n', 'net1', 'link', 'show', 'lo'])).stdout, /<LOOPBACK,UP/)
})

test('it is written down on virtual servers alone, and by no link or pipe that was put there', async () => {
  const [own] = lab.sandbox.record.servers
  assert.ok(own)
  const read = () => typedIn(lab.sandbox.record, 0).map(({ line }) => line)
  writeDown(own, ['ip', 'link'])
  assert.deepEqual(read(), ['ip link'])
  const file = '/run/vethlab-typed'
  const secret = join(folder, 'secret')
  writeFileSync(secret, '1\t\tof the machine\0')
  await lab.exec(server1, ['ln', '-sf', secret, file])
  writeDown(own, ['touch', 'x'])
  assert.equal(readFileSync(secret, 'utf8'), '1\t\tof the machine\0')
  assert.deepEqual(read(), [])
  await lab.exec(server1, ['sh', '-c', `rm ${file}; mkfifo ${file}`])
  writeDown(own, ['touch', 'x'])
  assert.deepEqual(read(), [])
  await lab.exec(server1, ['rm', file])
  // A number that is another process by now, and this machine.
  for (const other of [machine, { ...own, pid: process.pid }]) {
    writeDown(other, ['touch', 'x'])
    assert.deepEqual(typedIn({ ...lab.sandbox.record, servers: [other] }, 0), [])
  }
  assert.throws(() => readFileSync(file), { code: 'ENOENT' })
})

test('what stands is the lab of its exercise, and no other', () => {
  const before = process.env.VETHLAB_RESULTS
  process.env.VETHLAB_RESULTS = folder
  try {
    const now = { exercise: 'cable', seed: 1, lab: 'learn-cable', since: 1, changes: [] }
    writeFileSync(join(folder, '.running'), JSON.stringify(now))
    assert.deepEqual(running(), now)
    writeFileSync(join(folder, '.running'), JSON.stringify({ ...now, lab: 'mine' }))
    assert.equal(running(), undefined)
  } finally {
    if (before === undefined) delete process.env.VETHLAB_RESULTS
    else process.env.VETHLAB_RESULTS = before
  }
})
