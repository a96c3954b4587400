/** What the tools print, and what it means: in TypeScript and in the functions of a printed script alike. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import { holds, type Observer, observe } from '../../lib/language/checks/check.ts'
import { probeKinds } from '../../lib/language/checks/kinds/index.ts'

interface Case {
  observer: Observer
  look?: string
  code: number
  stdout?: string
  stderr?: string
  means: string | undefined
}

const netstat = (local: string, peer: string, state: string) =>
  `Active Internet connections (w/o servers)\nProto Recv-Q Send-Q Local Address           Foreign Address         State       \ntcp        0      0 ${local}     ${peer}    ${state} \n`
const nslookup = (...addresses: string[]) =>
  `Server:\t\t127.0.0.11\nAddress:\t127.0.0.11:53\n\nNon-authoritative answer:\n${addresses.map((address) => `Name:\tweb\nAddress: ${address}\n`).join('')}`

const cases: Case[] = [
  {
    observer: 'ping',
    code: 0,
    stdout: '64 bytes from 10.0.0.9: icmp_seq=1 ttl=63 time=0.1 ms',
    means: 'replies, TTL 63',
  },
  {
    observer: 'ping',
    code: 0,
    stdout: '64 bytes from 10.0.0.9: seq=0 ttl=64 time=0.095 ms',
    means: 'replies, TTL 64',
  },
  {
    observer: 'ping',
    code: 1,
    stdout: '1 packets transmitted, 0 received, 100% packet loss, time 0ms',
    means: 'no reply',
  },
  { observer: 'ping', code: 2, stderr: 'ping: connect: Network is unreachable', means: 'unreachable' },
  { observer: 'ping', code: 1, stderr: 'ping: sendto: Network unreachable', means: 'unreachable' },
  {
    observer: 'ping',
    code: 1,
    stdout:
      'From 10.0.0.1 icmp_seq=1 Destination Host Unreachable\n1 packets transmitted, 0 received, +1 errors, 100% packet loss',
    means: 'unreachable',
  },
  ...['Destination Host Prohibited', 'Destination Net Prohibited', 'Packet filtered'].map(
    (words): Case => ({
      observer: 'ping',
      code: 1,
      stdout: `From 10.0.0.1 icmp_seq=1 ${words}\n1 packets transmitted, 0 received, +1 errors, 100% packet loss`,
      means: 'unreachable',
    }),
  ),
  {
    observer: 'port',
    code: 1,
    stderr: 'nc: connect to 10.0.0.9 port 80 (tcp) failed: Protocol not available',
    means: 'unreachable',
  },
  {
    observer: 'ping',
    code: 1,
    stdout: 'From 10.0.0.1 icmp_seq=1 Time to live exceeded\n100% packet loss',
    means: 'TTL exceeded',
  },
  { observer: 'ping', code: 2, stderr: 'ping: web: Name or service not known', means: 'does not resolve' },
  { observer: 'ping', code: 1, stderr: "ping: bad address 'web'", means: 'does not resolve' },
  {
    observer: 'ping',
    code: 2,
    stderr: 'ping: web: Temporary failure in name resolution',
    means: 'does not resolve',
  },
  { observer: 'ping', code: 127, stderr: 'sh: ping: not found', means: undefined },
  {
    observer: 'port',
    code: 0,
    stderr: 'Connection to 10.0.0.9 80 port [tcp/http] succeeded!',
    means: 'open',
  },
  {
    observer: 'port',
    code: 1,
    stderr: 'nc: connect to 10.0.0.9 port 80 (tcp) failed: Connection refused',
    means: 'closed',
  },
  {
    observer: 'port',
    code: 1,
    stderr: 'nc: connect to 10.0.0.9 port 80 (tcp) timed out: Operation now in progress',
    means: 'filtered',
  },
  {
    observer: 'port',
    code: 1,
    stderr: 'nc: connect to 10.0.0.9 port 80 (tcp) failed: No route to host',
    means: 'unreachable',
  },
  { observer: 'port', code: 127, stderr: 'sh: nc: not found', means: undefined },
  {
    observer: 'answer',
    look: '80',
    code: 0,
    stdout: netstat('10.0.0.9:80', '10.0.0.1:39000', 'ESTABLISHED'),
    means: 'open, seen from 10.0.0.1',
  },
  {
    observer: 'answer',
    look: '80',
    code: 0,
    stdout: netstat('::ffff:10.0.0.9:80', '::ffff:10.0.0.1:39000', 'CLOSE_WAIT'),
    means: 'open, seen from 10.0.0.1',
  },
  {
    observer: 'answer',
    look: '80',
    code: 0,
    stdout: netstat('10.0.0.9:8080', '10.0.0.1:80', 'ESTABLISHED'),
    means: 'open',
  },
  {
    observer: 'answer',
    look: '80',
    code: 0,
    stdout: netstat('10.0.0.9:80', '10.0.0.1:39000', 'TIME_WAIT'),
    means: 'open',
  },
  { observer: 'answer', look: '80', code: 1, means: 'filtered' },
  {
    observer: 'udp',
    code: 0,
    stdout: 'hello',
    stderr: 'Connection to 10.0.0.9 53 port [udp/domain] succeeded!',
    means: 'open',
  },
  {
    observer: 'udp',
    code: 0,
    stderr: 'Connection to 10.0.0.9 53 port [udp/domain] succeeded!',
    means: 'no answer',
  },
  { observer: 'udp', code: 1, means: 'closed' },
  {
    observer: 'udp',
    code: 1,
    stderr: 'nc: connect to 10.0.0.9 port 53 (udp) failed: Network is unreachable',
    means: 'unreachable',
  },
  { observer: 'dns', look: '', code: 0, stdout: nslookup('172.17.0.2'), means: 'resolves, 1 address' },
  {
    observer: 'dns',
    look: '',
    code: 0,
    stdout: nslookup('172.17.0.2', '172.17.0.3', '172.17.0.3'),
    means: 'resolves, 2 addresses',
  },
  {
    observer: 'dns',
    look: '',
    code: 1,
    stdout: "Server:\t127.0.0.11\nAddress:\t127.0.0.11:53\n\n** server can't find web: NXDOMAIN",
    means: 'does not resolve',
  },
  {
    observer: 'dns',
    look: '',
    code: 1,
    stdout: ';; connection timed out; no servers could be reached',
    means: 'does not resolve',
  },
  {
    observer: 'packets',
    look: '10.0.0.1\n10.0.0.2\nICMP echo request',
    code: 0,
    stdout:
      '20:09:17.1 IP 10.0.0.1 > 10.0.0.2: ICMP echo request, id 1\n20:09:17.2 IP 10.0.0.2 > 10.0.0.1: ICMP echo reply, id 1',
    means: 'seen, 1 packet',
  },
  {
    observer: 'packets',
    look: '10.0.0.1\n10.0.0.2.53\nUDP',
    code: 0,
    stdout:
      '20:09:17.1 IP 10.0.0.1.4000 > 10.0.0.2.53: UDP, length 3\n20:09:17.2 IP 10.0.0.1.4000 > 10.0.0.2.5353: UDP, length 3\n20:09:17.2 IP 10.0.0.11.4000 > 10.0.0.2.53: UDP, length 3',
    means: 'seen, 1 packet',
  },
  ...(
    [
      ['', 'resolves, 3 addresses'],
      ['4', 'resolves, 1 address'],
      ['6', 'resolves, 2 addresses'],
    ] as const
  ).map(
    ([look, means]): Case => ({
      observer: 'dns',
      look,
      code: 0,
      stdout: nslookup('172.17.0.2', 'fd00::2', '2001:db8::abcd'),
      means,
    }),
  ),
  { observer: 'dns', look: '6', code: 0, stdout: nslookup('172.17.0.2'), means: 'does not resolve' },
  {
    observer: 'packets',
    look: 'fd00::1\nfd00::2.53\n',
    code: 0,
    stdout:
      '20:09:17.1 IP6 fd00::1.4000 > fd00::2.53: UDP, length 3\n20:09:17.2 IP6 fd00::1.4000 > fd00::2.5353: UDP, length 3\n20:09:17.2 IP6 fd00::11.4000 > fd00::2.53: UDP, length 3',
    means: 'seen, 1 packet',
  },
  {
    observer: 'packets',
    look: '::\nff02::1:ff00:2\nneighbor solicitation',
    code: 0,
    stdout: '20:09:17.1 IP6 :: > ff02::1:ff00:2: ICMP6, neighbor solicitation, who has fd00::2, length 32',
    means: 'seen, 1 packet',
  },
  {
    observer: 'packets',
    look: '\n\nwho-has 10.0.0.2 tell 10.0.0.1',
    code: 0,
    stdout:
      '20:09:17.1 ARP, Request who-has 10.0.0.2 tell 10.0.0.1, length 28\n20:09:17.1 ARP, Request who-has 10.0.0.2 tell 10.0.0.1, length 28',
    means: 'seen, 2 packets',
  },
  {
    observer: 'packets',
    look: '10.0.0.9\n\n',
    code: 0,
    stdout: '20:09:17.1 ARP, Request who-has 10.0.0.2 tell 10.0.0.1, length 28',
    means: 'not seen',
  },
  { observer: 'packets', look: '\n\n', code: 1, stderr: 'no such file', means: undefined },
  { observer: 'attempt', code: 0, stdout: '2: d0', means: 'made' },
  { observer: 'attempt', code: 2, stderr: 'Error: Unknown device type.', means: 'this kernel lacks it' },
  {
    observer: 'attempt',
    code: 2,
    stderr: 'RTNETLINK answers: Operation not supported',
    means: 'this kernel lacks it',
  },
  { observer: 'attempt', code: 2, stderr: 'Cannot find device', means: undefined },
  { observer: 'output', look: 'veth', code: 0, stdout: 'veth1\nlo\nveth2', means: 'prints veth, 2 lines' },
  { observer: 'output', look: '-j x', code: 0, stdout: '-A FORWARD -j x', means: 'prints -j x, 1 line' },
  { observer: 'output', look: 'veth', code: 0, stdout: 'lo', means: 'does not print veth' },
  { observer: 'output', look: 'veth', code: 1, stderr: 'no', means: undefined },
]

for (const { observer, look, code, stdout = '', stderr = '', means } of cases) {
  const title = `${observer}: ${(stderr || stdout).split('\n').at(-1) || (stderr || stdout).split('\n')[0] || `exit ${code}`} → ${means ?? 'a fault of the tool'}`
  test(title, () => {
    assert.equal(
      observe({ observer, ...(look === undefined ? {} : { look }) }, { code, stdout, stderr }),
      means,
    )
  })
  test(`${title}, in shell`, () => {
    const words = [...(look === undefined ? [] : [look]), 'told']
    const script = `${probeKinds[observer].shell}\ntold() { printf '%s' "$OUT"; printf '%s' "$ERR" >&2; return ${code}; }\nobserve_${observer} "$@"`
    const env = { PATH: process.env.PATH ?? '', OUT: stdout, ERR: stderr }
    const said = execFileSync('sh', ['-euc', script, 'sh', ...words], { env, encoding: 'utf8' }).trimEnd()
    if (means === undefined) assert.match(said, /^the tool failed/)
    else assert.equal(said, means)
  })
}

test('an expectation holds with or without details', () => {
  assert.ok(holds('replies', 'replies, TTL 63'))
  assert.ok(holds('replies, TTL 63', 'replies, TTL 63'))
  assert.ok(!holds('replies, TTL 64', 'replies, TTL 63'))
  assert.ok(!holds('no reply', 'replies, TTL 63'))
  assert.ok(holds('either way', 'no reply'))
})
