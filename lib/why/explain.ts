/** From the ways of the packets to the verdict: what was seen decides; what no trace shows is asked of the kernel. */
import { notSent, notSwitched, otherEndDown } from './by-neighbour.ts'
import { noRoute, notRouted } from './by-route.ts'
import { killedByRule } from './by-rule.ts'
import { refused, unanswered } from './by-target.ts'
import { type Evidence, endOf, linkOf } from './evidence.ts'
import { arrived, cameHome, type Journey, lastOut } from './journey.ts'
import type { Header } from './packet.ts'
import { called, ownerOf } from './stacks.ts'
import type { Passage } from './trace.ts'
import { typed, type Verdict, vanished, verdict } from './verdict.ts'

/** Finds out what became of a probe. */
export async function explain(evidence: Evidence): Promise<Verdict> {
  const { journeys, from, target, facts, probe } = evidence
  const way = (packet: Journey['packet']) => journeys.find((journey) => journey.packet === packet)
  const request = way('request')
  const reply = way('reply')

  if (!request) {
    const route = await facts.route(from, target)
    if (!route.ok) return noRoute(from, 'request', target, route.said)
    return notSent(evidence, from, 'request', target, route.dev)
  }
  // An answer that is home proves that it arrived, whatever was not seen on the way.
  if (reply && cameHome(reply, from.place.name)) {
    const reset = reply.visits[0]?.passages[0]?.header.flags?.includes('rst')
    if (reset) return (await killedByRule(evidence, request, 'request')) ?? refused(evidence, request)
    return verdict(endOf(evidence, request)[1], 'reply', {
      status: 'delivered',
      cause: 'delivered',
      says: 'the request arrived, and the reply came back',
    })
  }
  const killed = await killedByRule(evidence, request, 'request')
  if (killed) return killed
  if (!arrived(request)) return lost(evidence, request, 'request')
  if (reply) return (await killedByRule(evidence, reply, 'reply')) ?? lost(evidence, reply, 'reply')
  return probe.protocol === 'udp' && way('error') ? refused(evidence, request) : unanswered(evidence, request)
}

/** The packet as routing saw it: behind the last hook, and behind a rule of nat that changed its destination. */
function routedAs(passages: readonly Passage[], header: Header): Header {
  const texts = passages
    .filter(({ table }) => table === 'nat')
    .flatMap(({ matches }) => matches.map(({ text }) => text))
  const dst = texts
    .map((text) => text.match(/dnat to (?:addr )?([\d.]+)/i)?.[1])
    .find((found) => found !== undefined)
  return dst === undefined ? header : { ...header, dst }
}

/** The packet is not where it should be, and no rule killed it: what was its last sign? */
async function lost(evidence: Evidence, journey: Journey, packet: Verdict['packet']): Promise<Verdict> {
  const { stacks } = evidence
  const [header, stack] = endOf(evidence, journey)
  const { place } = stack
  const passages = journey.visits.at(-1)?.passages ?? []
  const out = lastOut(journey)
  if (out) {
    const dev = out.oif ?? ''
    const link = linkOf(stack, dev)
    if (link?.carrier === false) return otherEndDown(evidence, stack, packet, link)
    const owner = ownerOf(stacks, header.dst)
    const there = owner ? called(owner.stack.place) : header.dst
    return vanished(stack, packet, `between ${dev} of ${called(place)} and ${there}`)
  }
  const routed = passages.findLast(({ oif, family }) => oif !== undefined && family !== 'netdev')
  if (routed) return notSent(evidence, stack, packet, routed.header.dst, routed.oif ?? '')

  // What came through a port of a switch to the bridge itself came in twice: the last one counts.
  const came = passages.findLast(({ family, iif }) => family === 'netdev' && iif !== undefined)
  const link = linkOf(stack, came?.iif)
  if (!came || !link) return vanished(stack, packet, `in ${called(place)}`)
  if (link.master !== undefined) return notSwitched(evidence, stack, packet, link, came.header)
  const { mac } = came.header
  if (mac !== undefined && mac !== link.mac && !passages.some(({ family }) => family === 'ip'))
    return verdict(stack, packet, {
      cause: 'wrong MAC address',
      says: `the ${packet} came to ${link.name} of ${called(place)} for ${mac}, which is not its MAC address`,
      see: typed(place, ['ip', 'link', 'show', 'dev', link.name]),
    })
  return notRouted(evidence, stack, packet, { ...came, header: routedAs(passages, header) })
}
