/**
 * ipv6: net1 once more, in both families: a namespace on a subnet of its own reaches the containers through the host.
 *
 *       net1                       server1                        qubenet
 *   ┌───────────┐          ┌─────────────────────┐          ┌─────────────────┐
 *   │ veth1     ╪══════════╪ r0-net1     br-qube ╪══════════╪ worker1, 2      │
 *   └───────────┘  cable   └─────────────────────┘  bridge  └─────────────────┘
 *    fd00:30:20::1     fd00:30:20::fe  fd00:30:10::fe         fd00:30:10::/64
 *
 *   | place   | interface | IPv6              | IPv4             | default route      |
 *   |---------|-----------|-------------------|------------------|--------------------|
 *   | net1    | veth1     | fd00:30:20::1/64  | 172.30.20.1/24   | via ….fe and ….254 |
 *   | server1 | r0-net1   | fd00:30:20::fe/64 | 172.30.20.254/24 |                    |
 *   | server1 | br-qube   | fd00:30:10::fe/64 | 172.30.10.254/24 |                    |
 *   | worker1 | eth0      | fd00:30:10::11/64 | 172.30.10.11/24  | the bridge         |
 *   | worker2 | eth0      | fd00:30:10::12/64 | 172.30.10.12/24  | the bridge         |
 *
 * Beyond the slides. IPv6 has no ARP but neighbour discovery, no broadcast, and an address of the link itself (fe80::…)
 * on every interface. A new address is tentative for a second, in which the kernel asks whether another has it: each
 * step waits for that. Up to Docker Engine 26 the firewall of IPv6 is off until the daemon is told otherwise.
 */
import { gateway, image, scenario, server } from 'vethlab'

const server1 = server('server1', { daemon: { ip6tables: true, experimental: true } })
const net1 = server1.netns('net1')
const workers = [11, 12].map((number, index) => ({
  place: server1.container(`worker${index + 1}`),
  ipv4: `172.30.10.${number}` as const,
  ipv6: `fd00:30:10::${number}` as const,
}))
const [worker1] = workers as [(typeof workers)[number]]

export default scenario(import.meta, 'A namespace reaches containers, in both families', async (lab) => {
  await lab.step(
    'The host forwards both families: Docker would switch that on, too, and leave it on',
    server1.sysctl.set('net.ipv4.ip_forward', 1),
    server1.sysctl.set('net.ipv6.conf.all.forwarding', 1),
  )
  // Where Docker's firewall is nftables, no rule of one's own overrules its drops: the network itself must be open.
  const mode = await lab.read(server1.docker.firewall.gatewayMode())
  await lab.step(
    'Two containers on a network of both families',
    server1.docker.network
      .create('qubenet')
      .ipv6()
      .option('com.docker.network.bridge.name', 'br-qube')
      .option('com.docker.network.bridge.gateway_mode_ipv4', mode)
      .option('com.docker.network.bridge.gateway_mode_ipv6', mode)
      .subnet('172.30.10.0/24')
      .gateway('172.30.10.254')
      .subnet('fd00:30:10::/64')
      .gateway('fd00:30:10::fe'),
    ...workers.map(({ place, ipv4, ipv6 }) =>
      server1.docker
        .run(image)
        .name(place.name)
        .network('qubenet')
        .ip(ipv4)
        .ip6(ipv6)
        .command('sleep', 'infinity'),
    ),
  )
  await lab.check(
    [
      server1.ping(worker1.ipv6).replies.hopLimit(64),
      worker1.place.ping('fd00:30:10::fe').replies.hopLimit(64),
    ],
    'the host is the gateway of the containers, in this family, too',
  )

  await lab.step(
    'A namespace, and a virtual cable to it',
    net1.add(),
    server1.ip.link.add('veth1').type('veth', { peer: 'r0-net1' }),
    server1.ip.link.set('veth1').netns(net1),
    net1.ip.link.set('veth1').up(),
    net1.ip.link.set('lo').up(),
    server1.ip.link.set('r0-net1').up(),
  )
  await lab.step(
    'An address of each family at each end, and the ways out of net1',
    net1.ip.addr.add('fd00:30:20::1/64').dev('veth1'),
    net1.ip.addr.add('172.30.20.1/24').dev('veth1'),
    server1.ip.addr.add('fd00:30:20::fe/64').dev('r0-net1'),
    server1.ip.addr.add('172.30.20.254/24').dev('r0-net1'),
    server1.ip.addr.add('fe80::fe/64').dev('r0-net1'),
    net1.ip.route.add('default').via('fd00:30:20::fe'),
    net1.ip.route.add('default').via('172.30.20.254'),
    net1.ip.addr.show({ dev: 'veth1' }),
  )
  await lab.check(
    [net1.ping('fd00:30:20::fe').replies.hopLimit(64), server1.ping('fd00:30:20::1').replies.hopLimit(64)],
    'two ends of one cable: the router is a neighbour',
  )
  await lab.check(
    net1.ping('fe80::fe%veth1').replies.hopLimit(64),
    'an address of the link itself needs the link: each link has one',
  )

  await lab.step(
    'Only what a rule accepts is forwarded, as Docker has it',
    server1.iptables.filter.policy('FORWARD', 'DROP'),
    server1.ip6tables.filter.policy('FORWARD', 'DROP'),
  )
  await lab.check(
    workers.map(({ ipv6 }) => net1.ping(ipv6).noReply),
    'Docker lets nobody in from outside its networks',
  )

  const chain = await lab.read(server1.docker.firewall.userChain())
  const chain6 = await lab.read(server1.docker.firewall.userChain(6))
  const way = { from: 'r0-net1', bridge: 'br-qube' }
  await lab.step(
    'Let net1 through to the containers: a rule of each family',
    gateway(server1, { ...way, subnet: '172.30.10.0/24', chain }),
    gateway(server1, { ...way, subnet: 'fd00:30:10::/64', chain: chain6 }),
  )
  await lab.check(
    workers.flatMap(({ place, ipv4, ipv6 }) => [
      net1.ping(ipv6).replies.hopLimit(63),
      net1.ping(ipv4).replies.ttl(63),
      place.ping('fd00:30:20::1').replies.hopLimit(63),
    ]),
    'one router between takes one off 64',
  )

  await lab.step('A listener of both families', worker1.place.listen(5000))
  await lab.check(net1.tcp(worker1.ipv6, 5000).open.seenFrom('fd00:30:20::1'), 'routed: the address stays')

  await lab.step('A router no more', server1.sysctl.set('net.ipv6.conf.all.forwarding', 0))
  await lab.check(net1.ping(worker1.ipv6).silent, 'IPv6 is not forwarded')
  await lab.check(net1.ping(worker1.ipv4).replies.ttl(63), 'IPv4 has a switch of its own')

  await lab.step(
    'A router again; and a rule that drops one family',
    server1.sysctl.set('net.ipv6.conf.all.forwarding', 1),
    server1.ip6tables.filter.insert(chain6).destination('fd00:30:10::/64').jump('DROP'),
  )
  await lab.check(net1.ping(worker1.ipv6).noReply, 'ip6tables is a firewall of its own')
  await lab.check(net1.ping(worker1.ipv4).replies.ttl(63), 'iptables has not seen it')
  await lab.step(
    'Without it again',
    server1.ip6tables.filter.delete(chain6).destination('fd00:30:10::/64').jump('DROP'),
  )
  await lab.check(net1.ping(worker1.ipv6).replies.hopLimit(63), 'both families arrive')
})
