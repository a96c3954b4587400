/**
 * slides: the slide's own rules for net1, as they stand on it, and what became of them.
 *
 *       net1                       server1                        qubenet
 *   ┌───────────┐          ┌─────────────────────┐          ┌─────────────────┐
 *   │ veth1     ╪══════════╪ r0-net1     br-<id> ╪══════════╪ qube-client-1…3 │
 *   └───────────┘  cable   └─────────────────────┘  bridge  └─────────────────┘
 *     172.30.20.1       172.30.20.254   172.30.10.254          172.30.10.0/24
 *
 *   | place           | interface | address                 | default route     |
 *   |-----------------|-----------|-------------------------|-------------------|
 *   | net1            | veth1     | 172.30.20.1/24          | via 172.30.20.254 |
 *   | server1         | r0-net1   | 172.30.20.254/24        |                   |
 *   | qube-client-1…3 | eth0      | three of 172.30.10.0/24 | via 172.30.10.254 |
 *
 * The slide lets net1 in with one rule, at the end of FORWARD. Up to Docker Engine 27 that is enough. Since 28 Docker
 * has two rules before it that drop the packet: one in raw, for each container, and one in DOCKER, for each bridge.
 * They are opened here one after the other. net1.ts has what works on every engine.
 *
 * Slides: "Network Configuration Example Step [2/3]". Two of its lines no kernel accepts, and are mended here:
 *   ip link addr add 172.30.20.254/24 dev r0-net1             it is `ip addr add`
 *   ip netns exec net1 ip route add default via 172.30.10.254   not on net1's subnet: it is 172.30.20.254
 */
import { scenario, server } from 'vethlab'

const server1 = server('server1')
const net1 = server1.netns('net1')
const app = server1.compose('disqube-example', new URL('compose/docker-compose.yml', import.meta.url))
const worker = app.container('qube-client', 1)

export default scenario(import.meta, "The slide's rules, on this engine", async (lab) => {
  // Where Docker's firewall is nftables, no rule of one's own overrules its drops: the network itself must be open.
  const mode = await lab.read(server1.docker.firewall.gatewayMode())
  await lab.step('Three containers share 172.30.10.0/24', app.up({ GATEWAY_MODE: mode }))
  const bridge = await lab.read(app.network('qubenet').bridge)
  await lab.step(
    'net1, as on the slide',
    net1.add(),
    server1.ip.link.add('veth1').type('veth', { peer: 'r0-net1' }),
    server1.ip.link.set('veth1').netns(net1),
    net1.ip.addr.add('172.30.20.1/24').dev('veth1'),
    net1.ip.link.set('veth1').up(),
    net1.ip.link.set('lo').up(),
    server1.ip.addr.add('172.30.20.254/24').dev('r0-net1'),
    server1.ip.link.set('r0-net1').up(),
    net1.ip.route.add('default').via('172.30.20.254'),
  )
  await lab.step(
    "The slide's rules",
    server1.sysctl.set('net.ipv4.ip_forward', 1),
    server1.iptables.filter.append('FORWARD').in('r0-net1').out(bridge).jump('ACCEPT'),
    server1.iptables.nat.append('POSTROUTING').source('172.30.20.0/24').not.out('r0-net1').jump('MASQUERADE'),
  )
  await lab.check(
    [server1.ping(worker).replies, worker.ping('172.30.10.254').replies],
    '1. container and host',
  )
  await lab.check(
    [server1.ping('172.30.20.1').replies, net1.ping('172.30.20.254').replies],
    '2. host and net1',
  )

  // The third kind of traffic is the one that the rules are for.
  const words = { drops: 'no reply', lets: 'replies' }
  const answer = await lab.read(server1.docker.firewall.direct(bridge, words))
  await lab.check(net1.ping(worker).is(answer), '3. net1 and container: enough up to Engine 27')

  await lab.step(
    'The first rule that drops it since Engine 28, with the packets that it has dropped: raw, before all others',
    server1.docker.firewall.rules('raw', { counters: true }),
    server1.iptables.raw.insert('PREROUTING').in('r0-net1').destination('172.30.10.0/24').jump('ACCEPT'),
  )
  await lab.check(net1.ping(worker).is(answer), 'past raw; there is a second one')

  const chain = await lab.read(server1.docker.firewall.userChain())
  await lab.step(
    "The second one: in Docker's own chain, which comes before the slide's rule",
    server1.docker.firewall.rules('filter', { counters: true }),
    server1.iptables.filter.insert(chain).in('r0-net1').out(bridge).jump('ACCEPT'),
  )
  await lab.check(
    net1.ping(worker).replies.ttl(63),
    'DOCKER-USER comes before them all: enough on every engine',
  )
  await lab.check(worker.ping('172.30.20.1').replies.ttl(63), 'and back')
})
