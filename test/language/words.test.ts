/** Every method, as the exact shell line that it stands for. No root, no machine: text only. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { capture, image, lan, server } from '../../lib/index.ts'
import type { Command } from '../../lib/language/command.ts'
import { toShell } from '../../lib/language/on-server.ts'

const host = server('server1')
const net1 = host.netns('net1')
const a1 = host.container('a1')
const app = host.compose('shop', '/srv/shop.yml')
const { filter, nat, raw, mangle } = host.iptables

const lines: Array<[Command, string]> = [
  // ip netns
  [net1.add(), 'ip netns add net1'],
  [net1.del(), 'ip netns del net1'],
  [host.ip.netns.list(), 'ip netns list'],
  // ip link
  [host.ip.link.add('veth1').type('veth', { peer: 'r0' }), 'ip link add name veth1 type veth peer name r0'],
  [host.ip.link.add('br0').type('bridge'), 'ip link add name br0 type bridge'],
  [
    host.ip.link.add('m0').type('macvlan', { link: 'e0', mode: 'bridge' }),
    'ip link add link e0 name m0 type macvlan mode bridge',
  ],
  [host.ip.link.add('t0').type('macvtap', { link: 'e0' }), 'ip link add link e0 name t0 type macvtap'],
  [
    host.ip.link.add('i0').type('ipvlan', { link: 'e0', mode: 'l3s' }),
    'ip link add link e0 name i0 type ipvlan mode l3s',
  ],
  [
    host.ip.link.add('e0.5').type('vlan', { link: 'e0', id: 5 }),
    'ip link add link e0 name e0.5 type vlan id 5',
  ],
  [
    host.ip.link.add('x0').type('vxlan', { id: 7, dstport: 4789 }),
    'ip link add name x0 type vxlan id 7 dstport 4789',
  ],
  [
    host.ip.link
      .add('x0')
      .type('vxlan', { id: 7, dstport: 4789, dev: 'e0', local: '10.0.0.1', remote: '10.0.0.2' }),
    'ip link add name x0 type vxlan id 7 dstport 4789 dev e0 local 10.0.0.1 remote 10.0.0.2',
  ],
  [host.ip.link.add('d0').type('dummy'), 'ip link add name d0 type dummy'],
  [host.ip.link.add('v0').type('vrf', { table: 10 }), 'ip link add name v0 type vrf table 10'],
  [host.ip.link.del('br0'), 'ip link del dev br0'],
  [host.ip.link.set('veth1').netns(net1), 'ip link set dev veth1 netns net1'],
  [host.ip.link.set('r0').up(), 'ip link set dev r0 up'],
  [net1.ip.link.set('veth1').down(), 'ip -n net1 link set dev veth1 down'],
  [host.ip.link.set('r0').master('br0'), 'ip link set dev r0 master br0'],
  [host.ip.link.set('r0').nomaster(), 'ip link set dev r0 nomaster'],
  [host.ip.link.set('r0').mtu(1400), 'ip link set dev r0 mtu 1400'],
  [host.ip.link.set('e0').promisc('on'), 'ip link set dev e0 promisc on'],
  [host.ip.link.set('r0').address('02:00:00:00:00:01'), 'ip link set dev r0 address 02:00:00:00:00:01'],
  [host.ip.link.show(), 'ip link show'],
  [host.ip.link.show({ dev: 'r0', details: true }), 'ip -d link show dev r0'],
  [
    net1.ip.link.show({ type: 'veth', master: 'br0', details: true }),
    'ip -n net1 -d link show master br0 type veth',
  ],
  [a1.ip.link.show(), 'docker exec a1 ip link show'],
  // ip addr, route, neigh
  [net1.ip.addr.add('172.30.20.1/24').dev('veth1'), 'ip -n net1 addr add 172.30.20.1/24 dev veth1'],
  [net1.ip.addr.del('172.30.20.1/24').dev('veth1'), 'ip -n net1 addr del 172.30.20.1/24 dev veth1'],
  [host.ip.addr.show(), 'ip addr show'],
  [host.ip.addr.show('r0'), 'ip addr show dev r0'],
  [net1.ip.route.add('default').via('172.30.20.254'), 'ip -n net1 route add default via 172.30.20.254'],
  [
    host.ip.route.add('10.1.1.0/24').via('fe80::1').dev('e0'),
    'ip route add 10.1.1.0/24 via inet6 fe80::1 dev e0',
  ],
  [host.ip.route.add('fd00:1::/64').via('fe80::1').dev('e0'), 'ip route add fd00:1::/64 via fe80::1 dev e0'],
  [host.ip.addr.show({ family: 6, tentative: true }), 'ip -6 addr show tentative'],
  [
    host.ip.route.add('172.17.0.0/16').via('192.168.56.3').dev('e0'),
    'ip route add 172.17.0.0/16 via 192.168.56.3 dev e0',
  ],
  [host.ip.route.add('10.0.0.0/24').dev('br0'), 'ip route add 10.0.0.0/24 dev br0'],
  [host.ip.route.del('10.0.0.0/24').dev('br0'), 'ip route del 10.0.0.0/24 dev br0'],
  [net1.ip.route.get('10.0.0.9'), 'ip -n net1 route get 10.0.0.9'],
  [net1.ip.route.show(), 'ip -n net1 route show'],
  [
    net1.ip.neigh.add('10.0.0.9').lladdr('02:00:00:00:00:01').dev('veth1'),
    'ip -n net1 neigh add 10.0.0.9 lladdr 02:00:00:00:00:01 dev veth1',
  ],
  [net1.ip.neigh.del('10.0.0.9').dev('veth1'), 'ip -n net1 neigh del 10.0.0.9 dev veth1'],
  [net1.ip.neigh.show(), 'ip -n net1 neigh show'],
  // sysctl
  [host.sysctl.set('net.ipv4.ip_forward', 1), 'sysctl -w net.ipv4.ip_forward=1'],
  [
    net1.sysctl.set('net.ipv4.conf.all.rp_filter', 2),
    'ip netns exec net1 sysctl -w net.ipv4.conf.all.rp_filter=2',
  ],
  [host.sysctl.get('net.ipv4.ip_forward'), 'sysctl -n net.ipv4.ip_forward'],
  // iptables
  [filter.append('FORWARD').in('r0').out('br0').jump('ACCEPT'), 'iptables -A FORWARD -i r0 -o br0 -j ACCEPT'],
  [filter.insert('DOCKER-USER').in('r0').jump('ACCEPT'), 'iptables -I DOCKER-USER -i r0 -j ACCEPT'],
  [filter.insert('FORWARD', 3).protocol('icmp').jump('DROP'), 'iptables -I FORWARD 3 -p icmp -j DROP'],
  [filter.delete('FORWARD').in('r0').jump('ACCEPT'), 'iptables -D FORWARD -i r0 -j ACCEPT'],
  [filter.append('INPUT').source('10.0.0.0/8').jump('DROP'), 'iptables -A INPUT -s 10.0.0.0/8 -j DROP'],
  [filter.append('INPUT').not.source('10.0.0.1').jump('DROP'), 'iptables -A INPUT ! -s 10.0.0.1 -j DROP'],
  [
    filter.append('INPUT').protocol('tcp').dport(22).sport(1024).jump('RETURN'),
    'iptables -A INPUT -p tcp --dport 22 --sport 1024 -j RETURN',
  ],
  [filter.append('INPUT').protocol('udp').jump('REJECT'), 'iptables -A INPUT -p udp -j REJECT'],
  [
    filter.append('INPUT').jump('REJECT', { with: 'icmp-host-prohibited' }),
    'iptables -A INPUT -j REJECT --reject-with icmp-host-prohibited',
  ],
  [filter.append('INPUT').jump('LOG', { prefix: 'in: ' }), "iptables -A INPUT -j LOG --log-prefix 'in: '"],
  [
    filter.append('FORWARD').ctstate('ESTABLISHED', 'RELATED').jump('ACCEPT'),
    'iptables -A FORWARD -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT',
  ],
  [
    filter.append('FORWARD').not.ctstate('NEW').jump('ACCEPT'),
    'iptables -A FORWARD -m conntrack ! --ctstate NEW -j ACCEPT',
  ],
  [
    filter.append('FORWARD').comment(`it's "quoted"`).jump('ACCEPT'),
    `iptables -A FORWARD -m comment --comment 'it'\\''s "quoted"' -j ACCEPT`,
  ],
  [filter.append('FORWARD').jump('LESSON'), 'iptables -A FORWARD -j LESSON'],
  [filter.policy('FORWARD', 'DROP'), 'iptables -P FORWARD DROP'],
  [filter.newChain('LESSON'), 'iptables -N LESSON'],
  [filter.deleteChain('LESSON'), 'iptables -X LESSON'],
  [filter.flush('LESSON'), 'iptables -F LESSON'],
  [filter.show(), 'iptables -S'],
  [nat.show('POSTROUTING'), 'iptables -t nat -S POSTROUTING'],
  [
    nat.append('POSTROUTING').source('172.30.20.0/24').not.out('r0').jump('MASQUERADE'),
    'iptables -t nat -A POSTROUTING -s 172.30.20.0/24 ! -o r0 -j MASQUERADE',
  ],
  [
    nat.append('POSTROUTING').out('e0').jump('SNAT', { to: '10.0.0.1' }),
    'iptables -t nat -A POSTROUTING -o e0 -j SNAT --to-source 10.0.0.1',
  ],
  [
    nat.append('PREROUTING').in('e0').protocol('tcp').dport(80).jump('DNAT', { to: '10.0.0.2:8080' }),
    'iptables -t nat -A PREROUTING -i e0 -p tcp --dport 80 -j DNAT --to-destination 10.0.0.2:8080',
  ],
  [
    nat.append('OUTPUT').protocol('tcp').jump('REDIRECT', { port: 81 }),
    'iptables -t nat -A OUTPUT -p tcp -j REDIRECT --to-ports 81',
  ],
  [
    raw.insert('PREROUTING').in('r0').destination('172.30.10.0/24').jump('ACCEPT'),
    'iptables -t raw -I PREROUTING -i r0 -d 172.30.10.0/24 -j ACCEPT',
  ],
  [raw.append('OUTPUT').jump('NOTRACK'), 'iptables -t raw -A OUTPUT -j NOTRACK'],
  [raw.append('PREROUTING').jump('TRACE'), 'iptables -t raw -A PREROUTING -j TRACE'],
  [
    mangle.append('FORWARD').protocol('tcp').jump('TCPMSS', { clamp: 'pmtu' }),
    'iptables -t mangle -A FORWARD -p tcp -j TCPMSS --clamp-mss-to-pmtu',
  ],
  [
    mangle.append('PREROUTING').jump('MARK', { set: 7 }),
    'iptables -t mangle -A PREROUTING -j MARK --set-mark 7',
  ],
  [net1.iptables.filter.append('OUTPUT').jump('DROP'), 'ip netns exec net1 iptables -A OUTPUT -j DROP'],
  [a1.iptables.filter.show(), 'docker exec a1 iptables -S'],
  // docker
  [host.docker.network.create('n1'), 'docker network create n1'],
  [
    host.docker.network
      .create('n1')
      .driver('bridge')
      .subnet('10.1.0.0/24')
      .gateway('10.1.0.254')
      .ipRange('10.1.0.128/25'),
    'docker network create --driver bridge --subnet 10.1.0.0/24 --gateway 10.1.0.254 --ip-range 10.1.0.128/25 n1',
  ],
  [
    host.docker.network.create('n1').internal().attachable().option('parent', 'e0'),
    'docker network create --internal --attachable -o parent=e0 n1',
  ],
  [host.docker.network.connect('n1', 'a1'), 'docker network connect n1 a1'],
  [
    host.docker.network.connect('n1', 'a1', { ip: '10.1.0.9', alias: 'web' }),
    'docker network connect --ip 10.1.0.9 --alias web n1 a1',
  ],
  [host.docker.network.rm('n1'), 'docker network rm n1'],
  [host.docker.network.ls(), 'docker network ls'],
  [host.docker.network.inspect('n1'), 'docker network inspect n1'],
  [host.docker.run(image).name('a1'), 'docker run -dit --name a1 "${IMAGE}"'],
  [
    host.docker
      .run('alpine')
      .name('a1')
      .network('n1')
      .ip('10.1.0.9')
      .hostname('h')
      .publish('8080:80')
      .publish('127.0.0.1:53:53/udp')
      .env('A', 'b c')
      .capAdd('NET_ADMIN')
      .privileged()
      .command('sleep', '9'),
    "docker run -dit --name a1 --network n1 --ip 10.1.0.9 --hostname h -p 8080:80 -p 127.0.0.1:53:53/udp -e 'A=b c' --cap-add NET_ADMIN --privileged alpine sleep 9",
  ],
  [host.docker.rm('a1'), 'docker rm -f a1'],
  [host.docker.exec('a1', 'ip', 'addr'), 'docker exec a1 ip addr'],
  [
    host.docker.ps({ filters: ['network=n1'], format: '{{.Names}}' }),
    "docker ps --filter network=n1 --format '{{.Names}}'",
  ],
  [host.docker.image.import('/tmp/r.tar', 'mine'), 'docker import /tmp/r.tar mine'],
  [
    host.docker.image.import('/tmp/r.tar', 'mine', { run: ['sh'] }),
    `docker import -c 'CMD ["sh"]' /tmp/r.tar mine`,
  ],
  [host.docker.image.load('/tmp/r.tar'), 'docker load -i /tmp/r.tar'],
  [host.docker.image.ls(), 'docker image ls'],
  [app.up(), 'docker compose -p shop -f /srv/shop.yml up -d'],
  [app.down(), 'docker compose -p shop down --timeout 1'],
  [app.container('web', 2).exec('hostname'), 'docker exec shop-web-2 hostname'],
  [a1.address(), "docker inspect -f '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' a1"],
  // anything else, and probes
  [net1.exec('ss', '-tln'), 'ip netns exec net1 ss -tln'],
  [
    net1.listen(5000),
    "ip netns exec net1 sh -c 'while busybox nc -ll -p 5000 -e busybox netstat -tn; do :; done' &",
  ],
  [
    a1.listen(5000),
    "docker exec -d a1 sh -c 'while busybox nc -ll -p 5000 -e busybox netstat -tn; do :; done'",
  ],
  [net1.ping('10.0.0.9').replies.command('10.0.0.9'), 'ip netns exec net1 ping -c 1 -W 1 10.0.0.9'],
  [net1.ping('10.0.0.9').noReply.command('10.0.0.9'), 'ip netns exec net1 ping -c 1 -W 0.3 10.0.0.9'],
  [a1.ping('10.0.0.9').noReply.command('10.0.0.9'), 'docker exec a1 ping -c 1 -W 1 10.0.0.9'],
  [host.tcp('10.0.0.9', 80).open.command('10.0.0.9'), 'nc -z -v -w 1 10.0.0.9 80'],
  [host.tcp('10.0.0.9', 80).open.seenFrom('10.0.0.1').command('10.0.0.9'), 'nc -v -w 1 10.0.0.9 80'],
  [host.udp('10.0.0.9', 53).closed.command('10.0.0.9'), "sh -c 'echo vethlab | nc -u -v -w 1 10.0.0.9 53'"],
  [a1.dns('web').resolves.command('web'), 'docker exec a1 nslookup web'],
]

for (const [command, line] of lines) test(line, () => assert.equal(toShell(command), line))

test('a command is frozen, and so is each part of it', () => {
  const command = host.ip.link.set('r0').up()
  assert.ok(Object.isFrozen(command) && Object.isFrozen(command.argv) && Object.isFrozen(command.place))
})

test('a clause leaves the command that it grew from as it was', () => {
  const plain = host.docker.network.create('n1')
  plain.driver('bridge')
  assert.equal(toShell(plain), 'docker network create n1')
})

const vboxnet0 = lan('vboxnet0').plug(host, 'enp0s3', '192.168.56.3/24')
const wire = capture(host, 'enp0s3', 'udp port 53')

test('a LAN is a bridge outside of the servers, and a cable to each', () => {
  assert.deepEqual(vboxnet0.up().map(toShell), [
    'ip link add name vboxnet0 type bridge',
    'ip link set dev vboxnet0 up',
    'ip link add name vboxnet0-p1 type veth peer name enp0s3 address 08:00:27:a8:38:03 netns "${pid_server1}"',
    'ip link set dev vboxnet0-p1 master vboxnet0',
    'bridge fdb add 08:00:27:a8:38:03 dev vboxnet0-p1 master static',
    'ip link set dev vboxnet0-p1 up',
    'ip addr add 192.168.56.3/24 dev enp0s3',
    'ip link set dev enp0s3 up',
  ])
})

test('the ports of two LANs have different names, and legal ones', () => {
  const names = ['net56', 'net57', 'a-long-lan-name', 'a-long-lan-nam2', 'a;b$(c)']
  const ports = names.flatMap((name) => {
    const [, , made] = lan(name).plug(host, 'e0', '10.0.0.1/24').up()
    return made?.argv.slice(4, 5) ?? []
  })
  assert.equal(new Set(ports).size, names.length)
  for (const port of ports) assert.ok(Buffer.byteLength(port) <= 12, port)
})

test('a capture starts, and can be read while it goes on', () => {
  assert.deepEqual(wire.start().map(toShell), [
    'tcpdump -i enp0s3 -n -U --immediate-mode -w /run/vethlab-server1-enp0s3.pcap udp port 53 &',
    "timeout 5 sh -c 'until [ -s /run/vethlab-server1-enp0s3.pcap ]; do sleep 0.01; done'",
  ])
  assert.equal(toShell(wire.packets), 'tcpdump -n -r /run/vethlab-server1-enp0s3.pcap')
})
