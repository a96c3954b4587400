/** A way that is another one than its neighbours take it for: a more specific route, an answer by another interface. */
import { bitsOf, familyOf, isLoopback } from '../address.ts'
import { linkOf, onLink, stackOf } from '../evidence.ts'
import { type Journey, killer, type Visit } from '../journey.ts'
import { lengthOf, longest } from '../policy-routing.ts'
import type { CauseClass, Remark, Situation } from '../situation.ts'
import { called, type End, ownerOf, type Stack } from '../stacks.ts'
import { mend, typed, type Verdict, verdict } from '../verdict.ts'
import { wireBetween } from '../wire.ts'

/** In this place the packet was sent out of one interface, though the machine that it was for is behind another. */
async function strayed(
  { evidence }: Situation,
  stack: Stack,
  dst: string,
  oif: string,
  packet: Verdict['packet'],
): Promise<Verdict | undefined> {
  const owner = ownerOf(evidence.stacks, dst)
  const out = linkOf(stack, oif)
  if (!owner || owner.stack === stack || !out || isLoopback(dst)) return undefined
  const joined = (end: End) => end.link === owner.link
  const right = stack.links.find(
    (link) =>
      link !== out &&
      link.up &&
      link.name !== 'lo' &&
      onLink(link, dst) &&
      wireBetween(evidence.stacks, { stack, link }, joined) !== undefined,
  )
  if (!right || wireBetween(evidence.stacks, { stack, link: out }, joined) !== undefined) return undefined
  const route = longest(await evidence.facts.routes(stack, dst), 'main', dst)
  const connected = right.addresses.find(({ local, prefixlen }) =>
    onLink({ ...right, addresses: [{ local, prefixlen }] }, dst),
  )
  if (!route || !connected || route.dev !== oif || lengthOf(route) < connected.prefixlen) return undefined
  const six = familyOf(dst) === 6 ? ['-6'] : []
  const isOwn = out.addresses.some(({ local, prefixlen }) =>
    onLink({ ...out, addresses: [{ local, prefixlen }] }, dst),
  )
  const own = out.addresses.find(({ local, prefixlen }) =>
    onLink({ ...out, addresses: [{ local, prefixlen }] }, dst),
  )
  return verdict(stack, packet, {
    cause: 'overlapping subnets',
    says: `${called(stack.place)} sends ${dst} out of ${oif} (${route.dst}${route.gateway ? ` via ${route.gateway}` : ''}), but ${called(owner.stack.place)} is behind ${right.name} (${connected.local}/${connected.prefixlen}): the two overlap, and the more specific route wins`,
    see: typed(stack.place, ['ip', ...six, 'route', 'get', dst]),
    ...(isOwn && own
      ? mend(stack.place, ['ip', 'addr', 'del', `${own.local}/${own.prefixlen}`, 'dev', oif])
      : mend(stack.place, [
          'ip',
          ...six,
          'route',
          'del',
          route.dst,
          ...(route.gateway ? ['via', route.gateway] : []),
          'dev',
          oif,
        ])),
    hints: [
      `Only for ${called(owner.stack.place)}: ${typed(stack.place, ['ip', ...six, 'route', 'add', `${dst}/${bitsOf(dst)}`, 'dev', right.name])}`,
    ],
  })
}

/** Words by which a rule asks where a packet is to go out. */
const asksForTheWay = /(^|\s)(-o|--physdev-out|oif|oifname|oifgroup|oiftype)\s/

/** Whether the rules that ended a packet do not ask by which interface it leaves: another way would not have saved it. */
async function diesAnyway({ evidence }: Situation, journey: Journey): Promise<boolean> {
  const killed = killer(journey)
  if (!killed) return false
  const { passage, by } = killed
  if (by !== 'policy') return !passage.matches.some(({ text }) => asksForTheWay.test(text))
  // Nothing took it: perhaps only because it went out of another interface.
  const { json, save } = await evidence.facts.rules(
    stackOf(evidence, passage.place),
    passage.family,
    passage.table,
  )
  return !asksForTheWay.test(save) && !/"key":\s*"oif/.test(json)
}

/** A more specific route, or an overlapping subnet, led the packet elsewhere. */
export const overlap: CauseClass = {
  at: ['dropped', 'unsent', 'sent', 'entered', 'switched', 'unanswered', 'refused'],
  async find(situation) {
    const { evidence, packet, stage, stack } = situation
    const journey = packet === 'request' ? situation.request : situation.reply
    if (stage === 'dropped' && journey && (await diesAnyway(situation, journey))) return undefined
    for (const visit of journey?.visits ?? []) {
      const routed = visit.passages.findLast(
        ({ oif, family, chain }) => oif !== undefined && family !== 'netdev' && chain !== 'after',
      )
      const at = stackOf(evidence, visit.place)
      // A rule elsewhere is a matter of its own.
      if (!routed || (stage === 'dropped' && at !== stack)) continue
      const found = await strayed(situation, at, routed.header.dst, routed.oif ?? '', packet)
      if (found) return found
    }
    return undefined
  },
}

const iifOf = (visit: Visit | undefined): string | undefined =>
  visit?.passages.find(({ family, iif }) => family === 'netdev' && iif !== undefined)?.iif
const oifOf = (visit: Visit | undefined): string | undefined =>
  visit?.passages.findLast(({ oif }) => oif !== undefined)?.oif

/** The first place where an answer left by another interface than the question had come by. */
export function parted({
  request,
  reply,
  evidence,
}: Situation): { stack: Stack; came: string; left: string } | undefined {
  for (const visit of reply?.visits ?? []) {
    const there = request?.visits.findLast(({ place }) => place === visit.place)
    const stack = stackOf(evidence, visit.place)
    // Through a bridge it comes twice: by the port, and by the bridge.
    const routedIn = there?.passages.find(
      ({ family, iif, chain }) => iif !== undefined && (family !== 'netdev' || chain === 'mine'),
    )?.iif
    const came = routedIn ?? iifOf(there)
    const left =
      visit.passages.find(({ oif, family }) => oif !== undefined && family !== 'netdev')?.oif ?? oifOf(visit)
    if (came === undefined || left === undefined) continue
    const master = linkOf(stack, came)?.master
    if (
      came !== left &&
      master !== left &&
      linkOf(stack, left)?.master !== came &&
      came !== 'lo' &&
      left !== 'lo'
    )
      return { stack, came, left }
  }
  return undefined
}

/** The answer took another way than the question: what is wrong may be the way, and not the place where it died. */
export async function asymmetric(situation: Situation, told: Verdict): Promise<Remark | undefined> {
  const { reply, request, evidence } = situation
  if (!reply || told.packet !== 'reply' || told.status === 'delivered') return undefined
  const found = parted(situation)
  const passed = new Set(request?.visits.map(({ place }) => place))
  // Switches hand on what they get: only who makes or routes a packet chooses its way.
  // A bridge may show to iptables what it hands on; then the TTL stays.
  const chooses = ({ passages }: Visit) =>
    passages.some(
      ({ chain, header }) =>
        chain === 'made' || (chain === 'routed' && header.ttl !== passages[0]?.header.ttl),
    )
  const hops = reply.visits.filter((visit, i) => chooses(visit) || i === reply.visits.length - 1)
  const stray = hops.findIndex(({ place }) => !passed.has(place))
  const last = hops[stray - 1]
  const killed = killer(reply)
  const six = familyOf(situation.header.dst) === 6 ? ['-6'] : []
  if (found && told.cause !== 'no route back') {
    const { stack, came, left } = found
    const { place } = stack
    const source = reply.visits[0]?.passages[0]?.header.src ?? ''
    return {
      hints: [
        `The ways differ: the request came to ${called(place)} by ${came}, the reply left by ${left}, another interface (asymmetric). An answer leaves by the way of its source with: ${typed(place, ['ip', ...six, 'rule', 'add', 'from', source, 'lookup', '100'])}, and a default route by ${came} in table 100.`,
      ],
    }
  }
  if (stray < 1 || !last) return undefined
  const at = stackOf(evidence, last.place)
  const next = stackOf(evidence, hops[stray]?.place ?? '')
  const dst = last.passages.at(-1)?.header.dst ?? ''
  const line = await evidence.facts.chosen(at, dst)
  const words = `The ways differ: ${called(at.place)} sent the reply to ${called(next.place)}${line ? `, by its route ${line}` : ''}; the request had not come that way (asymmetric).`
  if (killed || told.cause !== 'no route back') return { hints: [words] }
  const before = (request?.visits ?? []).filter(chooses).reverse()
  const from = before[before.findIndex(({ place }) => place === last.place) + 1]
  const router = from && stackOf(evidence, from.place)
  const gateway = router?.links
    .flatMap(({ addresses }) => addresses.map(({ local }) => local))
    .find((local) => at.links.some((link) => onLink(link, local) && link.name !== 'lo'))
  return {
    instead: {
      place: called(at.place),
      says: `${called(at.place)} has no route back to ${dst} but ${line ?? 'its default'}, which leads to ${called(next.place)}, and that one has none`,
      see: typed(at.place, ['ip', ...six, 'route', 'get', dst]),
      ...(gateway ? mend(at.place, ['ip', ...six, 'route', 'add', dst, 'via', gateway]) : {}),
    },
    hints: [words],
  }
}
