/** A bridge keeps two in different VLANs apart; or the two ends of a wire have other numbers. */
import type { CauseClass } from '../situation.ts'
import type { End } from '../stacks.ts'
import { mend, typed, verdict } from '../verdict.ts'
import { apart, type Membership } from '../vlan.ts'
import { wireBetween } from '../wire.ts'
import { hopOf } from './hop.ts'
import { receiverOf } from './wire.ts'

/** It passes VLANs on its way to a neighbour. */
export const vlans: CauseClass = {
  at: ['unsent', 'sent', 'switched'],
  async find(situation) {
    const { evidence, stack, link, stage, packet } = situation
    if (!link) return undefined
    const receiver = stage === 'unsent' ? undefined : receiverOf(situation)
    const wire =
      stage === 'unsent'
        ? (await hopOf(situation))?.wire
        : receiver && wireBetween(evidence.stacks, { stack, link }, (end) => end.link === receiver.link)
    if (!wire?.some((end) => end.link.vlans || end.link.vlan !== undefined)) return undefined
    const known = new Map<End['stack'], Membership[]>()
    for (const end of wire.filter(({ link }) => link.vlans))
      known.set(end.stack, await evidence.facts.vlans(end.stack))
    const found = apart(wire, (end) => known.get(end.stack) ?? [])
    if (!found) return undefined
    const { place } = found.at.stack
    const dev = found.at.link.name
    return verdict(stack, packet, {
      cause: 'not on one switch',
      code: 'vlan-mismatch',
      says: found.says,
      see: typed(
        place,
        found.at.link.vlan === undefined
          ? ['bridge', 'vlan', 'show', 'dev', dev]
          : ['ip', '-d', 'link', 'show', 'dev', dev],
      ),
      ...(found.argv ? mend(place, found.argv) : {}),
    })
  },
}
