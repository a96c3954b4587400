/** Interfaces of programs, as in `ip tuntap add`. */
import { type Command, command, type Place } from '../command.ts'
import { type IfName, ifName } from '../names.ts'
import { linkDel } from '../undo.ts'
import { oneOf } from '../values.ts'

/** Interfaces whose other end is a program, as ip-tuntap(8). */
export const tuntap = (place: Place) => ({
  /**
   * Makes an interface: `tap` for frames (layer 2), `tun` for packets (layer 3).
   *
   * Example: server1.ip.tuntap.add('tap0').mode('tap')
   * Equivalent to: `ip tuntap add dev tap0 mode tap`
   */
  add: (name: IfName) => {
    ifName(name)
    return {
      mode: (mode: 'tun' | 'tap'): Command =>
        command(
          place,
          ['ip', 'tuntap', 'add', 'dev', name, 'mode', oneOf(mode, 'a mode', ['tun', 'tap'])],
          [{ does: 'makes', kind: 'link', name, type: mode }],
          {
            undo: { argv: linkDel(name) },
            needs: [{ needs: 'device', path: '/dev/net/tun' }],
          },
        ),
    }
  },
})
