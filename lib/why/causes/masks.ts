/** Who asks takes what is far for a machine on its own link: by a mask that is too wide, or a route without a gateway. */
import { bitsOf, ipFamily } from '../address.ts'
import { network, onLink } from '../evidence.ts'
import { routeWords } from '../policy-routing.ts'
import type { CauseClass, Situation } from '../situation.ts'
import { called, type End, type Stack } from '../stacks.ts'
import { mend, typed, type Verdict, verdict } from '../verdict.ts'
import { wireBetween } from '../wire.ts'
import { type Hop, hopOf } from './hop.ts'
import { cameBy, gatewayFor } from './routes.ts'

/** Whether an address is a subnet of its own, /32 or /128. */
export const isAlone = ({ link }: End, address: string): boolean =>
  link.addresses.some(({ local, prefixlen }) => local === address && prefixlen === bitsOf(address))

/** Who asks takes the address to be on its own link, and is wrong. */
export function wrongMask(
  { stack, packet, dev }: Situation,
  from: End,
  { address, owner }: Hop,
): Verdict | undefined {
  if (!owner || !onLink(from.link, address)) return undefined
  if (from.link.addresses.some(({ local }) => onLink(owner.link, local))) return undefined
  return verdict(stack, packet, {
    cause: 'wrong subnet mask',
    says: `${called(stack.place)} takes ${address} to be on its own link (${network(from.link).join(', ')} on ${dev}), but it is ${network(owner.link).join(', ')} on ${owner.link.name} of ${called(owner.stack.place)}`,
    see: typed(stack.place, ['ip', 'addr', 'show', 'dev', dev]),
  })
}

/** A route without a gateway: who asks takes what is far for a machine on its own link. */
export async function withoutGateway(
  situation: Situation,
  from: End,
  hop: Hop,
): Promise<Verdict | undefined> {
  const { evidence, stack, packet, header, dev } = situation
  const { address, owner, gateway } = hop
  if (!owner || gateway || onLink(from.link, address)) return undefined
  const route = (await evidence.facts.decision(stack, header.dst, cameBy(situation)))?.route
  if (!route || route.dev !== dev || route.gateway || route.via || route.nexthops) return undefined
  const by = gatewayFor(situation, stack, address) ?? nextTo(situation, from, owner)
  const six = ipFamily(address)
  const table = route.table && route.table !== 'main' ? ['table', route.table] : []
  return verdict(stack, packet, {
    cause: 'wrong subnet mask',
    says: `${called(stack.place)} takes ${address} to be on the link of ${dev}, by its route "${routeWords(route)}", which has no gateway (via); but ${called(owner.stack.place)}, which has it, is behind a router`,
    see: typed(stack.place, ['ip', ...six, 'route', 'get', address]),
    ...(by
      ? mend(stack.place, ['ip', ...six, 'route', 'replace', route.dst, ...table, 'via', by, 'dev', dev])
      : {}),
  })
}

/** The address, on a link, of a router that is on the link of who is asked, too. */
function nextTo({ evidence: { stacks } }: Situation, from: End, owner: End): string | undefined {
  const on = (router: Stack, start: End) =>
    wireBetween(stacks, start, (end) => end.stack === router && end.link.addresses.length > 0)?.at(-1)?.link
  for (const router of stacks.filter((one) => one !== from.stack && one !== owner.stack)) {
    const near = on(router, owner) && on(router, from)
    const found = near?.addresses.find(({ local }) => onLink(from.link, local))
    if (found) return found.local
  }
  return undefined
}

/** Who asks takes a far address for a near one: they are on two links, which a router joins. */
export const tooWide: CauseClass = {
  at: ['unsent'],
  async find(situation) {
    const hop = await hopOf(situation)
    const { stack, link, evidence } = situation
    if (!hop?.owner || hop.wire || hop.gateway || !link) return undefined
    const { owner, address } = hop
    if (isAlone(owner, address)) return undefined // its router has to answer for it
    const ends = [{ stack, link }, owner]
    const isBetween = (router: Stack): boolean =>
      router !== stack &&
      router !== owner.stack &&
      ends.every((from) =>
        wireBetween(
          evidence.stacks,
          from,
          (end) => end.stack === router && end.link.addresses.some(({ local }) => onLink(from.link, local)),
        ),
      )
    return evidence.stacks.some(isBetween) ? wrongMask(situation, ends[0] as End, hop) : undefined
  },
}
