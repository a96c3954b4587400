/** IPv6 in what is made of several commands: LANs, topologies, the gateway recipe; and the options of a server's daemon. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gateway, lan, line, server, star, tree } from '../../lib/index.ts'
import { plan, serversOf } from '../../lib/lab/plan.ts'
import type { Command } from '../../lib/language/command.ts'
import { toShell } from '../../lib/language/shell.ts'

const server1 = server('server1')
const net1 = server1.netns('net1')

test('a LAN gives an interface addresses of both families', () => {
  const lines = lan('v0').plug(server1, 'eth0', '192.168.56.3/24', 'fd00:56::3/64').up().map(toShell)
  assert.ok(lines.includes('ip addr add 192.168.56.3/24 dev eth0'))
  assert.ok(lines.includes('ip addr add fd00:56::3/64 dev eth0'))
  assert.match(lines.join('\n'), /address 08:00:27:a8:38:03/)
  assert.match(
    lan('v0').plug(server1, 'eth0', 'fd00:56::3/64').up().map(toShell).join('\n'),
    /08:00:27:00:00:03/,
  )
  const taken = lan('v0').plug(server1, 'eth0', 'fd00:56::3/64')
  assert.throws(() => taken.plug(server('server2'), 'eth0', 'fd00:56:0::3/64'), /is the address of server1/)
  assert.throws(
    () => taken.plug(server('server2'), 'eth0', '10.0.0.1/24', 'fd00::1' as never),
    /ADDRESS\/PREFIX/,
  )
  assert.throws(() => (taken.plug as (...words: unknown[]) => unknown)(server('server2'), 'eth0'), /address/)
})

test('topologies take their addresses from a subnet of IPv6', () => {
  const subnet = 'fd00:1::/64'
  assert.deepEqual(
    star(server1, 3, { subnet }).nodes.map(({ at }) => at),
    ['fd00:1::1', 'fd00:1::2', 'fd00:1::3'],
  )
  const lines = line(server1, 4, { subnet }).commands.map(toShell)
  assert.ok(lines.includes('ip -n n1 addr add fd00:1::1/128 dev lo'))
  assert.ok(lines.includes('ip netns exec n2 sysctl -w net.ipv6.conf.all.forwarding=1'))
  assert.ok(lines.includes('ip -n n1 route add default via fd00:1::2'))
  assert.equal(tree(server1, 2, 2, { subnet }).nodes.length, 4)
  assert.throws(() => star(server1, 2, { subnet: 'fd00:1::1/64' }), /bits set behind its prefix/)
  assert.throws(() => star(server1, 9, { subnet: 'fd00:1::/125' }), /9 nodes need 9 addresses/)
})

test('the gateway recipe speaks the family of its subnet', () => {
  const of = { from: 'r0', bridge: 'br0', subnet: 'fd00::/64', chain: 'FORWARD' }
  assert.deepEqual(
    gateway(server1, of).map((command) => toShell(command).split(' ').slice(0, 3).join(' ')),
    ['ip6tables -I FORWARD', 'ip6tables -t raw'],
  )
})

test('a link-local address names its link', () => {
  assert.ok(net1.ping('fe80::1%veth1').replies)
  assert.ok(net1.tcp('fe80::1%veth1', 80).open)
  for (const wrong of ['fd00::1%veth1', 'fe80::1%', 'fe80::1%a%b', 'fe80::1%a b', 'fe80::zz%a'])
    assert.throws(() => net1.ping(wrong).replies, wrong)
})

test('a step waits until its addresses of IPv6 are in use, and no other step does', async () => {
  const waits = async (...commands: Command[]) => {
    const { entries } = await plan({ body: async (lab) => lab.step('it', ...commands) })
    const [step] = entries
    return step?.kind === 'step'
      ? step.commands.map(toShell).filter((text) => text.includes('tentative'))
      : []
  }
  assert.equal((await waits(net1.ip.addr.add('fd00::1/64').dev('veth1'))).length, 1)
  assert.match(
    (await waits(net1.ip.addr.add('fd00::1/64').dev('veth1')))[0] ?? '',
    /^ip netns exec net1 sh -c/,
  )
  assert.deepEqual(
    await waits(net1.ip.addr.add('10.0.0.1/24').dev('veth1'), net1.ip.link.set('veth1').up()),
    [],
  )
  assert.deepEqual(await waits(net1.ip.addr.add('fd00::1/64').dev('veth1').nodad()), [])
})

test('options of a daemon are what JSON can say, and not what the lab needs', () => {
  for (const daemon of [
    { 'data-root': '/x' },
    { hosts: [] },
    { Key: 1 },
    { mtu: undefined },
    { mtu: () => 1 },
    [],
    'x',
    { a: Number.NaN },
  ])
    assert.throws(() => server('s', { daemon } as never), JSON.stringify(daemon))
  assert.throws(() => server('s', { deamon: {} } as never), /no option "deamon": a server has daemon/)
})

test('a plan knows the options of each daemon, whoever of its places comes first', async () => {
  const s = server('s', { daemon: { 'userland-proxy': false } })
  const body = (other: typeof s) => ({
    body: async (lab: {
      step: (title: string, ...all: ReturnType<typeof s.docker.ps>[]) => Promise<void>
    }) => {
      await lab.step('one', s.netns('n').exec('true') as never, other.docker.ps())
    },
  })
  assert.deepEqual(serversOf(await plan(body(server('s')) as never)).get('s'), {
    engine: true,
    daemon: { 'userland-proxy': false },
  })
  const another = server('s', { daemon: { mtu: 1400 } })
  await assert.rejects(plan(body(another) as never).then(serversOf), /two sets of options/)
})
