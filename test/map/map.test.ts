/** The map of a lab that is up. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { server, withLab } from '../../lib/index.ts'
import { mapOf } from '../../lib/map/read.ts'
import { root, vethlab, vethlabAll } from '../helpers/machine.ts'

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

test('the picture in the README is that of net1', async () => {
  const lab = `map-${process.pid}`
  // What differs from run to run: the lab's name, the numbers of Docker's bridges and cables, who got which address.
  const words = (svg: string) =>
    [...svg.matchAll(/>([^<]+)<\/text>/g)]
      .map(([, text = '']) => text.replace(/br-[0-9a-f]{12}/, 'br-ID').replace(/^veth[0-9a-f]{7}$/, 'vethID'))
      .map((text) => text.replace(/172\.30\.10\.[123]\//, 'ADDRESS/').replace(lab, 'net1'))
      .sort()
  try {
    assert.equal((await vethlab('net1', ['up', '-q', '--name', lab])).code, 0)
    const file = join(root, `node_modules/.cache/${lab}.svg`)
    assert.equal((await vethlabAll(['map', lab, '--svg', file])).code, 0)
    assert.deepEqual(
      words(readFileSync(join(root, 'docs/net1.svg'), 'utf8')),
      words(readFileSync(file, 'utf8')),
    )
  } finally {
    await vethlab('net1', ['down', '--name', lab])
  }
})
