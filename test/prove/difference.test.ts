/** What counts as a difference, and how it is told: text only. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { proofCode, proofText } from '../../lib/cli/proof-report.ts'
import { differences } from '../../lib/prove/difference.ts'
import type { Proof } from '../../lib/prove/proof.ts'
import { type Part, parts, type Snapshot } from '../../lib/prove/snapshot.ts'

const machine = (some: Partial<Snapshot>): Snapshot => ({
  ...(Object.fromEntries(parts.map((part) => [part, []])) as unknown as Snapshot),
  ...some,
})

/** The differences of one part, in short. */
const told = (part: Part, before: readonly string[] | null, after: readonly string[] | null): string[] =>
  differences(machine({ [part]: before }), machine({ [part]: after })).map(
    (difference) => `${difference.sign} ${difference.line}`,
  )

test('nothing differs from itself', () => {
  assert.deepEqual(told('links', ['a', 'b'], ['a', 'b']), [])
})

test('what is gone, what is new, and what was changed', () => {
  assert.deepEqual(told('links', ['a', 'b'], ['a']), ['- b'])
  assert.deepEqual(told('links', ['a'], ['a', 'b']), ['+ b'])
  assert.deepEqual(told('links', ['a mtu 1500'], ['a mtu 1400']), ['- a mtu 1500', '+ a mtu 1400'])
})

test('of the same line each counts', () => {
  assert.deepEqual(told('mounts', ['a'], ['a', 'a', 'a']), ['+ a', '+ a'])
  assert.deepEqual(told('mounts', ['a', 'a'], ['a']), ['- a'])
})

test('a rule that is at another place counts, and the others beside it do not', () => {
  assert.deepEqual(told('firewall', ['a', 'b', 'c', 'd'], ['a', 'c', 'd', 'b']), ['- b', '+ b'])
  assert.deepEqual(told('firewall', ['a', 'b', 'c'], ['b', 'c', 'a', 'new']), ['- a', '+ new', '+ a'])
})

test('a sysctl that came or went with a link or a module does not count, a value does', () => {
  const before = ['net.ipv4.conf.lo.rp_filter = 0', 'net.ipv4.conf.gone.rp_filter = 0']
  const after = ['net.ipv4.conf.lo.rp_filter = 2', 'net.bridge.bridge-nf-call-iptables = 1']
  assert.deepEqual(told('sysctls', before, after), [
    '- net.ipv4.conf.lo.rp_filter = 0',
    '+ net.ipv4.conf.lo.rp_filter = 2',
  ])
})

test('a part that was not seen is not compared', () => {
  assert.deepEqual(told('firewall', null, ['a']), [])
  assert.deepEqual(told('firewall', ['a'], null), [])
})

const proof = (some: Partial<Proof>): Proof => ({
  parts: [{ part: 'links', before: 3, after: 3, differences: 0 }],
  unread: [],
  differences: [],
  ...some,
})

test('as text: each part, and that nothing differs', () => {
  assert.equal(
    proofText(proof({}), ['net1']),
    `              before   after  differences
links              3       3            0
0 differences`,
  )
})

test('exit code 2 when a part could not be read, and nothing else differs', () => {
  const some: Partial<Proof> = { unread: ['links', 'routes'] }
  const link = { part: 'links', sign: '+', line: 'x' } as const
  assert.match(proofText(proof(some), []), /\n0 differences, without links, routes$/)
  assert.equal(proofCode(proof(some)), 2)
  assert.equal(proofCode(proof({ ...some, differences: [link] })), 1)
  assert.equal(proofCode(proof({})), 0)
})

test('as text: what was not seen is told', () => {
  const firewall = { part: 'firewall', before: null, after: null, differences: 0, note: 'not shown' } as const
  assert.match(
    proofText(proof({ parts: [firewall] }), ['net1']),
    /\nfirewall {11}- {7}- {12}- {2}not shown\n/,
  )
})

test('as text: what differs, at most 80 columns, and who may have made it', () => {
  const long = `br0 type bridge mtu 1500 ${'word '.repeat(30)}end`
  const text = proofText(proof({ differences: [{ part: 'links', sign: '+', line: long }] }), ['net1'])
  assert.match(text, /\n1 difference\n\+ links: br0 type bridge/)
  assert.equal(text.split('\n').slice(3, -1).join(' ').replace(/\s+/g, ' '), `+ links: ${long}`)
  for (const line of text.split('\n')) assert.ok(line.length <= 80, line)
  assert.match(text, /\nSomething else on this machine may have made it\.$/)
})

test('as text: nobody else has made what the lab itself has started', () => {
  const own = { part: 'processes', sign: '+', line: 'net1: tini' } as const
  const other = { part: 'processes', sign: '-', line: 'net12: tini' } as const
  assert.match(
    proofText(proof({ differences: [own] }), ['net1']),
    /\n1 difference\n\+ processes: net1: tini$/,
  )
  assert.match(
    proofText(proof({ differences: [own, other] }), ['net1']),
    /Something else on this machine may have made them\.$/,
  )
})
