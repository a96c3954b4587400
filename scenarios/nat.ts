/**
 * nat: what Docker rewrites on the way out, and on the way in to a published port.
 *
 *     alpine1, web                server1                       server2
 *   ┌─────────────┐        ┌───────────────────┐            ┌────────────┐
 *   │ eth0        ╪════════╪ docker0    enp0s3 ╪════════════╪ enp0s3     │
 *   └─────────────┘        └───────────────────┘  vboxnet0  └────────────┘
 *     172.17.0.x     172.17.0.1       192.168.56.3            192.168.56.4
 *
 *   | place   | interface | address                        |
 *   |---------|-----------|--------------------------------|
 *   | server1 | enp0s3    | 192.168.56.3/24                |
 *   | server2 | enp0s3    | 192.168.56.4/24                |
 *   | alpine1 | eth0      | one of 172.17.0.0/16           |
 *   | web     | eth0      | one of 172.17.0.0/16, port 80 published as 8080 |
 *
 * Slides: "Docker NAT".
 */
import { capture, image, lan, output, scenario, server } from 'vethlab'

const server1 = server('server1')
const server2 = server('server2')
const vboxnet0 = lan('vboxnet0')
  .plug(server1, 'enp0s3', '192.168.56.3/24')
  .plug(server2, 'enp0s3', '192.168.56.4/24')
const a1 = server1.container('alpine1')
const web = server1.container('web')

export default scenario(import.meta, 'What Docker rewrites', async (lab) => {
  await lab.step('Two servers on a LAN', vboxnet0.up())
  await lab.step(
    'A container, and one with a published port',
    server1.docker.run(image).name('alpine1'),
    server1.docker.run(image).name('web').publish('8080:80'),
    web.listen(80),
  )
  // Rules of iptables, or of nftables where the engine has that firewall.
  const { backend, rules } = server1.docker.firewall
  const masquerade = await lab.read(
    backend({
      iptables: '-A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE',
      nftables: 'ip saddr 172.17.0.0/16 counter masquerade',
    }),
  )
  const dnat = await lab.read(
    backend({ iptables: '--dport 8080 -j DNAT', nftables: 'tcp dport 8080 counter dnat to' }),
  )
  await lab.step('The rules of NAT', rules('nat'))
  await lab.check(
    output(rules('nat'), 'nat').prints(masquerade),
    'what leaves 172.17.0.0/16 gets the address of the host',
  )
  await lab.check(output(rules('nat'), 'nat').prints(dnat), 'what comes to port 8080 goes to the container')

  // The way out.
  const wire = capture(server2, 'enp0s3', 'icmp')
  await lab.step('server2 listens on the wire', wire.start())
  await lab.check(a1.ping('192.168.56.4').replies, 'out through server1')
  await lab.step('What server2 saw', wire.packets)
  const request = { to: '192.168.56.4', text: 'ICMP echo request' }
  await lab.check(wire.saw({ from: '192.168.56.3', ...request }, 1), 'the ping comes from server1')
  const at1 = await lab.read(a1.address())
  await lab.check(wire.didNotSee({ from: at1 }), 'nobody outside sees the address of the container')
  await lab.check(
    output(server1.exec('conntrack', '-L', '-p', 'icmp', '-s', at1), 'conntrack').prints(
      'dst=192.168.56.3',
      1,
    ),
    'server1 remembers: the reply comes to 192.168.56.3 and goes to alpine1',
  )

  // The way in.
  await lab.check(
    [
      server2.tcp('192.168.56.3', 8080).open.seenFrom('192.168.56.4', 80),
      server1.tcp('127.0.0.1', 8080).open,
    ],
    'published: DNAT to port 80; the container sees who it is',
  )
  const atWeb = await lab.read(web.address())
  await lab.check(
    output(server1.exec('conntrack', '-L', '-p', 'tcp', '--orig-port-dst', '8080'), 'conntrack').prints(
      `src=${atWeb} dst=192.168.56.4 sport=80`,
    ),
    'server1 remembers: what web answers goes back as 192.168.56.3:8080',
  )
  await lab.step(
    'server2 learns a way to the containers',
    server2.ip.route.add('172.17.0.0/16').via('192.168.56.3'),
  )
  // Engines differ here by design: up to 27 a published port may be reached past the host's address, since 28 not.
  const directly = await lab.read(
    server1.docker.firewall.direct('docker0', { drops: 'filtered', lets: 'open' }),
  )
  await lab.check(
    server2.tcp(atWeb, 80).is(directly),
    'past the published port: as the rules of this engine say',
  )
  await lab.step('The rule, where it has one', rules('raw'))
})
