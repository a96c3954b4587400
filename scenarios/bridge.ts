/**
 * bridge: containers on Docker's default bridge and on one of their own, and two servers on a LAN.
 *
 *          alpine1           alpine2            alpine3
 *             ║             ║      ║               ║
 *     ════════╩═════════════╩══  ══╩═══════════════╩═════
 *     docker0  172.17.0.1/16     br-<id>  172.18.0.1/16        server1            server2
 *     └──────────────────────────────────────────────── enp0s3 192.168.56.3   192.168.56.4 enp0s3
 *                                                              ║                  ║
 *                                                     ═════════╩══════════════════╩═════ vboxnet0
 *
 *   | place   | interface | address                                   |
 *   |---------|-----------|-------------------------------------------|
 *   | server1 | enp0s3    | 192.168.56.3/24                           |
 *   | server2 | enp0s3    | 192.168.56.4/24                           |
 *   | alpine1 | eth0      | one of 172.17.0.0/16, the default bridge  |
 *   | alpine2 | eth0,eth1 | one of each network                       |
 *   | alpine3 | eth0      | one of 172.18.0.0/16, alpine-net          |
 *
 * Slides: "Bridged networking: Creating a custom network", Test1. server2 needs no Docker: an engine there would
 * have a 172.17.0.0/16 of its own.
 */
import { image, lan, matrix, scenario, server } from 'vethlab'

const server1 = server('server1')
const server2 = server('server2')
const vboxnet0 = lan('vboxnet0')
  .plug(server1, 'enp0s3', '192.168.56.3/24')
  .plug(server2, 'enp0s3', '192.168.56.4/24')
const a1 = server1.container('alpine1')
const a2 = server1.container('alpine2')
const a3 = server1.container('alpine3')

export default scenario(import.meta, 'The default bridge and one of our own', async (lab) => {
  await lab.step('Two servers on a LAN', vboxnet0.up())
  await lab.step(
    'Three containers on two bridges',
    server1.docker.run(image).name('alpine1'),
    server1.docker.network.create('alpine-net').driver('bridge'),
    server1.docker.run(image).name('alpine2'),
    server1.docker.network.connect('alpine-net', 'alpine2'),
    server1.docker.run(image).name('alpine3').network('alpine-net'),
    server1.docker.network.inspect(
      'alpine-net',
      '{{range .Containers}}{{println .Name .IPv4Address}}{{end}}',
    ),
  )
  const at1 = await lab.read(a1.address())
  const at2 = await lab.read(a2.address('bridge'))
  const at2own = await lab.read(a2.address('alpine-net'))
  const at3 = await lab.read(a3.address())

  await lab.check([a1.ping(at2).replies.ttl(64), a2.ping(at1).replies.ttl(64)], 'same bridge: switched')
  await lab.check([a2.ping(at3).replies.ttl(64), a3.ping(at2own).replies.ttl(64)], 'same bridge, alpine-net')
  await lab.check(a2.ping('alpine3').replies, 'a network of our own has a name server')
  await lab.check(a1.ping('alpine2').doesNotResolve, 'the default bridge has none')
  await lab.check(
    [a1.ping(at3).noReply, a3.ping(at1).noReply, a1.ping(at2own).noReply],
    'Docker isolates its bridges from each other',
  )
  await lab.check(
    [server1.ping(at1), server1.ping(at2), server1.ping(at3)].map((asked) => asked.replies),
    'the host has a leg in every bridge',
  )
  await lab.check(
    [a1, a2, a3].map((each) => each.ping('192.168.56.3').replies),
    'the host is the gateway of every bridge',
  )

  await lab.check(
    [server2.ping(at1), server2.ping(at2), server2.ping(at3)].map((asked) => asked.unreachable),
    'server2 knows no way to 172.17.0.0/16',
  )
  await lab.step('server2 learns a way', server2.ip.route.add('172.17.0.0/16').via('192.168.56.3'))
  await lab.check(
    [server2.ping(at1).noReply, server2.ping(at2).noReply],
    'the way is right, but server1 lets nobody in',
  )
  await lab.check(
    [a1, a2, a3].map((each) => each.ping('192.168.56.4').replies.ttl(63)),
    'masqueraded: server2 sees 192.168.56.3',
  )

  // Each is asked at one address: alpine2 at the one on the default bridge, where alpine3 is not.
  const silent = new Set(['A1 A3', 'A3 A1', 'A3 A2', 'server2 A1', 'server2 A2', 'server2 A3'])
  await lab.check(
    matrix(
      [
        { name: 'A1', place: a1, at: at1 },
        { name: 'A2', place: a2, at: at2 },
        { name: 'A3', place: a3, at: at3 },
        { name: 'server1', place: server1, at: '192.168.56.3' },
        { name: 'server2', place: server2, at: '192.168.56.4' },
      ],
      (from, to) => !silent.has(`${from} ${to}`),
    ),
    'Test1 of the slides: all pairs',
  )
})
