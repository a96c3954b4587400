/**
 * Silent losses and false refusals that people met, each a line: what must be printed, what must be refused, what must be
 * told to be lacking. `notYet` holds what is out of reach, with the reason; a line of it that starts to work fails here.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BadInput } from '../../lib/errors.ts'
import { server } from '../../lib/index.ts'
import type { Command } from '../../lib/language/command.ts'
import { judge } from '../../lib/language/grammar/form.ts'
import { toShell } from '../../lib/language/on-server.ts'

// biome-ignore lint/suspicious/noExplicitAny: as from JavaScript, where nobody has run tsc
const host = server('server1') as any
const { filter, nat, mangle } = host.iptables
const run = () => host.docker.run('alpine').name('a1')
const create = (name = 'n1') => host.docker.network.create(name)
const tcp = (table: typeof nat, chain: string) => table.append(chain).protocol('tcp')

const printed: Array<[line: string, build: () => unknown]> = [
  [
    'ip link add name br0 type bridge vlan_filtering 1',
    () => host.ip.link.add('br0').type('bridge', { vlan_filtering: 1 }),
  ],
  [
    'ip link add name vx0 type vxlan id 7 dstport 4789 dev eth0 group 239.1.1.1 ttl 5 nolearning',
    () =>
      host.ip.link.add('vx0').type('vxlan', {
        id: 7,
        group: '239.1.1.1',
        dev: 'eth0',
        dstport: 4789,
        ttl: 5,
        learning: false,
      }),
  ],
  [
    'ip link add link eth0 name v5 type vlan protocol 802.1ad id 5',
    () => host.ip.link.add('v5').type('vlan', { link: 'eth0', id: 5, protocol: '802.1ad' }),
  ],
  [
    'iptables -t nat -A PREROUTING -p tcp -j DNAT --to-destination 10.0.0.2:80 --random',
    () => tcp(nat, 'PREROUTING').jump('DNAT', { to: '10.0.0.2:80', random: true }),
  ],
  ['iptables -A INPUT -j LOG --log-level 4', () => filter.append('INPUT').jump('LOG', { level: 4 })],
  [
    'iptables -t mangle -A PREROUTING -j TTL --ttl-set 9',
    () => mangle.append('PREROUTING').jump('TTL', { set: 9 }),
  ],
  [
    'iptables -t mangle -A PREROUTING -j CONNMARK --save-mark',
    () => mangle.append('PREROUTING').jump('CONNMARK', { save: true }),
  ],
  [
    'docker network connect --ip6 fd00::9 n1 a1',
    () => host.docker.network.connect('n1', 'a1', { ip6: 'fd00::9' }),
  ],
  [
    'docker network create --driver bridge --subnet 10.1.0.0/24 --subnet fd00:1::/64 n1',
    () => create().driver('bridge').subnet('10.1.0.0/24').subnet('fd00:1::/64'),
  ],
  ['docker run -dit --name a1 -p 80 alpine', () => run().publish('80')],
  ['docker run -dit --name a1 -p 127.0.0.1::80 alpine', () => run().publish('127.0.0.1::80')],
  ['docker run -dit --name a1 -p 8000-8002:8000-8002 alpine', () => run().publish('8000-8002:8000-8002')],
  ['docker run -dit --name a1 -p 0:80 alpine', () => run().publish('0:80')],
  ["docker run -dit --name a1 -p '[::1]:8085:80' alpine", () => run().publish('[::1]:8085:80')],
  ['docker run -dit --name a1 --network container:api alpine', () => run().network('container:api')],
  ['docker run -dit --name a1 --hostname a.example.org alpine', () => run().hostname('a.example.org')],
  ['docker run -dit --name a1 --hostname a_1 alpine', () => run().hostname('a_1')],
  ['docker run -dit --name a1 alpine --version', () => run().command('--version')],
  ['nslookup my_db', () => host.dns('my_db').resolves.command('my_db')],
  ['nslookup _http._tcp.x', () => host.dns('_http._tcp.x').resolves.command('_http._tcp.x')],
  ['nslookup x.', () => host.dns('x.').resolves.command('x.')],
  ['nc -z -v -w 1 web 80', () => host.tcp('web', 80).open.command('web')],
  ["sh -c 'echo vethlab | nc -u -v -w 1 web 53'", () => host.udp('web', 53).open.command('web')],
  ['ping -c 1 -W 1 ::1', () => host.ping('::1').replies.command('::1')],
  ['ping -c 1 -W 1 2001:db8::1', () => host.ping('2001:db8::1').replies.command('2001:db8::1')],
  ['docker network create n', () => create('n')],
  ['docker network connect --alias a n1 a1', () => host.docker.network.connect('n1', 'a1', { alias: 'a' })],
  [
    'docker network create --subnet 10.1.0.0/24 --gateway 10.1.0.9 n1',
    () => create().gateway('10.1.0.9').subnet('10.1.0.0/24'),
  ],
  ['ip addr add 10.0.0.1 dev eth0', () => host.ip.addr.add('10.0.0.1').dev('eth0')],
  ['ip route add 10.0.0.5 dev eth0', () => host.ip.route.add('10.0.0.5').dev('eth0')],
  [
    'ip addr add 10.0.0.1/255.255.255.0 dev eth0',
    () => host.ip.addr.add('10.0.0.1/255.255.255.0').dev('eth0'),
  ],
  ['ip route del default', () => host.ip.route.del('default')],
  ['ip link set dev lo mtu 65536', () => host.ip.link.set('lo').mtu(65536)],
  ['ip link add name vx0 type vxlan id 7', () => host.ip.link.add('vx0').type('vxlan', { id: 7 })],
  [
    'ip link add name vx0 type vxlan id 7 dstport 0',
    () => host.ip.link.add('vx0').type('vxlan', { id: 7, dstport: 0 }),
  ],
  [
    'iptables -A INPUT -s 10.0.0.1,10.0.0.2',
    () => filter.append('INPUT').source('10.0.0.1,10.0.0.2').count(),
  ],
  [
    'iptables -A INPUT -s 10.0.0.0/255.255.255.0',
    () => filter.append('INPUT').source('10.0.0.0/255.255.255.0').count(),
  ],
  ['iptables -A INPUT -p tcp --dport 8000:8010', () => tcp(filter, 'INPUT').dport('8000:8010').count()],
  ['iptables -A INPUT -p tcp --dport http', () => tcp(filter, 'INPUT').dport('http').count()],
  [
    'iptables -t nat -A PREROUTING -p tcp -j DNAT --to-destination :8080',
    () => tcp(nat, 'PREROUTING').jump('DNAT', { to: ':8080' }),
  ],
  [
    'iptables -t nat -A PREROUTING -p tcp -j REDIRECT --to-ports 8000-8010',
    () => tcp(nat, 'PREROUTING').jump('REDIRECT', { port: '8000-8010' }),
  ],
  [
    'iptables -t mangle -A PREROUTING -j MARK --set-mark 0x1/0xff',
    () => mangle.append('PREROUTING').jump('MARK', { set: '0x1/0xff' }),
  ],
  ['iptables -A INPUT -p sctp', () => filter.append('INPUT').protocol('sctp').count()],
  ['iptables -A INPUT -p 89', () => filter.append('INPUT').protocol(89).count()],
  ['sysctl -w net.ipv4.conf.veth+1.rp_filter=0', () => host.sysctl.set('net.ipv4.conf.veth+1.rp_filter', 0)],
  ['sysctl -w net/ipv4/conf/eth0.5/rp_filter=0', () => host.sysctl.set('net/ipv4/conf/eth0.5/rp_filter', 0)],
  ['iptables -F', () => filter.flush()],
  ['iptables -X', () => filter.deleteChain()],
  [
    'ip route add default via inet6 fe80::1 dev eth0',
    () => host.ip.route.add('default').via('fe80::1', 'inet6').dev('eth0'),
  ],
  ['ip -6 route show fd00::1', () => host.ip.route.show('fd00::1', { family: 6 })],
]

for (const [line, build] of printed)
  test(`prints ${line}`, () => {
    const command = build() as Command
    judge(command)
    assert.equal(toShell(command), line)
  })

const refused: Array<[what: string, build: () => unknown, message: RegExp]> = [
  ['two networks of one container', () => run().network('n1').network('n2'), /once/],
  [
    'a gateway twice',
    () => judge(create().subnet('10.1.0.0/24').gateway('10.1.0.1').gateway('10.1.0.2')),
    /once|gateway/,
  ],
  ['a driver twice', () => create().driver('bridge').driver('macvlan'), /once/],
  ['a host name twice', () => run().hostname('a').hostname('b'), /once/],
  ['a command twice', () => run().command('a').command('b'), /once/],
  ['-s twice', () => filter.append('INPUT').source('10.0.0.1').source('10.0.0.2'), /once/],
  ['-p twice', () => filter.append('INPUT').protocol('tcp').protocol('udp'), /once/],
  ['--ctstate with no state', () => filter.append('INPUT').ctstate(), /needs a state/],
  ['a port behind ! -p', () => filter.append('INPUT').not.protocol('tcp').dport(80), /protocol/],
  ['tcp-reset without -p tcp', () => filter.append('INPUT').jump('REJECT', { with: 'tcp-reset' }), /tcp/],
  [
    'a port of DNAT without a protocol',
    () => nat.append('PREROUTING').jump('DNAT', { to: '10.0.0.2:80' }),
    /protocol/,
  ],
  ['-N INPUT', () => filter.newChain('INPUT'), /INPUT/],
  ['a LOG prefix with a newline', () => filter.append('INPUT').jump('LOG', { prefix: 'a\nb' }), /line/],
  ['an image that starts with -', () => host.docker.run('-x'), /-x/],
  ['-e =x', () => run().env('', 'x'), /empty/],
  ["--cap-add 'NET ADMIN'", () => run().capAdd('NET ADMIN'), /capability/],
  ['--ip on host', () => run().network('host').ip('10.0.0.1'), /no address can be chosen/],
  ['--ip on the default bridge', () => run().network('bridge').ip('10.0.0.1'), /no address can be chosen/],
  ['D@ifN', () => host.ip.link.set('eth0@if7'), /eth0@if7/],
  ['-P INPUT REJECT', () => filter.policy('INPUT', 'REJECT'), /REJECT/],
  ["-P of a user's chain", () => filter.policy('LESSON', 'DROP'), /LESSON/],
  ['a state that there is not', () => filter.append('INPUT').ctstate('OLD'), /OLD/],
  ['a protocol that there is not', () => filter.append('INPUT').protocol('tpc'), /tpc/],
  ['a type of link that there is not', () => host.ip.link.add('x').type('brigde'), /did you mean bridge/],
  [
    'an option that a type has not',
    () => host.ip.link.add('x').type('bridge', { vlan_filter: 1 }),
    /did you mean vlan_filtering/,
  ],
  [
    'a word that ip lacks',
    () => host.ip.xfrn,
    /did you mean xfrm\? If not, say it as exec\('ip', 'xfrn', …\)/,
  ],
  [
    'a match that there is not',
    () => filter.append('INPUT').dprot(80),
    /has no match dprot\(\): did you mean dport/,
  ],
  [
    'via inet6 to a subnet of IPv6',
    () => host.ip.route.add('fd00::/64').via('fe80::1', 'inet6'),
    /via inet6 is for a route of IPv4/,
  ],
]

for (const [what, build, message] of refused)
  test(`refuses ${what}`, () =>
    assert.throws(build, (error) => error instanceof BadInput && message.test(error.message)))

/** What people type and vethlab cannot say, with the reason. */
const notYet: Array<[what: string, why: string, build: () => unknown]> = [
  ['ip monitor', 'it never ends, and its output is for a person', () => host.ip.monitor()],
  [
    'ip link add type veth',
    'the kernel would choose the names, and nobody could say them',
    () => host.ip.link.add().type('veth'),
  ],
  [
    'docker run without a name',
    'a container without a name cannot be found again',
    () => judge(host.docker.run('alpine').command('true')),
  ],
  ['docker buildx create', 'a builder is no part of a network', () => host.docker.buildx.create()],
]

for (const [what, why, build] of notYet) test(`not yet: ${what}, since ${why}`, () => assert.throws(build))
