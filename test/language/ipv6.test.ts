/** IPv6 in what is made of several commands: LANs, topologies, the gateway recipe; and the options of a server's daemon. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { capture, gateway, lan, line, matrix, mesh, server, star, tree, withLab } from '../../lib/index.ts'
import { plan, serversOf } from '../../lib/lab/plan.ts'
import type { Command } from '../../lib/language/command.ts'
import { toShell } from '../../lib/language/on-server.ts'

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
  assert.ok(lines.includes('ip -n n1 addr add fd00:1::1/128 dev n2'))
  assert.ok(lines.includes('ip netns exec n2 sysctl -w net.ipv6.conf.all.forwarding=1'))
  assert.ok(lines.includes('ip -n n1 route add default via fd00:1::2'))
  assert.equal(tree(server1, 2, 2, { subnet }).nodes.length, 4)
  assert.throws(() => star(server1, 2, { subnet: 'fd00:1::1/64' }), /bits set behind its prefix/)
  assert.throws(() => star(server1, 9, { subnet: 'fd00:1::/125' }), /9 nodes need 9 addresses/)
})

test('in a mesh and a line of IPv6 each cable has the address of its node, where alone a neighbour is answered', async () => {
  const lines = mesh(server1, 3, { subnet: 'fd00:1::/64' }).commands.map(toShell)
  for (const dev of ['n2', 'n3'])
    assert.ok(lines.includes(`ip -n n1 addr add fd00:1::1/128 dev ${dev}`), lines.join('\n'))
  await withLab(async (lab) => {
    const [m, l] = [server('m'), server('l')]
    for (const { nodes, commands } of [
      mesh(m, 3, { subnet: 'fd00:1::/64' }),
      line(l, 8, { subnet: 'fd00:2::/64' }),
    ]) {
      await lab.step('it', ...commands)
      await lab.check(
        matrix(nodes, () => true),
        'all reach all',
      )
    }
  })
})

test('a question has a family: of a name by an option, of a container by its address', () => {
  const words = (check: { command(address: string): Command }) => toShell(check.command('web'))
  assert.match(words(net1.ping('web', { family: 6 }).replies), / ping -6 -c 1 /)
  assert.match(words(net1.tcp('web', 80, { family: 4 }).open), / nc -4 -z /)
  assert.match(words(net1.udp('web', 80, { family: 6 }).closed), /nc -6 -u/)
  assert.equal(net1.ping('web', { family: 6 }).replies.to, 'web (IPv6)')
  assert.equal(net1.dns('web', { family: 6 }).resolves.look, '6')
  const a1 = server1.container('a1')
  assert.match(JSON.stringify(net1.ping(a1, { family: 6 }).replies.target), /GlobalIPv6Address/)
  assert.doesNotMatch(words(net1.ping(a1, { family: 6 }).replies), / -6 /)
  assert.throws(() => a1.address6().check?.('' as never), /a1 has no address of IPv6/)
  assert.throws(() => net1.ping('10.0.0.1', { family: 6 }), /10\.0\.0\.1.* is not an address of IPv6/)
  assert.throws(() => net1.tcp('fd00::1', 80, { family: 4 }), /is not an address of IPv4/)
  assert.throws(() => net1.ping('web', { family: 5 as never }), /is no family: 4 or 6/)
  assert.throws(() => net1.ping('web', { famly: 6 } as never), /famly/)
})

test('an address is looked for as programs print it', () => {
  assert.match(net1.tcp('fd00::2', 80).open.seenFrom('fd00:0:0::1').expected, /seen from fd00::1$/)
  assert.match(
    capture(net1, 'veth1').saw({ from: 'FD00:0::1', to: 'fd00::2', port: 80 }).look ?? '',
    /^fd00::1\nfd00::2\.80\n/,
  )
})

test('a container is plugged into a further network by an address of each family', () => {
  const connect = server1.docker.network.connect('n2', 'a1', {
    ip: '10.0.0.9',
    ip6: 'fd00::9',
    alias: ['x', 'y'],
  })
  assert.equal(
    toShell(connect),
    'docker network connect --ip 10.0.0.9 --ip6 fd00::9 --alias x --alias y n2 a1',
  )
  assert.deepEqual(connect.undo?.argv, ['docker', 'network', 'disconnect', 'n2', 'a1'])
})

test('the gateway recipe speaks the family of its subnet', () => {
  const of = { from: 'r0', bridge: 'br0', subnet: 'fd00::/64', chain: 'FORWARD' }
  assert.deepEqual(
    gateway(server1, of).map((command) => toShell(command).split(' ').slice(0, 3).join(' ')),
    ['ip6tables -I FORWARD', 'ip6tables -t raw', 'ip6tables -I FORWARD'],
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
  assert.equal((await waits(net1.ip.addr.add('fd00::1/64').dev('veth1').nodad())).length, 1)
  assert.match(
    (await waits(server1.container('a1').ip.addr.add('fd00::1/64').dev('eth0')))[0] ?? '',
    /^docker exec a1 sh -c/,
  )
  // The bridge of Docker asks about its own addresses when the first container is plugged in.
  const run = server1.docker.run('alpine').name('a1').network('n1')
  assert.deepEqual(await waits(server1.docker.network.create('n1'), run), [])
  assert.equal((await waits(server1.docker.network.create('n1').ipv6(), run)).length, 1)
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
