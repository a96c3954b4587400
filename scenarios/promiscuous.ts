/**
 * promiscuous: the containers of macvlan.ts again, behind a switch that lets everything through.
 *
 *     alpine1  alpine2             server1                      server2
 *   ┌────────┬────────┐     ┌───────────────────┐           ┌────────────┐
 *   │ eth0   │ eth0   ╞═════╡ enp0s3            ╪═══════════╪ enp0s3     │
 *   └────────┴────────┘  ║  └───────────────────┘ vboxnet0  └────────────┘
 *      .128     .129     ║              .3      192.168.56.0/24   .4
 *                       shim .100
 *
 *   | place   | interface       | address            |
 *   |---------|-----------------|--------------------|
 *   | server1 | enp0s3          | 192.168.56.3/24    |
 *   | server1 | shim, on enp0s3 | 192.168.56.100/32  |
 *   | server2 | enp0s3          | 192.168.56.4/24    |
 *   | alpine1 | eth0, on enp0s3 | 192.168.56.128/24  |
 *   | alpine2 | eth0, on enp0s3 | 192.168.56.129/24  |
 *
 * Slides: "Macvlan: promiscuous", Test4.
 */
import { image, lan, matrix, output, scenario, server } from 'vethlab'

const server1 = server('server1')
const server2 = server('server2')
const vboxnet0 = lan('vboxnet0')
  .plug(server1, 'enp0s3', '192.168.56.3/24')
  .plug(server2, 'enp0s3', '192.168.56.4/24')
const a1 = server1.container('alpine1')
const a2 = server1.container('alpine2')

export default scenario(import.meta, 'The switch learns of the containers', async (lab) => {
  await lab.step(
    'Two servers on a LAN, whose switch denies promiscuous mode',
    vboxnet0.up(),
    vboxnet0.promiscuous('deny'),
  )
  await lab.step(
    'Two containers on the LAN of their server',
    server1.docker.network
      .create('macv')
      .driver('macvlan')
      .subnet('192.168.56.0/24')
      .gateway('192.168.56.106')
      .ipRange('192.168.56.128/25')
      .option('parent', 'enp0s3'),
    server1.docker.run(image).name('alpine1').network('macv'),
    server1.docker.run(image).name('alpine2').network('macv'),
  )
  const at1 = await lab.read(a1.address())
  const at2 = await lab.read(a2.address())
  await lab.check(server2.ping(at1).silent, 'as in macvlan')
  await lab.check(
    output(server1.ip.link.show({ dev: 'enp0s3', details: true }), 'enp0s3').doesNotPrint('promiscuity 0'),
    'Docker made the parent promiscuous itself: what is missing is the switch',
  )

  await lab.step(
    'The switch allows promiscuous mode, and so does server1',
    vboxnet0.promiscuous('allow'),
    server1.ip.link.set('enp0s3').promisc('on'),
  )
  await lab.check(
    [
      server2.ping(at1).replies.ttl(64),
      server2.ping(at2).replies.ttl(64),
      a1.ping('192.168.56.4').replies.ttl(64),
      a2.ping('192.168.56.4').replies.ttl(64),
    ],
    'now the switch delivers what is for the containers, too',
  )
  await lab.check([a1.ping(at2).replies, a2.ping(at1).replies], 'inside the parent, as before')
  await lab.check(
    [
      server1.ping(at1).silent,
      a1.ping('192.168.56.3').silent,
      server1.ping(at2).silent,
      a2.ping('192.168.56.3').silent,
    ],
    'a macvlan and its parent still never talk',
  )
  await lab.check(
    matrix(
      [
        { name: 'A1', place: a1, at: at1 },
        { name: 'A2', place: a2, at: at2 },
        { name: 'server1', place: server1, at: '192.168.56.3' },
        { name: 'server2', place: server2, at: '192.168.56.4' },
      ],
      (from, to) =>
        !(from.startsWith('A') && to === 'server1') && !(from === 'server1' && to.startsWith('A')),
    ),
    'Test4 of the slides: all pairs',
  )

  await lab.step(
    'The standard way round: a macvlan for server1, too',
    server1.ip.link.add('shim').type('macvlan', { link: 'enp0s3', mode: 'bridge' }),
    server1.ip.addr.add('192.168.56.100/32').dev('shim'),
    server1.ip.link.set('shim').up(),
    server1.ip.route.add('192.168.56.128/25').dev('shim'),
  )
  await lab.check([server1.ping(at1).replies, server1.ping(at2).replies], 'macvlan to macvlan')
  await lab.check(a1.ping('192.168.56.100').replies, 'and back')
})
