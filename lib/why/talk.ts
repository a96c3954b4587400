/** An open connection: does the first byte come to who listens, or does that one hang up? Pure. */
import { cameHome, chain, type Journey, killer, taken, visitsOf, type Wiring } from './journey.ts'
import type { Passage } from './trace.ts'
import type { Probe } from './watch.ts'

/** What became of a connection behind its opening. */
export interface Talk {
  /** The way of the first byte. */
  byte?: Journey
  /** Whether it was let in where it was for. */
  heard: boolean
  /** Whether the other side hung up before it had got anything, and said nothing itself. */
  ended: boolean
}

/** An open connection: the other side hung up at once; its first byte was lost, and `journeys` tell of that one. */
export type Heard = 'open' | 'ended' | 'lost'

const has = ({ header }: Passage, ...flags: string[]): boolean =>
  flags.some((flag) => header.flags?.includes(flag) ?? false)

/** Whether a passage is of what is said in a connection, or of its end. */
export const isTalk = ({ protocol, mark }: Probe, passage: Passage): boolean =>
  protocol === 'tcp' &&
  (passage.header.sport === mark || passage.header.dport === mark) &&
  has(passage, 'psh', 'fin')

/** Whether a request was taken by a listener: its answer is no reset. */
export function isOpen({ protocol }: Probe, all: readonly Journey[]): boolean {
  const first = all.find(({ packet }) => packet === 'reply')?.visits[0]?.passages[0]
  return protocol === 'tcp' && first !== undefined && has(first, 'syn')
}

/** Who made the end of the connection had neither got nor said a word. */
function endedAtOnce(passages: readonly Passage[], { mark }: Probe): boolean {
  const end = passages.findIndex(
    (one) => one.header.dport === mark && one.chain === 'made' && has(one, 'fin', 'rst'),
  )
  const place = passages[end]?.place
  return end >= 0 && !passages.slice(0, end + 1).some((one) => one.place === place && has(one, 'psh'))
}

/** What became of an open connection. `from` is where it was opened. */
export function talkOf(passages: readonly Passage[], probe: Probe, from: string, wiring: Wiring): Talk {
  const mine = passages.filter((one) => one.header.sport === probe.mark && has(one, 'psh'))
  const places = [...new Set(mine.map(({ place }) => place))]
  const visits = chain(
    places.flatMap((place) => visitsOf(mine.filter((one) => one.place === place))),
    from,
    wiring,
  )
  const byte: Journey = { packet: 'request', visits }
  return {
    ...(visits.length > 0 ? { byte } : {}),
    heard: visits.length > 0 && taken(byte) && !killer(byte),
    ended: endedAtOnce(passages, probe),
  }
}

/** Where a connection was opened, and its first byte did not come to the listener: what became of that is the question. */
export function withTalk(
  opening: readonly Journey[],
  talk: Talk | undefined,
  home: string,
): { found: readonly Journey[]; heard?: Heard } {
  const reply = opening.find(({ packet }) => packet === 'reply')
  if (!talk || !cameHome(reply, home) || (reply && killer(reply))) return { found: opening }
  if (talk.byte && !talk.heard && !talk.ended) return { found: [talk.byte], heard: 'lost' }
  return { found: opening, heard: talk.ended ? 'ended' : 'open' }
}
