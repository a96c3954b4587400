/** The words of ip(8) beyond those of the lessons, as shell lines, with what takes them back. Text only. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BadInput } from '../../../lib/errors.ts'
import { server } from '../../../lib/index.ts'
import type { Command } from '../../../lib/language/command.ts'
import { toShell } from '../../../lib/language/on-server.ts'
import { undoOf } from '../../../lib/language/undo.ts'

const host = server('server1')
const net1 = host.netns('net1')
const { addr, link, route, neigh, netns, tuntap } = host.ip

const lines: Array<[Command, string, string?]> = [
  [addr.add('10.0.0.1').dev('lo'), 'ip addr add 10.0.0.1 dev lo', 'ip addr del 10.0.0.1 dev lo'],
  [addr.add('10.0.0.1/255.255.255.0').dev('e0'), 'ip addr add 10.0.0.1/255.255.255.0 dev e0'],
  [
    addr.add('10.0.0.1/24').broadcast('+').label('e0:1').scope('link').dev('e0'),
    'ip addr add 10.0.0.1/24 broadcast + label e0:1 scope link dev e0',
    'ip addr del 10.0.0.1/24 label e0:1 dev e0',
  ],
  [
    addr.add('10.0.0.1').peer('10.0.0.2/32').dev('e0'),
    'ip addr add 10.0.0.1 peer 10.0.0.2/32 dev e0',
    'ip addr del 10.0.0.1 peer 10.0.0.2/32 dev e0',
  ],
  [
    net1.ip.addr.add('2001:db8::1/64').dev('e0').nodad(),
    'ip -n net1 addr add 2001:db8::1/64 dev e0 nodad',
    'ip -n net1 addr del 2001:db8::1/64 dev e0',
  ],
  [addr.flush().dev('e0').family(6).scope('global'), 'ip -6 addr flush dev e0 scope global'],
  [addr.show({ dev: 'e0', brief: true, family: 4 }), 'ip -br -4 addr show dev e0'],
  [
    link.add('vx0').type('vxlan', { id: 7, group: '239.1.1.1', dev: 'e0', ttl: 8, learning: false }),
    'ip link add name vx0 type vxlan id 7 dev e0 group 239.1.1.1 ttl 8 nolearning',
  ],
  [
    link.add('vx0').type('vxlan', { id: 7, dstport: 0, srcport: [1000, 2000], l2miss: true, proxy: true }),
    'ip link add name vx0 type vxlan id 7 dstport 0 srcport 1000 2000 proxy l2miss',
  ],
  [
    link.add('e0.5').type('vlan', { link: 'e0', id: 5, protocol: '802.1ad' }),
    'ip link add link e0 name e0.5 type vlan protocol 802.1ad id 5',
  ],
  [
    link.add('br0').type('bridge', { vlan_filtering: 1, stp_state: 0 }),
    'ip link add name br0 type bridge stp_state 0 vlan_filtering 1',
  ],
  [
    link
      .add('v1')
      .mtu(1400)
      .address('02:00:00:00:00:01')
      .type('veth', { peer: 'v2', peerMtu: 1300, netns: net1 }),
    'ip link add name v1 mtu 1400 address 02:00:00:00:00:01 type veth peer name v2 mtu 1300 netns net1',
  ],
  [
    link.add('g').type('gre', { local: '10.0.0.1', remote: '10.0.0.2', ttl: 64 }),
    'ip link add name g type gre remote 10.0.0.2 local 10.0.0.1 ttl 64',
  ],
  [link.set('lo').mtu(65536), 'ip link set dev lo mtu 65536'],
  [
    link.set('v1').mtu(1400).up(),
    'ip link set dev v1 mtu 1400 up',
    `sh -c 'ip link set dev "$0" $1' v1 "$(sh -c '{ ip -o link show dev v1 | sed -n '\\''s/.* mtu \\([0-9]*\\) .*/mtu \\1/p'\\''; }; { ip -o link show dev v1 | sed -n '\\''s/.*[<,]UP[,>].*/up/p;t;s/.*/down/p'\\''; }' | tr '\\n' ' ')"`,
  ],
  [link.set('v1').name('eth0'), 'ip link set dev v1 name eth0', 'ip link set dev eth0 name v1'],
  [
    link.set('v1').netns(net1).name('eth0'),
    'ip link set dev v1 netns net1 name eth0',
    'ip -n net1 link set dev eth0 netns 1 name v1',
  ],
  [link.set('v1').netns(4711), 'ip link set dev v1 netns 4711'],
  [
    link.set('br0').type('bridge', { forward_delay: 200 }),
    'ip link set dev br0 type bridge forward_delay 200',
    `ip link set dev br0 type bridge forward_delay "$(ip -d -o link show dev br0 | sed -n 's/.* forward_delay \\([^ ]*\\) .*/\\1/p')"`,
  ],
  [
    link.set('p1').type('bridge_slave', { isolated: 'on' }),
    'ip link set dev p1 type bridge_slave isolated on',
  ],
  [link.show({ up: true, brief: true }), 'ip -br link show up'],
  [route.add('10.0.0.5').dev('e0'), 'ip route add 10.0.0.5 dev e0', 'ip route del 10.0.0.5 dev e0'],
  [
    route.add('fd00:2::/64').via('fd00:1::1').metric(50).table('isp'),
    'ip route add fd00:2::/64 via fd00:1::1 metric 50 table isp',
    'ip route del fd00:2::/64 via fd00:1::1 metric 50 table isp',
  ],
  [
    route.add('default').dev('e0').family(6),
    'ip -6 route add default dev e0',
    'ip -6 route del default dev e0',
  ],
  [
    route.add('10.9.0.0/16').unreachable().metric(9),
    'ip route add unreachable 10.9.0.0/16 metric 9',
    'ip route del unreachable 10.9.0.0/16 metric 9',
  ],
  [
    route.add('default').nexthop({ via: '10.0.0.1', dev: 'e0', weight: 1 }).nexthop({ via: '10.0.1.1' }),
    'ip route add default nexthop via 10.0.0.1 dev e0 weight 1 nexthop via 10.0.1.1',
  ],
  [route.add('10.9.0.0/16').nhid(7), 'ip route add 10.9.0.0/16 nhid 7'],
  [
    route.replace('default').via('10.0.0.1'),
    'ip route replace default via 10.0.0.1',
    'ip route del default via 10.0.0.1',
  ],
  [
    route.del('default'),
    'ip route del default',
    `sh -c 'ip route add $0' "$(ip route show default | head -n 1)"`,
  ],
  [route.get('fd00::9', { from: 'fd00::1' }), 'ip route get fd00::9 from fd00::1'],
  [route.show({ table: 'all' }), 'ip route show table all'],
  [route.flush().table(100), 'ip route flush table 100'],
  [
    neigh.add('fd00::9').proxy().dev('e0'),
    'ip neigh add proxy fd00::9 dev e0',
    'ip neigh del proxy fd00::9 dev e0',
  ],
  [neigh.flush().dev('e0'), 'ip neigh flush dev e0'],
  [netns.set('net1', 3), 'ip netns set net1 3'],
  [netns.attach('web', 4711), 'ip netns attach web 4711', 'ip netns del web'],
  [
    tuntap.add('t0').mode('tun').user('student'),
    'ip tuntap add dev t0 mode tun user student',
    'ip link del dev t0',
  ],
]
for (const [command, line, undo] of lines)
  test(line, () => {
    assert.equal(toShell(command), line)
    if (undo !== undefined) assert.equal(undoOf(command), undo)
  })

// biome-ignore lint/suspicious/noExplicitAny: as from JavaScript, where nobody has run tsc
const loose = host.ip as any
const refused: Array<[string, () => unknown, RegExp]> = [
  [
    'an option that a bridge lacks',
    () => loose.link.add('b').type('bridge', { vlan_filter: 1 }),
    /a bridge has no option "vlan_filter": did you mean vlan_filtering/,
  ],
  [
    'an option that a vxlan lacks',
    () => loose.link.add('x').type('vxlan', { id: 1, dstprt: 4789 }),
    /did you mean dstport/,
  ],
  [
    'a type of link that there is not',
    () => loose.link.add('x').type('vethh', {}),
    /"vethh" is not a type of link: did you mean veth/,
  ],
  ['a veth without its peer', () => loose.link.add('x').type('veth'), /a veth needs peer/],
  ['up and down', () => link.set('x').up().down(), /up\(\) or down\(\), not both/],
  ['a bridge of a bridge port', () => loose.link.add('x').type('bridge_slave', {}), /set\(\)/],
  ['an option of the wrong type', () => loose.link.add('b').type('bridge', { stp_state: 'on' }), /on/],
  ['a gateway of the other family', () => route.add('fd00::/64').via('10.0.0.1'), /other family/],
  ['a gateway and a blackhole', () => route.add('10.0.0.0/8').blackhole().via('10.0.0.1'), /not both/],
  ['options that are no object', () => loose.addr.show(7), /in braces/],
  ['a scope that there is not', () => loose.addr.add('10.0.0.1/24').scope('home'), /"home"/],
]
for (const [what, build, message] of refused)
  test(`refuses ${what}`, () =>
    assert.throws(build, (error) => error instanceof BadInput && message.test(error.message)))
