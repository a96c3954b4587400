/** The map of a lab that is up. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { server, withLab } from '../../lib/index.ts'
import { mapOf } from '../../lib/map/read.ts'

const s = server('s')
const [n1, n2, n3, n4] = ['n1', 'n2', 'n3', 'n4'].map((name) => s.netns(name)) as [
  ReturnType<typeof s.netns>,
  ReturnType<typeof s.netns>,
  ReturnType<typeof s.netns>,
  ReturnType<typeof s.netns>,
]

test('two cables whose four ends have the same numbers are told apart, on the map and by why', () =>
  withLab(async (lab) => {
    await lab.step('namespaces', n1.add(), n2.add(), n3.add(), n4.add())
    for (const [one, other, net] of [
      [n1, n3, '10.0.1'],
      [n2, n4, '10.0.2'],
    ] as const)
      await lab.step(
        'a cable from inside of one to the other',
        one.exec('ip', 'link', 'add', 'name', 'a', 'type', 'veth', 'peer', 'name', 'b', 'netns', other.name),
        one.ip.addr.add(`${net}.1/24`).dev('a'),
        other.ip.addr.add(`${net}.2/24`).dev('b'),
        one.ip.link.set('a').up(),
        other.ip.link.set('b').up(),
      )
    const { cables } = await mapOf(lab.sandbox.record)
    assert.deepEqual(cables.map(({ from, to }) => `${from} ${to}`).sort(), ['s/n1/a s/n3/b', 's/n2/a s/n4/b'])
    await lab.step('a cut', n3.ip.link.set('b').down())
    const { verdict } = await lab.why({ from: 'n1', to: '10.0.1.2' })
    assert.deepEqual([verdict.cause, verdict.place], ['link down', 'n1'])
    assert.match(verdict.says, /b of n3/)
  }))
