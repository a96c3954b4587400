/**
 * macvlan: containers that seem to be plugged into the LAN themselves, behind a switch that knows better.
 *
 *     alpine1  alpine2             server1                      server2
 *   ┌────────┬────────┐     ┌───────────────────┐           ┌────────────┐
 *   │ eth0   │ eth0   ╞═════╡ enp0s3            ╪═══════════╪ enp0s3     │
 *   └────────┴────────┘     └───────────────────┘ vboxnet0  └────────────┘
 *      .128     .129                    .3      192.168.56.0/24   .4
 *
 *   | place   | interface       | address           |
 *   |---------|-----------------|-------------------|
 *   | server1 | enp0s3          | 192.168.56.3/24   |
 *   | server2 | enp0s3          | 192.168.56.4/24   |
 *   | alpine1 | eth0, on enp0s3 | 192.168.56.128/24 |
 *   | alpine2 | eth0, on enp0s3 | 192.168.56.129/24 |
 *
 * Slides: "macvlan", Test3. The switch plays VirtualBox's, with promiscuous mode denied: it delivers to a machine
 * only what is for that machine's own MAC address, and the containers have others. See promiscuous.ts for Test4.
 */
import { capture, image, lan, matrix, scenario, server } from 'vethlab'

const server1 = server('server1')
const server2 = server('server2')
const vboxnet0 = lan('vboxnet0')
  .plug(server1, 'enp0s3', '192.168.56.3/24')
  .plug(server2, 'enp0s3', '192.168.56.4/24')
const a1 = server1.container('alpine1')
const a2 = server1.container('alpine2')

export default scenario(import.meta, 'Containers plugged into the LAN', async (lab) => {
  await lab.step('Two servers on a LAN', vboxnet0.up())
  await lab.step('The switch denies promiscuous mode', vboxnet0.promiscuous('deny'))
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
    server1.docker.network.inspect('macv', '{{range .Containers}}{{println .Name .IPv4Address}}{{end}}'),
  )
  const at1 = await lab.read(a1.address())
  const at2 = await lab.read(a2.address())

  await lab.check(
    [a1.ping(at2).replies.ttl(64), a2.ping(at1).replies.ttl(64)],
    'enp0s3 switches between its own macvlans',
  )
  const wire1 = capture(server1, 'enp0s3', 'arp')
  const wire2 = capture(server2, 'enp0s3', 'arp')
  await lab.step('Both servers listen on the wire', wire1.start(), wire2.start())
  await lab.check(
    a1.ping('192.168.56.4').silent,
    'the switch does not know the MAC addresses of the containers',
  )
  await lab.step('What server2 saw, and what came back', wire2.packets, wire1.packets)
  const question = { text: `Request who-has 192.168.56.4 tell ${at1}` }
  const answer = { text: 'Reply 192.168.56.4 is-at' }
  await lab.check([wire2.saw(question), wire2.saw(answer)], 'a broadcast arrives, and server2 answers')
  await lab.check(wire1.didNotSee(answer), 'the switch has no port for the MAC address of alpine1')

  await lab.check(
    [a2.ping('192.168.56.4').silent, server2.ping(at1).silent, server2.ping(at2).silent],
    'nor for that of alpine2, whoever asks',
  )
  await lab.check(
    [
      server1.ping(at1).silent,
      server1.ping(at2).silent,
      a1.ping('192.168.56.3').silent,
      a2.ping('192.168.56.3').silent,
    ],
    'a macvlan and its parent never talk',
  )
  await lab.check(
    [server1.ping('192.168.56.4').replies, server2.ping('192.168.56.3').replies],
    'the switch knows the MAC addresses of the servers',
  )
  await lab.check(
    matrix(
      [
        { name: 'A1', place: a1, at: at1 },
        { name: 'A2', place: a2, at: at2 },
        { name: 'server1', place: server1, at: '192.168.56.3' },
        { name: 'server2', place: server2, at: '192.168.56.4' },
      ],
      (from, to) => from.startsWith('server') === to.startsWith('server'),
    ),
    'Test3 of the slides: all pairs',
  )
})
