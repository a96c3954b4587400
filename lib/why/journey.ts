/** From what was seen at the hooks to the way of a packet: pure. */
import type { Header } from './packet.ts'
import { death, type Match, type Passage } from './trace.ts'
import type { Probe } from './watch.ts'

/** A packet in one place: everything that it met there, from its entry to its exit. */
export interface Visit {
  place: string
  passages: Passage[]
}

export interface Journey {
  packet: 'request' | 'reply' | 'error'
  visits: Visit[]
}

const isOut = ({ family, oif, chain }: Passage): boolean =>
  (family === 'netdev' && oif !== undefined) || chain === 'left'

/** Whether a passage belongs to the probe: on its way there, or back. */
export function partOf({ protocol, mark }: Probe, { header }: Passage): Journey['packet'] | undefined {
  if (header.protocol !== protocol) return undefined
  if (protocol === 'icmp') {
    if (header.echo !== mark) return undefined
    return header.type === 'echo-request' ? 'request' : header.type === 'echo-reply' ? 'reply' : undefined
  }
  if (protocol === 'udp')
    return header.sport === mark ? 'request' : header.dport === mark ? 'reply' : undefined
  // What opens the connection, or refuses it; the sender may end it by a reset: that is no request any more.
  const opens = header.flags?.includes('syn')
  if (header.sport === mark) return opens ? 'request' : undefined
  return header.dport === mark && (opens || header.flags?.includes('rst')) ? 'reply' : undefined
}

/** Splits what was seen in one place into visits: one ends where something comes in after something went out. */
export function visitsOf(passages: readonly Passage[]): Visit[] {
  const visits: Visit[] = []
  let left = false
  for (const passage of passages) {
    const visit = visits.at(-1)
    const begins = !visit || (left && !isOut(passage))
    if (begins) visits.push({ place: passage.place, passages: [passage] })
    else visit.passages.push(passage)
    left = isOut(passage)
  }
  return visits
}

const first = (visit: Visit): Passage => visit.passages[0] as Passage
const final = (visit: Visit): Passage => visit.passages.at(-1) as Passage

const same = (a: Header, b: Header): boolean =>
  a.src === b.src && a.dst === b.dst && (a.ttl === undefined || b.ttl === undefined || a.ttl === b.ttl)

/** Whether a packet came to its end in a visit by having arrived, or by having been dropped. */
const ends = (visit: Visit): boolean =>
  visit.passages.some((passage) => passage.chain === 'mine' || death(passage) !== undefined)

/** What is known of the lab's wiring. */
export interface Wiring {
  /** The place that has an address. */
  owner(address: string): string | undefined
  /** Whether what leaves, or comes in, at the one hook comes in at the other: by a cable, or from or to a macvlan. */
  wired(one: Passage, other: Passage): boolean
}

/**
 * Puts visits in order: each begins with the packet as the one before let it go. A switch floods what it does not
 * know, so several places may have got a copy: the one at the other end of the cable, or the one that did something
 * with it, is followed.
 */
export function chain(visits: readonly Visit[], start: string, { owner, wired }: Wiring): Visit[] {
  const rest = [...visits]
  const take = (visit: Visit | undefined) => {
    if (visit) rest.splice(rest.indexOf(visit), 1)
    return visit
  }
  const way: Visit[] = []
  let next = take(rest.find((visit) => visit.place === start))
  while (next) {
    const here: Visit = next
    const exit = final(here)
    way.push(here)
    // What comes in for a macvlan is seen on its parent, and goes on from there.
    const fits = rest
      .filter((visit) => same(first(visit).header, exit.header))
      .filter((visit) => isOut(exit) || (exit.family === 'netdev' && wired(exit, first(visit))))
    const rank = (visit: Visit) =>
      (here.passages.some((passage) => isOut(passage) && wired(passage, first(visit))) ? 8 : 0) +
      (wired(exit, first(visit)) ? 8 : 0) +
      (owner(exit.header.dst) === visit.place ? 4 : 0) +
      (visit.passages.length > 1 ? 2 : 0) +
      (ends(visit) ? 2 : 0) +
      (visit.place === here.place ? 0 : 1)
    next = take(fits.sort((a, b) => rank(b) - rank(a))[0])
  }
  return way
}

/**
 * The ways of a probe and of what came back. `from` is where it was made. The answer begins where the request ended;
 * an error where somebody refused.
 */
export function journeys(
  passages: readonly Passage[],
  probe: Probe,
  from: string,
  wiring: Wiring,
): Journey[] {
  const byPlace = (wanted: (passage: Passage) => boolean): Visit[] => {
    const places = [...new Set(passages.map(({ place }) => place))]
    return places.flatMap((place) => visitsOf(passages.filter((one) => one.place === place && wanted(one))))
  }
  const kind = (packet: Journey['packet']) => (passage: Passage) => partOf(probe, passage) === packet
  const request = chain(byPlace(kind('request')), from, wiring)
  const ids = new Set(passages.filter(kind('request')).map(({ header }) => header.id))
  const begin = (visits: readonly Visit[], at: string | undefined): string =>
    (visits.find(({ place }) => place === at) ?? visits[0])?.place ?? ''
  const replies = byPlace(kind('reply'))
  const reply = chain(replies, begin(replies, request.at(-1)?.place), wiring)
  const errors = byPlace(({ header }) => header.about !== undefined && ids.has(header.about))
  const born = errors.find((visit) => first(visit).chain === 'made')
  const error = chain(errors, begin(errors, born?.place), wiring)
  const all: Journey[] = [
    { packet: 'request', visits: request },
    { packet: 'reply', visits: reply },
    { packet: 'error', visits: error },
  ]
  return all.filter(({ visits }) => visits.length > 0)
}

/** Whether a packet came to its destination: the last place took it for its own. */
export const arrived = ({ visits }: Journey): boolean =>
  visits.at(-1)?.passages.some(({ chain }) => chain === 'mine') ?? false

/** Whether a packet was let in at its destination: it has passed all rules of INPUT. */
export const taken = ({ visits }: Journey): boolean =>
  visits.at(-1)?.passages.some(({ chain }) => chain === 'taken') ?? false

/** Whether a way ends at home: where the request was made. */
export const cameHome = (journey: Journey | undefined, home: string): boolean =>
  journey !== undefined && arrived(journey) && journey.visits.at(-1)?.place === home

/** Whether each visit begins at the other end of a wire that the one before ended at: nothing between is missing. */
const unbroken = ({ visits }: Journey, { wired }: Wiring): boolean =>
  visits.every((visit, i) => {
    const before = visits[i - 1]
    if (!before || before.place === visit.place) return true
    return before.passages.some((passage) => passage.family === 'netdev' && wired(passage, first(visit)))
  })

/** Whether all of it was seen: there, and back from the very place. The monitors of other places may lag behind. */
export function complete(all: readonly Journey[], home: string, wiring: Wiring): boolean {
  const request = all.find(({ packet }) => packet === 'request')
  const reply = all.find(({ packet }) => packet === 'reply')
  if (!request || !reply || !arrived(request) || !cameHome(reply, home)) return false
  // Whoever answered: only what passed the rules was a program's word, and only what passes them at home is heard.
  if (!taken(reply) || !(taken(request) || killer(request))) return false
  const begin = reply.visits[0]
  if (begin?.place !== request.visits.at(-1)?.place || begin?.passages[0]?.chain !== 'made') return false
  return unbroken(request, wiring) && unbroken(reply, wiring)
}

/** What killed a packet: the passage, and the rule or the policy; undefined when no rule did. */
export function killer({ visits }: Journey): { passage: Passage; by: Match | 'policy' } | undefined {
  for (const passage of visits.at(-1)?.passages ?? []) {
    const by = death(passage)
    if (by !== undefined) return { passage, by }
  }
  return undefined
}

/** Where a packet went out last, when nothing more was seen of it. */
export const lastOut = ({ visits }: Journey): Passage | undefined => {
  const passage = visits.at(-1) && final(visits.at(-1) as Visit)
  return passage && isOut(passage) ? passage : undefined
}
