/** Kernel parameters, as in `sysctl -w net.ipv4.ip_forward=1`. */

import { type Command, command, OLD, type Place } from './command.ts'
import { looks } from './effects.ts'
import { exact } from './grammar/missing.ts'
import { sysctlKey } from './names.ts'
import { oneLine } from './values.ts'

/** What a parameter is set to: a whole number, or one line of text. */
const setting = (value: string | number): string =>
  Number.isSafeInteger(value) ? String(value) : oneLine(value as string, 'a value of a kernel parameter')

/** Kernel parameters, as sysctl(8). Those below `net.` belong to the network namespace they are set in. */
export const sysctl = (place: Place) =>
  exact(['sysctl'], {
    /**
     * Sets a parameter. Its undo puts back the value that was there before.
     *
     * Example: server1.sysctl.set('net.ipv4.ip_forward', 1)
     * Equivalent to: `sysctl -w net.ipv4.ip_forward=1`
     */
    set: (key: string, value: string | number): Command =>
      command(
        place,
        ['sysctl', '-w', `${sysctlKey(key)}=${setting(value)}`],
        [
          {
            does: 'sets',
            kind: 'parameter',
            name: key,
            key: 'value',
            value: String(value),
            read: { argv: ['sysctl', '-n', key] },
          },
        ],
        { undo: { argv: ['sysctl', '-w', `${key}=${OLD}`] } },
      ),

    /**
     * Shows the value of a parameter.
     *
     * Example: net1.sysctl.get('net.ipv4.ip_forward')
     * Equivalent to: `ip netns exec net1 sysctl -n net.ipv4.ip_forward`
     */
    get: (key: string): Command => command(place, ['sysctl', '-n', sysctlKey(key)], looks, { shows: true }),
  })
