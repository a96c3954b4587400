/** It came in, and this place does not hand it on. */
import { familyOf, isLoopback } from '../address.ts'
import { type Evidence, stackOf } from '../evidence.ts'
import type { Visit } from '../journey.ts'
import type { CauseClass } from '../situation.ts'
import { called, ownerOf, type Stack } from '../stacks.ts'
import { confKey, type Found, mend, typed, verdict } from '../verdict.ts'
import { isProxyless } from './martian.ts'

/** A rule of mangle that sets the TTL, in a place of the way. */
async function setsTtl({ facts }: Evidence, stacks: readonly Stack[]): Promise<string | undefined> {
  for (const stack of new Set(stacks)) {
    const line = (await facts.saved(stack, 'mangle')).split('\n').find((one) => / -j (TTL|HL) /.test(one))
    if (line) return typed(stack.place, ['iptables', '-t', 'mangle', ...line.split(' ')])
  }
  return undefined
}

/** So few routers may a packet pass only where it was told to. */
const fewHops = 5

/** It was sent with a TTL that is too small from the start. */
async function bornWith(
  { facts, ...evidence }: Evidence,
  [visit]: readonly Visit[],
): Promise<Found | undefined> {
  const made = visit?.passages[0]?.header
  if (!visit || made?.ttl === undefined || made.ttl > fewHops) return undefined
  const stack = stackOf(evidence, visit.place)
  const dev = visit.passages.findLast(({ oif }) => oif !== undefined)?.oif ?? ''
  const key = familyOf(made.dst) === 6 ? confKey(6, dev, 'hop_limit') : 'net.ipv4.ip_default_ttl'
  const is = await facts.value(stack, key)
  if (Number(is) !== made.ttl) return undefined
  return {
    cause: 'TTL exceeded',
    says: `${called(stack.place)} sends it with a TTL of ${is}, for no more than ${is === '1' ? 'its own link' : `${is} links`}: ${key} is ${is}`,
    see: typed(stack.place, ['sysctl', key]),
    ...mend(stack.place, ['sysctl', '-w', `${key}=64`]),
  }
}

/** It had passed too many routers. */
export const ttl: CauseClass = {
  at: ['entered'],
  async find({ stack, packet, header, request, reply, evidence }) {
    if (header.ttl === undefined || header.ttl > 1 || ownerOf([stack], header.dst)) return undefined
    const visits = (packet === 'request' ? request : reply)?.visits ?? []
    const before = visits.at(-2)?.place
    const other = evidence.stacks.find(({ place }) => place.name === before)
    const loop = other && other !== stack && visits.filter(({ place }) => place === before).length > 1
    const rule = await setsTtl(
      evidence,
      visits.map(({ place }) => stackOf(evidence, place)),
    )
    const first = await bornWith(evidence, visits)
    if (first && !rule) return verdict(stack, packet, first)
    return verdict(stack, packet, {
      cause: 'TTL exceeded',
      ...(rule ? { hints: [`A rule sets the TTL on its way: ${rule}`] } : {}),
      says: `the ${packet} had passed as many routers as its TTL allows when it came to ${called(stack.place)}${loop ? `: ${called(other.place)} and ${called(stack.place)} send it to each other, a loop` : ': a loop?'}`,
      see: typed(stack.place, ['ip', 'route', 'get', header.dst]),
    })
  },
}

/** Forwarding is off: for all interfaces, or for the one that it came by. */
export const forwarding: CauseClass = {
  at: ['entered'],
  async find(situation) {
    const { evidence, stack, packet, header, dev } = situation
    const { facts } = evidence
    const { place } = stack
    if (ownerOf([stack], header.dst) || isLoopback(header.dst) || isProxyless(header.dst)) return undefined
    const family = familyOf(header.dst)
    const key = confKey(family, dev, 'forwarding')
    const all = family === 6 ? 'net.ipv6.conf.all.forwarding' : 'net.ipv4.ip_forward'
    const [own, whole] = await Promise.all([facts.value(stack, key), facts.value(stack, all)])
    // IPv6 asks all interfaces at once, and that alone.
    const off = family === 6 ? whole === '0' : own === '0'
    if (!off) return undefined
    const one = whole !== '0'
    return verdict(stack, packet, {
      cause: 'forwarding off',
      says: one
        ? `${called(place)} forwards nothing that comes in by ${dev}: ${key} is 0, though ${all} is 1`
        : `${called(place)} does not forward${family === 6 ? ' IPv6' : ''}: the ${packet} was not for itself, and ${family === 6 ? all : 'ip_forward'} is 0`,
      see: typed(place, ['sysctl', ...(one ? [key, all] : [all])]),
      ...mend(place, ['sysctl', '-w', `${one ? key : all}=1`]),
    })
  },
}
