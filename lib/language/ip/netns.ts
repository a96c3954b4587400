/** Network namespaces, as in `ip netns add`. */
import { type Command, command, type Place } from '../command.ts'
import { looks } from '../effects.ts'
import { netnsName } from '../names.ts'

/** Network namespaces with a name, as ip-netns(8). */
export const netns = (place: Place) => ({
  /**
   * Makes a network namespace with its own links, addresses, routes and rules.
   *
   * Example: server1.ip.netns.add('net1')
   * Equivalent to: `ip netns add net1`
   */
  add: (name: string): Command =>
    command(place, ['ip', 'netns', 'add', netnsName(name)], [{ does: 'makes', kind: 'netns', name }], {
      undo: { argv: ['ip', 'netns', 'del', name] },
    }),

  /**
   * Takes the name away; the namespace goes, with its links, when no process is in it.
   *
   * Example: server1.ip.netns.del('net1')
   * Equivalent to: `ip netns del net1`
   */
  del: (name: string): Command =>
    command(place, ['ip', 'netns', 'del', netnsName(name)], [{ does: 'removes', kind: 'netns', name }]),

  /**
   * Lists the namespaces that have a name.
   *
   * Example: server1.ip.netns.list()
   * Equivalent to: `ip netns list`
   */
  list: (): Command => command(place, ['ip', 'netns', 'list'], looks, { shows: true }),
})
