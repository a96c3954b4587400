/** What takes commands back: the words, and, on a real server, the effect. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { server, withLab } from '../../lib/index.ts'
import type { Command } from '../../lib/language/command.ts'
import { undoList, undoOf, undoWord } from '../../lib/language/undo.ts'

const host = server('server1')
const net1 = host.netns('net1')
const other = host.netns('other')

const words: Array<[Command, string | undefined]> = [
  [net1.add(), 'ip netns del net1'],
  [host.ip.link.add('br0').type('bridge'), 'ip link del dev br0'],
  [host.ip.link.set('veth1').netns(net1), 'ip -n net1 link set dev veth1 netns 1'],
  [net1.ip.addr.add('10.0.0.1/24').dev('veth1'), 'ip -n net1 addr del 10.0.0.1/24 dev veth1'],
  [host.ip.route.add('10.1.0.0/16').via('10.0.0.9'), 'ip route del 10.1.0.0/16 via 10.0.0.9'],
  [
    host.ip.route.add('10.1.0.0/16').via('fe80::1').dev('e0'),
    'ip route del 10.1.0.0/16 via inet6 fe80::1 dev e0',
  ],
  [host.ip.link.set('e0').master('br0'), 'ip link set dev e0 nomaster'],
  [
    host.sysctl.set('net.ipv4.ip_forward', 1),
    'sysctl -w net.ipv4.ip_forward="$(sysctl -n net.ipv4.ip_forward)"',
  ],
  [
    host.iptables.filter.policy('FORWARD', 'DROP'),
    'iptables -P FORWARD "$(iptables -S FORWARD | sed -n \'s/^-P FORWARD //p\')"',
  ],
  [
    host.iptables.nat.append('POSTROUTING').out('e0').jump('MASQUERADE'),
    'iptables -t nat -D POSTROUTING -o e0 -j MASQUERADE',
  ],
  [host.iptables.filter.insert('FORWARD', 2).in('e0').jump('DROP'), 'iptables -D FORWARD -i e0 -j DROP'],
  [host.docker.run('alpine').name('a1'), 'docker rm -f a1'],
  [host.docker.network.create('n1').driver('bridge'), 'docker network rm n1'],
  [host.compose('shop', '/x.yml').up(), 'docker compose -p shop down --volumes --timeout 1'],
  [host.ip.link.show(), undefined],
]
for (const [command, undo] of words)
  test(`${command.argv.join(' ')} ← ${undo}`, () => assert.equal(undoOf(command), undo))

const list = (...commands: Command[]): string[] =>
  undoList(commands).map(({ argv, read }) => argv.map((word) => undoWord(word, read)).join(' '))

test('last first', () => {
  assert.deepEqual(list(net1.add(), other.add()), ['ip netns del other', 'ip netns del net1'])
})

test('what was done in a namespace goes with it, and a cable is deleted at the end that stayed', () => {
  const commands = [
    net1.add(),
    host.ip.link.add('veth1').type('veth', { peer: 'r0' }),
    host.ip.link.set('veth1').netns(net1),
    net1.ip.addr.add('10.0.0.1/24').dev('veth1'),
    host.ip.addr.add('10.0.0.254/24').dev('r0'),
    host.ip.link.set('r0').up(),
    net1.sysctl.set('net.ipv4.ip_forward', 1),
  ]
  assert.deepEqual(list(...commands), ['ip link del dev r0', 'ip netns del net1'])
})

test('a cable whose other end was made elsewhere is deleted at its own; a link of that name here is another one', () => {
  const cable = host.ip.link.add('r0').type('veth', { peer: 'e0', netns: other })
  assert.deepEqual(list(cable, host.ip.addr.add('10.0.0.1/24').dev('e0')), [
    'ip addr del 10.0.0.1/24 dev e0',
    'ip link del dev r0',
  ])
})

test('what was done to a link that was there before is taken back', () => {
  assert.deepEqual(list(host.ip.addr.add('10.0.0.254/24').dev('e0')), ['ip addr del 10.0.0.254/24 dev e0'])
  assert.match(
    list(host.ip.link.set('e0').promisc('on'))[0] ?? '',
    /promisc "\$\(ip -o link show dev e0 \| sed/,
  )
})

test('on a server: all settings are as they were, not as they are by default', async () => {
  await withLab(async (lab) => {
    const sh = (line: string) => lab.run(host.exec('sh', '-c', line))
    await sh(
      'ip link add name e0 type bridge; ip link add name p0 type veth peer name p1; ip link set dev e0 mtu 1300 up; ip link set dev p0 master e0; sysctl -qw net.ipv4.ip_forward=1; iptables -P FORWARD DROP',
    )
    const look = () =>
      sh('ip -o link show; ip -o addr; ip route; sysctl net.ipv4.ip_forward; iptables-save | grep -v ^#')
    const before = await look()
    const commands = [
      host.ip.link.set('e0').address('02:00:00:00:00:01'),
      host.ip.link.set('e0').mtu(1400),
      host.ip.link.set('e0').promisc('on'),
      host.ip.link.set('p0').up(),
      host.ip.link.set('p1').down(),
      host.ip.link.set('p0').nomaster(),
      host.ip.addr.add('10.9.0.1/24').dev('e0'),
      host.sysctl.set('net.ipv4.ip_forward', 0),
      host.iptables.filter.policy('FORWARD', 'ACCEPT'),
      host.iptables.filter.newChain('LESSON'),
      host.iptables.filter.append('LESSON').jump('DROP'),
      host.iptables.nat.insert('POSTROUTING').comment(`it's $HOME`).out('e0').jump('MASQUERADE'),
      net1.add(),
      host.ip.link.add('veth1').type('veth', { peer: 'r0' }),
      host.ip.link.set('veth1').netns(net1),
    ]
    // As a printed script does it: each undo is made, with what it reads, before its command.
    const undos: string[] = []
    const steps = new Map(undoList(commands).map((step) => [step.command, step]))
    for (const command of commands) {
      const step = steps.get(command)
      if (step)
        undos.unshift(
          await sh(
            `printf '%s\\n' ${step.argv.map((word) => undoWord(word, step.read)).join(' ')} | sed "s/'/'\\\\\\\\''/g; s/.*/'&'/" | tr '\\n' ' '`,
          ),
        )
      await lab.run(command)
    }
    assert.notEqual(await look(), before)
    for (const undo of undos) await sh(undo)
    const forget = (text: string) =>
      // A link that was up once keeps its queue, and finds out about its carrier.
      text
        .replace(/\[\d+:\d+\]|NO-CARRIER,|qdisc \S+|state \S+/g, '')
        .replace(/(valid|preferred)_lft \S+|tentative /g, '')
    const lines = (text: string) =>
      forget(text)
        .split('\n')
        .filter((line) => !/^(\*|COMMIT|:)/.test(line) || /FORWARD/.test(line))
        .sort()
    assert.deepEqual(lines(await look()), lines(before))
  })
})
