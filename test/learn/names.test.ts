/** Names that the engine picks: a line of one lab is done in another one by what they stand for. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { image, type OpenLab, openLab, server } from '../../lib/index.ts'
import { hasName, namesIn, translated } from '../../lib/learn/names.ts'
import { replay } from '../../lib/learn/typed.ts'

const server1 = server('server1')
const labs: OpenLab[] = []
after(() => Promise.all(labs.map((lab) => lab.close())))

test('a name has the place of the one that stands for the same; all else stays', () => {
  const there = {
    'br-0123456789ab': 'bridge of app on server1',
    veth0a1b2c3: 'cable of eth0 of web on server1',
  }
  const here = {
    'br-ba9876543210': 'bridge of app on server1',
    vethfffffff: 'cable of eth0 of web on server1',
  }
  const line = (text: string) => translated(text, there, here)
  assert.equal(line('ip link set br-0123456789ab up'), 'ip link set br-ba9876543210 up')
  assert.equal(line('bridge link set dev veth0a1b2c3 state 3'), 'bridge link set dev vethfffffff state 3')
  assert.equal(
    line('ip addr add fd00::1/64 dev my-br-0123456789ab'),
    'ip addr add fd00::1/64 dev my-br-0123456789ab',
  )
  assert.equal(line('ip link set veth1234567 up'), 'ip link set veth1234567 up')
  assert.ok(hasName('x br-0123456789ab', there))
  assert.ok(!hasName('ip link', there))
})

test('what was typed on the bridge and the cable of a container is done again on those of another engine', async () => {
  for (const _ of [1, 2]) {
    const lab = await openLab()
    labs.push(lab)
    const { docker } = server1
    await lab.step('web', docker.network.create('app'), docker.run(image).name('web').network('app'))
  }
  const [one, other] = labs
  assert.ok(one && other)
  const there = await namesIn(one.sandbox.record)
  const here = await namesIn(other.sandbox.record)
  const nameOf = (names: typeof there, what: string) => {
    const found = Object.entries(names).find(([, is]) => is === what)?.[0]
    assert.ok(found, what)
    return found
  }
  const bridge = 'bridge of app on server1'
  const cable = 'cable of eth0 of web on server1'
  assert.notEqual(nameOf(there, bridge), nameOf(here, bridge))
  const lines = [
    `iptables -I FORWARD -i ${nameOf(there, bridge)} -j DROP`,
    `ip link set ${nameOf(there, cable)} mtu 1400`,
    `docker rename ${nameOf(there, 'number of the container web on server1')} shop`,
  ]
  await replay(
    other.sandbox,
    lines.map((line, at) => ({ at, server: 'server1', netns: '', line })),
    async (line) => translated(line, there, await namesIn(other.sandbox.record)),
  )
  const said = async (...argv: string[]) => (await other.exec(server1, argv)).stdout
  assert.match(await said('iptables', '-S', 'FORWARD'), new RegExp(`-i ${nameOf(here, bridge)} -j DROP`))
  assert.match(await said('ip', 'link', 'show', nameOf(here, cable)), /mtu 1400/)
  assert.match(await said('docker', 'ps', '--format', '{{.Names}}'), /^shop$/m)
})
