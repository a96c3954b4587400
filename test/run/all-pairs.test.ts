/**
 * All pairs by fping: the rounds, the words, and the same answers as by ping, also of more than the ARP table holds.
 * Runs alone: it fills the table of neighbours, which all labs of a machine share.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { matrix, server, star, withLab } from '../../lib/index.ts'
import { isPlainPair, pairAnswers, pairsScript, roundsOf } from '../../lib/run/all-pairs-script.ts'

const server1 = server('server1')
const net1 = server1.netns('net1')

test('both directions of a pair are in one round, and no round has more pairs than may be', () => {
  for (const [count, most] of [
    [50, 896],
    [7, 20],
    [300, 896],
    [10, 896],
    [5, 1],
  ] as const) {
    const roundOf = roundsOf(count, most)
    const sizes = new Map<number, number>()
    for (let from = 0; from < count; from++)
      for (let to = 0; to < count; to++) {
        if (to === from) continue
        const round = roundOf(from, to)
        assert.equal(round, roundOf(to, from))
        sizes.set(round, (sizes.get(round) ?? 0) + 1)
      }
    assert.ok(Math.max(...sizes.values()) <= Math.max(most, count), `${count} ${most}`)
  }
  assert.equal(roundsOf(10, 896)(3, 9), 0)
})

test('a script asks each place in its namespace, and a line of its output is an answer', () => {
  const script = pairsScript([
    { place: net1, addresses: ['10.0.0.1', '10.0.0.2'], wait: 1000 },
    { place: server1, addresses: ['10.0.0.1'], wait: 300 },
  ])
  assert.match(
    script,
    /^nsenter --net=\/run\/netns\/net1 fping -q -C 1 -i 0 -t 1000 10\.0\.0\.1 10\.0\.0\.2 >0 2>&1 &\nfping .* -t 300 10\.0\.0\.1 >1 2>&1 &\nwait$/m,
  )
  assert.deepEqual(
    pairAnswers('0:10.0.0.1 : 0.05\n0:10.0.0.22 : -\n1:fping: oops : no\n12:10.0.0.1  : 1\n'),
    [
      { question: 0, address: '10.0.0.1', replied: true },
      { question: 0, address: '10.0.0.22', replied: false },
      { question: 12, address: '10.0.0.1', replied: true },
    ],
  )
})

test('what fping cannot tell is asked by ping', () => {
  const { replies, noReply, silent } = net1.ping('10.0.0.1')
  const pair = { from: 'a', to: 'b' }
  const [able] = matrix(
    [
      { name: 'a', place: net1, at: '10.0.0.2' },
      { name: 'b', place: net1, at: '10.0.0.1' },
    ],
    () => true,
  )
  assert.ok(able && isPlainPair(able))
  assert.ok(isPlainPair({ ...silent, pair }))
  for (const check of [
    replies,
    { ...replies.ttl(64), pair },
    { ...noReply, pair },
    { ...net1.ping('host').replies, pair },
  ])
    assert.ok(!isPlainPair(check), check.expected)
  const inside = server1.container('a1')
  assert.ok(!isPlainPair({ ...inside.ping('10.0.0.1').silent, pair }))
})

test('40 nodes, 1560 pairs, more than the ARP table of a machine holds: who is cut off is found', () =>
  withLab(async (lab) => {
    const { nodes, commands } = star(server1, 40)
    const off = (name: string) => name === 'n7'
    await lab.step('star', commands, server1.ip.link.set('p7').down())
    await lab.check(
      matrix(nodes, (from, to) => !off(from) && !off(to)),
      'all but n7',
    )
    // The same, believed to be whole: those that fail are few, and are asked by ping.
    await lab.step('no address', nodes[6]?.place.ip.addr.del('10.1.0.7/16').dev('eth0') ?? [])
    const few = matrix(nodes.slice(6, 14), () => true).filter(({ from }) => from.name === 'n7')
    await assert.rejects(lab.check(few, 'all'), /n7 → 10\.1\.0\.8: expected replies, observed unreachable/)
  }))
