/** A gateway that is not there: who may have lost its address, and who is near without one. */
import { familyOf } from '../address.ts'
import { onLink } from '../evidence.ts'
import type { Situation } from '../situation.ts'
import { called, type End, type Stack } from '../stacks.ts'
import { mend, typed, type Verdict } from '../verdict.ts'
import { wireBetween } from '../wire.ts'

/** Interfaces of routers on a wire that have no address of that family: one of them may have had it. */
async function bare({ evidence }: Situation, from: End, address: string): Promise<End[]> {
  const { stacks, facts } = evidence
  const key = familyOf(address) === 6 ? 'net.ipv6.conf.all.forwarding' : 'net.ipv4.ip_forward'
  const all: End[] = []
  for (const stack of stacks.filter((one) => one !== from.stack && one.place.kind !== 'lan'))
    for (const link of stack.links) {
      const has = link.addresses.some(({ local }) => familyOf(local) === familyOf(address))
      if (link.name === 'lo' || link.master !== undefined || has || !isOn(stacks, from, link)) continue
      if ((await facts.value(stack, key)) === '1') all.push({ stack, link })
    }
  return all
}

const isOn = (stacks: readonly Stack[], from: End, link: End['link']): boolean =>
  wireBetween(stacks, from, (end) => end.link === link) !== undefined

/** What is said beside a gateway that does not answer. */
export async function besideGateway(
  situation: Situation,
  from: End,
  address: string,
): Promise<Partial<Verdict>> {
  const { evidence } = situation
  const near = evidence.stacks
    .filter((one) => one !== from.stack)
    .flatMap((stack) => stack.links.map((link) => ({ stack, link })))
    .find(
      ({ link }) =>
        link.addresses.some(({ local }) => local === evidence.target) && isOn(evidence.stacks, from, link),
    )
  const theirs = near?.link.addresses.find(({ local }) => local === evidence.target)
  const other = near && theirs && !onLink(from.link, theirs.local)
  const subnet = from.link.addresses.find(({ local }) => familyOf(local) === familyOf(address))
  const hints = other
    ? [
        `${called(near.stack.place)} is on the same wire as ${from.link.name}, but in another subnet: ${theirs.local}/${theirs.prefixlen} there, ${subnet?.local}/${subnet?.prefixlen} here.`,
      ]
    : []
  const [one, ...more] = await bare(situation, from, address)
  if (!one || more.length > 0 || !subnet || !onLink(from.link, address))
    return hints.length > 0 ? { hints } : {}
  const { place } = one.stack
  const argv = ['ip', 'addr', 'add', `${address}/${subnet.prefixlen}`, 'dev', one.link.name]
  return {
    hints: [
      ...hints,
      `${one.link.name} of ${called(place)}, a router on this wire, has no address: was ${address} taken away from it? ${typed(place, argv)}`,
    ],
    ...mend(place, argv),
  }
}
