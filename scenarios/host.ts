/**
 * host: a container without a network of its own: it has that of the server.
 *
 *     server1, and alpine1 in it                server2
 *   ┌────────────────────────────┐          ┌────────────┐
 *   │ nc -u -l -p 2020    enp0s3 ╪══════════╪ enp0s3     │
 *   └────────────────────────────┘ vboxnet0 └────────────┘
 *                      192.168.56.3           192.168.56.4
 *
 *   | place            | interface | address         |
 *   |------------------|-----------|-----------------|
 *   | server1, alpine1 | enp0s3    | 192.168.56.3/24 |
 *   | server2          | enp0s3    | 192.168.56.4/24 |
 *
 * Slides: "Host network", Test2.
 */
import { capture, image, lan, output, scenario, server } from 'vethlab'

const server1 = server('server1')
const server2 = server('server2')
const vboxnet0 = lan('vboxnet0')
  .plug(server1, 'enp0s3', '192.168.56.3/24')
  .plug(server2, 'enp0s3', '192.168.56.4/24')
const a1 = server1.container('alpine1')

export default scenario(import.meta, 'A container in the network of its host', async (lab) => {
  await lab.step('Two servers on a LAN', vboxnet0.up())
  await lab.step(
    'A container on the host network',
    server1.docker.run(image).name('alpine1').network('host'),
    a1.ip.addr.show(),
  )
  await lab.check(
    output(a1.ip.addr.show('enp0s3'), 'its interfaces').prints('192.168.56.3/24'),
    "it has the server's own interface",
  )
  const name = await lab.read(server1.hostname)
  await lab.check(output(a1.exec('hostname')).prints(name), 'and its host name')
  await lab.check(
    output(server1.ip.link.show({ type: 'veth', master: 'docker0' }), 'cables into docker0').doesNotPrint(
      'veth',
    ),
    'no cable is made for it',
  )

  const wire = capture(server1, 'enp0s3', 'port 2020')
  await lab.step(
    'alpine1 listens on UDP port 2020, server1 on the wire',
    a1.sh`nc -u -l -p 2020 >/tmp/heard 2>&1 &`,
    server1.exec('timeout', '5', 'sh', '-c', "until ss -uln | grep -q ':2020 '; do sleep 0.01; done"),
    wire.start(),
  )
  await lab.step('server2 sends a line', server2.sh`echo 'hello from server2' | nc -u -w 1 192.168.56.3 2020`)
  await lab.check(
    output(a1.exec('cat', '/tmp/heard'), 'what alpine1 heard').prints('hello from server2', 1),
    'the very line arrived',
  )
  await lab.step('What server1 saw', wire.packets)
  await lab.check(
    wire.saw({ from: '192.168.56.4', to: '192.168.56.3', port: 2020, text: 'UDP' }, 1),
    'one datagram',
  )
})
