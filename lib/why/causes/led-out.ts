/** It left by an interface that leads out of the lab, as a VPN does, though the machine that it is for is in it. */
import { bitsOf, ipFamily } from '../address.ts'
import { isOwnRule, longest, type RouteLine, routeWords, ruleWords } from '../policy-routing.ts'
import type { CauseClass, Situation } from '../situation.ts'
import { called, ownerOf, peerOf } from '../stacks.ts'
import { mend, typed, verdict } from '../verdict.ts'
import { cameBy, gatewayFor } from './routes.ts'

/** Whether what leaves by the interface where a packet ended goes out of the lab. */
export const leadsOut = ({ evidence, stack, link }: Situation): boolean =>
  link !== undefined &&
  (link.kind === 'veth'
    ? peerOf(evidence.stacks, stack, link) === undefined
    : ['', 'wireguard', 'tun'].includes(link.kind))

/** A way in the main table by another interface, which a rule of `ip rule` keeps the packet from. */
const passedBy = (routes: readonly RouteLine[], dst: string, dev: string): RouteLine | undefined => {
  const route = longest(routes, 'main', dst)
  return route?.dev !== undefined && route.dev !== dev ? route : undefined
}

/** A route, or a rule of `ip rule`, led it out of the lab. */
export const ledOut: CauseClass = {
  at: ['sent', 'unsent'],
  async find(situation) {
    const { evidence, stack, packet, dev, header } = situation
    const { dst } = header
    const owner = ownerOf(evidence.stacks, dst)
    if (!owner || owner.stack === stack || !leadsOut(situation)) return undefined
    const decision = await evidence.facts.decision(stack, dst, cameBy(situation))
    const route = decision?.route
    if (!decision || !route || route.dev !== dev) return undefined
    const six = ipFamily(dst)
    const own = isOwnRule(decision.rule)
    const main = own ? passedBy(await evidence.facts.routes(stack, dst), dst, dev) : undefined
    const gateway = own ? undefined : gatewayFor(situation, stack, dst)
    const by = own
      ? `ip rule "${ruleWords(decision.rule)}", and in table ${route.table} its route "${routeWords(route)}"`
      : `its route "${routeWords(route)}"`
    return verdict(stack, packet, {
      cause: 'overlapping subnets',
      says: `${called(stack.place)} sends what is for ${dst} out of ${dev}, which leads out of the lab, by ${by}; but ${called(owner.stack.place)}, which has ${dst}, is ${main ? `behind ${main.dev} ("${routeWords(main)}")` : 'in the lab'}`,
      see: typed(stack.place, ['ip', ...six, 'route', 'get', dst]),
      ...(main
        ? mend(stack.place, ['ip', ...six, 'rule', 'add', 'to', `${dst}/${bitsOf(dst)}`, 'lookup', 'main'])
        : gateway
          ? mend(stack.place, ['ip', ...six, 'route', 'add', `${dst}/${bitsOf(dst)}`, 'via', gateway])
          : {}),
    })
  },
}
