/** Kernel parameters, as in `sysctl -w net.ipv4.ip_forward=1`. */

import { type Command, command, OLD, type Place } from './command.ts'
import { looks } from './effects.ts'
import { flag, word } from './grammar/clause.ts'
import { form, say } from './grammar/form.ts'
import { plainWord } from './grammar/kinds.ts'
import { exact } from './grammar/missing.ts'
import type { Options } from './grammar/options.ts'
import { sysctlKey } from './names.ts'
import { oneLine } from './values.ts'

/** What a parameter is set to: a whole number, or one line of text. */
const setting = (value: string | number): string =>
  Number.isSafeInteger(value) ? String(value) : oneLine(value as string, 'a value of a kernel parameter')

const fitting = word(['-r', '--pattern'], plainWord('a pattern', 'rp_filter'))

/** What is told of many parameters at once. */
export const sysctlForms = {
  load: form({
    words: ['sysctl', '-p'],
    verbs: ['--load', '-f'],
    method: 'sysctl.load',
    subject: [word([], plainWord('a file', '/etc/sysctl.d/99-lab.conf'))],
    optional: 0,
    clauses: {},
    does: () => [{ does: 'unknown' }],
  }),
  system: form({
    words: ['sysctl', '--system'],
    method: 'sysctl.system',
    clauses: {
      /** Only those that fit: `-r` */
      pattern: fitting,
    },
    takes: 'options',
    does: () => [{ does: 'unknown' }],
  }),
  all: form({
    words: ['sysctl', '-a'],
    verbs: ['--all', '-A', '-X'],
    method: 'sysctl.all',
    clauses: {
      /** Only those that fit: `-r` */
      pattern: fitting,
      /** Only their names: `-N` */
      names: flag('-N', '--names'),
      /** Only their values: `-n` */
      values: flag('-n', '--values'),
      /** Those that are no longer used, too: `--deprecated` */
      deprecated: flag('--deprecated'),
    },
    takes: 'options',
    looks: true,
  }),
} as const

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

    /**
     * Sets what a file says; without one, what /etc/sysctl.conf says. There is no undo.
     *
     * Example: server1.sysctl.load('/etc/sysctl.d/99-lab.conf')
     * Equivalent to: `sysctl -p /etc/sysctl.d/99-lab.conf`
     */
    load: (file?: string): Command => say(place, sysctlForms.load, file),

    /**
     * Sets what all files of the system say. There is no undo.
     *
     * Example: server1.sysctl.system()
     * Equivalent to: `sysctl --system`
     */
    system: (options?: Options<typeof sysctlForms.system.clauses>): Command =>
      say(place, sysctlForms.system, options),

    /**
     * Shows all parameters, or those whose names fit a pattern.
     *
     * Example: net1.sysctl.all({ pattern: 'rp_filter' })
     * Equivalent to: `ip netns exec net1 sysctl -a -r rp_filter`
     */
    all: (options?: Options<typeof sysctlForms.all.clauses>): Command => say(place, sysctlForms.all, options),
  })
