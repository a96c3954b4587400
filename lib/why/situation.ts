/** Where a packet's way ended, as one of few kinds of ends: what each class of causes looks at. Pure. */
import { type Evidence, linkOf, stackOf } from './evidence.ts'
import { arrived, cameHome, type Journey, killer, lastOut, type Visit } from './journey.ts'
import type { Header } from './packet.ts'
import type { Link, Stack } from './stacks.ts'
import type { Passage } from './trace.ts'
import type { Found, Verdict } from './verdict.ts'

/**
 * - `unmade`: no packet was made at all.
 * - `dropped`: a rule or a policy ended it.
 * - `unsent`: it was to leave by `dev`, and did not.
 * - `sent`: it left by `dev`, and was seen nowhere else.
 * - `switched`: it came into a bridge by its port `dev`, and never came to the machine that it was for.
 * - `entered`: it came in by `dev`, and was neither forwarded nor taken.
 * - `unanswered`: it was taken, and nothing came back.
 * - `refused`: it was taken, and turned away.
 * - `home`: its answer was taken where it had been asked.
 */
export type Stage =
  | 'unmade'
  | 'dropped'
  | 'unsent'
  | 'sent'
  | 'switched'
  | 'entered'
  | 'unanswered'
  | 'refused'
  | 'home'

export interface Situation {
  stage: Stage
  packet: Verdict['packet']
  evidence: Evidence
  /** The place where it ended. */
  stack: Stack
  /** The packet as it was there. */
  header: Header
  /** The interface by which it was to leave, left or came. */
  dev: string
  link: Link | undefined
  /** What it met in that place. */
  passages: readonly Passage[]
  request?: Journey
  reply?: Journey
}

/** A class of causes: which ends it can explain, and what it finds. The first that finds something is right. */
export interface CauseClass {
  at: readonly Stage[]
  find(situation: Situation): Promise<Verdict | undefined> | Verdict | undefined
}

/** What more is to be said of a verdict. */
export interface Remark {
  hints?: readonly (string | undefined)[]
  /** A better verdict: narrower, or nearer to the cause. */
  instead?: Partial<Found>
}

/** The packet as routing saw it: behind the last hook, and behind a rule of nat that changed its destination. */
function routedAs(passages: readonly Passage[], header: Header): Header {
  const dst = passages
    .filter(({ table }) => table === 'nat')
    .flatMap(({ matches }) => matches.map(({ text }) => text))
    .map((text) => text.match(/dnat to (?:addr )?\[?([\da-f.:]+?)\]?(?::\d+)?(?:\s|$)/i)?.[1])
    .find((found) => found !== undefined)
  return dst === undefined ? header : { ...header, dst }
}

const first = ({ passages }: Visit): Passage => passages[0] as Passage

/** Whether a visit is that of a bystander: the frame was for another machine, and the kernel threw it away. */
function isBystander({ stacks, from }: Evidence, visit: Visit): boolean {
  const { family, iif, header } = first(visit)
  const stack = stackOf({ stacks, from }, visit.place)
  const link = linkOf(stack, iif)
  return (
    family === 'netdev' &&
    iif !== undefined &&
    header.mac !== undefined &&
    link !== undefined &&
    link.master === undefined &&
    link.mac !== header.mac &&
    !stack.links.some(({ mac }) => mac === header.mac) &&
    visit.passages.every((one) => one.family === 'netdev' && one.oif === undefined)
  )
}

/** A way without the bystanders that it seemed to end at. */
function withoutBystanders(evidence: Evidence, journey: Journey): Journey {
  const visits = [...journey.visits]
  const isSwitch = ({ place, passages }: Visit) =>
    linkOf(stackOf(evidence, place), first({ place, passages }).iif)?.master !== undefined
  while (isBystander(evidence, visits.at(-1) as Visit) && visits.slice(0, -1).some(isSwitch)) visits.pop()
  return { ...journey, visits }
}

/** How the way of a packet ended that was made, and was not home. */
function ended(evidence: Evidence, whole: Journey, packet: Verdict['packet']): Omit<Situation, 'evidence'> {
  const journey = withoutBystanders(evidence, whole)
  const visit = journey.visits.at(-1) as Visit
  const stack = stackOf(evidence, visit.place)
  const { passages } = visit
  const { header } = passages.at(-1) as Passage
  const at = (stage: Stage, dev: string | undefined, one: Header = header) =>
    ({ stage, packet, stack, header: one, dev: dev ?? '', link: linkOf(stack, dev), passages }) as const
  if (killer(journey)) return at('dropped', undefined)
  if (arrived(journey)) return at('unanswered', passages.find(({ iif }) => iif !== undefined)?.iif)
  const came = passages.findLast(({ family, iif }) => family === 'netdev' && iif !== undefined)
  const out = lastOut(journey)
  const port = linkOf(stack, came?.iif)
  if (out) {
    // Flooded to the ports of a bridge, where it was for none of those behind them.
    const flooded = journey.visits.length < whole.visits.length
    if (flooded && port?.master !== undefined) return at('switched', came?.iif, came?.header ?? header)
    return at('sent', out.oif)
  }
  const routed = passages.findLast(({ oif, family }) => oif !== undefined && family !== 'netdev')
  // A frame that a bridge shows to iptables has the interfaces of the bridge, too, and was not routed.
  if (routed && !(port?.master !== undefined && routed.header.ttl === came?.header.ttl))
    return at('unsent', routed.oif)
  if (port?.master !== undefined) return at('switched', came?.iif, came?.header ?? header)
  return at(
    'entered',
    came?.iif,
    routedAs(passages, came ? { ...header, ...(came.header.mac ? { mac: came.header.mac } : {}) } : header),
  )
}

/** What kind of end the way of a probe had. */
export function situationOf(evidence: Evidence): Situation {
  const { journeys, from, target, probe } = evidence
  const way = (packet: Journey['packet']) => journeys.find((journey) => journey.packet === packet)
  const [request, reply] = [way('request'), way('reply')]
  const ways = { ...(request ? { request } : {}), ...(reply ? { reply } : {}) }
  if (!request) {
    const header: Header = { protocol: probe.protocol, src: '', dst: target }
    return {
      ...{
        stage: 'unmade',
        packet: 'request',
        evidence,
        stack: from,
        header,
        dev: '',
        link: undefined,
        passages: [],
      },
      ...ways,
    }
  }
  const of = (journey: Journey, packet: Verdict['packet']): Situation => ({
    ...ended(evidence, journey, packet),
    evidence,
    ...ways,
  })
  if (reply && cameHome(reply, from.place.name)) {
    // A rule that answers by a reset, or one at home.
    if (killer(request)) return of(request, 'request')
    if (killer(reply)) return of(reply, 'reply')
    const reset = reply.visits[0]?.passages[0]?.header.flags?.includes('rst')
    return { ...of(request, 'request'), stage: reset ? 'refused' : 'home' }
  }
  const there = of(request, 'request')
  if (there.stage !== 'unanswered') return there
  if (reply) return of(reply, 'reply')
  return probe.protocol === 'udp' && way('error') ? { ...there, stage: 'refused' } : there
}
