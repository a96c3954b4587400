/** Sends one probe, and waits for what becomes of it. */
import { Unable } from '../errors.ts'
import { finished, sleep } from '../server/process.ts'
import { partOf } from './journey.ts'
import type { Monitor } from './monitor.ts'
import type { Inside, Stack } from './stacks.ts'
import { isTalk } from './talk.ts'
import { markRange, type Probe } from './watch.ts'

/** What a datagram holds: all that is sent. */
const datagram = 'vethlab\n'
/** What is sent by a connection: an empty line. */
const line = '\n'
/** So long it is waited for what the other side does by itself when a connection is open, in milliseconds. */
const greeting = 15

/** The probe as a command: one packet of a mark that no other traffic has, and up to two seconds for the answer. */
export function probeWords({ protocol, mark, port, family, size, whole }: Probe, address: string): string[] {
  const v6 = family === 6 ? ['-6'] : []
  // No -v for UDP: it would send four more datagrams.
  const nc = ['nc', ...v6, '-n', '-w', '2', '-p', String(mark)]
  switch (protocol) {
    case 'icmp':
      return [
        ...['ping', ...v6, '-n', '-c', '1', '-W', '2', '-e', String(mark)],
        ...(size === undefined ? [] : ['-s', String(size)]),
        ...(whole ? ['-M', 'do'] : []),
        address,
      ]
    case 'tcp':
      return [...nc, '-v', address, String(port)]
    case 'udp':
      return [...nc, '-u', address, String(port)]
  }
}

/** Sends the probe once more, unseen, for what counts on its way; the answer is not waited for. */
export const sendUnseen = (into: Inside, from: Stack, probe: Probe, address: string): Promise<unknown> =>
  into.run(from, ['timeout', '0.4', ...probeWords(probe, address)])

/** A mark for one probe: an ICMP identifier, or a source port above those that the kernel gives out by itself. */
export const newMark = (): number => markRange.first + Math.floor(Math.random() * markRange.count)

/** For so long nothing may have been seen of a packet that is not home, in milliseconds, before it counts as dead. */
const silence = 150
/** Nobody waits longer than that. */
const patience = 1500

/** What was seen of a probe. */
export interface Seen {
  /** A connection is open. */
  open(): boolean
  /** All is over: nothing more is to come. */
  home(): boolean
}

/** Sends the probe from a stack, and returns what the sender said when its answer is home, or nothing more is to be seen of it. */
export async function send(
  into: Inside,
  from: Stack,
  probe: Probe,
  address: string,
  monitor: Monitor,
  seen: Seen,
): Promise<string> {
  const argv = probeWords(probe, address)
  const child = into.start(from, argv, ['pipe', 'pipe', 'pipe'])
  child.stdin?.on('error', () => {}) // it may have ended without reading
  if (probe.protocol !== 'tcp') child.stdin?.end(probe.protocol === 'udp' ? datagram : undefined)
  const began = performance.now()
  let ended: number | undefined
  const done = finished(child).then((said) => {
    ended = performance.now()
    return said
  })
  const lastSign = () =>
    monitor.passages.findLast(
      (one) => one.header.about !== undefined || partOf(probe, one) || isTalk(probe, one),
    )?.at ?? ended
  let quiet = 0
  let opened: number | undefined
  let spoken = false
  for (;;) {
    await sleep(4)
    await new Promise(setImmediate) // what the monitors have printed meanwhile is read first
    if (seen.home()) break
    const now = performance.now()
    if (!spoken && probe.protocol === 'tcp' && seen.open()) {
      opened ??= now
      spoken = now - opened > greeting
      if (spoken) child.stdin?.write(line)
    }
    // A busy machine may need long to start the sender: silence counts from its first sign.
    const last = lastSign()
    const still = last !== undefined && now - last > silence && monitor.idle()
    // What they had just told is read by the next round.
    quiet = still ? quiet + 1 : 0
    if (quiet > 1) break
    if (now - began > patience) break
  }
  if (ended === undefined) child.kill('SIGTERM')
  const { stdout, stderr } = await done
  if (/invalid option|unrecognized option|illegal option|not found|failed to execute/i.test(stderr))
    throw new Unable(stderr.trim(), {
      command: argv.join(' '),
      hint: 'It takes the ping of iputils 20211215 or later, and the nc of OpenBSD.',
    })
  return `${stderr}\n${stdout}`.trim()
}
