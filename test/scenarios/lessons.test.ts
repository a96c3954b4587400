/** Each scenario on real virtual servers: its lesson holds, and the machine is as it was. */
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { test } from 'node:test'
import type { CheckResult } from '../../lib/run/events.ts'
import { difference, root, snapshot, vethlab } from '../machine.ts'

interface Document {
  ok: boolean
  checks: CheckResult[]
}

async function tested(name: string): Promise<Document> {
  const before = snapshot()
  const { code, stdout, stderr } = await vethlab(name, ['test', '--json'])
  assert.equal(code, 0, stderr || stdout)
  assert.deepEqual(difference(before), [])
  return JSON.parse(stdout)
}

/** What was observed for a question, in the order of asking. */
const observed = ({ checks }: Document, from: string, to: string): string[] =>
  checks.filter((check) => check.from === from && check.to === to).map((check) => check.observed)

const lessons: Record<string, (document: Document) => void> = {
  namespaces: (document) => {
    assert.deepEqual(observed(document, 'space1', '10.0.0.12'), ['unreachable', 'replies, TTL 64'])
    assert.deepEqual(observed(document, 'server1', '10.0.0.12'), ['unreachable'])
    assert.deepEqual(observed(document, 'server1', 'ip link show'), [
      'prints veth-s, 2 lines',
      'does not print veth-s',
    ])
  },
  compose: (document) => {
    assert.deepEqual(observed(document, 'qube-client-1', 'qube-client-2'), ['replies, TTL 64'])
    assert.deepEqual(observed(document, 'qube-client-3', 'qube-client'), ['resolves, 3 addresses'])
    assert.deepEqual(observed(document, 'server1', 'ports of the bridge'), ['prints master, 3 lines'])
  },
  net1: (document) => {
    const [policy, before, ...after] = observed(document, 'net1', 'qube-client-1')
    assert.ok(policy)
    assert.equal(before, 'no reply')
    assert.deepEqual(after, ['replies, TTL 63'])
    assert.deepEqual(observed(document, 'net1', 'qube-client-1:5000'), [
      'open, seen from 172.30.20.1',
      'open, seen from 172.30.10.254',
    ])
    assert.deepEqual(observed(document, 'qube-client-2', '172.30.20.1:5000'), [
      'open, seen from 172.30.20.254',
    ])
  },
}

for (const [name, lesson] of Object.entries(lessons))
  test(`${name}: the lesson holds, and the machine is as it was`, async () => lesson(await tested(name)))

test('every scenario has its lesson here', () => {
  const names = readdirSync(`${root}/scenarios`).filter((file) => file.endsWith('.ts'))
  assert.deepEqual(names.map((file) => file.slice(0, -3)).sort(), Object.keys(lessons).sort())
})
