/**
 * overlay: containers on two machines share one network, inside packets of VXLAN.
 *
 *     web                server1                          server2               client
 *   ┌──────────┐     ┌─────────────────────┐          ┌─────────────────────┐     ┌──────────┐
 *   │ eth0     ╪═════╪ ov (VXLAN)   enp0s3 ╪══════════╪ enp0s3   ov (VXLAN) ╪═════╪ eth0     │
 *   └──────────┘     └─────────────────────┘ vboxnet0 └─────────────────────┘     └──────────┘
 *    172.30.50.x              192.168.56.3              192.168.56.4              172.30.50.y
 *                             MTU 1500, of which VXLAN takes 50: 1450 in the containers
 *
 *   | place   | interface | address         | listens on |
 *   |---------|-----------|-----------------|------------|
 *   | server1 | enp0s3    | 192.168.56.3/24 |            |
 *   | server2 | enp0s3    | 192.168.56.4/24 |            |
 *   | web     | eth0      | 172.30.50.x     | 80         |
 *   | client  | eth0      | 172.30.50.y     |            |
 *
 * Beyond the slides: when one machine is not enough. The two engines join into a Swarm, which shares who is where; each
 * frame between containers then travels in a UDP datagram to port 4789 of the other server. It takes root.
 */
import { capture, image, lan, output, scenario, server } from 'vethlab'

const server1 = server('server1')
const server2 = server('server2')
const vboxnet0 = lan('vboxnet0')
  .plug(server1, 'enp0s3', '192.168.56.3/24')
  .plug(server2, 'enp0s3', '192.168.56.4/24')
const web = server1.container('web')
const client = server2.container('client')

export default scenario(import.meta, 'A network across two machines', async (lab) => {
  await lab.step('Two servers on a LAN', vboxnet0.up())
  await lab.step(
    'server1 begins a Swarm',
    server1.docker.swarm.init().advertiseAddr('192.168.56.3').dataPathPort(4789),
  )
  const token = await lab.read(server1.docker.swarm.token('worker'))
  await lab.step(
    'server2 joins it',
    server2.docker.swarm.join('192.168.56.3:2377').token(token).advertiseAddr('192.168.56.4'),
  )
  await lab.step(
    'A network of the Swarm, which plain containers may join, and one on each server',
    server1.docker.network.create('ov').driver('overlay').subnet('172.30.50.0/24').attachable(),
    server1.docker.run(image).name('web').network('ov'),
    server2.docker.run(image).name('client').network('ov'),
    web.listen(80),
  )

  const wire = capture(server2, 'enp0s3', 'udp port 4789')
  await lab.step('server2 listens on the wire', wire.start())
  await lab.check(
    [client.dns('web').resolves.addresses(1), client.ping('web').replies.ttl(64), client.tcp('web', 80).open],
    'by name, and with no router between: one network',
  )
  await lab.step('What moved on the LAN', wire.packets)
  await lab.check(
    [
      wire.saw({ from: '192.168.56.4', to: '192.168.56.3', text: 'VXLAN' }),
      wire.saw({ text: 'ICMP echo request' }),
    ],
    'the ping inside, from server to server outside',
  )

  // A frame inside has 14 bytes of Ethernet; around it are 8 of VXLAN, 8 of UDP and 20 of IP: 50.
  const through = (bytes: number, name: string) =>
    output(
      client.exec(
        'sh',
        '-c',
        `ping -c 1 -W 1 -s ${bytes} ${name} >/dev/null 2>&1 && echo through || echo stuck`,
      ),
      `${bytes} bytes to ${name}`,
    )
  await lab.check(
    [
      output(client.ip.link.show('eth0'), 'ip link').prints('mtu 1450'),
      through(1422, 'web').prints('through'),
    ],
    '1500 of the LAN less 50 for VXLAN; 1422, 8 of ICMP and 20 of IP just fit',
  )
  await lab.step(
    'A LAN that carries less, as in a cloud or behind a VPN: at server2',
    server2.ip.link.set('enp0s3').mtu(1400),
  )
  await lab.check(
    [through(56, 'web').prints('through'), through(1422, 'web').prints('stuck')],
    'what is small passes, what is big is lost in silence: nobody told the network',
  )
  await lab.step(
    'A network that is told: 50 less than the LAN',
    server1.docker.network
      .create('ov-1350')
      .driver('overlay')
      .subnet('172.30.51.0/24')
      .option('com.docker.network.driver.mtu', '1350')
      .attachable(),
    server1.docker.network.connect('ov-1350', 'web', { alias: 'web-1350' }),
    server2.docker.network.connect('ov-1350', 'client'),
  )
  await lab.check(through(1422, 'web-1350').prints('through'), 'the container itself cuts what is too big')

  // A service: containers that the Swarm places and keeps. Its name answers with each, or with one address for all.
  const service = (name: string, mode: string) =>
    server1.docker.service
      .create(image)
      .name(name)
      .mode('global')
      .network('ov')
      .endpointMode(mode)
      .noResolveImage()
      .tty()
      .detach()
  const ready =
    'until docker service ls --format "{{.Replicas}}" | grep -qx 2/2 && ! docker service ls --format "{{.Replicas}}" | grep -qvx 2/2; do sleep 0.1; done'
  await lab.step(
    'Two services, a container of each on each server: with an address for all (VIP), and without',
    service('shared', 'vip'),
    service('each', 'dnsrr'),
    server1.exec('timeout', '15', 'sh', '-c', ready),
  )
  const shared = await lab.read(server1.docker.swarm.ipvs({ has: 'replies', lacks: 'no reply' }))
  await lab.check(
    [client.dns('each').resolves.addresses(2), client.ping('each').replies],
    'DNS round robin: the name has the address of each',
  )
  await lab.check(client.dns('shared').resolves.addresses(1), 'VIP: the name has one address for all')
  await lab.check(client.ping('shared').is(shared), 'behind it stands IPVS of the kernel, where it has it')
})
