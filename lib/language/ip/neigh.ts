/** The neighbour table, as in `ip neigh add`. */
import { type Command, command, type Place } from '../command.ts'
import { looks } from '../effects.ts'
import { type IfName, type Ipv4, ifName, ipv4, mac } from '../names.ts'

/** The neighbour (ARP) table, as ip-neighbour(8). */
export const neigh = (place: Place) => ({
  /**
   * Adds a permanent entry: the MAC address behind an IP address on a link.
   *
   * Example: net1.ip.neigh.add('172.30.20.254').lladdr('02:00:00:00:00:01').dev('veth1')
   * Equivalent to: `ip -n net1 neigh add 172.30.20.254 lladdr 02:00:00:00:00:01 dev veth1`
   */
  add: (address: Ipv4) => {
    ipv4(address)
    return {
      lladdr: (lladdr: string) => {
        mac(lladdr)
        return {
          dev: (dev: IfName): Command =>
            command(
              place,
              ['ip', 'neigh', 'add', address, 'lladdr', lladdr, 'dev', ifName(dev)],
              [{ does: 'makes', kind: 'neighbour', name: address, on: dev }],
              { undo: { argv: ['ip', 'neigh', 'del', address, 'dev', dev] } },
            ),
        }
      },
    }
  },

  /**
   * Deletes an entry.
   *
   * Example: net1.ip.neigh.del('172.30.20.254').dev('veth1')
   * Equivalent to: `ip -n net1 neigh del 172.30.20.254 dev veth1`
   */
  del: (address: Ipv4) => {
    ipv4(address)
    return {
      dev: (dev: IfName): Command =>
        command(
          place,
          ['ip', 'neigh', 'del', address, 'dev', ifName(dev)],
          [{ does: 'removes', kind: 'neighbour', name: address, on: dev }],
        ),
    }
  },

  /**
   * Shows the table.
   *
   * Example: net1.ip.neigh.show()
   * Equivalent to: `ip -n net1 neigh show`
   */
  show: (): Command => command(place, ['ip', 'neigh', 'show'], looks, { shows: true }),
})
