/** Who listens, as /proc/net/tcp and its like tell it: pure. */
import { familyOf, plain } from './address.ts'

/** A socket that waits for somebody. */
export interface Listener {
  address: string
  port: number
  /** So many open connections its program has not taken up yet. */
  waiting: number
}

/** Bytes are in the order of the machine, four at a time (proc_pid_net(5)). */
function addressOf(hex: string): string {
  const words = hex.match(/.{8}/g) ?? []
  const bytes = words.flatMap((word) => [...Buffer.from(word, 'hex').reverse()])
  if (bytes.length === 4) return bytes.join('.')
  return plain(
    Array.from({ length: 8 }, (_, i) =>
      (((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0)).toString(16),
    ).join(':'),
  )
}

/** Reads the sockets of /proc/net/tcp, tcp6, udp, udp6 that listen. */
export function listening(text: string, protocol: 'tcp' | 'udp'): Listener[] {
  const state = protocol === 'tcp' ? '0A' : '07'
  return text
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((words) => words[3] === state)
    .map((words) => {
      const [hex = '', port = '0'] = (words[1] ?? '').split(':')
      // Behind the colon is what waits to be received: of a listener of TCP, connections.
      const [, queue = '0'] = (words[4] ?? '').split(':')
      return { address: addressOf(hex), port: Number.parseInt(port, 16), waiting: Number.parseInt(queue, 16) }
    })
}

const isAny = (address: string): boolean => address === '0.0.0.0' || address === '::'

/** Whether what is sent to an address comes to a listener. One on all of IPv6 has IPv4, too, unless it was told not to. */
export const hears = ({ address }: Pick<Listener, 'address'>, asked: string): boolean =>
  plain(address) === plain(asked) ||
  plain(address) === `::ffff:${asked}` ||
  (isAny(address) && (familyOf(address) === 6 || familyOf(asked) === 4))
