/** What JavaScript may pass: refused by BadInput that says what is right, or taken; never dropped. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BadInput } from '../../lib/errors.ts'
import { capture, gateway, lan, matrix, output, scenario, server, star } from '../../lib/index.ts'
import { plan } from '../../lib/lab/plan.ts'
import { toShell } from '../../lib/language/on-server.ts'
import { shellLine } from '../../lib/language/shell.ts'
import { undoOf } from '../../lib/language/undo.ts'
import { script } from '../../lib/print/script.ts'

/** A script in JavaScript: its values have no types. */
// biome-ignore lint/suspicious/noExplicitAny: that is what this file is about
type Untyped = any

const host: Untyped = server('server1')
const net1: Untyped = server('server1').netns('net1')
const { filter, nat, mangle } = host.iptables
const { link } = host.ip
const run = () => host.docker.run('alpine').name('a1')
const network = () => host.docker.network.create('n1')
const any = (value: unknown): Untyped => value

const refused: Array<[string, () => unknown, RegExp]> = [
  // options that nobody knows
  [
    'an option of a bridge',
    () => link.add('b').type('bridge', { vlan_filter: 1 }),
    /a bridge has no option "vlan_filter": did you mean vlan_filtering/,
  ],
  [
    'mode of a vxlan',
    () => link.add('x').type('vxlan', { id: 1, dstport: 4789, mode: 'l2' }),
    /"mode".*id, dstport, dev/,
  ],
  [
    'a misspelt option of DNAT',
    () => nat.append('PREROUTING').jump('DNAT', { to: '10.0.0.1', randm: true }),
    /DNAT has no option "randm": did you mean random/,
  ],
  ['a level of LOG', () => filter.append('INPUT').jump('LOG', { level: 9 }), /9 is not/],
  [
    'options of ACCEPT',
    () => filter.append('INPUT').jump('ACCEPT', { to: 'x' }),
    /ACCEPT has no options: to/,
  ],
  [
    'options of a user’s chain',
    () => filter.append('INPUT').jump('LESSON', { to: 'x' }),
    /LESSON has no options/,
  ],
  ['ip6 of connect', () => host.docker.network.connect('n1', 'a1', { ip6: '10.0.0.1' }), /10\.0\.0\.1/],
  [
    'an option of connect',
    () => host.docker.network.connect('n1', 'a1', { ipv6: 'x' } as never),
    /"ipv6".*ip6/,
  ],
  ['an option of ps', () => host.docker.ps({ al: true }), /"al".*filters, format/],
  ['an option of ip link show', () => link.show({ upp: true }), /"upp": did you mean up/],
  ['an option of a star', () => star(host, 2, any({ net: '10.0.0.0/8' })), /"net".*subnet/],
  [
    'an option of a packet',
    () => capture(host, 'e0').saw(any({ dst: '10.0.0.1' })),
    /"dst".*from, to, port, text/,
  ],
  [
    'an option of gateway()',
    () => gateway(host, any({ from: 'a', bridge: 'b', subnet: '10.0.0.0/8', to: 'x' })),
    /"to"/,
  ],
  [
    'options that are a text',
    () => host.docker.ps('x'),
    /options of `docker ps`: they are an object in braces: filters, format/,
  ],
  [
    'options that are null',
    () => host.docker.network.connect('n1', 'a1', null),
    /options of .* are an object in braces/,
  ],
  // options that must be there
  ['DNAT without options', () => nat.append('PREROUTING').jump('DNAT'), /DNAT needs to/],
  ['DNAT with empty options', () => nat.append('PREROUTING').jump('DNAT', {}), /DNAT needs to/],
  ['a veth without its peer', () => link.add('a').type('veth'), /a veth needs peer/],
  // said twice
  [
    '-s twice',
    () => filter.append('INPUT').source('10.0.0.1').source('10.0.0.2'),
    /-s stands in this rule already/,
  ],
  ['-p twice', () => filter.append('INPUT').protocol('tcp').protocol('udp'), /-p stands/],
  ['--network twice', () => run().network('n1').network('n2'), /--network stands/],
  ['--hostname twice', () => run().hostname('a').hostname('b'), /--hostname stands/],
  ['a command twice', () => run().command('sleep', '1').command('sleep', '2'), /the command stands/],
  [
    'a subnet twice',
    () => network().subnet('10.1.0.0/24').subnet('10.2.0.0/24'),
    /n1 has its subnet already/,
  ],
  ['a driver twice', () => network().driver('bridge').driver('macvlan'), /takes driver\(\) once/],
  ['an option of a network twice', () => network().option('parent', 'e0').option('parent', 'e1'), /"parent"/],
  // words that no tool takes
  [
    'a type of link that is none',
    () => link.add('a').type('dumy'),
    /"dumy" is not a type of link: did you mean dummy/,
  ],
  [
    'a type called constructor',
    () => link.add('a').type('constructor'),
    /"constructor" is not a type of link/,
  ],
  ['a protocol', () => filter.append('INPUT').protocol('banana'), /"banana" is not a protocol: tcp, udp/],
  ['a mode of tuntap', () => host.ip.tuntap.add('t0').mode('tab'), /"tab" is not a mode: .*tun, tap/],
  ['promisc', () => link.set('e0').promisc(true), /true is not .*on, off/],
  [
    'a mode of macvlan',
    () => link.add('m').type('macvlan', { link: 'e0', mode: 'l2' }),
    /"l2".*private, vepa/,
  ],
  ['a driver', () => network().driver('brige'), /"brige" is not a driver/],
  ['a capability', () => run().capAdd('NET ADMIN'), /"NET ADMIN" is not a capability/],
  ['an answer of REJECT', () => filter.append('INPUT').jump('REJECT', { with: 'tcp-rst' }), /"tcp-rst"/],
  ['a policy', () => filter.policy('INPUT', 'REJECT'), /"REJECT" is not a policy: ACCEPT, DROP/],
  [
    'the policy of a user’s chain',
    () => filter.policy('DOCKER-USER', 'DROP'),
    /not a built-in chain of table filter/,
  ],
  ['a policy that would be a command', () => filter.policy("a';pwn;'", 'DROP'), /not a built-in chain/],
  ['no state', () => filter.append('INPUT').ctstate(), /needs a state: NEW/],
  ['a state', () => filter.append('INPUT').ctstate('NEWS'), /"NEWS" is not a state/],
  [
    'a port without a protocol',
    () => filter.append('INPUT').dport(80),
    /--dport needs a protocol before it: -p tcp or -p udp/,
  ],
  ['a port of icmp', () => filter.append('INPUT').protocol('icmp').dport(80), /--dport needs a protocol/],
  [
    'a port after ! -p',
    () => filter.append('INPUT').not.protocol('tcp').dport(80),
    /--dport needs a protocol/,
  ],
  [
    'tcp-reset without tcp',
    () => filter.append('INPUT').jump('REJECT', { with: 'tcp-reset' }),
    /tcp-reset needs a protocol/,
  ],
  [
    'DNAT to a port without a protocol',
    () => nat.append('PREROUTING').jump('DNAT', { to: '10.0.0.1:80' }),
    /needs a protocol/,
  ],
  ...['0x50', '1e3', ' 80 ', '80\n', ''].map((port): [string, () => unknown, RegExp] => [
    `DNAT to port ${JSON.stringify(port)}`,
    () =>
      nat
        .append('PREROUTING')
        .protocol('tcp')
        .jump('DNAT', { to: `10.0.0.1:${port}` }),
    /is not ADDRESS or ADDRESS:PORT/,
  ]),
  [
    'TCPMSS without tcp',
    () => mangle.append('FORWARD').jump('TCPMSS', { clamp: 'pmtu' }),
    /TCPMSS needs a protocol/,
  ],
  ['a new chain with a built-in name', () => filter.newChain('INPUT'), /INPUT is a built-in chain/],
  ['a new chain with the name of a target', () => filter.newChain('ACCEPT'), /ACCEPT is a target/],
  ['a jump to a built-in chain', () => filter.append('LESSON').jump('INPUT'), /INPUT is a built-in chain/],
  ['.not and then no match', () => filter.append('INPUT').not.jump('ACCEPT'), /\.not negates a match/],
  ['a log prefix of two lines', () => filter.append('INPUT').jump('LOG', { prefix: 'a\nb' }), /one line/],
  [
    'a log prefix of 16 characters and 32 bytes',
    () => filter.append('INPUT').jump('LOG', { prefix: 'é'.repeat(16) }),
    /29 bytes/,
  ],
  [
    'a comment of 200 characters and 400 bytes',
    () => filter.append('INPUT').comment('é'.repeat(200)),
    /255 bytes/,
  ],
  [
    'a parameter without a value',
    () => host.sysctl.set('net.ipv4.ip_forward'),
    /undefined is not a value of a kernel parameter/,
  ],
  [
    'a parameter set to an object',
    () => host.sysctl.set('net.ipv4.ip_forward', {}),
    /an object is not a value/,
  ],
  ['a parameter of two lines', () => host.sysctl.set('net.ipv4.ip_forward', '1\nx'), /one line/],
  ['a variable without a name', () => run().env('', 'x'), /it is empty/],
  ['a variable with = in its name', () => run().env('A=B', 'x'), /holds "="/],
  ['a variable without a value', () => run().env('A'), /undefined/],
  ['a namespace of 200 emoji', () => host.netns('🦊'.repeat(200)), /255 bytes/],
  [
    '--ip on the network of the machine',
    () => run().network('host').ip('10.0.0.1'),
    /no address can be chosen/,
  ],
  ['a name with a quote mark for an interface', () => link.add('a"b'), /ASCII/],
  ['an interface called é', () => link.add('é'), /ASCII/],
  // what would be an option, or a second word
  ['an image that is an option', () => host.docker.run('--volume=/:/host'), /would be an option/],
  ['an image of two words', () => host.docker.run('alpine sh'), /not the name of an image/],
  [
    'a file that is an option',
    () => host.docker.image.import('--message=x', 'mine'),
    /read as an option: say \.\//,
  ],
  [
    'an image to import that is an option',
    () => host.docker.image.import('/tmp/r.tar', '--help'),
    /would be an option/,
  ],
  ['a Compose file that is an option', () => host.compose('shop', '-'), /read as an option/],
  ['a namespace that is an option', () => link.set('v').netns({ name: '-x' }), /not a network namespace/],
  [
    'a made-up namespace that is an option',
    () => link.set('v').netns({ kind: 'netns', name: '-x', server: 'server1' }),
    /"-x"/,
  ],
  [
    'a namespace of another server',
    () => link.set('v').netns(server('server2').netns('net1')),
    /net1 is on server2, not on server1/,
  ],
  ['a server for a namespace', () => link.set('v').netns(host), /not a network namespace/],
  [
    'a peer in another server’s namespace',
    () => link.add('v').type('veth', { peer: 'w', netns: server('server2').netns('net1') }),
    /net1 is on server2/,
  ],
  [
    'a filter with an option of tcpdump',
    () => capture(host, 'e0', 'udp -w /etc/passwd'),
    /-w would be an option of tcpdump/,
  ],
  ['a capture whose name leaves /run', () => capture(host, 'e0', '', '../../etc/x'), /"\/"/],
  ['a program that is an option', () => host.exec('-x'), /would be an option/],
  ['no program', () => host.exec(), /there is no program/],
  ['no program in a container', () => host.docker.exec('a1'), /there is no program/],
  ['a LAN called by a command', () => lan('a;$(pwn) b'), /not an interface name/],
  // what is no text, no list, no place
  ['a number to publish', () => run().publish(80), /80 is not a port to publish: a text in quotes/],
  ['a number to resolve', () => host.dns(5), /5 is not a name/],
  ['null to ping', () => host.ping(null), /null cannot be asked/],
  ['a number to ping', () => host.ping(80), /80 cannot be asked/],
  ['a namespace to ping', () => host.ping(net1), /an object cannot be asked/],
  ['a number for a source', () => filter.append('INPUT').source(5), /5 is not an address/],
  ['filters that are a text', () => host.docker.ps({ filters: 'x' }), /"x" is not a filter/],
  ['a Compose file that is a number', () => host.compose('p', 5), /5 is not the path of a file/],
  [
    'a Compose file on a web site',
    () => host.compose('p', new URL('http://a/b.yml')),
    /not the URL of a file/,
  ],
  [
    'a network of a project that is a number',
    () => host.compose('p', '/f').network(5),
    /5 is not a Docker name/,
  ],
  ['a filter that is a number', () => capture(host, 'e0', any(5)), /5 is not a filter/],
  ['a text for a command', () => output(any('x')), /"x" is no command/],
  ['a text for a server', () => star(any('x'), 2), /"x" is not a server/],
  ['a text for nodes', () => matrix(any('x'), () => true), /"x" is not the nodes/],
  ['no rule for a matrix', () => matrix([], any(5)), /5 is not who must reach whom: a function/],
  [
    'a namespace plugged into a LAN',
    () => lan('v').plug(net1, 'e0', '10.0.0.1/24'),
    /an object is not a server/,
  ],
  [
    'a mode of a LAN',
    () => lan('v').plug(host, 'e0', '10.0.0.1/24').promiscuous(any('on')),
    /"on" is not deny or allow/,
  ],
  [
    'an argument that is a number',
    () => host.exec('sleep', 5),
    /5 cannot be an argument: it must be a text in quotes/,
  ],
  ['an argument with half a character', () => host.exec('echo', '\uD83E'), /half a character/],
  [
    'an argument of 200,000 characters',
    () => host.exec('echo', 'x'.repeat(200_000)),
    /too long for an argument: 131071 bytes/,
  ],
  [
    'words for a firewall that are none',
    () => host.docker.firewall.direct('docker0', 5),
    /5 cannot be options/,
  ],
  ['a title of two lines', () => scenario(import.meta, 'a\ntouch x', async () => {}), /one line/],
  ['a scenario of what is no file', () => scenario(any(5), 'a', async () => {}), /import\.meta/],
]

for (const [what, build, message] of refused)
  test(`refuses ${what}`, () =>
    assert.throws(build, (error) => {
      assert.ok(error instanceof BadInput, `${error}`)
      assert.match(error.message, message)
      assert.ok(error.message.length < 400, 'a long value is shortened')
      return true
    }))

test('a chain may be called as a property that every object has', () => {
  assert.equal(toShell(filter.newChain('toString')), 'iptables -N toString')
  assert.equal(toShell(filter.append('constructor').jump('toString')), 'iptables -A constructor -j toString')
})

test('what a shell knows itself is a program’s name in quotes', () => {
  assert.equal(shellLine(['if', 'x']), "'if' x")
  assert.equal(shellLine(['A=b', '!']), "'A=b' !")
})

test('the text of a LAN’s switch and of a firewall’s probe holds values in quotes', () => {
  const wire = lan('a;$(pwn)').plug(server('server1'), 'e0', '10.0.0.1/24')
  assert.match(wire.promiscuous('deny').argv[2] ?? '', /ip link set dev 'a;\$\(pwn\)' type bridge fdb_flush$/)
  const asked = host.docker.firewall.direct('$(pwn)', { drops: 'no', lets: "y'es" })
  assert.match(
    asked.argv[2],
    /"! -i \\{3}\$\(pwn\) \.\*-j DROP" -e " drop comment"; then echo no; else echo 'y'\\''es'; fi$/,
  )
  assert.match(asked.argv[2], /docker-bridges "filter-forward-in__\\\$\(pwn\)";/)
  const [, wait] = capture(server('server1').netns('a;pwn'), '$(pwn)').start()
  assert.match(wait?.argv.at(-1) ?? '', /\[ -s '\/run\/vethlab-a;pwn-\$\(pwn\)\.pcap' \]/)
})

test('the undo of a policy reads the policy of that chain', () => {
  assert.equal(
    undoOf(filter.policy('INPUT', 'DROP')),
    `iptables -P INPUT "$(iptables -S INPUT | sed -n 's/^-P INPUT //p')"`,
  )
})

const variables = async (...facts: Untyped[]): Promise<string[]> => {
  const planned = await plan({
    async body(lab) {
      for (const fact of facts) await lab.read(fact)
    },
  })
  return planned.entries.flatMap((entry) => (entry.kind === 'read' ? [entry.read.variable] : []))
}

test('two facts never share a variable', async () => {
  const of = (name: string) => host.container(name).address()
  assert.deepEqual(await variables(of('a.b'), of('a-b'), of('a_b'), of('a.b')), [
    'a_b_address',
    'a_b_address_2',
    'a_b_address_3',
  ])
  assert.deepEqual(await variables(of('a1'), server('server2').container('a1').address()), [
    'a1_address',
    'a1_address_2',
  ])
  const directly = (bridge: string) => host.docker.firewall.direct(bridge, { drops: 'no', lets: 'yes' })
  assert.equal((await variables(directly('docker0'), directly('br1'))).length, 2)
  assert.deepEqual(await variables(of('A1'), of('1a')), ['a1_address', 'of_1a_address'])
})

test('a printed script: remarks stay remarks, and a Compose file stays a file', async () => {
  const planned = await plan({
    async body(lab) {
      await lab.step('up', host.compose('p', 'p').up())
      await lab.step('more', host.exec('a\u2028b'.replace('\u2028', 'c')))
    },
  })
  const text = script({ name: "x'; touch y\nz", title: 'two\ntouch lines' }, planned, {
    p: 'a:\nVETHLAB\ntouch z\n',
  })
  const head = text.slice(0, text.indexOf('set -eu')).trim().split('\n')
  assert.deepEqual(
    head.filter((line) => !line.startsWith('#')),
    [],
  )
  assert.match(text, /undone='\/run\/vethlab-x'\\''; touch y/)
  assert.match(text, /-p p -f - up -d <<'VETHLAB_'\na:\nVETHLAB\ntouch z\nVETHLAB_\n/)
})
