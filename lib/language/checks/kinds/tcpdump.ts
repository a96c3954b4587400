/** What tcpdump prints, a line for each packet. */
import { exactly } from '../../grammar/missing.ts'
import { text as mustBeText } from '../../values.ts'

/** One packet, as tcpdump tells it. An address may have a port behind a last dot: `192.168.56.3.2020`. */
export interface Packet {
  readonly protocol: string
  readonly from: string
  readonly to: string
  /** The line itself. */
  readonly text: string
}

/** The packets that `tcpdump -n` printed, a line each. */
export const packets = exactly('packets()', (text: string): Packet[] =>
  mustBeText(text, 'what tcpdump printed')
    .split('\n')
    .map((line) => line.match(/^\S+ (\S+?),? (?:(\S+) > (\S+):(?:\s|$))?/))
    .flatMap((found) =>
      found
        ? [{ protocol: found[1] ?? '', from: found[2] ?? '', to: found[3] ?? '', text: found.input ?? '' }]
        : [],
    ),
)

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
