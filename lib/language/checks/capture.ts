import { BadInput } from '../../errors.ts'
import { type Command, command, type Place } from '../command.ts'
import { ifName, word } from '../names.ts'
import type { Check } from './check.ts'

/** One packet, as tcpdump tells it. An address may have a port behind a last dot: `192.168.56.3.2020`. */
export interface Packet {
  readonly protocol: string
  readonly from: string
  readonly to: string
  /** The line itself. */
  readonly text: string
}

/** The packets that `tcpdump -n` printed, a line each. */
export const packets = (text: string): Packet[] =>
  text
    .split('\n')
    .map((line) => line.match(/^\S+ (\S+?),? (?:(\S+) > (\S+?):)?/))
    .flatMap((found) =>
      found
        ? [{ protocol: found[1] ?? '', from: found[2] ?? '', to: found[3] ?? '', text: found.input ?? '' }]
        : [],
    )

/** What to look for; what is left out may be anything. */
export interface PacketPattern {
  from?: string
  to?: string
  /** The destination port. */
  port?: number
  /** Words that tcpdump prints for it, as in `ICMP echo request`, `UDP`, `who-has 192.168.56.4`. */
  text?: string
}

/** Whether an address is the wanted one, with or without a port behind it. */
const isAddress = (address: string, wanted: string): boolean =>
  wanted === '' || address === wanted || address.startsWith(`${wanted}.`)

/** How many of the packets fit; `look` is from, to and text, a line each. */
export function countPackets(output: string, look: string): number {
  const [from = '', to = '', text = ''] = look.split('\n')
  return packets(output).filter(
    (packet) => isAddress(packet.from, from) && isAddress(packet.to, to) && packet.text.includes(text),
  ).length
}

/**
 * What moves on an interface: tcpdump(1), from `start()` until the lab ends.
 *
 * Example: capture(server1, 'enp0s3', 'icmp').packets
 * Equivalent to: `tcpdump -n -r /run/vethlab-server1-enp0s3.pcap`
 */
export function capture(place: Place, dev: string, filter = '', name = `${place.name}-${dev}`) {
  if (place.kind === 'container')
    throw new BadInput(`capture on the server, at its end of the cable: ${place.name} may have no tcpdump`)
  const file = `/run/vethlab-${word(name)}.pcap`
  const words = filter.split(/\s+/).filter(Boolean)
  const listen = ['tcpdump', '-i', ifName(dev), '-n', '-U', '--immediate-mode', '-w', file, ...words]
  const read = command(place, ['tcpdump', '-n', '-r', file], { shows: true })
  const must = (expected: string, { from = '', to = '', port, text = '' }: PacketPattern): Check =>
    Object.freeze({
      kind: 'check',
      from: place,
      to: `${dev}: ${[from, from || to ? '>' : '', `${to}${port === undefined ? '' : `.${port}`}`, text].filter(Boolean).join(' ')}`,
      observer: 'packets',
      expected,
      target: '',
      command: () => read,
      look: [from, `${to}${port === undefined ? '' : `.${port}`}`, text].join('\n'),
    })
  return {
    /** Starts to listen, and returns when it does: tcpdump writes the head of its file then. */
    start: (): Command[] => [
      command(place, listen, { background: true, pcap: file }),
      command(place, ['timeout', '5', 'sh', '-c', `until [ -s ${file} ]; do sleep 0.01; done`]),
    ],
    /** Shows the packets so far. */
    packets: read,
    /** Such a packet moved; with a number, exactly so many. */
    saw: (pattern: PacketPattern, times?: number) =>
      must(times === undefined ? 'seen' : `seen, ${times} packet${times === 1 ? '' : 's'}`, pattern),
    /** No such packet moved. */
    didNotSee: (pattern: PacketPattern) => must('not seen', pattern),
  }
}
