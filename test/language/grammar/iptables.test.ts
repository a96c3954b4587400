/** iptables(8) and ip6tables(8) beyond the lessons: matches, targets, verbs; and what is refused. Text only. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BadInput } from '../../../lib/errors.ts'
import { server } from '../../../lib/index.ts'
import type { Command } from '../../../lib/language/command.ts'
import { toShell } from '../../../lib/language/on-server.ts'

const host = server('server1')
const { filter, nat, mangle, raw } = host.iptables
const six = host.ip6tables
const input = () => filter.append('INPUT')
const tcp = () => input().protocol('tcp')

const lines: Array<[Command, string]> = [
  [
    tcp().dports(80, 443, '8000:8010').jump('ACCEPT'),
    '-A INPUT -p tcp -m multiport --dports 80,443,8000:8010 -j ACCEPT',
  ],
  [
    input().srcRange('10.0.0.1-10.0.0.9').jump('DROP'),
    '-A INPUT -m iprange --src-range 10.0.0.1-10.0.0.9 -j DROP',
  ],
  [
    input().ctstate('NEW').ctorigdst('10.0.0.1').not.ctorigdstport(80).jump('DROP'),
    '-A INPUT -m conntrack --ctstate NEW --ctorigdst 10.0.0.1 ! --ctorigdstport 80 -j DROP',
  ],
  [
    input().limit('5/min').limitBurst(10).jump('LOG', { prefix: 'in: ', level: 4 }),
    "-A INPUT -m limit --limit 5/min --limit-burst 10 -j LOG --log-prefix 'in: ' --log-level 4",
  ],
  [
    input().not.matchSet('bad', 'src,dst').jump('ACCEPT'),
    '-A INPUT -m set ! --match-set bad src,dst -j ACCEPT',
  ],
  [tcp().tcpFlags('SYN,ACK', 'SYN').jump('DROP'), '-A INPUT -p tcp --tcp-flags SYN,ACK SYN -j DROP'],
  [tcp().not.syn().ctstate('NEW').jump('DROP'), '-A INPUT -p tcp ! --syn -m conntrack --ctstate NEW -j DROP'],
  [
    input().protocol('icmp').icmpType('echo-request').jump('ACCEPT'),
    '-A INPUT -p icmp --icmp-type echo-request -j ACCEPT',
  ],
  [input().protocol(89).jump('ACCEPT'), '-A INPUT -p 89 -j ACCEPT'],
  [
    input().protocol('sctp').dport('8000:8010').jump('ACCEPT'),
    '-A INPUT -p sctp --dport 8000:8010 -j ACCEPT',
  ],
  [tcp().dport('http').jump('ACCEPT'), '-A INPUT -p tcp --dport http -j ACCEPT'],
  [input().source('10.0.0.1,10.0.0.2').jump('DROP'), '-A INPUT -s 10.0.0.1,10.0.0.2 -j DROP'],
  [input().source('10.0.0.0/255.255.255.0').jump('DROP'), '-A INPUT -s 10.0.0.0/255.255.255.0 -j DROP'],
  [input().recentSet().recentName('ssh').jump('RETURN'), '-A INPUT -m recent --set --name ssh -j RETURN'],
  [
    input().statistic('nth').every(2).packet(0).jump('ACCEPT'),
    '-A INPUT -m statistic --mode nth --every 2 --packet 0 -j ACCEPT',
  ],
  [
    input().macSource('02:00:00:00:00:01').in('eth+').jump('DROP'),
    '-A INPUT -m mac --mac-source 02:00:00:00:00:01 -i eth+ -j DROP',
  ],
  [
    input().dstType('LOCAL').mark('0x1/0xff').jump('LESSON'),
    '-A INPUT -m addrtype --dst-type LOCAL -m mark --mark 0x1/0xff -j LESSON',
  ],
  [filter.append('FORWARD').goto('LESSON'), '-A FORWARD -g LESSON'],
  [filter.append('FORWARD').source('10.0.0.1').count(), '-A FORWARD -s 10.0.0.1'],
  [filter.check('FORWARD').in('e0').jump('ACCEPT'), '-C FORWARD -i e0 -j ACCEPT'],
  [filter.replace('FORWARD', 1).jump('DROP'), '-R FORWARD 1 -j DROP'],
  [filter.deleteAt('FORWARD', 2), '-D FORWARD 2'],
  [filter.flush(), '-F'],
  [nat.flush(), '-t nat -F'],
  [filter.deleteChain(), '-X'],
  [filter.renameChain('A', 'B'), '-E A B'],
  [filter.zero(), '-Z'],
  [nat.list(undefined, { numeric: true, verbose: true }), '-t nat -L -v -n'],
  [
    nat.append('PREROUTING').protocol('tcp').jump('DNAT', { to: ':8080', random: true }),
    '-t nat -A PREROUTING -p tcp -j DNAT --to-destination :8080 --random',
  ],
  [
    nat.append('POSTROUTING').protocol('tcp').jump('MASQUERADE', { toPorts: '1024-2048', random: true }),
    '-t nat -A POSTROUTING -p tcp -j MASQUERADE --to-ports 1024-2048 --random',
  ],
  [
    nat.append('OUTPUT').protocol('tcp').jump('REDIRECT', { port: '8000-8010' }),
    '-t nat -A OUTPUT -p tcp -j REDIRECT --to-ports 8000-8010',
  ],
  [
    mangle.append('PREROUTING').jump('MARK', { set: '0x1/0xff' }),
    '-t mangle -A PREROUTING -j MARK --set-mark 0x1/0xff',
  ],
  [
    mangle.append('PREROUTING').jump('CONNMARK', { save: true }),
    '-t mangle -A PREROUTING -j CONNMARK --save-mark',
  ],
  [mangle.append('POSTROUTING').jump('TTL', { set: 9 }), '-t mangle -A POSTROUTING -j TTL --ttl-set 9'],
  [
    mangle.append('FORWARD').protocol('tcp').jump('TCPMSS', { mss: 1300 }),
    '-t mangle -A FORWARD -p tcp -j TCPMSS --set-mss 1300',
  ],
  [raw.append('PREROUTING').jump('CT', { notrack: true }), '-t raw -A PREROUTING -j CT --notrack'],
]
for (const [command, line] of lines) test(line, () => assert.equal(toShell(command), `iptables ${line}`))

const ofSix: Array<[Command, string]> = [
  [six.filter.append('FORWARD').protocol('ipv6-icmp').jump('ACCEPT'), '-A FORWARD -p ipv6-icmp -j ACCEPT'],
  [
    six.filter.append('INPUT').source('fd00::/64').jump('REJECT', { with: 'icmp6-adm-prohibited' }),
    '-A INPUT -s fd00::/64 -j REJECT --reject-with icmp6-adm-prohibited',
  ],
  [
    six.filter.append('INPUT').protocol('icmpv6').icmpv6Type('echo-request').hlEq(255).jump('DROP'),
    '-A INPUT -p icmpv6 --icmpv6-type echo-request -m hl --hl-eq 255 -j DROP',
  ],
  [
    six.nat.append('PREROUTING').protocol('tcp').dport(80).jump('DNAT', { to: '[fd00::2]:8080' }),
    '-t nat -A PREROUTING -p tcp --dport 80 -j DNAT --to-destination [fd00::2]:8080',
  ],
  [
    six.nat.append('POSTROUTING').source('fd00:1::/64').jump('MASQUERADE'),
    '-t nat -A POSTROUTING -s fd00:1::/64 -j MASQUERADE',
  ],
  [six.filter.policy('FORWARD', 'DROP'), '-P FORWARD DROP'],
]
for (const [command, line] of ofSix)
  test(`ip6tables ${line}`, () => {
    assert.equal(command.argv.join(' '), `ip6tables ${line}`)
    assert.ok(command.does.every((effect) => !('family' in effect) || effect.family === 'ip6'))
  })

// biome-ignore lint/suspicious/noExplicitAny: as from JavaScript
const loose = filter as any
const refused: Array<[string, () => unknown, RegExp]> = [
  ['an IPv6 address in iptables', () => input().source('fd00::1'), /other family: say ip6tables/],
  ['an IPv4 address in ip6tables', () => six.filter.append('INPUT').source('10.0.0.1'), /say iptables/],
  [
    'a DNAT of the other family',
    () => six.nat.append('PREROUTING').jump('DNAT', { to: '10.0.0.1' }),
    /other family/,
  ],
  ['an answer of the other family', () => input().jump('REJECT', { with: 'icmp6-no-route' }), /other family/],
  ['ports without a protocol', () => input().dports(80), /--dports needs a protocol/],
  [
    'a match that is not there',
    () => loose.append('INPUT').dportz(80),
    /no match dportz\(\): did you mean dport/,
  ],
  ['a match twice', () => input().limit('1/s').limit('2/s'), /--limit stands in this rule already/],
  ['! before several addresses', () => input().not.source('10.0.0.1,10.0.0.2'), /several addresses/],
  ['goto() to a target', () => input().goto('DROP'), /is a target/],
  [
    'a table that is not there',
    () => (host.iptables as unknown as Record<string, unknown>).natt,
    /did you mean nat/,
  ],
]
for (const [what, build, message] of refused)
  test(`refuses ${what}`, () =>
    assert.throws(build, (error) => error instanceof BadInput && message.test(error.message)))
