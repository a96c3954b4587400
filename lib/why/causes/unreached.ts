/** Why a place may have no route at all: no interface, no address, another subnet, no router advertisement. */
import { familyOf } from '../address.ts'
import { network } from '../evidence.ts'
import type { Situation } from '../situation.ts'
import { called, type Link, ownerOf, type Stack } from '../stacks.ts'
import { confKey, typed } from '../verdict.ts'
import { wireBetween } from '../wire.ts'

const ofFamily = ({ addresses }: Link, to: string): boolean =>
  addresses.some(({ local }) => familyOf(local) === familyOf(to))

/** What router advertisements could have brought, and why they did not. */
async function unadvertised(
  { evidence: { facts } }: Situation,
  { place, ...rest }: Stack,
  link: Link,
  to: string,
): Promise<string[]> {
  const stack = { place, ...rest }
  const routes = await facts.routes(stack, to)
  if (routes.some(({ dst }) => dst === 'default')) return []
  const keys = ['accept_ra', 'forwarding', 'accept_ra_defrtr'].map((name) => confKey(6, link.name, name))
  const [accepts, forwards, defaults] = await Promise.all(keys.map((key) => facts.value(stack, key)))
  const see = typed(place, ['sysctl', ...keys])
  if (accepts === '0')
    return [
      `It has no default route of IPv6, and takes none from router advertisements: accept_ra of ${link.name} is 0 (${see}).`,
    ]
  if (accepts === '1' && forwards === '1')
    return [
      `It has no default route of IPv6, and takes none from router advertisements: it forwards, and then accept_ra of ${link.name} must be 2 (${see}).`,
    ]
  if (defaults === '0')
    return [
      `It has no default route of IPv6, and takes none from router advertisements: accept_ra_defrtr of ${link.name} is 0 (${see}).`,
    ]
  return [
    `It has no default route of IPv6: no router advertisement brought one (accept_ra of ${link.name} is ${accepts}: ${see}).`,
  ]
}

/** What may be the reason that a place knows no way to an address, each in one sentence. */
export async function whyNoRoute(situation: Situation, stack: Stack, to: string): Promise<string[]> {
  const { stacks } = situation.evidence
  const name = called(stack.place)
  const links = stack.links.filter((link) => link.name !== 'lo')
  if (links.length === 0) return [`${name} has no interface but lo: no cable leads out of it.`]
  const owner = ownerOf(stacks, to)
  const shared = (link: Link) =>
    owner && owner.stack !== stack
      ? wireBetween(stacks, { stack, link }, (end) => end.link === owner.link)
      : undefined
  const near = links.find((link) => shared(link) !== undefined)
  const mine = near ?? links.find(({ up }) => up) ?? links[0]
  if (!mine) return []
  const family = familyOf(to) === 6 ? 'IPv6' : 'IPv4'
  const ofOne = (link: Link) =>
    network(link)
      .filter((subnet) => familyOf(subnet) === familyOf(to))
      .join(', ')
  if (!links.some((link) => ofFamily(link, to))) return [`${mine.name} of ${name} has no ${family} address.`]
  if (near && owner && ofFamily(near, to))
    return [
      `${called(owner.stack.place)} is on the same wire as ${near.name}, but in another subnet: ${ofOne(owner.link)} there, ${ofOne(near)} here. Give both addresses of one subnet, or put a router between them.`,
    ]
  if (near) return [`${near.name} of ${name} has no ${family} address.`]
  return familyOf(to) === 6 ? unadvertised(situation, stack, mine, to) : []
}
