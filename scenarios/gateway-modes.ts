/**
 * gateway-modes: what reaches a container, by the gateway mode of its network.
 *
 *    in-nat    in-unprotected   in-routed   in-isolated    other
 *     ║            ║               ║            ║            ║
 *   ══╩══        ══╩══           ══╩══        ══╩══        ══╩══     server1            server2
 *   br-nat    br-unprotected   br-routed   br-isolated    br-other   enp0s3 ═══════════ enp0s3
 *   172.31.1.1  172.31.2.1     172.31.3.1   (none)       172.31.9.1   .3  192.168.56.0/24  .4
 *
 *   | place          | address         | listens on                                        |
 *   |----------------|-----------------|---------------------------------------------------|
 *   | in-nat         | 172.31.1.2      | 80, published as 8081 of server1; 81, unpublished |
 *   | in-unprotected | 172.31.2.2      | 80, published as 8082; 81                         |
 *   | in-routed      | 172.31.3.2      | 80, published as 8083; 81                         |
 *   | in-isolated    | 172.31.4.2      | 80, published as 8084; 81                         |
 *   | other          | 172.31.9.2      |                                                   |
 *   | server1        | 192.168.56.3/24 |                                                   |
 *   | server2        | 192.168.56.4/24 | knows the way to 172.31.0.0/16 via server1        |
 *
 * Beyond the slides. `nat`, the default, hides the containers behind the host; `nat-unprotected` lets everybody in, at every
 * port; `routed` hides nothing and publishes ports at the container's own address; `isolated` (of an internal network)
 * gives the host no address in it. Engines before 27 know no modes: all is nat there. What this engine does is asked of its
 * own rules. Source: docs.docker.com, "Packet filtering and firewalls".
 */
import { image, lan, scenario, server } from 'vethlab'

const server1 = server('server1')
const server2 = server('server2')
const vboxnet0 = lan('vboxnet0')
  .plug(server1, 'enp0s3', '192.168.56.3/24')
  .plug(server2, 'enp0s3', '192.168.56.4/24')
const { docker } = server1
const other = server1.container('other')

/** The address of the container in each network. */
const nat = '172.31.1.2'
const unprotected = '172.31.2.2'
const routed = '172.31.3.2'
const isolated = '172.31.4.2'

const network = (name: string, number: number, mode: string) =>
  docker.network
    .create(name)
    .subnet(`172.31.${number}.0/24`)
    .option('com.docker.network.bridge.name', `br-${name}`)
    .option('com.docker.network.bridge.gateway_mode_ipv4', mode)

/** A container that listens on a port that is published, and on one that is not. */
const listening = (name: string, number: number) => {
  const place = server1.container(`in-${name}`)
  const run = docker
    .run(image)
    .name(`in-${name}`)
    .network(name)
    .ip(`172.31.${number}.2`)
    .publish(`${8080 + number}:80`)
  return [run, place.listen(80), place.listen(81)]
}

export default scenario(import.meta, 'What reaches a container, by gateway mode', async (lab) => {
  await lab.step(
    'Two servers on a LAN; server2 knows a way to the containers',
    vboxnet0.up(),
    server2.ip.route.add('172.31.0.0/16').via('192.168.56.3'),
  )
  await lab.step(
    'A network of each mode, and one beside them',
    network('nat', 1, 'nat'),
    network('unprotected', 2, 'nat-unprotected'),
    network('routed', 3, 'routed'),
    network('isolated', 4, 'isolated').internal(),
    docker.network.create('other').subnet('172.31.9.0/24'),
    docker.run(image).name('other').network('other'),
  )
  await lab.step(
    'In each a container with a published port and one that is not',
    listening('nat', 1),
    listening('unprotected', 2),
    listening('routed', 3),
    listening('isolated', 4),
  )

  // What differs from engine to engine.
  const { direct, modes } = docker.firewall
  const past = await lab.read(direct('br-nat', { drops: 'filtered', lets: 'open' }))
  const replies = await lab.read(modes('br-routed', { known: 'replies', ignored: 'no reply' }))
  const open = await lab.read(modes('br-routed', { known: 'open', ignored: 'filtered' }))
  const closed = await lab.read(modes('br-routed', { known: 'closed', ignored: 'open' }))
  const noWay = await lab.read(modes('br-routed', { known: 'unreachable', ignored: 'replies' }))
  const between = await lab.read(docker.firewall.isolation({ apart: 'filtered', byMode: 'open' }))
  const pings = await lab.read(docker.firewall.isolation({ apart: 'no reply', byMode: 'replies' }))
  const noPort = await lab.read(modes('br-routed', { known: 'unreachable', ignored: 'open' }))

  for (const [at, mode] of [
    [nat, 'nat'],
    [unprotected, 'nat-unprotected'],
    [routed, 'routed'],
  ] as const)
    await lab.check(
      [server1.ping(at).replies, server1.tcp(at, 80).open, server1.tcp(at, 81).open],
      `${mode}: the host is in every bridge, and no rule stands between`,
    )
  await lab.check(
    [
      server1.ping(isolated).is(noWay),
      server1.tcp(isolated, 80).is(noPort),
      server1.tcp(isolated, 81).is(noPort),
    ],
    'isolated: the host itself has no address there, where the engine knows the mode',
  )

  await lab.check(
    [server2.ping(nat).noReply, server2.tcp(nat, 80).is(past), server2.tcp(nat, 81).filtered],
    'nat: from outside only by the port of the host; up to 27 past it, too',
  )
  await lab.check(
    [
      server2.ping(unprotected).is(replies),
      server2.tcp(unprotected, 80).open,
      server2.tcp(unprotected, 81).is(open),
    ],
    'nat-unprotected: who knows the way is let in, at every port',
  )
  await lab.check(
    [server2.ping(routed).is(replies), server2.tcp(routed, 80).open, server2.tcp(routed, 81).filtered],
    'routed: the published port at its own address, and pings',
  )
  await lab.check(
    [server2.ping(isolated).silent, server2.tcp(isolated, 80).silent, server2.tcp(isolated, 81).silent],
    'isolated: nobody from outside',
  )

  await lab.check(
    [other.ping(nat).noReply, other.tcp(nat, 80).filtered, other.tcp(nat, 81).filtered],
    'nat: bridges are kept apart',
  )
  await lab.check(
    [
      other.ping(unprotected).is(pings),
      other.tcp(unprotected, 80).is(between),
      other.tcp(unprotected, 81).is(between),
    ],
    'nat-unprotected: bridges are kept apart up to 28; since 29 it is open to other networks, too',
  )
  await lab.check(
    [other.ping(routed).is(replies), other.tcp(routed, 80).is(open), other.tcp(routed, 81).filtered],
    'routed: from another bridge as from anywhere',
  )
  await lab.check(
    [other.ping(isolated).silent, other.tcp(isolated, 80).silent, other.tcp(isolated, 81).silent],
    'isolated: nobody from another network',
  )

  await lab.check(
    [
      server2.tcp('192.168.56.3', 8081).open,
      server2.tcp('192.168.56.3', 8082).open,
      server2.tcp('192.168.56.3', 8083).is(closed),
      server2.tcp('192.168.56.3', 8084).closed,
    ],
    'by the port of the host: where the mode has one',
  )
  const { rules } = docker.firewall
  await lab.step('The rules that decide', rules('filter'), rules('raw'), rules('nat'))
})
