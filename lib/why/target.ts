/** Who is meant: the place of a name, and the addresses of a question's target. */
import ipaddr from 'ipaddr.js'
import { BadInput, Unable } from '../errors.ts'
import { ipv4 } from '../language/names.ts'
import { placeNamed } from '../look/named.ts'
import { familyOf, isLinkLocal, isLoopback, plain, within } from './address.ts'
import { notRunning } from './causes/published.ts'
import type { Container } from './containers.ts'
import type { Leg } from './evidence.ts'
import { network } from './evidence.ts'
import type { Facts } from './facts.ts'
import { resolve, unresolved } from './name.ts'
import { called, type Inside, namesOf, type Stack, type View } from './stacks.ts'
import { typed, type Verdict, verdict } from './verdict.ts'
import type { Question } from './why.ts'

/** Names that are like a word come first: those that begin like it, or hold it. */
const nearest = (word: string, names: readonly string[]): string[] =>
  [...names].sort((a, b) => likeness(word, b) - likeness(word, a))
const likeness = (word: string, name: string): number => {
  let common = 0
  while (common < word.length && word[common] === name[common]) common++
  return common + (name.includes(word) ? word.length : 0)
}

/** The stack of a place, by the rule of look/named.ts. */
export const stackNamed = (stacks: readonly Stack[], name: string, near?: Stack): Stack | undefined =>
  placeNamed(
    stacks,
    name,
    (stack) => ({
      names: [stack.place.name, ...namesOf(stack)],
      container: stack.place.kind === 'container',
      project: stack.container?.project,
      service: stack.container?.service,
      aliases: stack.aliases,
    }),
    near,
  )

/** A container that does not run, by its name or its service. */
const stoppedNamed = (containers: readonly Container[], name: string): Container | undefined =>
  containers.find(
    (one) =>
      one.state !== 'running' && (one.name === name || one.service === name || one.name.endsWith(`-${name}`)),
  )

const unknown = (view: View, lab: string, what: string, name: string): Unable =>
  new Unable(
    `${what} ${JSON.stringify(name)} in ${lab}${view.silent.length > 0 ? `; ${view.silent.join('; ')}` : ''}`,
    {
      hint: `It has: ${nearest(name, view.stacks.flatMap(namesOf)).join(', ')}`,
    },
  )

/** The bridges of an engine: their addresses stand for the server in their own networks only. */
const isDockers = (containers: readonly Container[], server: string, local: string, dev: string): boolean =>
  dev === 'docker0' ||
  containers.some(
    (one) => one.server === server && Object.values(one.networks).some(({ gateway }) => gateway === local),
  )

/** The address of a place that is asked from another: the one on a subnet that both are on, else one that there is a way to. */
async function addressOf(
  asks: Facts,
  { containers }: View,
  from: Stack,
  to: Stack,
  family: 4 | 6,
): Promise<string | undefined> {
  const mine = from.links.flatMap(network)
  const all = to.links
    .flatMap(({ name, addresses }) => addresses.map(({ local }) => ({ local, dev: name })))
    .filter(({ local }) => familyOf(local) === family && !isLoopback(local) && !isLinkLocal(local))
  const foreign = from.place.server !== to.place.server
  const outer = foreign
    ? all.filter(({ local, dev }) => !isDockers(containers, to.place.server, local, dev))
    : all
  // What the asker has itself leads nowhere else.
  const own = from.links.flatMap(({ addresses }) => addresses.map(({ local }) => local))
  const known = (outer.length > 0 ? outer : all).map(({ local }) => local)
  const others = from === to ? known : known.filter((local) => !own.includes(local))
  const theirs = others.length > 0 ? others : known
  const near = theirs.find((address) => mine.some((subnet) => within(address, subnet)))
  if (near !== undefined || theirs.length < 2) return near ?? theirs[0]
  for (const address of theirs) if ((await asks.route(from, address)).ok) return address
  return theirs[0]
}

const isName = (text: string): boolean => /^[a-z0-9_][a-z0-9_.-]*$/i.test(text)

/** The stack of a place, which must be there; or the verdict that its container does not run. */
export function mustBeNamed(view: View, lab: string, name: string): Stack | Verdict {
  const stack = stackNamed(view.stacks, name)
  if (stack) return stack
  const stopped = stoppedNamed(view.containers, name)
  if (stopped) return notRunning(stopped.name, 'request', stopped, '')
  throw unknown(view, lab, 'there is no place', name)
}

/** What is asked: one address, or one of each family, and the place that was named. */
export interface Target {
  addresses: string[]
  named?: Stack
}

/** An address as it was typed, of either family. */
function literal(to: string): string | undefined {
  if (/^[\d.]+$/.test(to)) return ipv4(to)
  if (!to.includes(':')) return undefined
  const [address = '', zone] = to.split('%')
  if (!ipaddr.IPv6.isValid(address))
    throw new BadInput(`${JSON.stringify(to)} is not an IPv6 address`, { where: undefined })
  return zone ? `${plain(address)}%${zone}` : plain(address)
}

/** The verdict that a place has no address that one could ask. */
function addressless(stack: Stack): Verdict {
  const { place, container, links } = stack
  const name = called(place)
  const wires = links.filter((link) => link.name !== 'lo')
  const says = container
    ? `${name} is connected to no network of Docker: it has no address`
    : wires.length === 0
      ? `${name} has no interface but lo: no cable leads out of it`
      : `${name} has no address on ${wires.map((link) => link.name).join(', ')}`
  return verdict(stack, 'request', {
    cause: 'no such address',
    says,
    see: container
      ? `docker inspect -f '{{.NetworkSettings.Networks}}' ${place.name}`
      : typed(place, ['ip', 'addr']),
    hints: container
      ? [`Connect it: docker network connect NET ${place.name}`]
      : ['Give it an address: ip addr add ADDRESS/24 dev DEV'],
  })
}

/** The addresses of a place, of the families that both have. */
export async function ofPlace(asks: Facts, view: View, from: Stack, place: Stack): Promise<Target | Verdict> {
  const [four, six] = await Promise.all([
    addressOf(asks, view, from, place, 4),
    addressOf(asks, view, from, place, 6),
  ])
  const has6 = from.links.some(({ addresses }) =>
    addresses.some(({ local }) => familyOf(local) === 6 && !isLoopback(local) && !isLinkLocal(local)),
  )
  const has4 = from.links.some(({ addresses }) =>
    addresses.some(({ local }) => familyOf(local) === 4 && !isLoopback(local)),
  )
  const both = [...(four && (has4 || !six) ? [four] : []), ...(six && (has6 || !four) ? [six] : [])]
  const all = both.length > 0 ? both : [four ?? six].filter((one) => one !== undefined)
  if (all.length === 0) return addressless(place)
  return { addresses: all, named: place }
}

/** What a question is for; or the verdict that there is no such thing. */
export async function targetOf(
  into: Inside,
  asks: Facts,
  view: View,
  from: Stack,
  { to, dns }: Question,
  ask: (leg: Leg) => Promise<Verdict | undefined>,
): Promise<Target | Verdict> {
  const address = literal(to)
  if (address) return { addresses: [address] }
  if (to === 'localhost' && !dns) {
    const found = await resolve(into, from, to, true)
    return {
      addresses: found.ok ? found.addresses.filter((one) => familyOf(one) === 4).slice(0, 1) : ['127.0.0.1'],
    }
  }
  const place = dns ? undefined : stackNamed(view.stacks, to, from)
  if (place) return ofPlace(asks, view, from, place)
  const stopped = dns ? undefined : stoppedNamed(view.containers, to)
  if (stopped) return notRunning(called(from.place), 'request', stopped, '')
  if (!isName(to)) throw unknown(view, into.lab.name, 'there is no place', to)
  // A word without a dot is a slip of the pen, but for who has names for containers.
  const likely = dns || to.includes('.') || from.place.kind === 'container'
  const found = await resolve(into, from, to, !likely)
  if (found.ok) {
    const [four, six] = ([4, 6] as const).map((family) =>
      found.addresses.find((one) => familyOf(one) === family),
    )
    return { addresses: [four ?? six ?? ''] }
  }
  if (!likely) throw unknown(view, into.lab.name, 'there is no place', to)
  return unresolved(from, to, found, view.containers, ask)
}
