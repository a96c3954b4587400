/** A packet that is too big for a link of its way, and who should have said so. */
import { linkOf, stackOf } from '../evidence.ts'
import { type RuleText, ruleText } from '../rules.ts'
import type { CauseClass, Situation } from '../situation.ts'
import { called, type End, type Link, peerOf } from '../stacks.ts'
import { death } from '../trace.ts'
import { mend, typed, verdict } from '../verdict.ts'
import { wireBetween } from '../wire.ts'
import { receiverOf } from './wire.ts'

/** The bytes of a packet with its headers. */
export const bytesOf = ({ evidence: { probe } }: Pick<Situation, 'evidence'>): number | undefined =>
  probe.size === undefined ? undefined : probe.size + 8 + (probe.family === 6 ? 40 : 20)

const isSmaller = (link: Link | undefined, bytes: number): link is Link & { mtu: number } =>
  link?.mtu !== undefined && link.mtu > 0 && link.mtu < bytes

/** Who ate the word of ICMP that it is too big. */
async function eaten({ evidence }: Situation): Promise<{ words: string; rule?: RuleText } | undefined> {
  const passage = evidence.passages.find(
    (one) =>
      one.header.type !== undefined &&
      /destination-unreachable|packet-too-big/.test(one.header.type) &&
      death(one) !== undefined,
  )
  const by = passage && death(passage)
  if (!passage || by === undefined) return undefined
  const stack = stackOf(evidence, passage.place)
  if (by === 'policy')
    return { words: `the policy of ${passage.table} ${passage.chain} of ${called(stack.place)}` }
  const { json, save } = await evidence.facts.rules(stack, by.family, by.table)
  const rule = ruleText(by, json, save)
  const { table, chain, number, text } = rule
  return { words: `rule ${number ?? ''} of ${table} ${chain} of ${called(stack.place)} (${text})`, rule }
}

/** It was asked how a packet of that size fares: the interface that is too small for it. */
export const tooBig: CauseClass = {
  at: ['unmade', 'unsent', 'sent', 'switched', 'entered', 'unanswered'],
  async find(situation) {
    const { evidence, packet, stack } = situation
    const bytes = bytesOf(situation)
    if (bytes === undefined) return undefined
    const narrow = await narrowest(situation, bytes)
    if (!narrow) return undefined
    const { link } = narrow
    const word = await eaten(situation)
    const told = evidence.passages.some(
      ({ header: { about, type } }) => about !== undefined && /unreachable|too-big/.test(type ?? ''),
    )
    const why = word
      ? `the ICMP that would say so was dropped by ${word.words}: a black hole`
      : told
        ? `${called(narrow.stack.place)} said so by ICMP, and who asked is to send smaller ones`
        : link.master || narrow.switched
          ? 'a bridge drops what is larger, and says nothing'
          : 'and nobody says so'
    return verdict(narrow.switched ? stack : narrow.stack, packet, {
      cause: 'too big',
      says: `a packet of ${bytes} bytes is too big for ${link.name} of ${called(narrow.stack.place)}, whose MTU is ${link.mtu}; ${why}`,
      see: typed(narrow.stack.place, ['ip', 'link', 'show', 'dev', link.name]),
      ...(word?.rule ? { rule: word.rule } : {}),
      ...(smaller(situation, narrow) ?? {}),
      hints: [
        ...(narrow.beyond ? [`${narrow.beyond}: both ends of a cable need the same MTU.`] : []),
        `Ask with --size ${(link.mtu ?? 0) - (bytes - (evidence.probe.size ?? 0))}: that fits. Give the interfaces of both ends the MTU ${link.mtu}, or this one a larger one.`,
      ],
    })
  },
}

/** The sender cuts it into pieces that fit, where it may be cut: its own interface gets the MTU of the narrow one. */
function smaller({ evidence, request, packet }: Situation, { stack, link }: End) {
  const { from, probe } = evidence
  const out = linkOf(from, request?.visits[0]?.passages.findLast(({ oif }) => oif !== undefined)?.oif)
  if (
    packet !== 'request' ||
    // Pieces of IPv6 are not seen as parts of the probe: it could not be told whether they arrive.
    probe.family === 6 ||
    probe.whole ||
    !out ||
    stack === from ||
    !link.mtu ||
    !isSmaller(link, out.mtu ?? 0)
  )
    return undefined
  return mend(from.place, ['ip', 'link', 'set', 'dev', out.name, 'mtu', String(link.mtu)])
}

/** The interface of the way that is too small for a packet. */
async function narrowest(
  situation: Situation,
  bytes: number,
): Promise<(End & { switched?: true; beyond?: string }) | undefined> {
  const { evidence, stack, link, stage, dev, passages, packet, header } = situation
  const isWhole = evidence.probe.whole === true || evidence.probe.family === 6
  if (stage === 'switched' && link) {
    const receiver = receiverOf(situation)
    const wire =
      receiver && wireBetween(evidence.stacks, { stack, link }, (end) => end.link === receiver.link)
    const found = wire?.find((end) => isSmaller(end.link, bytes))
    return found && { ...found, switched: true }
  }
  if (stage === 'entered' || stage === 'unmade' || stage === 'unsent') {
    const source = packet === 'request' ? header.src : header.src
    const route = await evidence.facts.route(
      stack,
      header.dst,
      stage === 'entered' ? { from: source, iif: dev } : undefined,
    )
    const out = route.ok ? linkOf(stack, route.dev) : undefined
    if (isSmaller(out, bytes)) return { stack, link: out }
  }
  const out = passages.findLast(({ oif }) => oif !== undefined)?.oif
  const own = linkOf(stack, out)
  const peer = own && stage === 'sent' ? peerOf(evidence.stacks, stack, own) : undefined
  if (peer && isSmaller(peer.link, bytes) && !isSmaller(own, bytes))
    return { ...peer, beyond: `${own?.name} of ${called(stack.place)} has the MTU ${own?.mtu}` }
  return isWhole && isSmaller(own, bytes) ? { stack, link: own } : undefined
}
