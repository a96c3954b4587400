/** What a lab on this machine itself is made of, as text: marks, uses, what is asked, what is put back, the journal. */
import assert from 'node:assert/strict'
import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { kernelHas, lan, server } from '../../lib/index.ts'
import type { Lab } from '../../lib/lab/lab.ts'
import { commandsOf, onMachine, plan } from '../../lib/lab/plan.ts'
import type { Command } from '../../lib/language/command.ts'
import { onServer, toShell } from '../../lib/language/on-server.ts'
import { shellLine } from '../../lib/language/shell.ts'
import { changesText } from '../../lib/on-host/changes.ts'
import { emptyChains, tablesUsed } from '../../lib/on-host/leftovers.ts'
import { marked } from '../../lib/on-host/mark.ts'
import { ownThings } from '../../lib/on-host/own.ts'
import { readWords, restoreWords } from '../../lib/on-host/settings.ts'
import { usesOf } from '../../lib/on-host/uses.ts'
import { fromVersion1 } from '../../lib/on-host/version-1.ts'
import { append, type Intent, journal, readJournal } from '../../lib/run/journal.ts'

const server1 = server('server1')
const server2 = server('server2')
const net1 = server1.netns('net1')

const marks: Array<[Command, string[], string?]> = [
  [
    server1.iptables.nat.append('POSTROUTING').source('10.0.0.0/24').jump('MASQUERADE'),
    ['iptables -t nat -A POSTROUTING -s 10.0.0.0/24 -m comment --comment vethlab:x -j MASQUERADE'],
    'iptables -t nat -D POSTROUTING -s 10.0.0.0/24 -m comment --comment vethlab:x -j MASQUERADE',
  ],
  [server1.iptables.filter.policy('FORWARD', 'DROP'), ['iptables -P FORWARD DROP']],
  [
    server1.docker.run('alpine').name('a1'),
    ['docker run --label vethlab=x -dit --name a1 alpine'],
    'docker rm -f a1',
  ],
  [
    server1.docker.network.create('n1').driver('bridge'),
    ['docker network create --label vethlab=x --driver bridge n1'],
    'docker network rm n1',
  ],
  [
    server1.ip.link.add('v0').type('veth', { peer: 'v1' }),
    [
      'ip link add name v0 type veth peer name v1',
      'ip link set dev v0 alias vethlab:x',
      'ip link set dev v1 alias vethlab:x',
    ],
    'ip link del dev v0',
  ],
  [
    net1.ip.link.add('br0').type('bridge'),
    ['ip -n net1 link add name br0 type bridge', 'ip -n net1 link set dev br0 alias vethlab:x'],
  ],
  [
    server1.ip.tuntap.add('tap0').mode('tap'),
    ['ip tuntap add dev tap0 mode tap', 'ip link set dev tap0 alias vethlab:x'],
    'ip link del dev tap0',
  ],
  [net1.add(), ['ip netns add net1'], 'ip netns del net1'],
  [server1.sysctl.set('net.ipv4.ip_forward', 1), ['sysctl -w net.ipv4.ip_forward=1']],
]

for (const [command, lines, undo] of marks)
  test(`marked: ${toShell(command)}`, () => {
    const all = marked(command, 'x')
    assert.deepEqual(all.map(toShell), lines)
    assert.equal(toShell(all[0]?.shownAs ?? command), toShell(command), 'shown as it is written')
    if (undo !== undefined) assert.equal(all[0]?.undo && shellLine(all[0].undo.argv), undo)
    const body = all[0]?.api && 'body' in all[0].api ? (all[0].api.body as { Labels?: object }) : undefined
    if (body) assert.deepEqual(body.Labels, { vethlab: 'x' })
  })

const body = async (lab: Lab): Promise<void> => {
  await lab.step(
    'the LAN',
    lan('lan0').plug(server1, 'eth9', '192.168.9.1/24').plug(server2, 'eth9', '192.168.9.2/24').up(),
  )
  await lab.step(
    'all there is',
    net1.add(),
    server1.ip.link.add('v0').type('veth', { peer: 'v1' }),
    server1.ip.link.set('v0').netns(net1),
    server1.ip.addr.add('10.0.1.254/24').dev('v1'),
    server1.ip.link.set('v1').up(),
    net1.ip.addr.add('10.0.1.1/24').dev('v0'),
    server1.ip.route.add('10.0.2.0/24').via('10.0.1.1'),
    server1.ip.route.add('default').via('10.0.1.9'),
    server1.sysctl.set('net.ipv4.ip_forward', 1),
    server1.iptables.filter.newChain('LESSON'),
    server1.iptables.filter.append('LESSON').jump('ACCEPT'),
    server1.docker.network.create('n1').driver('bridge').subnet('10.0.3.0/24'),
    server1.docker.run('alpine').name('web').network('n1').publish('8080:80').publish('53:53/udp'),
    server1.listen(5000),
    server1.exec('logger', 'hello'),
    server2.ip.link.add('only2').type('bridge'),
  )
  await lab.check(kernelHas(server1.ip.link.add('dummy0').type('dummy')), 'perhaps')
}
const router = { body }

test('what a scenario takes of the machine, and nothing of its other servers', async () => {
  const uses = usesOf(onMachine(await plan(router), 'server1'), 'server1')
  assert.deepEqual(uses, {
    namespaces: ['net1'],
    links: ['eth9', 'v0', 'v1', 'dummy0'],
    subnets: [
      { subnet: '192.168.9.0/24', what: 'of eth9' },
      { subnet: '10.0.1.0/24', what: 'of v1' },
      { subnet: '10.0.2.0/24', what: 'a route' },
      { subnet: '0.0.0.0/0', what: 'a route' },
      { subnet: '10.0.3.0/24', what: 'network n1' },
    ],
    containers: ['web'],
    networks: ['n1'],
    projects: [],
    chains: [['iptables', '-S', 'LESSON']],
    ports: [
      { port: 8080, udp: false },
      { port: 53, udp: true },
      { port: 5000, udp: false },
    ],
    swarm: false,
  })
})

test('what is asked before: on one screen, in the words of the commands', async () => {
  const commands = onMachine(await plan(router), 'server1')
  const forward = commands.find(({ argv }) => argv[0] === 'sysctl')
  assert.ok(forward)
  const text = changesText({
    lab: 'router',
    machine: 'server1',
    host: 'myhost',
    commands,
    uses: usesOf(commands, 'server1'),
    settings: [{ command: forward, now: '0' }, { command: forward }],
    image: 'vethlab:router',
  })
  for (const line of text.split('\n')) assert.ok(line.length <= 100, line)
  for (const part of [
    'On this machine, myhost, which is server1 of the scenario, router',
    'namespaces  net1',
    'links       eth9, v0, v1, dummy0',
    'addresses   192.168.9.1/24 on eth9, 10.0.1.254/24 on v1',
    'routes      10.0.2.0/24 via 10.0.1.1, default via 10.0.1.9',
    'settings    net.ipv4.ip_forward=1 (now 0)\n              net.ipv4.ip_forward=1\n',
    'firewall    chain LESSON\n              -A LESSON -j ACCEPT',
    'image vethlab:router',
    'network n1',
    'container web',
    '10.0.3.0/24, network n1',
    'ports       8080, 53/udp, 5000',
    'no undo     logger hello',
    'vethlab:router',
  ])
    assert.ok(text.includes(part), `${part}\n${text}`)
  assert.doesNotMatch(text, /only2/)
})

const net9 = server1.netns('net9') // which the machine has
/** What changes a thing of the machine's, and the words on the screen that tell it. */
const told: Array<[Command, ...string[]]> = [
  [server1.ip.link.del('eth0'), 'removes     link eth0', 'no undo     ip link del dev eth0'],
  [server1.ip.route.del('default').via('10.0.0.1'), 'removes     route default via 10.0.0.1'],
  [server1.ip.addr.del('10.0.0.2/24').dev('eth0'), 'removes     address 10.0.0.2/24 on eth0'],
  [server1.ip.netns.del('old'), 'removes     netns old', 'no undo     ip netns del old'],
  [server1.ip.neigh.del('10.0.0.9').dev('eth0'), 'removes     neighbour 10.0.0.9 on eth0', 'no undo'],
  [
    server1.ip.neigh.add('10.0.0.9').lladdr('02:00:00:00:00:01').dev('eth0'),
    'neighbours  neighbour 10.0.0.9',
  ],
  [server1.ip.link.set('eth0').netns(net9), 'moves       link eth0 to net9'],
  [server1.iptables.filter.deleteChain('OTHERS'), 'removes     chain OTHERS'],
  [server1.iptables.nat.newChain('OURS'), 'firewall    chain OURS (nat)'],
  [server1.iptables.filter.flush('OTHERS'), 'flushes     each firewall rule of OTHERS', 'no undo'],
  [server1.iptables.filter.delete('INPUT').jump('DROP'), 'removes     firewall rule INPUT -j DROP'],
  [server1.docker.rm('db'), 'removes     container db', 'no undo     docker rm -f db'],
  [server1.docker.network.rm('prod'), 'removes     network prod', 'no undo     docker network rm prod'],
  [server1.docker.network.connect('prod', 'db'), 'Docker      endpoint db in prod'],
  [server1.compose('shop', '/x.yml').down(), 'removes     project shop', 'no undo     docker compose'],
  [server1.exec('ip', 'link', 'del', 'eth0'), 'no undo     ip link del eth0'],
  [server1.exec('conntrack', '-F'), 'no undo     conntrack -F'],
  [server1.exec('sysctl', '-w', 'vm.swappiness=1'), 'no undo     sysctl -w vm.swappiness=1'],
  [server1.docker.exec('db', 'rm', '-rf', '/'), 'no undo     docker exec db rm -rf /'],
  [net9.ip.link.del('eth9'), 'removes     link eth9 in net9'],
  [net9.exec('rm', '/etc/hosts'), 'no undo     ip netns exec net9 rm /etc/hosts'],
]
const screenOf = (...commands: Command[]) =>
  changesText({
    lab: 'x',
    machine: 'server1',
    host: 'h',
    commands,
    uses: usesOf(commands, 'server1'),
    settings: [],
    image: undefined,
  })

for (const [command, ...words] of told)
  test(`told before: ${toShell(command)}`, () => {
    const text = screenOf(command)
    for (const part of words) assert.ok(text.includes(part), `${part}\n${text}`)
  })

test('what a scenario does to its own things is not told as a loss', () => {
  const text = screenOf(
    net1.add(),
    server1.ip.link.add('v0').type('veth', { peer: 'v1' }),
    server1.ip.link.set('v0').netns(net1),
    net1.ip.link.set('v0').up(),
    net1.iptables.filter.flush('INPUT'),
    server1.iptables.filter.newChain('LESSON'),
    server1.iptables.filter.flush('LESSON'),
    server1.ip.link.del('v1'),
    net1.del(),
    server1.docker.run('alpine').name('a1'),
    server1.docker.exec('a1', 'rm', '/tmp/x'),
    server1.docker.rm('a1'),
  )
  assert.doesNotMatch(text, /removes|flushes|moves|no undo/, text)
})

test('a program in a namespace of its own still has the files of the machine', () => {
  assert.match(
    screenOf(net1.add(), net1.exec('rm', '/etc/hosts')),
    /no undo {5}ip netns exec net1 rm \/etc\/hosts/,
  )
})

test('a setting of a thing that the lab made goes with it; one of the machine is put back', async () => {
  const own = ownThings()
  const settings: string[] = []
  for (const one of onMachine(await plan(router), 'server1')) {
    own.note(one)
    const words = readWords(one)
    if (words !== undefined && !own.isOf(one)) settings.push(words)
  }
  assert.deepEqual(settings, ['sysctl -n net.ipv4.ip_forward'])
})

const restored: Array<[Command, string, string | undefined]> = [
  [server1.sysctl.set('net.ipv4.ip_forward', 1), '0', 'sysctl -w net.ipv4.ip_forward=0'],
  [server1.iptables.filter.policy('FORWARD', 'ACCEPT'), 'DROP', 'iptables -P FORWARD DROP'],
  [server1.ip.link.set('eth1').mtu(1400), '1500', 'ip link set dev eth1 mtu 1500'],
  [server1.ip.link.set('eth1').up(), 'down', 'ip link set dev eth1 down'],
  [server1.ip.link.set('eth1').promisc('on'), 'off', 'ip link set dev eth1 promisc off'],
  [server1.ip.link.set('eth1').master('br0'), '', 'ip link set dev eth1 nomaster'],
  [server1.ip.link.set('eth1').master('br0'), 'br9', 'ip link set dev eth1 master br9'],
  [server1.ip.link.set('eth1').nomaster(), 'br9', 'ip link set dev eth1 master br9'],
  [server1.ip.link.set('eth1').nomaster(), '', undefined],
  [net1.ip.link.set('eth1').up(), 'up', 'ip -n net1 link set dev eth1 up'],
]

for (const [command, old, line] of restored)
  test(`${toShell(command)}, where it was ${JSON.stringify(old)}: ${line}`, () => {
    const intent: Intent = { ...command, number: 1, what: 'intent', text: '', old }
    const words = restoreWords(intent, onServer(command.place, command.undo?.argv ?? []))
    assert.equal(words && shellLine(words), line)
  })

test('a table of the firewall is empty when its chains hold nothing, and accept', () => {
  const table = (inside: string) =>
    `# Warning: table ip raw is managed by iptables-nft, do not touch!\ntable ip raw {\n\tchain PREROUTING {\n\t\ttype filter hook prerouting priority raw; policy accept;\n${inside}\t}\n\n\tchain OUTPUT {\n\t\ttype filter hook output priority raw; policy accept;\n\t}\n}\n`
  assert.deepEqual(emptyChains(table('')), ['PREROUTING', 'OUTPUT'])
  assert.equal(emptyChains(table('\t\tip saddr 10.0.0.1 counter packets 0 bytes 0 drop\n')), undefined)
  assert.equal(emptyChains(table('').replace('policy accept', 'policy drop')), undefined)
  assert.deepEqual(tablesUsed(server1.iptables.raw.insert('PREROUTING').jump('ACCEPT')), ['raw'])
  assert.deepEqual(tablesUsed(server1.iptables.filter.policy('FORWARD', 'DROP')), ['filter'])
  assert.deepEqual(tablesUsed(server1.exec('iptables', '-t', 'mangle', '-A', 'FORWARD')), ['mangle'])
  assert.deepEqual(tablesUsed(server1.ip.link.show()), [])
})

const folder = mkdtempSync(join(tmpdir(), 'vethlab-journal-'))
after(() => rmSync(folder, { recursive: true }))

/** A journal of three commands, as it is on the disk. */
async function written(name: string): Promise<string> {
  const file = join(folder, name)
  append(
    file,
    [{ what: 'journal', version: 2, lab: name, boot: 'b', uptime: 1, tables: [], bare: [] }],
    '',
    true,
  )
  const { intent, count } = journal(file, { sync: true })
  for (const command of commandsOf(await plan(router)).slice(0, 3)) intent([command])('done')
  assert.equal(count(), 3)
  return file
}

test('a journal is read as it was written, and goes on where it ended', async () => {
  const file = await written('whole')
  const { lines } = readJournal(file)
  assert.deepEqual(
    lines.map(({ what }) => what),
    ['journal', 'intent', 'done', 'intent', 'done', 'intent', 'done'],
  )
  const again = journal(file, { sync: true })
  again.intent([net1.add()])('failed')
  assert.equal(readJournal(file).lines.length, 9)
  assert.equal(readJournal(file).lines.at(-1)?.what, 'failed')
})

test('a last line that was cut off had not begun; the journal is read without it, at any place of the cut', async () => {
  const file = await written('cut')
  const bytes = readFileSync(file)
  const { length } = bytes
  const start = bytes.subarray(0, -1).lastIndexOf('\n') + 1
  for (let size = length - 1; size >= start; size -= 3) {
    truncateSync(file, size)
    assert.equal(readJournal(file).lines.length, 6, String(size))
  }
})

test('a journal that was changed is refused, with the line', async () => {
  const file = await written('changed')
  const text = readFileSync(file, 'utf8')
  for (const [other, line] of [
    [text.replace('"lan0"', '"lan1"'), 2],
    [text.replace(/^.*\n/, ''), 1],
    [text.replace(/(.*\n)(.*\n)(.*\n)/, '$1$3$2'), 2],
    [`${text}{}\n`, 8],
    [text.replace('\n', '\nnot JSON\n'), 2],
  ] as const) {
    writeFileSync(file, other)
    assert.throws(() => readJournal(file), { message: `${file}: line ${line} is not as it was written` })
  }
  writeFileSync(file, text)
  appendFileSync(file, '')
  assert.equal(readJournal(file).lines.length, 7)
})

test('a command that a journal of version 1 tells is known as one of today', () => {
  const at = { kind: 'server', name: 'server1', server: 'server1' } as const
  const read = { argv: ['ip', '-o', 'link', 'show', 'dev', 'e0'], filter: 'sed x', found: ['ip', 'found'] }
  const old: Array<[object, Intent['does'], Intent['undo']?]> = [
    [{ argv: ['ip', 'netns', 'add', 'net1'], makes: { netns: 'net1' } }, net1.add().does],
    [
      { argv: ['ip', 'link', 'add', 'v0'], makes: { links: ['v0', 'v1'] } },
      [
        { does: 'makes', kind: 'link', name: 'v0' },
        { does: 'makes', kind: 'link', name: 'v1' },
      ],
    ],
    [
      {
        argv: ['ip', 'link', 'set', 'dev', 'e0', 'master', 'br0'],
        about: 'e0',
        undo: { argv: ['ip'], read },
      },
      [{ does: 'sets', kind: 'link', name: 'e0', key: '', read: { argv: read.argv, filter: 'sed x' } }],
      { argv: ['ip'], found: ['ip', 'found'] },
    ],
    [
      { argv: ['docker', 'run', '--label', 'vethlab=x', '-dit', '--name', 'a1', 'i'] },
      server1.docker.run('i').name('a1').does,
    ],
    [{ argv: ['docker', 'network', 'connect', 'n1', 'a1'] }, server1.docker.network.connect('n1', 'a1').does],
    [{ argv: ['iptables', '-t', 'raw', '-A', 'OUTPUT'] }, [{ does: 'unknown', table: 'raw' }]],
    [
      { argv: ['sysctl', '-w', 'a=1'], undo: { argv: ['sysctl'], read: { argv: ['sysctl', '-n', 'a'] } } },
      [
        {
          does: 'sets',
          kind: 'parameter',
          name: 'sysctl -w a=1',
          key: 'value',
          read: { argv: ['sysctl', '-n', 'a'] },
        },
      ],
      { argv: ['sysctl'] },
    ],
  ]
  for (const [line, does, undo] of old) {
    const today = fromVersion1({
      number: 1,
      what: 'intent',
      text: '',
      place: at,
      ...line,
    } as unknown as Intent)
    assert.deepEqual(today.does, does)
    if (undo) assert.deepEqual(today.undo, undo)
  }
  const today: Intent = { ...net1.add(), number: 1, what: 'intent', text: '' }
  assert.equal(fromVersion1(today), today)
})
