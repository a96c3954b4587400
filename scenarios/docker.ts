/**
 * docker: the base commands, the three networks that are there, and the cable behind a container's eth0.
 *
 *     alpine1                          server1
 *   ┌─────────┐                 ┌──────────────────┐
 *   │  eth0   ╪═════════════════╪ veth…  ═ docker0 │
 *   └─────────┘  eth0@ifN ↔ veth…@ifM              │
 *    172.17.0.2                 └── 172.17.0.1/16 ─┘
 *
 *   | place   | interface | address                    |
 *   |---------|-----------|----------------------------|
 *   | server1 | docker0   | 172.17.0.1/16              |
 *   | alpine1 | eth0      | the next of 172.17.0.0/16  |
 *
 * Slides: "Quick recap on Dockers", "Docker network information", "Veth interfaces and containers".
 */
import { image, output, scenario, server } from 'vethlab'

const server1 = server('server1')
const a1 = server1.container('alpine1')

export default scenario(import.meta, 'Containers, networks, and the cable between them', async (lab) => {
  await lab.step(
    'Which images and networks are there',
    server1.docker.image.ls(),
    server1.docker.network.ls(),
  )
  await lab.check(
    ['bridge', 'host', 'none'].map((name) => output(server1.docker.network.ls(), 'networks').prints(name)),
    'an engine starts with three networks',
  )

  await lab.step('A container', server1.docker.run(image).name('alpine1'), server1.docker.ps())
  await lab.check(output(server1.docker.ps(), 'running containers').prints('alpine1', 1), 'it runs')
  await lab.step('A program in it', a1.exec('ip', 'addr'))

  await lab.step(
    'Both ends of its cable',
    a1.ip.link.show(),
    server1.ip.link.show({ type: 'veth', details: true }),
  )
  // In the container eth0 says the number of its other end, and that one says the number of eth0.
  const inside = await lab.read(a1.linkIndex('eth0'))
  const outside = await lab.read(a1.peerIndex('eth0'))
  await lab.check(
    output(a1.ip.link.show(), 'the end inside').prints(`eth0@if${outside}`),
    'it names the end outside',
  )
  const plugged = server1.ip.link.show({ type: 'veth', master: 'docker0' })
  await lab.check(output(plugged, 'the end outside').prints(`@if${inside}`), 'it names the end inside')
  await lab.check(
    output(plugged, 'the end outside').prints('master docker0', 1),
    'it is plugged into docker0',
  )
  await lab.check(
    [server1.ping(a1).replies.ttl(64), a1.ping('172.17.0.1').replies.ttl(64)],
    'docker0 is the host in that network',
  )

  await lab.step('Stop it, and remove it', server1.exec('docker', 'stop', '-t', '0', 'alpine1'))
  await lab.check(
    output(server1.ip.link.show({ type: 'veth' }), 'cables').doesNotPrint('veth'),
    'the cable went with it',
  )
  await lab.step('Removed', server1.docker.rm('alpine1'))
  await lab.check(output(server1.docker.ps(), 'containers').doesNotPrint('alpine1'), 'it is gone')
})
