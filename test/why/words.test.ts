/** The text of `why`, without a kernel: what nft prints and what is made of it, as recorded. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { questionOf } from '../../lib/cli/why.ts'
import { hooksOf } from '../../lib/why/causes/traffic-control.ts'
import { answer, query } from '../../lib/why/dns.ts'
import { journeys, visitsOf, type Wiring } from '../../lib/why/journey.ts'
import { hears, listening } from '../../lib/why/listeners.ts'
import { byHosts, candidates, nameFiles } from '../../lib/why/name.ts'
import { headerOf } from '../../lib/why/packet.ts'
import { choose, ruleWords } from '../../lib/why/policy-routing.ts'
import { chainLines, grownLegacy, rejects, ruleText } from '../../lib/why/rules.ts'
import { type End, type Link, linksOf, type Stack } from '../../lib/why/stacks.ts'
import { talkOf } from '../../lib/why/talk.ts'
import { death, type Passage, traceReader } from '../../lib/why/trace.ts'
import { causes, codeOf, finerCodes } from '../../lib/why/verdict.ts'
import { apart, membershipsOf } from '../../lib/why/vlan.ts'
import { type Probe, watchLines } from '../../lib/why/watch.ts'

const headers: ReadonlyArray<readonly [string, string, ReturnType<typeof headerOf>]> = [
  [
    'a ping on its way in',
    'iif "r0" ether saddr 9a:6c:31:00:fd:a6 ether daddr 86:5c:c2:05:e4:30 ip saddr 172.30.20.1 ip daddr 172.30.10.1 ip dscp cs0 ip ecn not-ect ip ttl 64 ip id 42692 ip protocol icmp ip length 84 icmp type echo-request icmp code net-unreachable icmp id 4711 icmp sequence 1 @th,64,96 0x1013026b000000000d1d0200 ',
    {
      ...{
        src: '172.30.20.1',
        dst: '172.30.10.1',
        ttl: 64,
        id: 42692,
        protocol: 'icmp',
        type: 'echo-request',
      },
      ...{ echo: 4711, mac: '86:5c:c2:05:e4:30' },
    },
  ],
  [
    'an answer on its way out: bytes, without their leading zeros',
    'oif "r0" @nh,0,160 0x450000549b1b00003f016a4fac1e0a01ac1e1401 @th,0,160 0xd2a126700011013026b000000000d1d0200 ',
    {
      ...{ protocol: 'icmp', src: '172.30.10.1', dst: '172.30.20.1', ttl: 63, id: 39707 },
      ...{ type: 'echo-reply', echo: 4711 },
    },
  ],
  [
    'a TCP connection that begins',
    'iif "r0" ip saddr 172.30.20.1 ip daddr 172.30.10.1 ip ttl 64 ip id 38247 ip protocol tcp ip length 60 tcp sport 40123 tcp dport 81 tcp flags == syn tcp window 64240 ',
    {
      ...{
        src: '172.30.20.1',
        dst: '172.30.10.1',
        ttl: 64,
        id: 38247,
        protocol: 'tcp',
        sport: 40123,
        dport: 81,
      },
      flags: ['syn'],
    },
  ],
  [
    'a TCP reset on its way out',
    'oif "r0" @nh,0,160 0x45000028000040003f06c591ac1e0a01ac1e1401 @th,0,160 0x519cbb00000000550fd56b50140000720a0000 ',
    {
      ...{ protocol: 'tcp', src: '172.30.10.1', dst: '172.30.20.1', ttl: 63, id: 0, sport: 81, dport: 40123 },
      flags: ['rst', 'ack'],
    },
  ],
  [
    'an ICMP error: which packet it is about',
    'oif "r0" ip saddr 172.30.20.254 ip daddr 172.30.20.1 ip ttl 64 ip id 32575 ip length 58 icmp type destination-unreachable icmp code port-unreachable icmp id 0 icmp sequence 0 @th,64,96 0x4500001e878e400040113205 ',
    {
      ...{ src: '172.30.20.254', dst: '172.30.20.1', ttl: 64, id: 32575, protocol: 'icmp' },
      ...{ type: 'destination-unreachable', about: 34702 },
    },
  ],
  [
    'the same on its way out',
    'oif "r0" @nh,0,160 0x45c0003a7f3f000040017988ac1e14feac1e1401 @th,0,160 0x3036682000000004500001e878e400040113205 ',
    {
      ...{ protocol: 'icmp', src: '172.30.20.254', dst: '172.30.20.1', ttl: 64, id: 32575 },
      ...{ type: 'destination-unreachable', about: 34702 },
    },
  ],
  [
    'an ARP request on its way in: nft tells no addresses',
    'iif "r0" ether saddr 9a:6c:31:00:fd:a6 ether daddr ff:ff:ff:ff:ff:ff arp operation request ',
    { protocol: 'arp', src: '', dst: '', arp: 'request', mac: 'ff:ff:ff:ff:ff:ff' },
  ],
  [
    'an ARP reply on its way out',
    'oif "r0" @nh,0,224 0x1080006040002865cc205e430ac1e14fe9a6c3100fda6ac1e1401 ',
    { protocol: 'arp', src: '172.30.20.254', dst: '172.30.20.1', arp: 'reply' },
  ],
]
for (const [name, text, expected] of headers)
  test(`packet: ${name}`, () => {
    assert.deepEqual(headerOf(text), expected)
  })

const read = (place: string, lines: string[]): Passage[] => {
  const found: Passage[] = []
  const reader = traceReader(place, 'why_1_1', (passage) => found.push(passage))
  for (const line of lines) reader(line)
  return found
}
const echo = (src: string, dst: string, ttl: number, type = 'echo-request') =>
  `ip saddr ${src} ip daddr ${dst} ip ttl ${ttl} ip id 7 icmp type ${type} icmp id 99 icmp sequence 1`

test('trace: a verdict map is a rule whose verdict is the element’s, a jump or the end', () => {
  const packet = `packet: iif "r0" oif "br-one" ${echo('172.30.20.1', '172.30.10.2', 63)}`
  const [jumped, dropped] = read('server1', [
    `trace id 57a4ecca ip docker-bridges filter-FORWARD ${packet}`,
    'trace id 57a4ecca ip docker-bridges filter-FORWARD rule oifname vmap @filter-forward-in-jumps # handle 47 (verdict jump filter-forward-in__br-one)',
    'trace id 57a4ecca ip docker-bridges filter-forward-in__br-one rule counter packets 3 bytes 204 drop comment "UNPUBLISHED PORT DROP" # handle 44 (verdict drop)',
    `trace id 7f000001 ip mine forward ${packet}`,
    'trace id 7f000001 ip mine forward rule oifname vmap { "br-one" : drop } # handle 5 (verdict drop)',
  ])
  assert.deepEqual(
    jumped?.matches.map(({ chain, handle, verdict }) => [chain, handle, verdict]),
    [
      ['filter-FORWARD', 47, 'jump filter-forward-in__br-one'],
      ['filter-forward-in__br-one', 44, 'drop'],
    ],
  )
  const by = jumped && death(jumped)
  assert.deepEqual(by && by !== 'policy' && by.chain, 'filter-forward-in__br-one')
  assert.deepEqual(dropped && death(dropped), dropped?.matches[0])
})

test('trace: rules belong to the packet before them; what is not known is passed over', () => {
  const [passage, ...others] = read('router', [
    'nft: a line of another kind',
    `trace id 9dbbc254 ip filter FORWARD packet: iif "a" oif "b" ${echo('10.0.0.1', '10.0.1.1', 63)}`,
    'trace id 9dbbc254 conntrack: ct direction original ct state new',
    'trace id 9dbbc254 ip filter FORWARD rule counter packets 5 bytes 420 jump LESSON # handle 13 (verdict jump LESSON)',
    'trace id 9dbbc254 ip filter LESSON rule iifname "a" counter packets 1 bytes 84 drop # handle 27 (verdict drop)',
  ])
  assert.deepEqual(others, [])
  assert.deepEqual(
    passage?.matches.map(({ chain, handle, verdict }) => [chain, handle, verdict]),
    [
      ['FORWARD', 13, 'jump LESSON'],
      ['LESSON', 27, 'drop'],
    ],
  )
  assert.equal(passage && (death(passage) as { handle: number }).handle, 27)
})

test("trace: what passes the tables of another why is none of one's own", () => {
  const words = echo('10.0.0.1', '10.0.1.1', 63)
  assert.equal(read('router', [`trace id 1 ip why_2_2 routed packet: iif "a" oif "b" ${words}`]).length, 0)
  assert.equal(read('router', [`trace id 1 ip why_1_1 routed packet: iif "a" oif "b" ${words}`]).length, 1)
})

/** What leaves an interface, in the words of both versions: the older one prints bytes, the newer one nothing. */
const leaving: Readonly<Record<string, string>> = {
  'nft 1.0':
    '@nh,0,160 0x45000054b2fc40003f0174a60a0200010a020002 @th,0,160 0x80010c1126700013542066b00000000d7560300 ',
  'nft 1.1': '',
}
for (const [version, bytes] of Object.entries(leaving))
  test(`trace: what leaves an interface, behind NAT, in the words of ${version}`, () => {
    const words = (src: string, ttl: number) =>
      `ip saddr ${src} ip daddr 10.2.0.2 ip ttl ${ttl} ip id 45820 icmp type echo-request icmp id 4711 icmp sequence 1`
    const passages = read('router', [
      `trace id d1 netdev why_1_1 in0 packet: iif "ra" ether daddr 92:ce:37:77:43:e7 ${words('10.1.0.2', 64)}`,
      `trace id d1 ip why_1_1 routed packet: iif "ra" oif "rb" ${words('10.1.0.2', 63)}`,
      `trace id d1 ip why_1_1 after packet: iif "ra" oif "rb" ${words('10.2.0.1', 63)}`,
      `trace id d1 netdev why_1_1 out1 packet: oif "rb" ${bytes}`,
      'trace id d1 netdev why_1_1 out1 rule icmp type { echo-reply, echo-request } icmp id 4711 meta nftrace set 1 # handle 37 (verdict continue)',
    ])
    assert.deepEqual(
      passages.map(({ chain }) => chain),
      ['in0', 'routed', 'out1'],
    )
    const { oif, header } = passages[2] as Passage
    assert.equal(oif, 'rb')
    assert.deepEqual(
      [header.src, header.dst, header.ttl, header.id, header.mac],
      ['10.2.0.1', '10.2.0.2', 63, 45820, undefined],
    )
  })

test('trace: an ARP request of its own, and a copy that a switch made, where nft prints no header', () => {
  const rule = (words: string) =>
    `trace id 9 netdev why_1_1 out0 rule ${words} meta nftrace set 1 # handle 3 (verdict continue)`
  const out = 'trace id 9 netdev why_1_1 out0 packet: oif "p2" '
  const [asked] = read('a', [out, rule('meta protocol arp')])
  assert.deepEqual([asked?.header.arp, asked?.oif], ['request', 'p2'])
  const came = `trace id 1 netdev why_1_1 in0 packet: iif "p1" ${echo('10.0.0.1', '10.0.0.2', 64)}`
  const [, copy] = read('s', [came, out, rule('icmp type { echo-reply, echo-request } icmp id 99')])
  assert.deepEqual([copy?.header.dst, copy?.oif], ['10.0.0.2', 'p2'])
})

test('trace: what left, and nothing tells what it was, is told as such', () => {
  const dark: string[] = []
  const reader = traceReader(
    'a',
    'why_1_1',
    () => assert.fail('nothing is known of it'),
    (dev) => dark.push(dev),
  )
  reader('trace id 9 netdev why_1_1 out0 packet: oif "p2" ')
  reader(
    'trace id 9 netdev why_1_1 out0 rule tcp flags syn,rst meta nftrace set 1 # handle 3 (verdict continue)',
  )
  assert.deepEqual(dark, ['p2'])
})

test("trace: a user's own table may be called as it likes", () => {
  const [passage] = read('r', [
    `trace id 1 inet why_office f packet: iif "a" oif "b" ${echo('10.0.0.1', '10.0.1.1', 63)}`,
    'trace id 1 inet why_office f rule ip daddr 10.0.1.1 counter drop # handle 2 (verdict drop)',
  ])
  assert.equal(passage && (death(passage) as { table: string }).table, 'why_office')
})

test('trace: a policy', () => {
  const [passage] = read('router', [
    `trace id 1 ip filter FORWARD packet: iif "a" oif "b" ${echo('10.0.0.1', '10.0.1.1', 63)}`,
    'trace id 1 ip filter FORWARD policy drop ',
  ])
  assert.equal(passage && death(passage), 'policy')
})

const hook = (kind: 'in' | 'out', dev: string, words: string) =>
  `trace id 1 netdev why_1_1 ${kind}0 packet: ${kind === 'in' ? 'iif' : 'oif'} "${dev}" ${words}`
const made = (words: string) => `trace id 1 ip why_1_1 made packet: oif "x" ${words}`
const mine = (words: string) => `trace id 1 ip why_1_1 mine packet: iif "x" ${words}`

test('journey: a visit ends where something comes in after something went out', () => {
  const there = echo('10.0.0.1', '10.0.1.1', 64)
  const visits = visitsOf(
    read('r', [
      hook('in', 'a', there),
      hook('out', 'br', there),
      hook('out', 'port', there),
      hook('in', 'a', there),
    ]),
  )
  assert.deepEqual(
    visits.map(({ passages }) => passages.length),
    [3, 1],
  )
})

test('journey: of the copies that a switch made, the one for the owner of the address is followed', () => {
  const ask = echo('10.0.0.1', '10.0.0.2', 64)
  const back = echo('10.0.0.2', '10.0.0.1', 64, 'echo-reply')
  const passages = [
    ...read('a', [made(ask), hook('out', 'eth0', ask)]),
    ...read('other', [hook('in', 'eth0', ask)]),
    ...read('b', [hook('in', 'eth0', ask), mine(ask), made(back), hook('out', 'eth0', back)]),
    ...read('a', [hook('in', 'eth0', back), mine(back)]),
  ]
  const owner = (address: string) => ({ '10.0.0.1': 'a', '10.0.0.2': 'b' })[address]
  const found = journeys(passages, { protocol: 'icmp', mark: 99 }, 'a', { owner, wired: () => false })
  assert.deepEqual(
    found.map(({ packet, visits }) => [packet, ...visits.map(({ place }) => place)]),
    [
      ['request', 'a', 'b'],
      ['reply', 'b', 'a'],
    ],
  )
})

const save = `*raw
:PREROUTING ACCEPT [0:0]
-A PREROUTING -p udp -j ACCEPT
-A PREROUTING -s 10.9.1.2/32 -p icmp -m comment --comment "lab 4" -j DROP
COMMIT
`
const json = JSON.stringify({
  nftables: [2, 5].map((handle) => ({ rule: { family: 'ip', table: 'raw', chain: 'PREROUTING', handle } })),
})
const match = {
  family: 'ip',
  table: 'raw',
  chain: 'PREROUTING',
  handle: 5,
  verdict: 'drop',
  text: 'ip saddr 10.9.1.2 drop',
}

test('rules: from the handle to the number and the words of iptables', () => {
  assert.deepEqual(ruleText(match, json, save), {
    ...{ table: 'raw', chain: 'PREROUTING', number: 2 },
    text: 'iptables -t raw -A PREROUTING -s 10.9.1.2/32 -p icmp -m comment --comment "lab 4" -j DROP',
    see: ['iptables', '-t', 'raw', '-L', 'PREROUTING', '-n', '-v', '--line-numbers'],
    undo: ['iptables', '-t', 'raw', '-D', 'PREROUTING', '2'],
  })
  assert.equal(chainLines(save, 'raw', 'PREROUTING').length, 2)
})

test('rules: one of nft itself keeps its own words', () => {
  const own = { ...match, family: 'inet', table: 'mine', chain: 'stop' }
  const listed = JSON.stringify({
    nftables: [{ rule: { family: 'inet', table: 'mine', chain: 'stop', handle: 5 } }],
  })
  assert.deepEqual(ruleText(own, listed, '').undo, [
    'nft',
    'delete',
    'rule',
    'inet',
    'mine',
    'stop',
    'handle',
    '5',
  ])
})

test('rules: a counter of iptables-legacy that grew', () => {
  const saved = (policy: number, rule: number) =>
    `*filter\n:FORWARD DROP [${policy}:0]\n[9:9] -A FORWARD -p tcp -j ACCEPT\n[${rule}:0] -A FORWARD -p icmp -j DROP\nCOMMIT\n`
  assert.equal(grownLegacy(saved(0, 0), saved(0, 0)), undefined)
  assert.equal(grownLegacy(saved(0, 0), saved(0, 1))?.text, 'iptables-legacy -A FORWARD -p icmp -j DROP')
  assert.equal(grownLegacy(saved(0, 0), saved(0, 1))?.number, 2)
  assert.equal(grownLegacy(saved(0, 0), saved(1, 0))?.text, 'iptables-legacy -P FORWARD DROP')
})

test('watch: one line a table, owned by the process, without connection tracking', () => {
  const lines = watchLines('why_1_1', ['lo', 'eth0'], { protocol: 'tcp', mark: 61000, port: 80 })
  assert.equal(lines.length, 3)
  const many = Array.from({ length: 70 }, (_, i) => `p${i}`)
  assert.equal(
    watchLines('why_1_1', many, { protocol: 'icmp', mark: 7 }).length,
    5,
    'no more than 32 at once',
  )
  assert.equal(lines.at(-1), 'monitor trace')
  for (const line of lines.slice(0, 2)) {
    assert.match(line, /^table (netdev|ip) why_1_1 \{ flags owner; chain /)
    assert.doesNotMatch(line, /\bct\b/)
  }
  assert.match(lines[0] ?? '', /hook egress device "eth0"/)
  assert.doesNotMatch(watchLines('why_1_1', ['eth0'], { protocol: 'icmp', mark: 7 }, false).join(), /egress/)
})

test('stacks: a link that is up at one end only has no carrier', () => {
  const link = (flags: string[], operstate: string) =>
    linksOf(JSON.stringify([{ ifname: 'a', ifindex: 2, flags, operstate, addr_info: [] }]))[0]
  assert.equal(link(['UP', 'LOWER_UP'], 'UP')?.carrier, true)
  assert.equal(link(['NO-CARRIER', 'UP'], 'LOWERLAYERDOWN')?.carrier, false)
})

test('questions: TO, TO:PORT, and what is neither', () => {
  assert.deepEqual(questionOf('a', 'web:80'), { from: 'a', to: 'web', port: 80 })
  assert.deepEqual(questionOf('a', '10.0.0.1', false, false), { from: 'a', to: '10.0.0.1' })
  assert.deepEqual(questionOf('a', 'fd00::1'), { from: 'a', to: 'fd00::1' })
  assert.deepEqual(questionOf('a', '[fd00::1]:80'), { from: 'a', to: 'fd00::1', port: 80 })
  assert.deepEqual(questionOf('a', 'web:53', true), { from: 'a', to: 'web', port: 53, udp: true })
  for (const wrong of ['', ':80', 'web:', 'web:http', 'a:b:c'])
    assert.throws(() => questionOf('a', wrong), /is not/)
})

test('each code has its part in docs/causes.md, and nothing else has', () => {
  const text = readFileSync(new URL('../../docs/causes.md', import.meta.url), 'utf8')
  const told = [...text.matchAll(/^\| `([a-z0-9_-]+)` \|/gm)].map(([, code]) => code)
  assert.deepEqual(told.sort(), [...new Set([...causes.map(codeOf), ...finerCodes])].sort())
})

test('policy routing: the rule and the table that are chosen, as the kernel does', () => {
  const rules = [
    { priority: 0, src: 'all', table: 'local' },
    { priority: 100, src: '10.1.0.0', srclen: 24, table: '100' },
    { priority: 200, src: 'all', fwmark: '0x7', table: '70' },
    { priority: 32766, src: 'all', table: 'main' },
  ]
  const routes = [
    { dst: 'default', type: 'unreachable', table: '100' },
    { dst: 'default', type: 'blackhole', table: '70' },
    { dst: '10.2.0.0/24', dev: 'eth1' },
    { dst: 'default', gateway: '10.2.0.9', dev: 'eth1' },
  ]
  const table = (src: string, mark?: number) =>
    choose(rules, routes, { src, dst: '10.2.0.2', iif: 'eth0', ...(mark ? { mark } : {}) })?.rule.table
  assert.equal(table('10.1.0.2'), '100')
  assert.equal(table('10.3.0.2', 7), '70')
  assert.equal(table('10.3.0.2'), 'main')
  assert.equal(ruleWords(rules[1] as never), 'from 10.1.0.0/24 lookup 100')
  assert.equal(
    choose(rules, routes, { dst: '10.2.0.2', iif: 'lo' })?.route?.dst,
    '10.2.0.0/24',
    'the longest wins',
  )
})

test('who listens, and for whom', () => {
  const line = (local: string) => `   0: ${local} 00000000:0000 0A 00000000:00000000`
  const [four, six] = listening(
    `${line('0100007F:0050')}\n${line('00000000000000000000000000000000:0050')}`,
    'tcp',
  )
  assert.deepEqual(four, { address: '127.0.0.1', port: 80, waiting: 0 })
  assert.deepEqual(six, { address: '::', port: 80, waiting: 0 })
  const [full] = listening('   0: 0100007F:0050 00000000:0000 0A 00000000:0000000B', 'tcp')
  assert.equal(full?.waiting, 11)
  assert.equal(hears({ address: '10.9.9.9' }, '10.0.0.2'), false)
  assert.equal(hears({ address: '::' }, '10.0.0.2'), true)
  assert.equal(hears({ address: '0.0.0.0' }, 'fd00::1'), false)
})

test('DNS: a question as bytes, and its answer', () => {
  const asked = query('db.example', 4)
  assert.equal(asked.subarray(12, 24).toString('latin1'), '\u0002db\u0007example\0')
  const reply = Buffer.concat([asked, Buffer.from('c00c00010001000000050004ac150005', 'hex')])
  reply.writeUInt16BE(0x8180, 2)
  reply.writeUInt16BE(1, 6)
  assert.deepEqual(answer(reply), { ok: true, addresses: ['172.21.0.5'] })
  reply.writeUInt16BE(0x8183, 2)
  reply.writeUInt16BE(0, 6)
  assert.deepEqual(answer(reply), { ok: false, said: 'unknown' })
})

test('names: /etc/hosts and /etc/resolv.conf of a place', () => {
  const files = nameFiles(
    '127.0.0.1 localhost\n172.17.0.1\thost.docker.internal # the host\n',
    'nameserver 127.0.0.11\nsearch corp.example lan\noptions ndots:0\n',
  )
  assert.equal(byHosts(files, 'host.docker.internal', 4), '172.17.0.1')
  assert.deepEqual(files.servers, ['127.0.0.11'])
  assert.deepEqual(candidates('db', files), ['db', 'db.corp.example', 'db.lan'])
  assert.deepEqual(candidates('db', { ...files, ndots: 1 }), ['db.corp.example', 'db.lan', 'db'])
})

test('rules: what a comment says makes no REJECT of a DROP', () => {
  assert.equal(rejects('iptables -A INPUT -m comment --comment "do not REJECT this" -j DROP'), false)
  assert.equal(rejects('iptables -A INPUT -j REJECT --reject-with tcp-reset'), true)
})

const words6 =
  'iif "ra" ether daddr 92:ce:37:77:43:e7 ip6 saddr fd01::2 ip6 daddr fd02::2 ip6 dscp cs0 ip6 ecn not-ect ip6 hoplimit 64 ip6 flowlabel 80783 ip6 nexthdr ipv6-icmp ip6 length 64 icmpv6 type echo-request icmpv6 code'
for (const [version, rest] of [
  ['nft 1.0', 'no-route icmpv6 parameter-problem 308740097 @th,64,96 0x3542066b0000000048060600 '],
  ['nft 1.1', '0 icmpv6 parameter-problem 308740097 icmpv6 taddr ::3f42:66b:0:0:309a:b00 '],
] as const)
  test(`packet: a ping by IPv6, in the words of ${version}`, () => {
    const header = headerOf(`${words6} ${rest}`)
    assert.deepEqual(
      [header?.protocol, header?.src, header?.dst, header?.ttl, header?.id, header?.echo, header?.type],
      ['icmp', 'fd01::2', 'fd02::2', 64, 80783, 4711, 'echo-request'],
    )
  })

test('packet: IPv6 on its way out, as bytes', () => {
  const header = headerOf(
    'oif "rb" @nh,0,320 0x60013b8f00403a3ffd010000000000000000000000000002fd020000000000000000000000000002 @th,0,160 0x80002a8e126700013542066b0000000048060600 ',
  )
  assert.deepEqual(
    [header?.src, header?.dst, header?.ttl, header?.id, header?.echo],
    ['fd01::2', 'fd02::2', 63, 80783, 4711],
  )
})

test('an open connection: whether its first byte is heard, and who hangs up', () => {
  const probe: Probe = { protocol: 'tcp', mark: 61000, port: 80 }
  const wiring: Wiring = { owner: () => 'b', wired: () => true }
  let at = 0
  const seen = (place: string, chain: string, mine: boolean, flags: string[]): Passage => ({
    ...{ place, at: at++, family: 'ip', table: 'why_1_1', chain, matches: [] },
    header: {
      ...{ protocol: 'tcp', src: mine ? 'a' : 'b', dst: mine ? 'b' : 'a', flags },
      ...(mine ? { sport: 61000, dport: 80 } : { sport: 80, dport: 61000 }),
    },
  })
  const said = [
    ...[seen('a', 'made', true, ['psh', 'ack']), { ...seen('a', 'out0', true, ['psh', 'ack']), oif: 'e' }],
    { ...seen('b', 'in0', true, ['psh', 'ack']), iif: 'e', family: 'netdev' },
    ...[seen('b', 'mine', true, ['psh', 'ack']), seen('b', 'taken', true, ['psh', 'ack'])],
  ].map((one) => (one.chain === 'out0' ? { ...one, family: 'netdev' } : one))
  const end = seen('b', 'made', false, ['fin', 'ack'])
  assert.equal(talkOf(said, probe, 'a', wiring).heard, true)
  assert.equal(talkOf(said.slice(0, 2), probe, 'a', wiring).heard, false)
  assert.equal(talkOf([...said, end], probe, 'a', wiring).ended, false, 'it had got something')
  assert.equal(talkOf([end], probe, 'a', wiring).ended, true)
  const spoke = seen('b', 'made', false, ['psh', 'ack'])
  assert.equal(talkOf([spoke, end], probe, 'a', wiring).ended, false, 'it had said something')
  const killed = said.map((one) => (one.chain === 'mine' ? { ...one, policy: 'drop' } : one))
  assert.equal(talkOf(killed, probe, 'a', wiring).heard, false)
})

test('VLANs: which number a frame has, and where a bridge lets it through no further', () => {
  const memberships = membershipsOf([
    { ifname: 'p1', vlans: [{ vlan: 10, flags: ['PVID', 'Egress Untagged'] }] },
    { ifname: 'p2', vlans: [{ vlan: 20, flags: ['PVID', 'Egress Untagged'] }] },
    {
      ifname: 'trunk',
      vlans: [
        { vlan: 1, flags: ['PVID', 'Egress Untagged'] },
        { vlan: 10, vlanEnd: 12 },
      ],
    },
    { ifname: 'p4' },
  ])
  const stack = { place: { kind: 'server', name: 's', server: 's' } } as unknown as Stack
  const end = (name: string, more: object = {}): End => ({
    stack,
    link: { ...{ name, kind: 'veth', addresses: [], up: true }, ...more } as unknown as Link,
  })
  const bridge = end('br0', { kind: 'bridge', vlans: true })
  const through = (...ends: End[]) => apart(ends, () => memberships)
  const other = through(end('a'), end('p1'), bridge, end('p2'), end('b'))
  assert.match(other?.says ?? '', /in VLAN 10 \(by p1 of s\), and p2 of s is not/)
  assert.equal(other?.argv?.join(' '), 'bridge vlan add dev p2 vid 10 pvid untagged')
  assert.equal(through(end('a'), end('p1'), bridge, end('p1'), end('b')), undefined)
  assert.match(
    through(end('a'), end('p1'), bridge, end('trunk'), end('b'))?.says ?? '',
    /with the tag 10 to b of s/,
  )
  const tagged = end('b.10', { kind: 'vlan', vlan: 10 })
  assert.equal(through(end('a'), end('p1'), bridge, end('trunk'), end('b'), tagged), undefined)
  assert.equal(through(tagged, end('b'), end('trunk'), bridge, end('p1'), end('a')), undefined)
  assert.match(through(end('a'), end('p4'), bridge, end('p1'), end('b'))?.says ?? '', /no VLAN of its own/)
  assert.match(
    through(tagged, end('x'), end('p2'), bridge, end('p1'))?.says ?? '',
    /p2 of s is not in VLAN 10/,
  )
  const two = end('c.20', { kind: 'vlan', vlan: 20 })
  assert.match(through(tagged, end('b'), end('c'), two)?.says ?? '', /with the tag 10, and c.20 of s takes/)
})

test('tc: at which hook a filter is looked for', () => {
  assert.deepEqual(hooksOf('ingress', true), ['ingress'])
  assert.deepEqual(hooksOf('clsact', true), ['egress'])
  assert.deepEqual(hooksOf('clsact', false), ['ingress'])
  assert.deepEqual(hooksOf('clsact', undefined), ['ingress', 'egress'])
})
