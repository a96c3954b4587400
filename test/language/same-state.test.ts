/**
 * A line as people type it, and what is printed for its typed form, come to the same state of the kernel: both run in
 * a network namespace of their own, on the same ground, and all that ip, bridge, tc, iptables, nft and sysctl tell is compared.
 * A sample, another one each time (SEED=number); WHOLE=1 takes more, EACH=1 all; LINES=file takes the lines of that file.
 */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { Command } from '../../lib/language/command.ts'
import { toShell } from '../../lib/language/on-server.ts'
import { build } from '../../lib/language/read-back/build.ts'
import { type ReadBack, readBack } from '../../lib/language/read-back/read-line.ts'
import { needsRoot } from '../helpers/machine.ts'

const folder = mkdtempSync(join(tmpdir(), 'vethlab-state-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

/** Names that lines speak of. */
const ground = file(
  'ground.sh',
  `ip link set lo up
for n in net1 ns1 ns2 red blue router client; do ip netns add $n; ip -n $n link set lo up; done
for p in "eth0 eth0p" "eth1 eth1p" "veth0 veth1" "v1 v2"; do
  set -- $p; ip link add $1 type veth peer name $2; ip link set $1 up; ip link set $2 up
done
ip link add br0 type bridge; ip link set br0 up
ip addr add 10.0.0.77/24 dev eth0; ip addr add 192.168.1.10/24 dev eth1; ip addr add fd00::1/64 dev eth0 nodad
ip route add 10.99.0.0/16 via 10.0.0.254; ip -6 route add fd00:99::/64 via fd00::2
sysctl -qw net.ipv4.ip_forward=1
iptables -N CUSTOM; iptables -A INPUT -j ACCEPT; iptables -t nat -A POSTROUTING -j MASQUERADE; ip6tables -N CUSTOM
nft add table inet filter; nft add chain inet filter input '{ type filter hook input priority 0; }'
tc qdisc add dev eth0 root handle 1: htb default 10
`,
)

const tells = [
  ...[
    'ip -d -o link',
    'ip -o -4 addr',
    'ip -o -6 addr show scope global',
    'ip route show table all',
    'ip -6 route show table all',
  ],
  ...[
    'ip rule',
    'ip -6 rule',
    'ip neigh',
    'ip nexthop',
    'ip xfrm state',
    'ip xfrm policy',
    'ip netns',
    'iptables-save',
  ],
  ...[
    'ip6tables-save',
    'ipset save',
    'nft list ruleset',
    'tc qdisc',
    'tc class show dev eth0',
    'tc filter show dev eth0',
  ],
  ...['bridge link', 'ip tunnel', "sysctl -a -r '^net.ipv[46].(conf|ip_forward|icmp)'"],
]
const dump = file(
  'dump.sh',
  `${tells.map((line) => `echo '== ${line.replaceAll("'", '')}'; ${line} 2>/dev/null`).join('\n')}
for n in $(ip netns | cut -d' ' -f1); do ip -n $n -o -4 addr; ip -n $n route; ip -n $n -o link; ip netns exec $n iptables-save; done 2>/dev/null
`,
)

/** What differs each time: numbers of interfaces, random addresses, timers, counters. */
const steady = (text: string): string =>
  text
    .split('\n')
    .filter((line) => !/stable_secret|^#|fe80::|ff00::|(local|anycast) .*table local/.test(line))
    .map((line) =>
      line
        .replace(/^\d+: /, '')
        .replace(/@\S+/g, '')
        .replace(/[0-9a-f]{2}(:[0-9a-f]{2}){5}/g, 'MAC')
        .replace(/\b[0-9a-f]{4}\.([0-9a-f]{12}\b|MAC|[0-9a-f:]{11,17})/g, 'BRIDGE')
        // The kernel tells of a carrier, and of what follows from it, once a second (linkwatch).
        .replace(/NO-CARRIER,|,LOWER_UP|\bstate (UP|DOWN|UNKNOWN|LOWERLAYERDOWN)| linkdown/g, '')
        .replace(/-m state --state/g, '-m conntrack --ctstate') // the same match by its older name
        .replace(/(_timer|message_age|valid_lft|preferred_lft) +\S+/g, '$1')
        .replace(
          /link-netnsid \d+|link-netns \S+|refcnt \d+|counter packets \d+ bytes \d+|direct_packets_stat \d+|\[\d+:\d+\]/g,
          '',
        )
        .replace(/\b8[0-9a-f]{3}:/g, 'QDISC:')
        .replace(/REACHABLE|STALE|DELAY|INCOMPLETE|FAILED|PROBE/g, '')
        .replace(/\s+/g, ' '),
    )
    .sort()
    .join('\n')

/** What a line speaks of that is not there yet: namespaces, links, bridges, so that the line has something to work on. */
function ofLine(line: string): string {
  const made = new Set(
    [...line.matchAll(/\b(?:add|name|peer|peer name) (?:dev |name )?([\w.-]+)/g)].map(([, name]) => name),
  )
  const namesBehind = (words: RegExp) =>
    [...line.matchAll(words)]
      .map(([, name = '']) => name)
      .filter((name) => !made.has(name) && name.length < 16)
  const namespaces = namesBehind(/(?:-n|-netns|netns exec|netns del|netns) ([A-Za-z][\w.-]*)/g)
  const inside = line.match(/(?:-n|-netns|netns exec) ([A-Za-z][\w.-]*)/)?.[1]
  const at = inside === undefined ? '' : `-n ${inside}`
  const bridges = namesBehind(/\bmaster ([A-Za-z][\w.-]*)/g)
  const links = namesBehind(
    /(?:\bdev|\bset|\blink|\bdel|-[io]) (?!dev |add |set |up|down|del)([A-Za-z][\w.-]*)/g,
  )
  return [
    ...namespaces.map((name) => `ip netns add ${name}`),
    ...bridges.map((name) => `ip ${at} link add ${name} type bridge`),
    ...links.map(
      (name, index) =>
        `ip ${at} link add ${name} type veth peer name far${index}; ip ${at} link set ${name} up`,
    ),
  ].join('\n')
}

/** Runs lines on the ground, and tells what the kernel is like after. */
function stateAfter(lines: string, more: string): string {
  const script = `mount -n -t tmpfs run /run && mkdir -p /run/netns /run/lock
sh ${ground} >/dev/null 2>&1
sh ${file('more.sh', more)} >/dev/null 2>&1
timeout 5 sh ${file('line.sh', lines)} >/dev/null 2>&1
case $? in 0) echo "ended with 0" ;; 127) echo "ended with 127" ;; *) echo "ended with an error" ;; esac; sh ${dump}`
  const words = ['--net', '--mount', '--propagation', 'private', 'sh', '-c', script]
  return steady(spawnSync('unshare', words, { encoding: 'utf8', maxBuffer: 2 ** 26 }).stdout)
}

/** The lines of only one of two states. */
function difference(one: string, other: string): string {
  const [before, after] = [one.split('\n'), other.split('\n')]
  return [
    ...before.filter((line) => !after.includes(line)).map((line) => `- ${line}`),
    ...after.filter((line) => !before.includes(line)).map((line) => `+ ${line}`),
  ].join('\n')
}

/** The printed form of a line; undefined where it is a question, or has no typed form. */
function printed(line: string): string | undefined {
  const all = readBack(line)
  const typed = all.filter(
    (one): one is ReadBack & { line: NonNullable<ReadBack['line']> } => one.typed && one.line !== undefined,
  )
  if (all.length === 0 || typed.length < all.length || all.some(({ without }) => without !== undefined))
    return undefined
  const commands = typed.map((one) =>
    build(one.line, { kind: one.line.place === 'server1' ? 'server' : 'netns' }),
  )
  // What only looks leaves no state to compare.
  return commands.some((one) => 'observer' in one) ||
    commands.every((one) => (one as Command).does.every(({ does }) => does === 'looks'))
    ? undefined
    : commands.map((one) => toShell(one as Command)).join('\n')
}

/** What needs more than a namespace, what only waits, and ifconfig, which takes away the address that eth0 has here. */
const elsewhere =
  /docker|ifconfig eth0|ping|\bnc\b|dig|nslookup|monitor|tcpdump|arping|traceroute|conntrack|\bwg\b|\bss\b|brctl|\$/

test(
  'what is printed for a line comes to the state that the line comes to',
  needsRoot('a network namespace with /run of its own'),
  () => {
    const from = process.env.LINES ?? new URL('lines/as-typed.txt', import.meta.url)
    const lines = readFileSync(from, 'utf8')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('# ') && !elsewhere.test(line))
    const seed = Number(process.env.SEED ?? Date.now() % 1000)
    const step = process.env.EACH ? 1 : process.env.WHOLE ? 6 : 20
    let compared = 0
    const wrong: string[] = []
    for (const line of lines.filter((_, i) => i % step === seed % step)) {
      const shell = printed(line)
      if (shell === undefined) continue
      const typed = stateAfter(
        line.replace(/^(\S+@\S+)?[#$] /, '').replace(/\bsudo (-E )?/g, ''),
        ofLine(line),
      )
      // An older way to say it, as `-i ! eth0`, which the tool here may know no more.
      if (line.includes('iptables') && typed.includes('ended with an error')) continue
      if (typed.includes('ended with 127')) continue // the tool is not here, as vconfig
      const again = stateAfter(shell, ofLine(line))
      // Nor is this one: what the shell said of the line was that a file of it is not here.
      if (again.includes('ended with 127') && typed.includes('ended with an error')) continue
      if (again !== typed) wrong.push(`${line}\n${shell}\n${difference(typed, again)}`)
      if (typed.includes('ended with 0')) compared++
    }
    assert.equal(wrong.length, 0, `SEED=${seed}, of ${compared}:\n${wrong.join('\n\n')}`)
    assert.ok(compared > 8, `${compared}`)
  },
)
