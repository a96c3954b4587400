/** `why --all` on a real lab: every pair, the dark ones grouped by what they die of. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { server, withLab } from '../../lib/index.ts'
import { findLab } from '../../lib/server/labs.ts'
import type { LabRecord } from '../../lib/server/state.ts'
import { whyAll } from '../../lib/trial/all.ts'
import { onBridge } from '../helpers/on-bridge.ts'

const s = server('s')
const names = ['n1', 'n2', 'n3', 'n4']
const spaces = names.map((name) => s.netns(name))

test('all pairs: lit without a fault; grouped by the rule and by the link that are in the way', async () => {
  await withLab(async (lab) => {
    await lab.step('four on a bridge', onBridge(s, spaces), s.ip.addr.add('10.0.0.254/24').dev('br0'))
    const record = findLab(lab.name) as LabRecord
    const lit = await whyAll(record)
    assert.deepEqual([lit.pairs.length, lit.delivered, lit.groups], [20, 20, []])

    await lab.step(
      'two faults',
      s.ip.link.set('p3').down(),
      s.iptables.filter.append('INPUT').protocol('icmp').source('10.0.0.2').jump('DROP'),
    )
    const dark = await whyAll(record)
    assert.deepEqual([...dark.places].sort(), ['n1', 'n2', 'n3', 'n4', 's'])
    const groups = dark.groups.map(({ cause, place, count }) => [cause, place, count])
    // n4 is cut off from all four, both ways; n2 and s hear nothing of each other, and one of these is in no other group.
    assert.ok(
      groups.some(([cause, place]) => cause === 'rule' && place === 's'),
      JSON.stringify(dark.groups),
    )
    assert.equal(
      dark.groups.reduce((sum, { count }) => sum + count, 0),
      20 - dark.delivered,
    )
    const to4 = dark.pairs.filter(({ from, to }) => from === 'n4' || to === 'n4')
    assert.ok(to4.every(({ delivered, group }) => !delivered && group !== undefined))
    assert.ok(dark.pairs.find(({ from, to }) => from === 'n1' && to === 'n3')?.delivered)
  })
})
