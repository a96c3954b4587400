/** Two clients and a server behind a router, with addresses of IPv4 and of IPv6. No engine. */
import { type Lab, server } from 'vethlab'
import type { Draw } from '../../lib/learn/exercise.ts'
import { addressed, bridge, established, type Ipv6, made, plugged } from './cables.ts'

/** Such a network as a seed has it. */
export function twoFamilies(draw: Draw) {
  const server1 = server('server1')
  const [one = '', two = ''] = draw.names(2)
  const [here, there] = [draw.subnet(), draw.subnet()]
  const [lan, dmz] = draw.some([10, 20, 30, 40, 50, 60, 70, 80, 90], 2)
  const [port, admin] = [draw.port(), draw.port()]
  const [a, b, gate, web] = [one, two, 'gate', 'web'].map((name) => server1.netns(name))
  if (!a || !b || !gate || !web) throw new Error('four places')
  const in6 = (net: number | undefined, number: string): Ipv6 => `fd00:${net}::${number}`
  const at4 = { a: `${here}.11`, b: `${here}.12`, web: `${there}.21` } as const
  const at6 = { a: in6(lan, '11'), b: in6(lan, '12'), web: in6(dmz, '21'), gate: in6(dmz, '1') }
  const { filter } = gate.ip6tables
  const build = async (lab: Lab) => {
    await lab.step(
      'Four places; nobody else has their addresses: they need not wait a second until that is known',
      ...[a, b, gate, web].flatMap((place) => [
        ...made(place),
        place.sysctl.set('net.ipv6.conf.default.dad_transmits', 0),
      ]),
    )
    await lab.step('Two switches', bridge(server1, 'lan'), bridge(server1, 'dmz'))
    await lab.step(
      'Cables',
      ...[a, b].map((place) => plugged(server1, place, 'eth0', 'lan')),
      plugged(server1, gate, 'lan0', 'lan'),
      plugged(server1, gate, 'dmz0', 'dmz'),
      plugged(server1, web, 'eth0', 'dmz'),
    )
    await lab.step(
      'An address of each family',
      ...(
        [
          [a, at4.a, at6.a],
          [b, at4.b, at6.b],
          [web, at4.web, at6.web],
        ] as const
      ).flatMap(([place, of4, of6]) => [
        addressed(place, 'eth0', of4, 24),
        addressed(place, 'eth0', of6, 64),
      ]),
      addressed(gate, 'lan0', `${here}.1`, 24),
      addressed(gate, 'dmz0', `${there}.1`, 24),
      addressed(gate, 'lan0', in6(lan, '1'), 64),
      addressed(gate, 'dmz0', at6.gate, 64),
    )
    await lab.step(
      'Routes of each family, and the firewall of the router',
      gate.sysctl.set('net.ipv4.ip_forward', 1),
      gate.sysctl.set('net.ipv6.conf.all.forwarding', 1),
      ...[a, b].flatMap((place) => [
        place.ip.route.add('default').via(`${here}.1`),
        place.ip.route.add('default').via(in6(lan, '1')),
      ]),
      web.ip.route.add('default').via(`${there}.1`),
      web.ip.route.add('default').via(at6.gate),
      filter.policy('FORWARD', 'DROP'),
      filter
        .append('FORWARD')
        .ctstate(...established)
        .jump('ACCEPT'),
      filter.append('FORWARD').protocol('tcp').dport(port).jump('ACCEPT'),
      filter.append('FORWARD').source(at6.a).protocol('tcp').dport(admin).jump('ACCEPT'),
    )
    await lab.step('The web server, and its pages for one client', web.listen(port), web.listen(admin))
  }

  return {
    ...{ server1, a, b, gate, web, at4, at6, port, admin, build },
    toWeb6: [a.tcp(at6.web, port).open, b.tcp(at6.web, port).open],
    toWeb4: [a.tcp(at4.web, port).open, b.tcp(at4.web, port).open],
    toAdmin: a.tcp(at6.web, admin).open,
    guarded: b.tcp(at6.web, admin).filtered,
    nextTo: a.ping(at6.b).replies,
    ask: { from: a.name, to: at6.web, port },
  }
}
