/** Two have what only one may have: an address, a MAC address. */
import ipaddr from 'ipaddr.js'
import { isLoopback, within } from '../address.ts'
import type { CauseClass, Remark, Situation } from '../situation.ts'
import { called, type End, ownersOf, peerOf, type Stack } from '../stacks.ts'
import { mend, typed, type Verdict, verdict } from '../verdict.ts'
import { wireBetween } from '../wire.ts'
import { hopOf } from './hop.ts'
import { senderOf } from './wire.ts'

const named = ({ stack, link }: End): string => `${link.name} of ${called(stack.place)}`

/** The sender's own address is on the machine that is asked, too: it takes what comes from there for forged. */
export const senderElsewhere: CauseClass = {
  at: ['unsent', 'entered', 'unanswered'],
  async find(situation) {
    const { evidence, stack, header, packet, stage } = situation
    const { src } = header
    if (src === '' || isLoopback(src)) return undefined
    const at = stage === 'unsent' ? (await hopOf(situation))?.owner?.stack : stack
    if (!at) return undefined
    const source = packet === 'request' ? evidence.from : stack
    const also = ownersOf([at], src)[0]
    if (!also || at === source) return undefined
    const real = ownersOf(evidence.stacks, src).find((end) => end.stack !== at)
    const { place } = at
    const one = also.link.addresses.find(({ local }) => local === src)
    if (!real) return undefined
    return verdict(at === stack ? stack : situation.stack, packet, {
      cause: 'duplicate address',
      says: `${src}, the address of ${called(real.stack.place)}, is also on ${named(also)}: what comes from there it takes for forged, as it has that address itself`,
      see: typed(place, ['ip', 'addr', 'show', 'dev', also.link.name]),
      ...mend(place, ['ip', 'addr', 'del', `${src}/${one?.prefixlen ?? 32}`, 'dev', also.link.name]),
    })
  },
}

/** On one wire: of several with one address, those that a frame can come to. */
function rivals({ evidence: { stacks } }: Situation, one: End, address: string): End[] {
  return ownersOf(stacks, address).filter(
    (other) =>
      other.stack !== one.stack &&
      !isLoopback(address) &&
      wireBetween(stacks, one, (end) => end.link === other.link) !== undefined,
  )
}

/** Another machine has the address that was asked, and it is the one that the packet came to. */
export const twoOwners: CauseClass = {
  at: ['refused', 'unanswered', 'dropped', 'unsent'],
  async find(situation) {
    const { evidence, stack, packet, stage } = situation
    if (packet === 'reply') return undefined
    const address = situation.header.dst
    const here = stage === 'unsent' ? (await hopOf(situation))?.owner : ownersOf([stack], address)[0]
    if (!here) return undefined
    const [other] = rivals(situation, here, address)
    if (!other) return undefined
    const wrong = evidence.named !== undefined && evidence.named !== here.stack
    // It came to the one that was meant, or a rule ended it there: that is a matter of its own.
    if (stage !== 'unsent' && (evidence.named === here.stack || (stage === 'dropped' && !wrong)))
      return undefined
    const one = here.link.addresses.find(({ local }) => local === address)
    return verdict(here.stack, packet, {
      ...(stage === 'refused' ? { status: 'refused' as const } : {}),
      cause: 'duplicate address',
      says: `${address} is on ${named(here)} and on ${named(other)}, both on one wire: the ${packet} came to ${called(here.stack.place)}${wrong ? `, not to ${called(evidence.named?.place ?? here.stack.place)}` : ''}`,
      see: typed(here.stack.place, ['ip', 'addr', 'show', 'to', address]),
      hints: [`Take it from one of them; who asked forgets the MAC address by: ip neigh flush to ${address}`],
      ...(one && stage !== 'unsent'
        ? mend(here.stack.place, ['ip', 'addr', 'del', `${address}/${one.prefixlen}`, 'dev', here.link.name])
        : {}),
    })
  },
}

/** Where a rule ended it, it is said that another machine has the address, too. */
export function alsoElsewhere(situation: Situation, { cause }: Verdict): Remark | undefined {
  const { stage, stack, packet, header } = situation
  const here = ownersOf([stack], header.dst)[0]
  if (stage !== 'dropped' || packet === 'reply' || cause === 'duplicate address' || !here) return undefined
  const [other] = rivals(situation, here, header.dst)
  return other && { hints: [`${header.dst} is also on ${named(other)}, on the same wire.`] }
}

/** A MAC address that several on one wire have. */
function sameMac({ evidence: { stacks } }: Situation, mac: string): End[] {
  const all = stacks.flatMap((stack) =>
    stack.links
      .filter(
        (link) =>
          link.mac === mac &&
          link.name !== 'lo' &&
          link.kind !== 'bridge' &&
          link.master === undefined &&
          !/vlan/.test(link.kind),
      )
      .map((link) => ({ stack, link })),
  )
  const [first] = all
  return first
    ? all.filter(
        (end) => end === first || wireBetween(stacks, first, (to) => to.link === end.link) !== undefined,
      )
    : []
}

/** The frame came to another machine with the same MAC address. */
export const twoMacs: CauseClass = {
  at: ['entered', 'switched', 'unsent', 'sent', 'unanswered'],
  async find(situation) {
    const { header, packet, stack, stage, link } = situation
    const hop = stage === 'unsent' ? (await hopOf(situation))?.owner?.link.mac : undefined
    const mac = hop ?? header.mac ?? (stage === 'entered' ? link?.mac : undefined)
    if (mac === undefined || /^0?0:0?0:0?0/.test(mac)) return undefined
    const [one, other] = sameMac(situation, mac)
    return one && other
      ? verdict(stack, packet, {
          cause: 'duplicate MAC address',
          says: `${named(one)} and ${named(other)} have the same MAC address, ${mac}: a switch sends what is for it to whoever spoke last`,
          see: typed(other.stack.place, ['ip', 'link', 'show', 'dev', other.link.name]),
          ...mend(other.stack.place, ['ip', 'link', 'set', 'dev', other.link.name, 'address', freshMac(mac)]),
        })
      : undefined
  },
}

/** Another MAC address, of the range that everybody may give out. */
const freshMac = (mac: string): string => {
  const last = (Number.parseInt(mac.slice(-2), 16) ^ 0x55).toString(16).padStart(2, '0')
  return `02${mac.slice(2, -2)}${last}`
}

/** An address of IPv6 that another machine has, so that the kernel does not use it. */
export const duplicateOfV6: CauseClass = {
  at: ['unmade', 'unsent', 'entered', 'unanswered', 'sent', 'switched', 'refused', 'home'],
  async find(situation) {
    const { evidence, packet } = situation
    if (evidence.probe.family !== 6) return undefined
    const { from, target, stacks } = evidence
    const ends = stacks
      .filter((stack) => stack === from || ownersOf([stack], target).length > 0)
      .flatMap((stack) => stack.links.map((link) => ({ stack, link })))
    for (const end of ends) {
      const bad = end.link.addresses.find(({ duplicate }) => duplicate)
      // Of the asker every address counts from which it would ask; of the asked the one that was asked.
      if (!bad || (end.stack !== from && bad.local !== target)) continue
      if (
        end.stack === from &&
        situation.stage === 'home' &&
        !within(target, `${bad.local}/${bad.prefixlen}`)
      )
        continue
      const other = ownersOf(stacks, bad.local).find(({ stack }) => stack !== end.stack)
      return verdict(end.stack, packet, {
        cause: 'duplicate address',
        says: `${bad.local} of ${named(end)} may not be used: duplicate address detection failed (dadfailed)${other ? `, ${named(other)} has it, too` : ''}`,
        see: typed(end.stack.place, ['ip', '-6', 'addr', 'show', 'dev', end.link.name]),
        ...mend(
          end.stack.place,
          ...[
            ['del', bad.local],
            ...(end.stack === from ? [['add', freeAddress(stacks, bad.local)]] : []),
          ].map(([verb = '', local]) => [
            'ip',
            '-6',
            'addr',
            verb,
            `${local}/${bad.prefixlen}`,
            'dev',
            end.link.name,
          ]),
        ),
      })
    }
    return undefined
  },
}

/** An address of IPv6 near another one, which no place has. */
function freeAddress(stacks: readonly Stack[], local: string): string {
  const parts = ipaddr.IPv6.parse(local).parts
  for (let last = 0x100; last < 0xffff; last++) {
    const free = new ipaddr.IPv6([...parts.slice(0, 7), last]).toString()
    if (ownersOf(stacks, free).length === 0) return free
  }
  return local
}

/** What a wire is joined to at the other side of a sender. */
export const neighbourOf = (situation: Situation): Stack | undefined => {
  const sender = senderOf(situation, situation.stack)
  const link = situation.link && peerOf(situation.evidence.stacks, situation.stack, situation.link)
  return sender ?? link?.stack
}
