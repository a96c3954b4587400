/** Routes, as in `ip route add`. */
import { type Command, command, type Place, withClauses } from '../command.ts'
import { looks } from '../effects.ts'
import { type Cidr, type IfName, type Ipv4, ifName, ipv4, subnet } from '../names.ts'

/** Where a route leads: a subnet, or `default` for everything else. */
export type Destination = 'default' | Cidr

const destination = (to: Destination): Destination => (to === 'default' ? to : subnet(to))

/** A route needs a next hop or an interface; either may be followed by the other. */
const hop = (place: Place, verb: 'add' | 'del', to: Destination) => {
  const words = (verb: string, way: readonly string[]) => ['ip', 'route', verb, to, ...way]
  const build = (way: readonly string[], dev?: string, from?: Command): Command =>
    command(
      place,
      words(verb, way),
      [
        {
          does: verb === 'add' ? 'makes' : 'removes',
          kind: 'route',
          name: [to, ...way].join(' '),
          subnet: to === 'default' ? '0.0.0.0/0' : to,
          ...(dev === undefined ? {} : { on: dev }),
        },
      ],
      { undo: { argv: words(verb === 'add' ? 'del' : 'add', way) } },
      from,
    )
  return {
    /** The gateway: a router with an address on a connected subnet. */
    via: (gateway: Ipv4) =>
      withClauses(build(['via', ipv4(gateway)]), (self) => ({
        /** The interface behind which the gateway is, where the address alone does not tell. */
        dev: (dev: IfName): Command => build(['via', gateway, 'dev', ifName(dev)], dev, self),
      })),
    /** Directly out of an interface, without a gateway. */
    dev: (dev: IfName): Command => build(['dev', ifName(dev)], dev),
  }
}

/** The routing table, as ip-route(8). */
export const route = (place: Place) => ({
  /**
   * Adds a route.
   *
   * Example: net1.ip.route.add('default').via('172.30.20.254')
   * Equivalent to: `ip -n net1 route add default via 172.30.20.254`
   */
  add: (to: Destination) => hop(place, 'add', destination(to)),

  /**
   * Deletes a route.
   *
   * Example: server1.ip.route.del('172.17.0.0/16').via('192.168.56.3').dev('enp0s3')
   * Equivalent to: `ip route del 172.17.0.0/16 via 192.168.56.3 dev enp0s3`
   */
  del: (to: Destination) => hop(place, 'del', destination(to)),

  /**
   * Asks the kernel which way a packet to `address` would take.
   *
   * Example: net1.ip.route.get('172.30.10.1')
   * Equivalent to: `ip -n net1 route get 172.30.10.1`
   */
  get: (address: Ipv4): Command =>
    command(place, ['ip', 'route', 'get', ipv4(address)], looks, { shows: true }),

  /**
   * Shows the main routing table.
   *
   * Example: net1.ip.route.show()
   * Equivalent to: `ip -n net1 route show`
   */
  show: (): Command => command(place, ['ip', 'route', 'show'], looks, { shows: true }),
})
