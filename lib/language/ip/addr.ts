/** Addresses, as in `ip addr add`. */
import { type Command, command, type Place } from '../command.ts'
import { looks } from '../effects.ts'
import { type Cidr, cidr, type IfName, ifName } from '../names.ts'

/** Addresses of an interface, as ip-address(8). */
export const addr = (place: Place) => ({
  /**
   * Gives an address to an interface. The prefix length says which subnet is on the link.
   *
   * Example: net1.ip.addr.add('172.30.20.1/24').dev('veth1')
   * Equivalent to: `ip -n net1 addr add 172.30.20.1/24 dev veth1`
   */
  add: (address: Cidr) => {
    cidr(address)
    return {
      dev: (dev: IfName): Command =>
        command(
          place,
          ['ip', 'addr', 'add', address, 'dev', ifName(dev)],
          [{ does: 'makes', kind: 'address', name: address, on: dev }],
          { undo: { argv: ['ip', 'addr', 'del', address, 'dev', dev] } },
        ),
    }
  },

  /**
   * Takes an address from an interface.
   *
   * Example: net1.ip.addr.del('172.30.20.1/24').dev('veth1')
   * Equivalent to: `ip -n net1 addr del 172.30.20.1/24 dev veth1`
   */
  del: (address: Cidr) => {
    cidr(address)
    return {
      dev: (dev: IfName): Command =>
        command(
          place,
          ['ip', 'addr', 'del', address, 'dev', ifName(dev)],
          [{ does: 'removes', kind: 'address', name: address, on: dev }],
          { undo: { argv: ['ip', 'addr', 'add', address, 'dev', dev] } },
        ),
    }
  },

  /**
   * Shows the addresses of all interfaces, or of one.
   *
   * Example: server1.ip.addr.show('docker0')
   * Equivalent to: `ip addr show dev docker0`
   */
  show: (dev?: IfName): Command =>
    command(place, ['ip', 'addr', 'show', ...(dev === undefined ? [] : ['dev', ifName(dev)])], looks, {
      shows: true,
    }),
})
