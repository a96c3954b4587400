/** Packets that routing refused: the kernel is asked what it would do with one like it. */
import { killedByLegacy } from './by-rule.ts'
import { type Evidence, onLink } from './evidence.ts'
import { called, type Link, ownerOf, type Stack } from './stacks.ts'
import type { Passage } from './trace.ts'
import { linkDown, typed, type Verdict, vanished, verdict } from './verdict.ts'

/** There is no way to an address; perhaps because the link that leads there is down. */
export function noRoute(stack: Stack, packet: Verdict['packet'], to: string, said: string): Verdict {
  const { place, links } = stack
  // The kernel gives lo its address when it is switched on.
  const leads = (link: Link) => onLink(link, to) || (link.name === 'lo' && to.startsWith('127.'))
  const off = links.find((link) => !link.up && leads(link))
  if (off)
    return linkDown(
      stack,
      packet,
      stack,
      off.name,
      `${off.name} of ${called(place)}, which leads to ${to}, is down`,
    )
  const back = packet === 'reply' ? 'back ' : ''
  return verdict(stack, packet, {
    cause: packet === 'reply' ? 'no route back' : 'no route',
    says: `${called(place)} has no route ${back}to ${to}: ${said}`,
    see: typed(place, ['ip', 'route', 'get', to]),
    undo: `${typed(place, ['ip', 'route', 'add', to, 'via'])} GATEWAY`,
  })
}

/** It came in, and was neither forwarded nor taken. */
export async function notRouted(
  evidence: Evidence,
  stack: Stack,
  packet: Verdict['packet'],
  came: Passage,
): Promise<Verdict> {
  const { facts } = evidence
  const { place } = stack
  const { src, dst, ttl } = came.header
  const iif = came.iif ?? ''
  const isOwn = ownerOf([stack], dst) !== undefined
  if (ttl !== undefined && ttl <= 1 && !isOwn)
    return verdict(stack, packet, {
      cause: 'TTL exceeded',
      says: `the ${packet} had passed as many routers as its TTL allows when it came to ${called(place)}: a loop?`,
      see: typed(place, ['ip', 'route', 'get', dst]),
    })
  const key = (name: string) => `net.ipv4.conf.${iif}.${name}`
  if (!isOwn && (await facts.value(stack, key('forwarding'))) === '0')
    return verdict(stack, packet, {
      cause: 'forwarding off',
      says: `${called(place)} does not forward: the ${packet} was not for itself, and ip_forward is 0`,
      see: typed(place, ['sysctl', 'net.ipv4.ip_forward']),
      undo: typed(place, ['sysctl', '-w', 'net.ipv4.ip_forward=1']),
    })
  const route = await facts.route(stack, dst, { from: src, iif })
  if (route.ok)
    return (
      (await killedByLegacy(evidence, stack, packet)) ??
      vanished(stack, packet, `in ${called(place)}, after ${iif}`)
    )
  const forbidden = await facts.forbidden(stack, dst)
  if (forbidden)
    return verdict(stack, packet, {
      cause: 'no route',
      says: `${called(place)} has a route that forbids it: ${forbidden}`,
      see: typed(place, ['ip', 'route', 'show', 'to', 'match', dst]),
      undo: typed(place, ['ip', 'route', 'del', ...forbidden.split(' ')]),
    })
  if (!/Invalid/.test(route.said)) return noRoute(stack, packet, dst, route.said)
  return verdict(stack, packet, {
    cause: 'rp_filter',
    says: `${called(place)} takes nothing from ${src} on ${iif}: its own way there is another one (rp_filter)`,
    see: typed(place, ['sysctl', key('rp_filter'), 'net.ipv4.conf.all.rp_filter']),
    undo: typed(place, ['sysctl', '-w', `${key('rp_filter')}=0`, 'net.ipv4.conf.all.rp_filter=0']),
  })
}
