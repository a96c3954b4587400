/** There is no way, or routing forbids it: which rule of `ip rule`, which table, which route. */
import { bitsOf, familyOf, ipFamily, isLoopback, within } from '../address.ts'
import { linkOf, onLink } from '../evidence.ts'
import type { Came } from '../facts.ts'
import { isOwnRule, routeWords, ruleWords } from '../policy-routing.ts'
import type { CauseClass, Situation } from '../situation.ts'
import { called, type Link, ownerOf, type Stack } from '../stacks.ts'
import { linkDown, mend, typed, type Verdict, verdict } from '../verdict.ts'
import { whyNoRoute } from './unreached.ts'

/** The mark that a rule of mangle gave a packet on its way through a place. */
export const markOf = ({ passages }: Pick<Situation, 'passages'>): number | undefined => {
  const words = passages
    .flatMap(({ matches }) => matches.map(({ text }) => text))
    .map((text) => text.match(/meta mark set (?:mark and 0x[0-9a-f]+ xor )?(0x[0-9a-f]+)/)?.[1])
    .findLast((found) => found !== undefined)
  return words === undefined ? undefined : Number(words)
}

/** What routing looks at, beside the destination. */
export const cameBy = (situation: Situation): Came | undefined => {
  const { header, dev, stage, passages, packet, evidence } = situation
  const { protocol } = evidence.probe
  const iif = stage === 'entered' ? dev : passages.find(({ chain }) => chain === 'routed')?.iif
  const mark = markOf(situation)
  const more = {
    ...(mark ? { mark } : {}),
    protocol,
    ...(header.sport === undefined ? {} : { sport: header.sport }),
    ...(header.dport === undefined ? {} : { dport: header.dport }),
  }
  if (iif) return { from: header.src, iif, ...more }
  if (!passages.some(({ chain }) => chain === 'made')) return undefined
  // Who asks leaves the source to routing; who answers does so from the address that was asked.
  const asks = packet === 'request' && !mark && protocol !== 'tcp'
  return ownerOf([situation.stack], header.src) && !asks
    ? { from: header.src, iif: 'lo', ...more }
    : { iif: 'lo', ...more }
}

/** A rule of `ip rule`, or a route, that forbids an address. */
export async function forbidden(
  situation: Situation,
  stack: Stack,
  to: string,
  came?: Came,
): Promise<Verdict | undefined> {
  const { evidence, packet } = situation
  const found = await evidence.facts.decision(stack, to, came)
  if (!found) return undefined
  const { rule, route } = found
  const { place } = stack
  const own = isOwnRule(rule)
  const six = ipFamily(to)
  const byRule = route === undefined
  if (!byRule && !['unreachable', 'prohibit', 'blackhole'].includes(route.type ?? '')) return undefined
  const table = route?.table && route.table !== 'main' ? ['table', route.table] : []
  const words = byRule ? '' : routeWords(route)
  return verdict(stack, packet, {
    cause: packet === 'reply' ? 'no route back' : 'no route',
    code: 'forbidden-by-routing',
    says: byRule
      ? `${called(place)} has a rule of routing that forbids it: ip rule "${ruleWords(rule)}"`
      : own
        ? `${called(place)} has a route that forbids it: ${words} in table ${route.table}, chosen by ip rule "${ruleWords(rule)}" (policy routing)`
        : `${called(place)} has a route that forbids it: ${words}`,
    see:
      byRule || own
        ? typed(place, ['ip', ...six, 'rule'])
        : typed(place, ['ip', ...six, 'route', 'show', 'to', 'match', to]),
    ...(own
      ? mend(place, ['ip', ...six, 'rule', 'del', ...ruleWords(rule).split(' ')])
      : mend(place, ['ip', ...six, 'route', 'del', ...words.split(' '), ...table])),
    ...(own && !byRule
      ? { hints: [`Its table: ${typed(place, ['ip', ...six, 'route', 'show', 'table', route.table ?? ''])}`] }
      : {}),
  })
}

/** The place that has the subnet of an address, and shares a link with another: what a route could go by. */
export function gatewayFor(situation: Situation, stack: Stack, to: string): string | undefined {
  const { request } = situation
  const { stacks } = situation.evidence
  const owner = ownerOf(stacks, to)
  // Who has the address comes first, then those that the request passed: they know a way. Back to who asked, only
  // those that it passed before it came here.
  const here = request?.visits.findIndex(({ place }) => place === stack.place.name) ?? -1
  const back = here >= 0 && request?.visits[here]?.passages[0]?.header.src === to
  const all = request?.visits.map(({ place }) => place) ?? []
  const passed = back ? all.slice(0, here) : all
  const rank = (one: Stack) => (one === owner?.stack ? passed.length : passed.lastIndexOf(one.place.name))
  const candidates = stacks.filter((one) => one !== stack).sort((a, b) => rank(b) - rank(a))
  for (const router of candidates) {
    if (!passed.includes(router.place.name) && !router.links.some((link) => onLink(link, to))) continue
    for (const { addresses } of router.links)
      for (const { local } of addresses)
        if (
          familyOf(local) === familyOf(to) &&
          !isLoopback(local) &&
          stack.links.some(
            (link) =>
              link.up &&
              link.name !== 'lo' &&
              onLink(link, local) &&
              !link.addresses.some((own) => own.local === local),
          )
        )
          return local
  }
  return undefined
}

/** A link that is narrower than its neighbours take it to be: the other end is out of its subnet. */
function tooNarrow({ links }: Stack, to: string, arrived: Link | undefined): Link | undefined {
  return links.find(
    (link) =>
      link === arrived &&
      link.name !== 'lo' &&
      !onLink(link, to) &&
      link.addresses.some(({ local }) => familyOf(local) === familyOf(to)),
  )
}

/** There is no way to an address; perhaps because the link that leads there is down. */
export async function noRoute(
  situation: Situation,
  stack: Stack,
  packet: Verdict['packet'],
  to: string,
  said: string,
  arrived?: string,
  came?: Came,
): Promise<Verdict> {
  const { place, links } = stack
  // The kernel gives lo its address when it is switched on.
  const leads = (link: Link) =>
    onLink(link, to) || (link.name === 'lo' && (isLoopback(to) || ownerOf([stack], to) !== undefined))
  const off = links.find((link) => !link.up && leads(link))
  const six = ipFamily(to)
  if (off)
    return linkDown(
      stack,
      packet,
      stack,
      off.name,
      `${off.name} of ${called(place)}, which leads to ${to}, is down`,
    )
  if (
    familyOf(to) === 6 &&
    (await situation.evidence.facts.value(stack, 'net.ipv6.conf.all.disable_ipv6')) === '1'
  )
    return verdict(stack, packet, {
      cause: packet === 'reply' ? 'no route back' : 'no route',
      says: `${called(place)} has IPv6 switched off: disable_ipv6 is 1`,
      see: typed(place, ['sysctl', 'net.ipv6.conf.all.disable_ipv6']),
      ...mend(place, ['sysctl', '-w', 'net.ipv6.conf.all.disable_ipv6=0']),
    })
  const own = await forbidden({ ...situation, packet }, stack, to, came)
  if (own) return own
  const back = packet === 'reply' ? 'back ' : ''
  const narrow = tooNarrow(stack, to, linkOf(stack, arrived))
  const mine = narrow?.addresses.find(({ local }) => familyOf(local) === familyOf(to))
  const neighbour = ownerOf(situation.evidence.stacks, to)?.link.addresses.find(({ local }) => local === to)
  if (narrow && mine && neighbour && within(mine.local, `${to}/${neighbour.prefixlen}`))
    return verdict(stack, packet, {
      cause: packet === 'reply' ? 'no route back' : 'no route',
      says: `${called(place)} has no route ${back}to ${to}: ${narrow.name} has ${mine.local}/${mine.prefixlen}, ${mine.prefixlen === bitsOf(to) ? 'a subnet of itself alone' : 'a subnet without it'}, though ${to} is on the same link with /${neighbour.prefixlen}`,
      see: typed(place, ['ip', 'addr', 'show', 'dev', narrow.name]),
      ...mend(place, ['ip', 'addr', 'add', `${mine.local}/${neighbour.prefixlen}`, 'dev', narrow.name]),
    })
  const gateway = gatewayFor(situation, stack, to)
  const hints = gateway && familyOf(to) === 4 ? [] : await whyNoRoute(situation, stack, to)
  return verdict(stack, packet, {
    cause: packet === 'reply' ? 'no route back' : 'no route',
    ...(hints.length > 0 ? { hints } : {}),
    says: `${called(place)} has no route ${back}to ${to}: ${said}`,
    see: typed(place, ['ip', ...six, 'route', 'get', to]),
    ...(gateway
      ? mend(place, ['ip', ...six, 'route', 'add', `${to}/${bitsOf(to)}`, 'via', gateway])
      : hints.length > 0 && familyOf(to) === 4
        ? {}
        : { undo: `${typed(place, ['ip', ...six, 'route', 'add', to, 'via'])} GATEWAY` }),
  })
}

/** No packet was made, as there is no way. */
export const routes: CauseClass = {
  at: ['unmade'],
  async find(situation) {
    const { evidence, stack } = situation
    const { target, facts } = evidence
    const route = await facts.route(stack, target)
    return route.ok ? undefined : noRoute(situation, stack, 'request', target, route.said)
  },
}

/** It came in, and there is no way on. */
export const onward: CauseClass = {
  at: ['entered'],
  async find(situation) {
    const { evidence, stack, header, packet } = situation
    const came = cameBy(situation)
    const forbids = await forbidden(situation, stack, header.dst, came)
    if (forbids) return forbids
    const route = await evidence.facts.route(stack, header.dst, came)
    return route.ok || /Invalid|cross-device/i.test(route.said)
      ? undefined
      : noRoute(situation, stack, packet, header.dst, route.said)
  },
}

/** It arrived, and there is no way for the answer. */
export const backward: CauseClass = {
  at: ['unanswered'],
  async find(situation) {
    const { evidence, stack, header, packet, dev } = situation
    if (packet === 'reply') return undefined
    const answer: Came | undefined = ownerOf([stack], header.dst) && {
      ...{ from: header.dst, iif: 'lo', protocol: evidence.probe.protocol },
      ...(header.dport === undefined ? {} : { sport: header.dport }),
      ...(header.sport === undefined ? {} : { dport: header.sport }),
    }
    const route = await evidence.facts.route(stack, header.src, answer)
    return route.ok ? undefined : noRoute(situation, stack, 'reply', header.src, route.said, dev, answer)
  },
}

/** A rule of routing forbids what was made here, or was to be handed on: it got as far as the choice of its way. */
export const forbiddenOnItsWay: CauseClass = {
  at: ['unsent'],
  find: (situation) => forbidden(situation, situation.stack, situation.header.dst, cameBy(situation)),
}
