/** Links, as in `ip link add`. */
import { type Command, command, OLD, type Place, type Undo } from '../command.ts'
import { type Effect, looks, type Reading } from '../effects.ts'
import { type IfName, ifName, mac, netnsOn, whole } from '../names.ts'
import { linkDel } from '../undo.ts'
import { oneOf, options as readOptions } from '../values.ts'
import { type LinkType, type LinkTypes, linkTypes, linkWords } from './link-types.ts'

/** The third argument is needed when the type has a required option: a veth needs its peer. */
type Options<T extends LinkType> =
  Record<never, never> extends LinkTypes[T] ? [options?: LinkTypes[T]] : [options: LinkTypes[T]]

/** Prints one word of `ip -o link show`: the one that the sed expression `s/…/\1/` finds. */
const linkFact = (dev: string, expression: string): Reading => ({
  argv: ['ip', '-o', 'link', 'show', 'dev', dev],
  filter: `sed -n '${expression}'`,
})

/** Links (interfaces, in most books), as ip-link(8). */
export const link = (place: Place) => ({
  /**
   * Makes a link of a type. A veth is a pair of ends: both exist here until one is moved.
   *
   * Example: server1.ip.link.add('veth1').type('veth', { peer: 'r0-net1' })
   * Equivalent to: `ip link add name veth1 type veth peer name r0-net1`
   * Example: server1.ip.link.add('shim').type('macvlan', { link: 'enp0s3', mode: 'bridge' })
   * Equivalent to: `ip link add link enp0s3 name shim type macvlan mode bridge`
   * Example: server1.ip.link.add('r0-net1').type('veth', { peer: 'veth1', netns: net1 })
   * Equivalent to: `ip link add name r0-net1 type veth peer name veth1 netns net1`
   */
  add: (name: IfName) => {
    ifName(name)
    return {
      type: <T extends LinkType>(type: T, ...[options]: Options<T>): Command => {
        const words = linkWords(place, name, type, options as LinkTypes[T])
        const { peer, netns } = (options ?? {}) as Partial<LinkTypes['veth']>
        const end: Effect[] =
          peer === undefined
            ? []
            : [{ does: 'makes', kind: 'link', name: peer, type, ...(netns ? { netns: netns.name } : {}) }]
        return command(
          place,
          ['ip', 'link', 'add', ...words],
          [{ does: 'makes', kind: 'link', name, type }, ...end],
          { undo: { argv: linkDel(name) } },
        )
      },
    }
  },

  /**
   * Deletes a link; both ends of a veth go together.
   *
   * Example: server1.ip.link.del('r0-net1')
   * Equivalent to: `ip link del dev r0-net1`
   */
  del: (name: IfName): Command =>
    command(place, ['ip', 'link', 'del', 'dev', ifName(name)], [{ does: 'removes', kind: 'link', name }]),

  /**
   * Changes one property of a link. The undo of each puts back what was there before.
   *
   * Example: server1.ip.link.set('r0-net1').up()
   * Equivalent to: `ip link set dev r0-net1 up`
   */
  set: (name: IfName) => {
    const dev = ifName(name)
    const words = (...more: string[]) => ['ip', 'link', 'set', 'dev', dev, ...more]
    /** Sets a property, whose old value the sed expression finds; OLD in the words of the undo stands for it. */
    const set = (key: string, value: string, more: string[], expression: string, undo: Undo): Command =>
      command(
        place,
        words(...more),
        [{ does: 'sets', kind: 'link', name: dev, key, value, read: linkFact(dev, expression) }],
        { undo },
      )
    const state = (value: 'up' | 'down') =>
      set('state', value, [value], 's/.*[<,]UP[,>].*/up/p;t;s/.*/down/p', { argv: words(OLD) })
    /** A property that is set and shown by one word. */
    const property = (key: string, value: string, expression: string) =>
      set(key, value, [key, value], expression, { argv: words(key, OLD) })
    const master = 's/.* master \\([^ ]*\\) .*/\\1/p'
    return {
      /** Switches the link on. Equivalent to: `ip link set dev r0-net1 up` */
      up: () => state('up'),
      /** Switches the link off: its routes go. Equivalent to: `ip link set dev r0-net1 down` */
      down: () => state('down'),
      /**
       * Moves the link into a network namespace; here it is gone.
       *
       * Example: server1.ip.link.set('veth1').netns(net1)
       * Equivalent to: `ip link set dev veth1 netns net1`
       */
      netns: (to: Place) =>
        command(
          place,
          words('netns', netnsOn(to, place).name),
          [{ does: 'moves', link: dev, netns: to.name }],
          {
            // Process 1 is in the server's own namespace, on a virtual server as on a real one.
            undo: { argv: ['ip', '-n', to.name, 'link', 'set', 'dev', dev, 'netns', '1'] },
          },
        ),
      /**
       * Plugs the link into a bridge.
       *
       * Example: server1.ip.link.set('r0-net1').master('br0')
       * Equivalent to: `ip link set dev r0-net1 master br0`
       */
      master: (bridge: IfName) =>
        set('master', ifName(bridge), ['master', bridge], master, {
          argv: words('nomaster'),
          found: words('master', OLD),
        }),
      /** Unplugs the link from its bridge. Equivalent to: `ip link set dev r0-net1 nomaster` */
      nomaster: () => set('master', 'none', ['nomaster'], master, { argv: words('master', OLD) }),
      /** Sets the largest packet, in bytes: 68 to 65535. Equivalent to: `ip link set dev r0-net1 mtu 1400` */
      mtu: (bytes: number) =>
        property('mtu', String(whole(bytes, 'MTU in bytes', 68, 65535)), 's/.* mtu \\([0-9]*\\) .*/\\1/p'),
      /** Accepts frames for any MAC address, or not. Equivalent to: `ip link set dev r0-net1 promisc on` */
      promisc: (value: 'on' | 'off') =>
        property(
          'promisc',
          oneOf(value, 'on or off', ['on', 'off']),
          's/.*[<,]PROMISC[,>].*/on/p;t;s/.*/off/p',
        ),
      /** Sets the MAC address. Equivalent to: `ip link set dev r0-net1 address 02:00:00:00:00:01` */
      address: (lladdr: string) =>
        property('address', mac(lladdr), 's/.*link\\/ether \\([0-9a-f:]*\\) .*/\\1/p'),
    }
  },

  /**
   * Shows links: all, one, those of a type, those plugged into a bridge. `details` is `ip -d`.
   *
   * Example: server1.ip.link.show()
   * Equivalent to: `ip link show`
   * Example: server1.ip.link.show({ type: 'veth', master: 'docker0', details: true })
   * Equivalent to: `ip -d link show master docker0 type veth`
   */
  show: (of: { dev?: IfName; type?: LinkType; master?: IfName; details?: boolean } = {}): Command => {
    const known = ['dev', 'type', 'master', 'details'] as const
    const { dev, type, master, details = false } = readOptions(of, 'ip link show', known)
    return command(
      place,
      [
        'ip',
        ...(oneOf(details, 'true or false', [true, false]) ? ['-d'] : []),
        'link',
        'show',
        ...(dev === undefined ? [] : ['dev', ifName(dev)]),
        ...(master === undefined ? [] : ['master', ifName(master)]),
        ...(type === undefined ? [] : ['type', oneOf(type, 'a type of link', linkTypes)]),
      ],
      looks,
      { shows: true },
    )
  },
})
