/** An office: two clients on a LAN, a router with a firewall, a web server and a database behind it. No engine. */
import { type Ipv4, type Lab, server } from 'vethlab'
import type { Draw } from '../../lib/learn/exercise.ts'

/** An office as a seed has it: all places, addresses, and what works in it. */
export function office(draw: Draw) {
  const server1 = server('server1')
  const [one = '', two = ''] = draw.names(2)
  const [here, there] = [draw.subnet(), draw.subnet()]
  const port = draw.port()
  const dbPort = draw.port()
  const [a, b, gate, web, db] = [one, two, 'gate', 'web', 'db'].map((name) => server1.netns(name))
  if (!a || !b || !gate || !web || !db) throw new Error('five places')
  const at = { a: `${here}.11`, b: `${here}.12`, web: `${there}.21`, db: `${there}.22` } as const
  const cable = (place: typeof a, dev: string, bridge: string, address: Ipv4) => [
    server1.ip.link.add(`${bridge}-${place.name}`).type('veth', { peer: dev, netns: place }),
    server1.ip.link.set(`${bridge}-${place.name}`).master(bridge).up(),
    place.ip.addr.add(`${address}/24`).dev(dev),
    place.ip.link.set(dev).up(),
    place.ip.link.set('lo').up(),
  ]
  const { filter } = gate.iptables
  const build = async (lab: Lab) => {
    await lab.step('Five places', ...[a, b, gate, web, db].map((place) => place.add()))
    await lab.step(
      'Two switches',
      ...['lan', 'dmz'].flatMap((name) => [
        server1.ip.link.add(name).type('bridge'),
        server1.ip.link.set(name).up(),
      ]),
    )
    await lab.step(
      'Cables and addresses',
      cable(a, 'eth0', 'lan', at.a),
      cable(b, 'eth0', 'lan', at.b),
      cable(gate, 'lan0', 'lan', `${here}.1`),
      cable(gate, 'dmz0', 'dmz', `${there}.1`),
      cable(web, 'eth0', 'dmz', at.web),
      cable(db, 'eth0', 'dmz', at.db),
    )
    await lab.step(
      'Routes, and the firewall of the router',
      ...[a, b].map((place) => place.ip.route.add('default').via(`${here}.1`)),
      ...[web, db].map((place) => place.ip.route.add('default').via(`${there}.1`)),
      gate.sysctl.set('net.ipv4.ip_forward', 1),
      filter.policy('FORWARD', 'DROP'),
      filter.append('FORWARD').ctstate('ESTABLISHED', 'RELATED').jump('ACCEPT'),
      filter.append('FORWARD').in('lan0').destination(at.web).protocol('tcp').dport(port).jump('ACCEPT'),
      filter.append('FORWARD').source(at.a).destination(at.db).protocol('tcp').dport(dbPort).jump('ACCEPT'),
    )
    await lab.step('The web server and the database', web.listen(port), db.listen(dbPort))
  }
  const toWeb = [a.tcp(at.web, port).open, b.tcp(at.web, port).open]

  return {
    ...{ server1, a, b, gate, web, db, at, here, there, port, dbPort, build, toWeb },
    /** The client that the first name stands for reaches both; the second one only the web server. */
    toDb: a.tcp(at.db, dbPort).open,
    guarded: b.tcp(at.db, dbPort).filtered,
    nextTo: a.ping(at.b).replies,
    ask: { from: a.name, to: at.web, port },
  }
}
