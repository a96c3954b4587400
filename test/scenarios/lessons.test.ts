/** Each scenario on real virtual servers: its lesson holds, and the machine is as it was. */
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { test } from 'node:test'
import type { CheckResult } from '../../lib/lab/events.ts'
import { difference, root, snapshot, vethlab } from '../helpers/machine.ts'

interface Document {
  ok: boolean
  checks: CheckResult[]
}

async function tested(name: string): Promise<Document> {
  const before = await snapshot()
  const { code, stdout, stderr } = await vethlab(name, ['test', '--json'])
  assert.equal(code, 0, stderr || stdout)
  assert.deepEqual(await difference(before), [])
  return JSON.parse(stdout)
}

/** What was observed for a question, in the order of asking. */
const observed = ({ checks }: Document, from: string, to: string): string[] =>
  checks.filter((check) => check.from === from && check.to === to).map((check) => check.observed)

/** The pairs of the table of all pairs that got a reply, as `A1>A2`. */
const replying = ({ checks }: Document): string[] =>
  checks
    .filter(({ pair, observed }) => pair && observed.startsWith('replies'))
    .map(({ pair }) => `${pair?.from}>${pair?.to}`)
    .sort()

const lessons: Record<string, (document: Document) => void> = {
  interfaces: (document) => {
    for (const { to, observed } of document.checks.filter(({ to }) => to.startsWith('a ')))
      assert.match(observed, /^(made|this kernel lacks it)$/, to)
    assert.deepEqual(observed(document, 'server1', 'a macvtap'), ['made'])
  },
  docker: (document) => {
    const [inside] = observed(document, 'alpine1', 'the end inside')
    assert.match(inside ?? '', /^prints eth0@if\d+, 1 line$/)
    assert.match(observed(document, 'server1', 'the end outside')[0] ?? '', /^prints @if\d+, 1 line$/)
  },
  bridge: (document) => {
    assert.deepEqual(observed(document, 'alpine1', 'alpine2'), ['does not resolve'])
    assert.deepEqual(observed(document, 'alpine2', 'alpine3'), ['replies, TTL 64'])
    const servers = ['A1', 'A2', 'A3'].flatMap((name) => [
      `${name}>server1`,
      `${name}>server2`,
      `server1>${name}`,
    ])
    assert.deepEqual(
      replying(document),
      [...servers, 'A1>A2', 'A2>A1', 'A2>A3', 'server1>server2', 'server2>server1'].sort(),
    )
  },
  nat: (document) => {
    assert.deepEqual(observed(document, 'server2', 'enp0s3: 192.168.56.3 > 192.168.56.4 ICMP echo request'), [
      'seen, 1 packet',
    ])
    assert.deepEqual(observed(document, 'server2', '192.168.56.3:8080'), ['open, seen from 192.168.56.4'])
  },
  host: (document) => {
    assert.deepEqual(observed(document, 'alpine1', 'what alpine1 heard'), [
      'prints hello from server2, 1 line',
    ])
    assert.deepEqual(observed(document, 'server1', 'enp0s3: 192.168.56.4 > 192.168.56.3.2020 UDP'), [
      'seen, 1 packet',
    ])
  },
  macvlan: (document) => {
    assert.deepEqual(replying(document), ['A1>A2', 'A2>A1', 'server1>server2', 'server2>server1'])
    assert.deepEqual(observed(document, 'server1', 'enp0s3: Reply 192.168.56.4 is-at'), ['not seen'])
  },
  promiscuous: (document) => {
    const lan = ['A1>server2', 'A2>server2', 'server2>A1', 'server2>A2']
    assert.deepEqual(
      replying(document),
      ['A1>A2', 'A2>A1', 'server1>server2', 'server2>server1', ...lan].sort(),
    )
    assert.deepEqual(observed(document, 'alpine1', '192.168.56.100'), ['replies, TTL 64'])
  },
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
  slides: (document) => {
    const found = observed(document, 'net1', 'qube-client-1')
    assert.equal(found.at(-1), 'replies, TTL 63')
    assert.equal(found[0], found[1], 'both rules, or none, are there')
  },
  ipv6: (document) => assert.ok(document.checks.length > 0),
  'gateway-modes': (document) => {
    assert.deepEqual(observed(document, 'server2', '172.31.1.2'), ['no reply'])
    assert.deepEqual(observed(document, 'server2', '172.31.1.2:81'), ['filtered'])
    assert.deepEqual(observed(document, 'server2', '192.168.56.3:8081'), ['open'])
    assert.deepEqual(observed(document, 'server1', '172.31.3.2:81'), ['open'])
    assert.match(String(observed(document, 'server2', '172.31.2.2:81')), /^(open|filtered)$/)
  },
  ufw: (document) => {
    assert.deepEqual(observed(document, 'server2', '192.168.56.3:8080'), [
      'open',
      'open',
      'open',
      'filtered',
      'filtered',
    ])
    assert.deepEqual(observed(document, 'server2', '192.168.56.3:9000'), ['open', 'filtered', 'filtered'])
  },
  star: (document) => assert.equal(replying(document).length, 10 * 9),
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

/** It takes root: without root it says why not, before anything is made. */
async function overlay(): Promise<void> {
  const before = await snapshot()
  if (process.getuid?.() !== 0) {
    const { code, stderr } = await vethlab('overlay', ['test'])
    assert.equal(code, 2)
    assert.match(stderr, /without root has no overlay networks/)
  } else {
    const document = await tested('overlay')
    assert.deepEqual(observed(document, 'client', 'web'), ['resolves, 1 address', 'replies, TTL 64'])
    assert.deepEqual(observed(document, 'client', '1422 bytes to web'), [
      'prints through, 1 line',
      'prints stuck, 1 line',
    ])
    assert.deepEqual(observed(document, 'client', '1422 bytes to web-1350'), ['prints through, 1 line'])
    assert.equal(observed(document, 'client', 'each')[0], 'resolves, 2 addresses')
  }
  assert.deepEqual(await difference(before), [])
}

test('overlay: the lesson holds, and the machine is as it was', overlay)

for (const [name, lesson] of Object.entries(lessons))
  test(`${name}: the lesson holds, and the machine is as it was`, async () => lesson(await tested(name)))

test('every scenario has its lesson here', () => {
  const names = readdirSync(`${root}/scenarios`).filter((file) => file.endsWith('.ts'))
  assert.deepEqual(names.map((file) => file.slice(0, -3)).sort(), [...Object.keys(lessons), 'overlay'].sort())
})
