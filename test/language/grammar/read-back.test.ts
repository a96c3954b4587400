/** Lines of shell, and what they are in TypeScript; and each typed line says the words that it was read from. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Command } from '../../../lib/language/command.ts'
import { toShell } from '../../../lib/language/on-server.ts'
import { build } from '../../../lib/language/read-back/build.ts'
import { readBack } from '../../../lib/language/read-back/read-line.ts'

const lines: Array<[shell: string, ...typed: string[]]> = [
  ['ip -n net1 addr add 10.0.0.1/24 dev veth1', "net1.ip.addr.add('10.0.0.1/24').dev('veth1')"],
  ['ip a a dev eth0 10.0.0.1/24', "server1.ip.addr.add('10.0.0.1/24').dev('eth0')"],
  ['sudo ip l s eth0 up', "server1.ip.link.set('eth0').up()"],
  ['ip link set up dev eth0', "server1.ip.link.set('eth0').up()"],
  ['ip r', 'server1.ip.route.show()'],
  ['ip ru s', 'server1.ip.rule.show()'],
  ['ip -6 addr show dev eth0', "server1.ip.addr.show({ family: 6, dev: 'eth0' })"],
  ['ip route add blackhole 10.9.0.0/16', "server1.ip.route.add('10.9.0.0/16').blackhole()"],
  [
    'ip link add link eth0 name eth0.5 type vlan id 5',
    "server1.ip.link.add('eth0.5').type('vlan', { link: 'eth0', id: 5 })",
  ],
  ['ip netns exec r1 sysctl -w net.ipv4.ip_forward=1', "r1.sysctl.set('net.ipv4.ip_forward', 1)"],
  ['ip netns exec my-ns ip link set lo up', "server1.netns('my-ns').ip.link.set('lo').up()"],
  ['echo 1 > /proc/sys/net/ipv4/ip_forward', "server1.sysctl.set('net.ipv4.ip_forward', 1)"],
  [
    'iptables --table=nat --append POSTROUTING --out-interface eth0 --jump MASQUERADE',
    "server1.iptables.nat.append('POSTROUTING').out('eth0').jump('MASQUERADE')",
  ],
  [
    'iptables -A POSTROUTING -t nat -s ! 10.0.0.0/8 -j MASQUERADE',
    "server1.iptables.nat.append('POSTROUTING').not.source('10.0.0.0/8').jump('MASQUERADE')",
  ],
  [
    'ip6tables -A INPUT -p icmpv6 --icmpv6-type 128 -j DROP',
    "server1.ip6tables.filter.append('INPUT').protocol('icmpv6').icmpv6Type(128).jump('DROP')",
  ],
  [
    'docker run --rm -itd --name=a1 --net n1 -e A=b alpine sleep 9',
    "server1.docker.run('alpine').name('a1').network('n1').rm().env('A', 'b').command('sleep', '9')",
  ],
  ['docker exec -it a1 ip addr', 'a1.ip.addr.show()'],
  [
    'ifconfig eth0:1 10.0.0.1 netmask 255.255.255.0',
    "server1.ip.addr.add('10.0.0.1/24').broadcast('+').dev('eth0').label('eth0:1')",
    "server1.ip.link.set('eth0').up()",
  ],
  [
    'route add -net 10.1.0.0 netmask 255.255.0.0 gw 10.0.0.2',
    "server1.ip.route.add('10.1.0.0/16').via('10.0.0.2')",
  ],
  ['route add default gw 10.0.0.254 eth0', "server1.ip.route.add('default').via('10.0.0.254').dev('eth0')"],
  ['brctl stp br0 on', "server1.ip.link.set('br0').type('bridge', { stp_state: 1 })"],
  [
    'bridge fdb append 00:00:00:00:00:00 dev vx0 dst 10.0.0.2',
    "server1.bridge.fdb.append('00:00:00:00:00:00').dev('vx0').dst('10.0.0.2')",
  ],
  ['ip link set $DEV netns $NS', 'server1.ip.link.set(DEV).netns(NS)'],
  ['nsenter -t 7 -n ip addr', "server1.nsenter().target(7).net().command('ip', 'addr')"],
  ['nsenter --net=/var/run/netns/net1 ip addr', 'net1.ip.addr.show()'],
  ['ip netns exec net1 iptables-restore < /srv/rules', "net1.iptablesRestore('/srv/rules')"],
  ['docker save alpine > /srv/a.tar', "server1.docker.save('alpine', { output: '/srv/a.tar' })"],
  ['docker exec -itu root a1 ls', "server1.docker.exec('a1', { user: 'root' }, 'ls')"],
  ['docker compose rm -fs web', "server1.docker.compose.rm('web', { force: true, stop: true })"],
  ['docker compose logs -f web', "server1.docker.compose.logs('web')"],
  [
    'docker compose -p lab -f a.yml rm -f',
    "server1.docker.compose.rm({ project: 'lab', file: 'a.yml', force: true })",
  ],
  [
    'docker run -d --name a1 --network name=n1,ip=10.0.0.9 alpine',
    "server1.docker.run('alpine').name('a1').network('n1').ip('10.0.0.9')",
  ],
  [
    'iptables -t nat -A PREROUTING -j DNAT -p tcp --to 10.0.0.2:80 --dport 80',
    "server1.iptables.nat.append('PREROUTING').protocol('tcp').dport(80).jump('DNAT', { to: '10.0.0.2:80' })",
  ],
  [
    'iptables -A INPUT -j LOG -m string --algo bm --to 9 --log-prefix x',
    "server1.iptables.filter.append('INPUT').algo('bm').to(9).jump('LOG', { prefix: 'x' })",
  ],
  ['ip -n net1 -force -batch /srv/lines', "net1.ip.batch('/srv/lines', { force: true })"],
  ['tc -n net1 qdisc', 'net1.tc.qdisc.show()'],
  ['sysctl -ar rp_filter', "server1.sysctl.all({ pattern: 'rp_filter' })"],
  ['sysctl --load=/srv/9.conf', "server1.sysctl.load('/srv/9.conf')"],
  ['ping -c 1 fd00::1', "server1.ping('fd00::1').replies"],
  [
    'ip link add a type veth peer name b && ip link set a up',
    "server1.ip.link.add('a').type('veth', { peer: 'b' })",
    "server1.ip.link.set('a').up()",
  ],
]
for (const [shell, ...typed] of lines)
  test(shell, () => {
    const read = readBack(shell)
    assert.deepEqual(
      read.map(({ text }) => text),
      typed,
    )
    assert.ok(read.every((one) => one.typed))
  })

const execs: Array<[shell: string, exec: string]> = [
  ['ip link add x type nosuch', "server1.exec('ip', 'link', 'add', 'x', 'type', 'nosuch')"],
  ['ip addr add 10.0.0.300/24 dev eth0', "server1.exec('ip', 'addr', 'add', '10.0.0.300/24', 'dev', 'eth0')"],
  [
    'iptables -A FORWARD -m nosuch --x 1 -j ACCEPT',
    "server1.exec('iptables', '-A', 'FORWARD', '-m', 'nosuch', '--x', '1', '-j', 'ACCEPT')",
  ],
  ['for i in 1 2; do ip link del v$i; done', ''],
  ['ip addr | grep eth0', ''],
  ['ip addr > /tmp/x', "server1.exec('sh', '-c', 'ip addr > /tmp/x')"],
  ['nft list ruleset >> /tmp/x', "server1.exec('sh', '-c', 'nft list ruleset >> /tmp/x')"],
  ['echo "a  b" | grep b', "server1.exec('sh', '-c', 'echo \\'a  b\\' | grep b')"],
  ['docker compose up -f x.yml', "server1.exec('docker', 'compose', 'up', '-f', 'x.yml')"],
]
for (const [shell, text] of execs)
  test(`${shell} is exec`, () => {
    const read = readBack(shell)
    assert.ok(read.length > 0 && read.some((one) => !one.typed))
    if (text !== '') assert.equal(read[0]?.text, text)
  })

test('a typed line says the words that it was read from: read again, it is the same line', () => {
  for (const [shell] of lines)
    for (const { line, text } of readBack(shell)) {
      if (!line || text.includes('.replies') || /\b(DEV|NS)\b/.test(text)) continue
      const kind = /^server1\.netns|^(net1|r1)\b/.test(text)
        ? 'netns'
        : /^a1\b/.test(text)
          ? 'container'
          : 'server'
      const again = readBack(toShell(build(line, { kind }) as Command)).map((one) => one.text)
      assert.deepEqual(again, [text], shell)
    }
})
