/** Commands as batches and waves: the text, and what the tool's words tell. What they do is in test/run/together.test.ts. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lan, server } from '../../lib/index.ts'
import type { Command } from '../../lib/language/command.ts'
import { toShell } from '../../lib/language/on-server.ts'
import { batch, pieces } from '../../lib/run/batch.ts'
import { waves } from '../../lib/run/waves.ts'

const host = server('server1')
const net1 = host.netns('net1')
const net2 = host.netns('net2')
const a1 = host.container('a1')
const restore = ['xtables-nft-multi', 'iptables-restore']
const { filter, nat } = host.iptables

/** A batch as it would be typed, with what it reads below. */
const typed = (...commands: Command[]): string => {
  const { argv, input } = batch(commands, restore)
  return [argv.join(' '), input].filter(Boolean).join('\n')
}

const shapes = (commands: Command[]): number[] => pieces(commands, restore).map((piece) => piece.length)

test('ip: one line a command, without the namespace, which is that of the process', () => {
  assert.equal(
    typed(host.netns('net1').add(), host.ip.link.add('r0').type('veth', { peer: 'e0', netns: net1 })),
    'ip -batch -\nnetns add net1\nlink add name r0 type veth peer name e0 netns net1\n',
  )
  assert.equal(
    typed(net1.ip.addr.add('10.0.0.1/24').dev('e0'), net1.ip.route.add('default').via('10.0.0.9')),
    'ip -n net1 -batch -\naddr add 10.0.0.1/24 dev e0\nroute add default via 10.0.0.9\n',
  )
})

test('ip: the options of a batch stand before it, and commands with others are not in it', () => {
  const rule = net1.ip.rule.add().fwmark(5).table(100).family(6)
  assert.equal(
    typed(rule, rule),
    'ip -n net1 -6 -batch -\nrule add fwmark 5 table 100\nrule add fwmark 5 table 100\n',
  )
  const up = net1.ip.link.set('e0').up()
  assert.deepEqual(shapes([up, rule, rule, up]), [1, 2, 1])
})

test('iptables-restore: one table, words with blanks in double quotes', () => {
  assert.equal(
    typed(
      nat.newChain('LESSON'),
      nat.append('LESSON').not.out('r0').comment('a "b" \\ c').jump('MASQUERADE'),
    ),
    'xtables-nft-multi iptables-restore --noflush\n*nat\n-N LESSON\n-A LESSON ! -o r0 -m comment --comment "a \\"b\\" \\\\ c" -j MASQUERADE\nCOMMIT\n',
  )
})

test('sysctl: one call', () => {
  assert.equal(
    typed(net1.sysctl.set('net.ipv4.ip_forward', 1), net1.sysctl.set('net.ipv4.conf.all.rp_filter', 0)),
    'ip netns exec net1 sysctl -w net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=0',
  )
})

test('a batch ends where the tool or the table changes, and at a command that shows or is not plain', () => {
  const up = host.ip.link.set('e0').up()
  assert.deepEqual(shapes([up, up, host.ip.link.show(), up]), [2, 1, 1])
  assert.deepEqual(shapes([up, host.sysctl.set('net.ipv4.ip_forward', 1), up]), [1, 1, 1])
  const [one, two] = [filter.policy('FORWARD', 'DROP'), nat.flush('OUTPUT')]
  assert.deepEqual(shapes([one, one, two, two, one]), [2, 2, 1])
  assert.equal(pieces([one, one], undefined).length, 2, 'the flavour of iptables is not known')
  const odd = host.ip.link.set('a#b').up()
  assert.deepEqual(shapes([odd, odd]), [1, 1], 'ip -batch would take # for a comment')
  assert.deepEqual(shapes([up, host.exec('ip', 'link', 'set', 'e0', 'up')]), [1, 1])
})

const three = [host.netns('a').add(), host.ip.link.set('b').netns(net1), host.netns('c').add()]
const ends = (commands: Command[], stderr: string) =>
  batch(commands, restore).ends({ code: 1, stdout: '', stderr })

test('ip tells the line of the command that failed', () => {
  assert.deepEqual(ends(three, 'RTNETLINK answers: File exists\nCommand failed -:2\n'), [
    'done',
    { failed: 'RTNETLINK answers: File exists' },
    'skipped',
  ])
})

test('or the word that it cannot read; or that its own namespace is not there; or nothing', () => {
  const wrong = 'Error: argument "net1" is wrong: Invalid "netns" value\n\n'
  assert.deepEqual(ends(three, wrong), ['done', { failed: wrong.trim() }, 'skipped'])
  const missing = 'Cannot open network namespace "net1": No such file or directory\n'
  const inside = [net1.ip.link.set('e0').up(), net1.ip.link.set('e1').up()]
  assert.deepEqual(ends(inside, missing), [{ failed: missing.trim() }, 'skipped'])
  assert.equal(ends(three, 'Segmentation fault'), 'unknown')
})

test('sysctl names the keys, and goes on', () => {
  const keys = ['net.ipv4.a', 'net.ipv4.a.b', 'net.ipv4.c'].map((key) => host.sysctl.set(key, 1))
  const cannot = 'sysctl: cannot stat /proc/sys/net/ipv4/a/b: No such file or directory'
  assert.deepEqual(ends(keys, `${cannot}\n`), ['done', { failed: cannot }, 'done'])
  const invalid = 'sysctl: setting key "net.ipv4.a": Invalid argument'
  assert.deepEqual(ends(keys, `${invalid}\n`), [{ failed: invalid }, 'done', 'done'])
  assert.equal(ends(keys, 'what?'), 'unknown')
})

test('a table is changed as a whole or not at all', () => {
  assert.equal(ends([filter.flush('INPUT'), filter.flush('OUTPUT')], 'line 2 failed'), 'nothing')
})

const text = (commands: Command[]): string[] =>
  waves(commands).map((wave) => wave.map((chain) => chain.map(toShell).join('; ')).join(' | '))

test('what is done in namespaces waits for what makes them, and is done side by side', () => {
  const node = (netns: typeof net1, port: string): Command[] => [
    netns.add(),
    host.ip.link.add(port).type('veth', { peer: 'e0', netns }),
    netns.ip.link.set('e0').up(),
  ]
  assert.deepEqual(text([...node(net1, 'p1'), ...node(net2, 'p2')]), [
    'ip netns add net1; ip link add name p1 type veth peer name e0 netns net1; ip netns add net2; ip link add name p2 type veth peer name e0 netns net2',
    'ip -n net1 link set dev e0 up | ip -n net2 link set dev e0 up',
  ])
})

test('what moves a link, or removes one or a namespace, comes behind what was done there', () => {
  const up = net1.ip.link.set('e0').up()
  assert.deepEqual(text([up, host.ip.link.set('e1').netns(net1), up]), [
    'ip -n net1 link set dev e0 up',
    'ip link set dev e1 netns net1',
    'ip -n net1 link set dev e0 up',
  ])
  assert.deepEqual(text([up, net1.del()]), ['ip -n net1 link set dev e0 up', 'ip netns del net1'])
  assert.deepEqual(text([up, host.ip.link.del('p1'), host.ip.link.del('p2'), up]), [
    'ip -n net1 link set dev e0 up',
    'ip link del dev p1; ip link del dev p2',
    'ip -n net1 link set dev e0 up',
  ])
})

test('a program of which nothing is known waits for all, and all wait for it', () => {
  const up = net1.ip.link.set('e0').up()
  const other = net2.ip.link.set('e0').up()
  for (const any of [
    host.exec('true'),
    host.ip.link.show(),
    host.docker.ps(),
    a1.exec('true'),
    ...lan('v').up(),
  ])
    assert.deepEqual(text([up, any, other]), [toShell(up), toShell(any), toShell(other)])
})

test('what goes on in the background is waited for by nobody, and keeps to its place', () => {
  const [one, two] = [net1.listen(1), net2.listen(1)]
  assert.deepEqual(text([one, two, a1.listen(1)]), [[one, two, a1.listen(1)].map(toShell).join(' | ')])
  assert.equal(text([one, net1.exec('true')]).length, 1)
})
