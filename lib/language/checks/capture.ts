/** What tcpdump sees on an interface, and checks on it. */

import { BadInput } from '../../errors.ts'
import { type Command, command, inquiry, type Place } from '../command.ts'
import { looks } from '../effects.ts'
import { asPrinted } from '../grammar/kinds.ts'
import { exact, noMore } from '../grammar/missing.ts'
import { ifName, port as portNumber, whole } from '../names.ts'
import { quote } from '../shell.ts'
import { filterWords, must as mustBe, oneLine, options } from '../values.ts'
import type { Check } from './check.ts'

/** What to look for; what is left out may be anything. */
export interface PacketPattern {
  from?: string
  to?: string
  /** The destination port. */
  port?: number
  /** Words that tcpdump prints for it, as in `ICMP echo request`, `UDP`, `who-has 192.168.56.4`. */
  text?: string
}

/** The same, its addresses as tcpdump prints them. */
const asPrintedBy = (pattern: PacketPattern): PacketPattern => ({
  ...pattern,
  ...(typeof pattern.from === 'string' && { from: asPrinted(pattern.from) }),
  ...(typeof pattern.to === 'string' && { to: asPrinted(pattern.to) }),
})

/** The file of a capture. Its name may be made of a namespace's, which may hold nearly anything. */
function captureFile(name: string): string {
  oneLine(name, 'the name of a capture')
  mustBe(!/[\s/]/.test(name), name, 'is not the name of a capture: it holds a blank or "/"')
  mustBe(Buffer.byteLength(name) <= 200, name, 'is not the name of a capture: at most 200 bytes')
  return `/run/vethlab-${name}.pcap`
}

/**
 * What moves on an interface: tcpdump(1), from `start()` until the lab ends.
 *
 * Example: capture(server1, 'enp0s3', 'icmp').packets
 * Equivalent to: `tcpdump -n -r /run/vethlab-server1-enp0s3.pcap`
 */
export function capture(place: Place, dev: string, filter = '', name?: string, ...more: never[]) {
  noMore('capture()', more)
  const known = typeof place === 'object' && ['server', 'netns', 'container'].includes(place?.kind)
  mustBe(known, place, 'is no place to capture in: a server, or a network namespace')
  ifName(dev)
  if (place.kind === 'container')
    throw new BadInput(`capture on the server, at its end of the cable: ${place.name} may have no tcpdump`)
  const file = captureFile(name ?? `${place.name}-${dev}`)
  const words = filter === '' ? [] : filterWords(filter)
  const listen = ['tcpdump', '-i', ifName(dev), '-n', '-U', '--immediate-mode', '-w', file, ...words]
  const read = command(place, ['tcpdump', '-n', '-r', file], looks, { shows: true })
  const must = (expected: string, pattern: PacketPattern): Check => {
    const {
      from = '',
      to = '',
      port,
      text = '',
    } = asPrintedBy(options(pattern, 'a packet', ['from', 'to', 'port', 'text']))
    for (const part of [from, to, text]) if (part !== '') oneLine(part, 'a part of a packet')
    if (port !== undefined) portNumber(port)
    return Object.freeze({
      kind: 'check',
      inquiry: inquiry(`what moved on ${dev} of ${place.name}`),
      from: place,
      to: `${dev}: ${[from, from || to ? '>' : '', `${to}${port === undefined ? '' : `.${port}`}`, text].filter(Boolean).join(' ')}`,
      observer: 'packets',
      expected,
      target: '',
      command: () => read,
      look: [from, `${to}${port === undefined ? '' : `.${port}`}`, text].join('\n'),
    })
  }
  return exact(['capture()'], {
    /** Starts to listen, and returns when it does: tcpdump writes the head of its file then. */
    start: (): Command[] => [
      command(place, listen, [{ does: 'makes', kind: 'capture', name: file }], { background: true }),
      command(place, ['timeout', '5', 'sh', '-c', `until [ -s ${quote(file)} ]; do sleep 0.01; done`], looks),
    ],
    /** Shows the packets so far. */
    packets: read,
    /** Such a packet moved; with a number, exactly so many. */
    saw: (pattern: PacketPattern, times?: number) =>
      must(
        times === undefined
          ? 'seen'
          : `seen, ${whole(times, 'number of packets', 1, 1e6)} packet${times === 1 ? '' : 's'}`,
        pattern,
      ),
    /** No such packet moved. */
    didNotSee: (pattern: PacketPattern) => must('not seen', pattern),
  })
}
