/** Four LANs in one lab: each is a switch of its own, and all that knows LANs keeps them apart. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { capture, lan, type OpenLab, server } from '../../lib/index.ts'
import { placesOf } from '../../lib/look/places.ts'
import { standing } from '../helpers/standing.ts'

const [aa, bb, cc] = [server('aa'), server('bb'), server('cc')]
const lans = [
  lan('net56').plug(aa, 'e0', '192.168.56.3/24').plug(bb, 'e0', '192.168.56.4/24'),
  lan('net57').plug(aa, 'e1', '192.168.57.3/24').plug(bb, 'e1', '192.168.57.4/24'),
  // As long as a name can be, and the same but for its end as another.
  lan('a-long-lan-name').plug(bb, 'e2', '10.9.0.4/24').plug(cc, 'e2', '10.9.0.5/24'),
  lan('a-long-lan-nam2').plug(bb, 'e3', '10.8.0.4/24').plug(cc, 'e3', '10.8.0.5/24'),
]
const wire = capture(bb, 'e1', 'icmp')

let stand: { lab: OpenLab; close(): Promise<void> }
before(async () => {
  stand = await standing(async (lab) => {
    for (const one of lans) await lab.step(`The LAN ${one.name}`, one.up())
    await lab.step('Watch', wire.start())
  })
})
after(() => stand?.close())

test('each carries its own traffic, and no other', async () => {
  const { lab } = stand
  await lab.check(
    [
      aa.ping('192.168.56.4').replies,
      aa.ping('192.168.57.4').replies,
      cc.ping('10.9.0.4').replies,
      cc.ping('10.8.0.4').replies,
    ],
    'a LAN is a switch of its own',
  )
  const captured = await lab.run(wire.packets)
  assert.match(captured, /192\.168\.57\.3 > 192\.168\.57\.4/)
  assert.doesNotMatch(captured, /192\.168\.56/)
})

test('promiscuous mode is set on the ports of that LAN alone', async () => {
  const { lab } = stand
  const silent = async (): Promise<string[]> => {
    const { stdout } = await lab.sandbox.outside(['bridge', '-d', '-j', 'link'])
    const ports = JSON.parse(stdout) as Array<{ master: string; flood: boolean }>
    return ports.filter(({ flood }) => !flood).map(({ master }) => master)
  }
  for (const one of lans) {
    await lab.step('Deny', one.promiscuous('deny'))
    assert.deepEqual(await silent(), [one.name, one.name])
    await lab.step('Allow', one.promiscuous('allow'))
    assert.deepEqual(await silent(), [])
  }
})

test('why finds its way over each, status tells every address', async () => {
  const { lab } = stand
  for (const to of ['192.168.57.4', '192.168.56.4']) {
    const { verdict } = await lab.why({ from: 'aa', to })
    assert.equal(verdict.status, 'delivered', JSON.stringify(verdict))
  }
  const places = await placesOf(lab.sandbox.record)
  assert.deepEqual(
    places.map(({ name, addresses }) => `${name} ${addresses.map(({ address }) => address).sort()}`),
    [
      'aa 192.168.56.3/24,192.168.57.3/24',
      'bb 10.8.0.4/24,10.9.0.4/24,192.168.56.4/24,192.168.57.4/24',
      'cc 10.8.0.5/24,10.9.0.5/24',
    ],
  )
})
