/**
 * net1: a namespace on a subnet of its own reaches the containers of a Compose network through the host.
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
 *   | server1         | br-<id>   | 172.30.10.254/24        |                   |
 *   | qube-client-1…3 | eth0      | three of 172.30.10.0/24 | via 172.30.10.254 |
 *
 * Slides: "Network Configuration Example Step [2/3] – Custom Network Namespace". Two of the slide's lines are
 * mended here: it says `ip link addr add` for `ip addr add`, and gives net1 the gateway 172.30.10.254, which is
 * not on its subnet. Its one FORWARD rule is not enough on Docker Engine 28 and later; the three rules here do on all.
 *
 * The purpose: a manager in net1, workers in the containers, a client on the host, each on another subnet.
 */
import { scenario, server } from 'vethlab'

const server1 = server('server1')
const net1 = server1.netns('net1')
const app = server1.compose('disqube-example', new URL('compose/docker-compose.yml', import.meta.url))
const workers = [1, 2, 3].map((number) => app.container('qube-client', number))
const worker = app.container('qube-client', 1)

export default scenario(import.meta, 'A namespace reaches a Compose network', async (lab) => {
  // Where Docker's firewall is nftables, no rule of one's own overrules its drops: the network itself must be open.
  const mode = await lab.read(server1.docker.firewall.gatewayMode())
  await lab.step('Three containers share 172.30.10.0/24', app.up({ GATEWAY_MODE: mode }))
  const bridge = await lab.read(app.network('qubenet').bridge)
  await lab.check(
    [server1.ping(worker).replies.ttl(64), worker.ping('172.30.10.254').replies.ttl(64)],
    'the host is the gateway of the containers',
  )

  await lab.step(
    'A namespace and a virtual cable to it',
    net1.add(),
    server1.ip.link.add('veth1').type('veth', { peer: 'r0-net1' }),
    server1.ip.link.set('veth1').netns(net1),
  )
  await lab.step(
    'The end in net1',
    net1.ip.addr.add('172.30.20.1/24').dev('veth1'),
    net1.ip.link.set('veth1').up(),
    net1.ip.link.set('lo').up(),
  )
  await lab.step(
    'The end on the host: the gateway of net1',
    server1.ip.addr.add('172.30.20.254/24').dev('r0-net1'),
    server1.ip.link.set('r0-net1').up(),
    net1.ip.route.add('default').via('172.30.20.254'),
  )
  await lab.check(
    [server1.ping('172.30.20.1').replies.ttl(64), net1.ping('172.30.20.254').replies.ttl(64)],
    'two ends of one cable',
  )

  await lab.step(
    'The host forwards between its interfaces, all that no rule drops',
    server1.sysctl.set('net.ipv4.ip_forward', 1),
    server1.iptables.filter.policy('FORWARD', 'ACCEPT'),
  )
  const directly = await lab.read(
    server1.docker.firewall.direct(bridge, { drops: 'no reply', lets: 'replies' }),
  )
  await lab.check(net1.ping(worker).is(directly), 'enough up to Engine 27; since 28 rules of its own drop it')

  await lab.step(
    'Only what a rule accepts, as Docker has it',
    server1.iptables.filter.policy('FORWARD', 'DROP'),
  )
  await lab.check(net1.ping(worker).noReply, 'Docker lets nobody in from outside its networks')

  // DOCKER-USER comes before Docker's own rules; where those are nftables, there is none.
  const chain = await lab.read(server1.docker.firewall.userChain())
  await lab.step(
    'Let net1 through to the containers, and what they send out again',
    server1.iptables.filter.insert(chain).in('r0-net1').out(bridge).jump('ACCEPT'),
    server1.iptables.filter.insert(chain).in(bridge).out('r0-net1').jump('ACCEPT'),
    server1.iptables.raw.insert('PREROUTING').in('r0-net1').destination('172.30.10.0/24').jump('ACCEPT'),
  )
  await lab.check(
    workers.map((each) => net1.ping(each).replies.ttl(63)),
    'one router between takes one off 64',
  )
  await lab.check(
    workers.map((each) => each.ping('172.30.20.1').replies.ttl(63)),
    'and back: replies to what a container began are let in',
  )

  await lab.step(
    'Listeners: a manager in net1, and the workers',
    net1.listen(5000),
    ...workers.map((each) => each.listen(5000)),
  )
  await lab.check(net1.tcp(worker, 5000).open.seenFrom('172.30.20.1'), 'routed: the address stays')

  await lab.step(
    'Hide net1 behind the host',
    server1.iptables.nat.append('POSTROUTING').source('172.30.20.0/24').not.out('r0-net1').jump('MASQUERADE'),
    server1.iptables.nat.show('POSTROUTING'),
  )

  // The purpose of it all: three subnets at work.
  await lab.check(
    workers.map((each) => net1.tcp(each, 5000).open.seenFrom('172.30.10.254')),
    'manager to worker: masqueraded, the worker sees its gateway',
  )
  await lab.check(
    workers.map((each) => each.tcp('172.30.20.1', 5000).open.seenFrom('172.30.20.254')),
    'worker to manager: Docker masquerades, too',
  )
  await lab.check(
    server1.tcp('172.30.20.1', 5000).open.seenFrom('172.30.20.254'),
    'client on the host to manager: over the cable',
  )
  await lab.check(
    workers.map((each) => server1.tcp(each, 5000).open.seenFrom('172.30.10.254')),
    'client on the host to worker: over the bridge',
  )
})
