/** It came in, and this place does not hand it on. */
import { familyOf, isLoopback } from '../address.ts'
import { type Evidence, stackOf } from '../evidence.ts'
import type { CauseClass } from '../situation.ts'
import { called, ownerOf, type Stack } from '../stacks.ts'
import { confKey, mend, typed, verdict } from '../verdict.ts'
import { isProxyless } from './martian.ts'

/** A rule of mangle that sets the TTL, in a place of the way. */
async function setsTtl({ facts }: Evidence, stacks: readonly Stack[]): Promise<string | undefined> {
  for (const stack of new Set(stacks)) {
    const line = (await facts.saved(stack, 'mangle')).split('\n').find((one) => / -j (TTL|HL) /.test(one))
    if (line) return typed(stack.place, ['iptables', '-t', 'mangle', ...line.split(' ')])
  }
  return undefined
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
