/** Every cause that `why` knows, on a real lab: broken, asked, mended. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Command, lan, type OpenLab, server } from '../../lib/index.ts'
import type { Verdict } from '../../lib/why/verdict.ts'
import type { Question } from '../../lib/why/why.ts'
import { standing } from '../helpers/standing.ts'

const router = server('router')
const left = router.netns('left')
const right = router.netns('right')
const guest = router.netns('guest')
const child = router.netns('child')
const server2 = server('server2')
const far = server2.netns('far')
const cables = lan('switch0').plug(router, 'eth0', '192.168.56.1/24').plug(server2, 'eth0', '192.168.56.2/24')

// REPEAT=20 asks each so often, with others pinging beside it: the verdict must be the same every time.
const times = Number(process.env.REPEAT ?? 1)
const noise = 'for to in 10.0.2.1 10.0.2.99; do ip netns exec left ping -q -i 0.2 $to >/dev/null 2>&1 & done'

let lab: OpenLab
let close = async () => {}
after(() => close())

/** One lab for all cases: left and right behind a router; macvlans on a LAN of two servers. */
before(async () => {
  ;({ lab, close } = await standing(async (lab) => {
    await lab.step(
      'left - router - right',
      left.add(),
      right.add(),
      router.ip.link.add('l0').type('veth', { peer: 'to-left' }),
      router.ip.link.add('r0').type('veth', { peer: 'to-right' }),
      router.ip.link.set('l0').netns(left),
      router.ip.link.set('r0').netns(right),
      router.ip.addr.add('10.0.1.254/24').dev('to-left'),
      router.ip.addr.add('10.0.2.254/24').dev('to-right'),
      router.ip.link.set('to-left').up(),
      router.ip.link.set('to-right').up(),
      left.ip.addr.add('10.0.1.1/24').dev('l0'),
      right.ip.addr.add('10.0.2.1/24').dev('r0'),
      left.ip.link.set('l0').up(),
      right.ip.link.set('r0').up(),
      left.ip.link.set('lo').up(),
      right.ip.link.set('lo').up(),
      left.ip.route.add('default').via('10.0.1.254'),
      right.ip.route.add('default').via('10.0.2.254'),
      router.sysctl.set('net.ipv4.ip_forward', 1),
    )
    await lab.step(
      'a guest behind a bridge',
      guest.add(),
      router.ip.link.add('br0').type('bridge'),
      router.ip.addr.add('10.0.4.254/24').dev('br0'),
      router.ip.link.set('br0').up(),
      router.ip.link.add('to-guest').type('veth', { peer: 'g0', netns: guest }),
      router.ip.link.set('to-guest').master('br0'),
      router.ip.link.set('to-guest').up(),
      guest.ip.addr.add('10.0.4.1/24').dev('g0'),
      guest.ip.link.set('g0').up(),
      guest.ip.route.add('default').via('10.0.4.254'),
    )
    if (times > 1) await lab.step('noise', sh(router, noise))
    await lab.step(
      'a LAN, and a macvlan on each server',
      cables.up(),
      child.add(),
      far.add(),
      ...(
        [
          [router, child, '192.168.56.11/24'],
          [server2, far, '192.168.56.12/24'],
        ] as const
      ).flatMap(([host, space, address]) => [
        host.ip.link.add('mac0').type('macvlan', { link: 'eth0', mode: 'bridge' }),
        host.ip.link.set('mac0').netns(space),
        space.ip.addr.add(address).dev('mac0'),
        space.ip.link.set('mac0').up(),
      ]),
    )
    await lab.step(
      'listeners',
      right.listen(5000),
      right.exec('sh', '-c', 'nc -l -k 127.0.0.1 6000 >/dev/null 2>&1 &'),
    )
  }))
})

const sh = (place: { exec(...argv: [string, ...string[]]): Command }, line: string) =>
  place.exec('sh', '-c', line)
const rule = (place: Parameters<typeof sh>[0], words: string): [Command, Command] => [
  sh(place, `iptables ${words}`),
  sh(place, `iptables ${words.replace(' -A ', ' -D ').replace(/^-A /, '-D ')}`),
]
const policy = (place: Parameters<typeof sh>[0], words: string): [Command, Command] => [
  sh(place, `iptables ${words} DROP`),
  sh(place, `iptables ${words} ACCEPT`),
]

interface Case {
  name: string
  /** What breaks it, and what mends it; nothing where it is broken by itself. */
  doing?: [Command, Command]
  before?: Command
  ask?: Partial<Question>
  expect: Partial<Verdict> & { rule?: never }
  /** The rule that killed it. */
  text?: RegExp
  says?: RegExp
}

const dead = (cause: Verdict['cause'], place: string, packet: Verdict['packet'] = 'request') =>
  ({ status: 'died', cause, place, packet }) as const

const cases: Case[] = [
  { name: 'nothing is wrong', expect: { status: 'delivered', cause: 'delivered', place: 'right' } },
  { name: 'TCP, nothing is wrong', ask: { port: 5000 }, expect: { status: 'delivered', place: 'right' } },
  {
    name: 'from the router itself',
    ask: { from: 'router' },
    expect: { status: 'delivered', place: 'right' },
  },
  { name: 'to itself', ask: { to: 'left' }, expect: { status: 'delivered', place: 'left' } },
  ...(
    ['raw PREROUTING', 'mangle PREROUTING', 'mangle FORWARD', 'filter FORWARD', 'mangle POSTROUTING'] as const
  ).map((where): Case => {
    const [table = '', chain = ''] = where.split(' ')
    return {
      name: `a rule in ${where}`,
      doing: rule(router, `-t ${table} -A ${chain} -s 10.0.1.1 -p icmp -j DROP`),
      expect: dead('rule', 'router'),
      text: new RegExp(
        `^iptables ${table === 'filter' ? '' : `-t ${table} `}-A ${chain} -s 10.0.1.1/32 -p icmp -j DROP$`,
      ),
    }
  }),
  ...(['raw OUTPUT', 'mangle OUTPUT', 'filter OUTPUT'] as const).map((where): Case => {
    const [table = '', chain = ''] = where.split(' ')
    return {
      name: `the sender's own ${where}`,
      doing: rule(left, `-t ${table} -A ${chain} -d 10.0.2.1 -j DROP`),
      expect: dead('rule', 'left'),
      text: new RegExp(`-A ${chain} -d 10.0.2.1/32 -j DROP$`),
    }
  }),
  ...(['mangle INPUT', 'filter INPUT'] as const).map((where): Case => {
    const [table = '', chain = ''] = where.split(' ')
    return {
      name: `${where} of the target`,
      doing: rule(right, `-t ${table} -A ${chain} -s 10.0.1.0/24 -j DROP`),
      expect: dead('rule', 'right'),
      text: new RegExp(`-A ${chain} -s 10.0.1.0/24 -j DROP$`),
    }
  }),
  ...(
    [
      [router, 'router', '-P FORWARD'],
      [right, 'right', '-P INPUT'],
      [left, 'left', '-P OUTPUT'],
      [router, 'router', '-t mangle -P FORWARD'],
      [router, 'router', '-t raw -P PREROUTING'],
    ] as const
  ).map(
    ([place, name, words]): Case => ({
      name: `the policy ${words} of ${name}`,
      doing: policy(place, words),
      expect: dead('policy', name),
      text: new RegExp(`^iptables ${words} DROP$`),
    }),
  ),
  {
    name: 'the second rule of a chain, by its number',
    doing: [
      sh(
        router,
        'iptables -A FORWARD -p udp -j ACCEPT; iptables -A FORWARD -d 10.0.2.1 -m comment --comment "no way" -j DROP',
      ),
      sh(router, 'iptables -F FORWARD'),
    ],
    expect: {
      ...dead('rule', 'router'),
      undo: 'iptables -D FORWARD 2',
      see: 'iptables -L FORWARD -n -v --line-numbers',
    },
    text: /-A FORWARD -d 10.0.2.1\/32 -m comment --comment "no way" -j DROP$/,
  },
  {
    name: 'a rule in a chain of its own',
    doing: [
      sh(router, 'iptables -N LESSON; iptables -A FORWARD -j LESSON; iptables -A LESSON -i to-left -j DROP'),
      sh(router, 'iptables -F FORWARD; iptables -F LESSON; iptables -X LESSON'),
    ],
    expect: dead('rule', 'router'),
    text: /-A LESSON -i to-left -j DROP$/,
  },
  {
    name: 'REJECT',
    doing: rule(router, '-A FORWARD -i to-left -j REJECT'),
    expect: dead('rejected', 'router'),
    text: /-A FORWARD -i to-left -j REJECT/,
  },
  {
    name: 'REJECT by a TCP reset',
    doing: rule(router, '-A FORWARD -p tcp -j REJECT --reject-with tcp-reset'),
    ask: { port: 5000 },
    expect: dead('rejected', 'router'),
  },
  {
    name: 'the reply dropped on its way back',
    doing: rule(router, '-A FORWARD -s 10.0.2.1 -j DROP'),
    expect: dead('rule', 'router', 'reply'),
  },
  {
    name: 'a rule of nft itself',
    doing: [
      sh(
        router,
        `nft 'table ip mine { chain stop { type filter hook forward priority 5; policy accept; ip saddr 10.0.1.1 drop; }; }'`,
      ),
      sh(router, 'nft delete table ip mine'),
    ],
    expect: { ...dead('rule', 'router'), see: 'nft -a list chain ip mine stop' },
    text: /^nft add rule ip mine stop ip saddr 10.0.1.1 drop$/,
  },
  {
    name: 'a rule of iptables-legacy',
    doing: [
      sh(router, 'iptables-legacy -A FORWARD -p icmp -j DROP'),
      sh(router, 'iptables-legacy -F FORWARD'),
    ],
    expect: dead('rule', 'router'),
    text: /^iptables-legacy -A FORWARD -p icmp -j DROP$/,
  },
  {
    name: 'a rule of nft for IPv4 and IPv6',
    doing: [
      sh(
        router,
        "nft 'table inet both { chain stop { type filter hook forward priority 5; policy accept; icmp type echo-request drop; }; }'",
      ),
      sh(router, 'nft delete table inet both'),
    ],
    expect: { ...dead('rule', 'router'), see: 'nft -a list chain inet both stop' },
    text: /^nft add rule inet both stop icmp type echo-request drop$/,
  },
  {
    name: 'a policy of nft itself',
    doing: [
      sh(
        router,
        "nft 'table inet both { chain stop { type filter hook forward priority 5; policy drop; }; }'",
      ),
      sh(router, 'nft delete table inet both'),
    ],
    expect: { ...dead('policy', 'router'), undo: "nft chain inet both stop '{ policy accept; }'" },
  },
  {
    name: 'a route that forbids it',
    doing: [sh(router, 'ip route add blackhole 10.0.2.1'), sh(router, 'ip route del blackhole 10.0.2.1')],
    expect: { ...dead('no route', 'router'), undo: 'ip route del blackhole 10.0.2.1' },
    says: /forbids it: blackhole 10\.0\.2\.1/,
  },
  {
    name: 'translated to an address without a route',
    doing: rule(router, '-t nat -A PREROUTING -d 10.0.2.1 -p icmp -j DNAT --to-destination 10.9.9.9'),
    expect: dead('no route', 'router'),
    says: /10\.9\.9\.9/,
  },
  {
    name: 'behind a bridge, the router does not forward',
    ask: { from: 'guest', to: 'right' },
    doing: [router.sysctl.set('net.ipv4.ip_forward', 0), router.sysctl.set('net.ipv4.ip_forward', 1)],
    expect: dead('forwarding off', 'router'),
  },
  {
    name: 'behind a bridge, its port is down',
    ask: { from: 'guest', to: 'right' },
    doing: [router.ip.link.set('to-guest').down(), router.ip.link.set('to-guest').up()],
    expect: { ...dead('link down', 'guest'), undo: 'ip link set dev to-guest up' },
    says: /to-guest of router/,
  },
  {
    name: 'behind a bridge, its cable is not plugged in',
    ask: { from: 'right', to: 'guest' },
    doing: [router.ip.link.set('to-guest').nomaster(), router.ip.link.set('to-guest').master('br0')],
    before: sh(router, 'ip neigh flush all'),
    expect: { ...dead('link down', 'router'), undo: 'ip link set dev to-guest master br0' },
  },
  {
    name: 'a broadcast address',
    ask: { to: '10.0.1.255' },
    expect: { status: 'died' },
  },
  {
    name: 'no route at the sender',
    doing: [left.ip.route.del('default').via('10.0.1.254'), left.ip.route.add('default').via('10.0.1.254')],
    expect: dead('no route', 'left'),
  },
  {
    name: 'no route at the router',
    ask: { from: 'left', to: '10.0.3.1' },
    doing: [sh(right, 'ip addr add 10.0.3.1/24 dev lo'), sh(right, 'ip addr del 10.0.3.1/24 dev lo')],
    expect: dead('no route', 'router'),
  },
  {
    name: 'no route back',
    doing: [right.ip.route.del('default').via('10.0.2.254'), right.ip.route.add('default').via('10.0.2.254')],
    expect: dead('no route back', 'right', 'reply'),
  },
  {
    name: 'no route back, TCP',
    ask: { port: 5000 },
    doing: [right.ip.route.del('default').via('10.0.2.254'), right.ip.route.add('default').via('10.0.2.254')],
    expect: dead('no route back', 'right', 'reply'),
  },
  {
    name: 'the router does not forward',
    doing: [router.sysctl.set('net.ipv4.ip_forward', 0), router.sysctl.set('net.ipv4.ip_forward', 1)],
    expect: dead('forwarding off', 'router'),
  },
  {
    name: 'rp_filter',
    doing: [
      sh(
        router,
        'sysctl -qw net.ipv4.conf.to-left.rp_filter=1; ip route add 10.9.9.9 via 10.0.2.1; ip -n left addr add 10.9.9.9/32 dev l0; ip -n left route change default via 10.0.1.254 src 10.9.9.9',
      ),
      sh(
        router,
        'sysctl -qw net.ipv4.conf.to-left.rp_filter=0; ip route del 10.9.9.9 via 10.0.2.1; ip -n left route change default via 10.0.1.254; ip -n left addr del 10.9.9.9/32 dev l0',
      ),
    ],
    expect: dead('rp_filter', 'router'),
  },
  {
    name: 'a loop until the TTL is used up',
    ask: { to: '10.0.3.1' },
    doing: [
      sh(
        router,
        'ip addr add 10.0.3.1/32 dev lo; ip addr del 10.0.3.1/32 dev lo; ip route add 10.0.3.0/24 via 10.0.2.1; ip netns exec right sysctl -qw net.ipv4.ip_forward=1; ip -n left addr add 10.0.3.77/32 dev lo; ip -n left addr add 10.0.3.78/24 dev lo; ip -n left route del local 10.0.3.78; ip -n left route add 10.0.3.1 via 10.0.1.254',
      ),
      sh(
        router,
        'ip route del 10.0.3.0/24; ip netns exec right sysctl -qw net.ipv4.ip_forward=0; ip -n left addr flush dev lo; ip -n left addr add 127.0.0.1/8 dev lo; ip -n left route del 10.0.3.1',
      ),
    ],
    expect: { status: 'died', cause: 'TTL exceeded' },
  },
  {
    name: 'an address that nobody has',
    ask: { to: '10.0.2.77' },
    expect: dead('no such address', 'router'),
  },
  {
    name: 'a gateway that is not there',
    doing: [
      sh(router, 'ip -n left route change default via 10.0.1.99'),
      sh(router, 'ip -n left route change default via 10.0.1.254'),
    ],
    expect: dead('ARP unanswered', 'left'),
    says: /gateway 10.0.1.99/,
  },
  {
    name: 'ARP that is not answered',
    doing: [
      sh(router, 'ip netns exec right sysctl -qw net.ipv4.conf.r0.arp_ignore=8; ip neigh flush all'),
      right.sysctl.set('net.ipv4.conf.r0.arp_ignore', 0),
    ],
    ask: { from: 'router' },
    expect: dead('ARP unanswered', 'router'),
  },
  {
    name: 'the link of the target is down',
    doing: [
      right.ip.link.set('r0').down(),
      sh(router, 'ip -n right link set r0 up; ip -n right route add default via 10.0.2.254'),
    ],
    expect: dead('link down', 'router'),
    says: /r0 of right/,
  },
  {
    name: "the sender's link is down",
    doing: [
      left.ip.link.set('l0').down(),
      sh(router, 'ip -n left link set l0 up; ip -n left route add default via 10.0.1.254'),
    ],
    ask: { to: '10.0.1.254' },
    expect: dead('link down', 'left'),
  },
  {
    name: 'a subnet mask that is too wide',
    doing: [
      sh(router, 'ip -n left addr del 10.0.1.1/24 dev l0; ip -n left addr add 10.0.1.1/16 dev l0'),
      sh(
        router,
        'ip -n left addr del 10.0.1.1/16 dev l0; ip -n left addr add 10.0.1.1/24 dev l0; ip -n left route add default via 10.0.1.254',
      ),
    ],
    expect: dead('wrong subnet mask', 'left'),
  },
  {
    name: 'a MAC address that is not right',
    doing: [
      sh(router, 'ip -n left neigh replace 10.0.1.254 lladdr 02:00:00:00:00:99 dev l0'),
      sh(router, 'ip -n left neigh del 10.0.1.254 dev l0'),
    ],
    expect: dead('wrong MAC address', 'router'),
  },
  {
    name: 'nobody listens, TCP',
    ask: { port: 5999 },
    expect: { status: 'refused', cause: 'nobody listens', place: 'right' },
  },
  {
    name: 'nobody listens, UDP',
    ask: { port: 5999, udp: true },
    expect: { status: 'refused', cause: 'nobody listens', place: 'right' },
  },
  {
    name: 'listens on 127.0.0.1 only',
    ask: { port: 6000 },
    expect: { status: 'refused', cause: 'listens on 127.0.0.1 only', place: 'right' },
  },
  {
    name: 'a target that ignores pings',
    doing: [
      right.sysctl.set('net.ipv4.icmp_echo_ignore_all', 1),
      right.sysctl.set('net.ipv4.icmp_echo_ignore_all', 0),
    ],
    expect: dead('ignores pings', 'right'),
  },
  {
    name: 'a published port on the way',
    ask: { to: '10.0.1.254', port: 8080 },
    doing: rule(router, '-t nat -A PREROUTING -p tcp --dport 8080 -j DNAT --to-destination 10.0.2.1:5000'),
    expect: { status: 'delivered', place: 'right' },
  },
  {
    name: 'masqueraded on the way',
    doing: rule(router, '-t nat -A POSTROUTING -s 10.0.1.0/24 -j MASQUERADE'),
    expect: { status: 'delivered', place: 'right' },
  },
  {
    name: 'a macvlan and its parent',
    ask: { from: 'child', to: '192.168.56.1' },
    expect: dead('macvlan and its parent', 'child'),
  },
  {
    name: 'a parent and its macvlan',
    ask: { from: 'router', to: '192.168.56.11' },
    expect: dead('macvlan and its parent', 'router'),
  },
  {
    name: 'macvlan to macvlan over the LAN',
    ask: { from: 'child', to: 'far' },
    expect: { status: 'delivered', place: 'far' },
  },
  {
    name: 'promiscuous mode denied at the switch',
    ask: { from: 'child', to: 'far' },
    doing: [cables.promiscuous('deny'), cables.promiscuous('allow')],
    expect: { status: 'died', cause: 'promiscuous mode denied' },
  },
  {
    name: 'promiscuous mode denied, when the neighbours know each other no more',
    ask: { from: 'child', to: 'far' },
    before: sh(router, 'ip -n child neigh flush all'),
    doing: [cables.promiscuous('deny'), cables.promiscuous('allow')],
    expect: { status: 'died', cause: 'promiscuous mode denied' },
  },
  {
    name: 'a name that does not resolve',
    ask: { to: 'nobody.example', dns: true },
    expect: dead('name does not resolve', 'left'),
  },
]

for (const { name, before: first, doing, ask, expect, text, says } of cases)
  test(name, async () => {
    if (first) await lab.run(first)
    if (doing) await lab.run(doing[0])
    try {
      for (let i = 0; i < times; i++) {
        const report = await lab.why({ from: 'left', to: 'right', ...ask })
        const told = Object.fromEntries(
          Object.keys(expect).map((key) => [key, report.verdict[key as keyof Verdict]]),
        )
        assert.deepEqual(told, expect, JSON.stringify(report, null, 1))
        if (text) assert.match(report.verdict.rule?.text ?? '', text)
        if (says) assert.match(report.verdict.says, says)
      }
    } finally {
      if (doing) await lab.run(doing[1])
    }
  })
