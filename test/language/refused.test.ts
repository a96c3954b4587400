/** Values that no tool would take are refused when the command is built: the error names the value and the rule. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BadInput, explain } from '../../lib/errors.ts'
import { capture, kernelHas, lan, server } from '../../lib/index.ts'
import { judge } from '../../lib/language/grammar/form.ts'

const host = server('server1')
const { filter, nat } = host.iptables

/** As a script without types says it. */
const untyped = host as never as {
  [name: string]: { [name: string]: { [name: string]: (...args: unknown[]) => unknown } }
}

const refused: Array<[string, () => unknown, RegExp]> = [
  [
    'a surplus value of a tool',
    () => untyped.ip?.netns?.add?.('a', 'b'),
    /`ip netns add` takes 1 value, and was given 2/,
  ],
  [
    'a surplus value of docker',
    () => untyped.docker?.network?.rm?.('a', 'b'),
    /`docker network rm` takes 1 value/,
  ],
  [
    'a surplus value of a clause',
    () => (host.ip.link.set('a') as never as { up(...args: unknown[]): unknown }).up('now'),
    /up takes no value/,
  ],
  [
    'an interface name of 16 characters',
    () => host.ip.link.add('a234567890123456'),
    /"a234567890123456".*1 to 15/,
  ],
  [
    'an interface name of 15 characters and 30 bytes',
    () => host.ip.link.add('ééééééééééééééé'),
    /longer than 15 bytes/,
  ],
  ['an interface name with a slash', () => host.ip.link.set('a/b'), /"a\/b" is not an interface name/],
  ['an interface name with a blank', () => host.ip.link.set('a b'), /"a b"/],
  ['an interface name that reads as an option', () => host.ip.link.set('-a'), /"-a"/],
  ['an interface called ..', () => host.ip.link.set('..'), /"\.\."/],
  ['an empty interface name', () => host.ip.link.set(''), /""/],
  ['a peer with a colon', () => host.ip.link.add('a').type('veth', { peer: 'b:c' }), /"b:c"/],
  ['prefix 33', () => host.ip.addr.add('10.0.0.1/33'), /10\.0\.0\.1\/33.*0 to 32/],
  ['an octet of 256', () => host.ip.addr.add('10.0.0.256/24'), /10\.0\.0\.256/],
  ['octets with leading zeros', () => host.ip.route.get('010.0.0.1'), /010\.0\.0\.1/],
  [
    'a gateway with a prefix',
    () => host.ip.route.add('default').via('10.0.0.1/24' as never),
    /10\.0\.0\.1\/24/,
  ],
  [
    'a route to an address with host bits',
    () => host.ip.route.add('10.0.0.1/24'),
    /the subnet is 10\.0\.0\.0\/24/,
  ],
  [
    'a gateway outside its subnet',
    () => host.docker.network.create('n1').subnet('10.1.0.0/24').gateway('10.2.0.1'),
    /"10\.2\.0\.1" cannot be the gateway: it is outside 10\.1\.0\.0\/24/,
  ],
  [
    'a range outside its subnet',
    () => host.docker.network.create('n1').subnet('10.1.0.0/24').ipRange('10.0.0.0/8'),
    /outside 10\.1\.0\.0\/24/,
  ],
  [
    'a gateway without a subnet',
    () => judge(host.docker.network.create('n1').gateway('10.2.0.1')),
    /needs a subnet/,
  ],
  ['port 70000', () => host.tcp('10.0.0.1', 70000), /70000 is not a port: 1 to 65535/],
  ['port 0', () => filter.append('INPUT').protocol('tcp').dport(0), /0 is not a port/],
  ['port 1.5', () => host.listen(1.5), /1\.5/],
  ['a published port of 70000', () => host.docker.run('x').name('a1').publish('70000:80'), /70000/],
  ['a publication in words', () => host.docker.run('x').name('a1').publish('http'), /"http".*as in 8080:80/],
  ['an IP before its network', () => host.docker.run('x').name('a1').ip('10.0.0.1'), /needs a network/],
  [
    'a VLAN id of 4095',
    () => host.ip.link.add('v').type('vlan', { link: 'e0', id: 4095 }),
    /4095.*1 to 4094/,
  ],
  ['an MTU of 10', () => host.ip.link.set('e0').mtu(10), /10.*68 to 65536/],
  ['a MAC address of five', () => host.ip.link.set('e0').address('02:00:00:00:00'), /MAC/],
  ['a namespace with a slash', () => host.netns('a/b'), /"a\/b"/],
  ['a server with an underscore', () => server('server_1'), /"server_1" is not a host name/],
  ['a container with a blank', () => host.container('a b'), /"a b" is not a Docker name/],
  ['a project in capitals', () => host.compose('Shop', '/x.yml'), /"Shop" is not a Compose project/],
  [
    'a chain of another table, from JavaScript',
    () => nat.append('FORWARD' as never),
    /table nat has no chain FORWARD: it has PREROUTING/,
  ],
  ['a DNAT to a name', () => nat.append('PREROUTING').jump('DNAT', { to: 'web:80' }), /"web"/],
  ['a comment of two lines', () => filter.append('INPUT').comment('a\nb'), /one line/],
  [
    'a log prefix of 30 characters',
    () => filter.append('INPUT').jump('LOG', { prefix: 'x'.repeat(30) }),
    /29/,
  ],
  ['a sysctl key with a blank', () => host.sysctl.set('net.ipv4 x', 1), /sysctl key/],
  ['an argument with a NUL', () => host.exec('echo', 'a\0b'), /NUL/],
  [
    'a LAN address used twice',
    () => lan('v').plug(host, 'e0', '10.0.0.1/24').plug(server('server2'), 'e0', '10.0.0.1/24'),
    /10\.0\.0\.1 is the address of server1 on v already/,
  ],
  [
    'an interface plugged in twice',
    () => lan('v').plug(host, 'e0', '10.0.0.1/24').plug(host, 'e0', '10.0.0.2/24'),
    /e0 of server1 is plugged into v already/,
  ],
  ['a switch without cables', () => lan('v').promiscuous('deny'), /nothing is plugged into v/],
  ['a capture in a container', () => capture(host.container('a1'), 'eth0'), /capture on the server/],
  ['to ask the kernel for what is no link', () => kernelHas(host.ip.link.show()), /makes no link/],
  [
    'MASQUERADE in PREROUTING, from JavaScript',
    () => nat.append('PREROUTING').jump('MASQUERADE' as never),
    /MASQUERADE has no place in PREROUTING of table nat: it takes ACCEPT/,
  ],
  [
    'MASQUERADE in the filter table, in a chain of our own',
    () => filter.append('LESSON').jump('MASQUERADE' as never),
    /MASQUERADE has no place in LESSON/,
  ],
  [
    '-o in INPUT, from JavaScript',
    () => (filter.append('INPUT').out as (dev: string) => unknown)('e0'),
    /INPUT has no -o/,
  ],
  [
    '-i in POSTROUTING, from JavaScript',
    () => (nat.append('POSTROUTING').in as (dev: string) => unknown)('e0'),
    /POSTROUTING has no -i/,
  ],
  ['a TTL of 256', () => host.ping('10.0.0.1').replies.ttl(256), /256/],
]

for (const [what, build, message] of refused)
  test(`refuses ${what}`, () =>
    assert.throws(build, (error) => error instanceof BadInput && message.test(error.message)))

test('the error tells the line that built it', () => {
  try {
    host.ip.addr.add('10.0.0.1/33')
    assert.fail('not refused')
  } catch (error) {
    assert.match(explain(error), /^test\/language\/refused\.test\.ts:\d+\n"10\.0\.0\.1\/33"/)
  }
})
