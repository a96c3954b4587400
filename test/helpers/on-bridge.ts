/** Namespaces on one bridge, as several tests look at them. */
import type { Command, Netns, Server } from '../../lib/index.ts'

/** Commands: br0 of a server, and on it each place by its eth0, with 10.0.0.1/24, 10.0.0.2/24, and so on; by p0, p1, … of the server. */
export const onBridge = (server: Server, places: readonly Netns[]): Command[] => [
  server.ip.link.add('br0').type('bridge'),
  server.ip.link.set('br0').up(),
  ...places.flatMap((place, i) => [
    place.add(),
    server.ip.link.add(`p${i}`).type('veth', { peer: 'eth0', netns: place }),
    server.ip.link.set(`p${i}`).master('br0'),
    server.ip.link.set(`p${i}`).up(),
    place.ip.addr.add(`10.0.0.${i + 1}/24`).dev('eth0'),
    place.ip.link.set('eth0').up(),
  ]),
]
