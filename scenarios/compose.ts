/**
 * compose: three containers on a network of their own, by Docker Compose.
 *
 *    qube-client-1   qube-client-2   qube-client-3      containers, 172.30.10.0/24
 *        eth0            eth0            eth0
 *         ║               ║               ║             virtual cables (veth)
 *   ══════╩═══════════════╩═══════════════╩══════
 *     br-<id of the network>  172.30.10.254/24          server1: bridge, and gateway of the three
 *
 *   | place           | interface | address                    |
 *   |-----------------|-----------|----------------------------|
 *   | server1         | br-<id>   | 172.30.10.254/24           |
 *   | qube-client-1…3 | eth0      | three of 172.30.10.0/24    |
 *
 * Slides: "Network Configuration Example Step [1] – Docker Compose".
 */
import { output, scenario, server } from 'vethlab'

const server1 = server('server1')
const app = server1.compose('disqube-example', new URL('compose/docker-compose.yml', import.meta.url))
const qubenet = app.network('qubenet')
const one = app.container('qube-client', 1)
const two = app.container('qube-client', 2)
const three = app.container('qube-client', 3)

export default scenario(import.meta, 'Three containers on a Compose network', async (lab) => {
  await lab.step('Three containers share 172.30.10.0/24', app.up(), server1.docker.network.ls())
  await lab.check(output(app.ps(), 'containers').prints('qube-client', 3), 'the file asks for three replicas')

  const members = qubenet.inspect('{{range .Containers}}{{println .Name .IPv4Address}}{{end}}')
  await lab.step('Who is on the network', members)
  await lab.check(
    output(members, 'members of qubenet').prints('172.30.10.', 3),
    'the engine gives addresses from the subnet',
  )
  await lab.check(
    output(
      qubenet.inspect('{{range .IPAM.Config}}{{.Subnet}} {{.Gateway}}{{end}}'),
      'subnet of qubenet',
    ).prints('172.30.10.0/24 172.30.10.254'),
    'as the file says',
  )

  const bridge = await lab.read(qubenet.bridge)
  await lab.step(
    'What the engine made on the host: a bridge, and a cable for each container',
    server1.ip.addr.show(bridge),
    server1.ip.link.show({ type: 'veth' }),
  )
  await lab.check(
    output(server1.ip.addr.show(bridge), 'address of the bridge').prints('172.30.10.254/24'),
    'the host is the gateway: the bridge has its address',
  )
  await lab.check(
    output(server1.ip.link.show({ type: 'veth', master: bridge }), 'ports of the bridge').prints('master', 3),
    'the host end of each cable is plugged into the bridge',
  )

  await lab.check(
    [one.ping(two).replies.ttl(64), two.ping(three).replies.ttl(64), three.ping(one).replies.ttl(64)],
    'same bridge: switched, not routed',
  )
  await lab.check(
    [one, two, three].map((client) => client.dns('qube-client').resolves.addresses(3)),
    'the name of a service stands for all its containers',
  )
  await lab.check(one.ping('qube-client').replies, 'a name does where an address does')
  await lab.check(
    [server1.ping(one).replies, one.ping('172.30.10.254').replies],
    'the host has a leg in the subnet',
  )
})
