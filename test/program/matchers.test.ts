/** What `expect` can say of places, as vitest and jest ask for it. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { matchers, type OpenLab, openLab, server } from '../../lib/index.ts'

const server1 = server('server1')
const [a, b] = [server1.netns('a'), server1.netns('b')]

let lab: OpenLab
before(async () => {
  lab = await openLab()
  await lab.step(
    'a cable',
    a.add(),
    b.add(),
    server1.ip.link.add('veth').netns('a').type('veth', { peer: 'other' }),
  )
  await lab.step(
    'its ends',
    server1.ip.link.set('other').netns('b'),
    a.ip.addr.add('10.0.0.1/24').dev('veth'),
    b.ip.addr.add('10.0.0.2/24').dev('other'),
    a.ip.link.set('veth').up(),
    b.ip.link.set('other').up(),
    b.listen(80),
  )
})
after(() => lab.close())

test('a place reaches another, a port, an address; or not', async () => {
  await lab.until(() => matchers.toListenOn(b, 80).then(({ pass }) => pass))
  for (const matched of [
    matchers.toReach(a, b),
    matchers.toReach(a, '10.0.0.2'),
    matchers.toReach(a, b, { port: 80, within: 2000 }),
  ])
    assert.equal((await matched).pass, true)
  const { pass, message } = await matchers.toReach(a, b, { port: 81 })
  assert.equal(pass, false)
  assert.match(
    message(),
    /expected a to reach b \(10\.0\.0\.2\), port 81; observed: closed\n {2}in b: .*listens/,
  )
})

test('a message tells the rule that is in the way, and a failed check does, too', async () => {
  await lab.step('a rule', b.iptables.filter.append('INPUT').protocol('tcp').dport(80).jump('DROP'))
  const { message } = await matchers.toReach(a, b, { port: 80 })
  assert.match(message(), /observed: filtered\n {2}in b: [\s\S]*--dport 80 -j DROP/)
  await assert.rejects(lab.check(a.tcp('10.0.0.2', 80).open, 'the page is there'), {
    name: 'CheckFailed',
    message:
      /matchers\.test\.ts:\d+[\s\S]*expected open, observed filtered[\s\S]*in b: [\s\S]*--dport 80 -j DROP[\s\S]*the page is there/,
  })
})

test('which lab is meant must be clear', async () => {
  const other = await openLab()
  await assert.rejects(matchers.toReach(a, b), /2 labs are open[\s\S]*\{ lab \}/)
  assert.equal((await matchers.toReach(a, b, { lab })).pass, true)
  await other.close()
  assert.equal((await matchers.toResolve(a, 'localhost')).pass, true)
  assert.equal((await matchers.toResolve(server1, 'nothing.example')).pass, false)
})
