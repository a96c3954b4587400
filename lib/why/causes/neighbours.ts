/** What a sender holds of its neighbours, and is not so: an old owner, an address that is gone, a MAC address that nobody has. */
import { stackOf } from '../evidence.ts'
import type { Visit } from '../journey.ts'
import type { CauseClass, Situation } from '../situation.ts'
import { called, type End, type Link, ownersOf, peerOf, type Stack } from '../stacks.ts'
import { mend, typed, type Verdict, verdict } from '../verdict.ts'
import { wireBetween } from '../wire.ts'
import { receiverOf } from './wire.ts'

const named = ({ stack, link }: End): string => `${link.name} of ${called(stack.place)}`

/** What a place holds of the next hop of a packet. */
interface Held {
  stack: Stack
  dev: string
  link: Link | undefined
  address: string
  /** Whether it is a gateway, and not the machine that is asked for. */
  gateway: boolean
  mac: string
  state: string
}

/** What a place holds of the next hop to an address; undefined when it knows none. */
async function heldFor({ evidence }: Situation, stack: Stack, dst: string): Promise<Held | undefined> {
  const route = await evidence.facts.route(stack, dst)
  if (!route.ok) return undefined
  const address = route.via ?? dst
  const { mac, state } = await evidence.facts.neighbour(stack, address, route.dev)
  const link = stack.links.find(({ name }) => name === route.dev)
  return mac
    ? { ...{ stack, dev: route.dev, link, address, mac, state }, gateway: address !== dst }
    : undefined
}

const visitsOf = ({ packet, request, reply }: Situation): readonly Visit[] =>
  (packet === 'request' ? request : reply)?.visits ?? []

/** Whether a place chose the way of a packet: a switch hands on what it gets, also where iptables sees its frames. */
const chose = ({ passages }: Visit): boolean =>
  passages.some(
    ({ chain, header }) => chain === 'made' || (chain === 'routed' && header.ttl !== passages[0]?.header.ttl),
  )

/** What the last one holds who chose where the frame went, and the packet as that one sent it. */
async function lastHeld(situation: Situation): Promise<Held | undefined> {
  const visit = visitsOf(situation).findLast(chose)
  const dst = visit?.passages.at(-1)?.header.dst
  if (!visit || dst === undefined || dst !== situation.header.dst) return undefined
  return heldFor(situation, stackOf(situation.evidence, visit.place), dst)
}

/** How to see an entry. */
const seen = ({ stack, dev }: Held): string => typed(stack.place, ['ip', 'neigh', 'show', 'dev', dev])

/** The words that forget an entry. */
const forgotten = ({ address, dev }: Held): string[] => ['ip', 'neigh', 'del', address, 'dev', dev]

/** Who has a MAC address, other than the one who holds it. */
const havers = ({ evidence: { stacks } }: Situation, holder: Stack | undefined, mac: string): End[] =>
  stacks
    .filter((one) => one !== holder)
    .flatMap((one) => one.links.map((link) => ({ stack: one, link })))
    .filter(({ link }) => link.mac === mac && link.name !== 'lo')

/** Who asked holds the MAC address of one who had the address before. */
export const staleNeighbour: CauseClass = {
  at: ['entered', 'refused', 'unanswered', 'sent', 'dropped', 'switched'],
  async find(situation) {
    const visits = visitsOf(situation)
    // Where a rule ended it, nobody was asked for yet.
    for (const visit of situation.stage === 'dropped' ? visits.slice(0, -1) : visits) {
      const out = visit.passages.findLast(({ oif, family }) => oif !== undefined && family !== 'netdev')
      const stack = situation.evidence.stacks.find(({ place }) => place.name === visit.place)
      const held = out && stack && (await heldFor(situation, stack, out.header.dst))
      const found = held && stale(situation, held)
      if (found) return found
    }
    return undefined
  },
}

function stale(situation: Situation, held: Held): Verdict | undefined {
  const { stacks } = situation.evidence
  const { stack, link, address, mac } = held
  const owners = ownersOf(stacks, address).filter((end) => end.stack !== stack)
  // A virtual address on lo is answered for by the interface that is asked; a bridge may have the MAC address of a port.
  if (owners.length === 0 || owners.some((end) => end.stack.links.some((one) => one.mac === mac)))
    return undefined
  const reached =
    link && owners.find((owner) => wireBetween(stacks, { stack, link }, (end) => end.stack === owner.stack))
  // One that nobody has is another matter.
  const haver = havers(situation, stack, mac).find((end) => end.link.master === undefined)
  if (!reached || !haver) return undefined
  return verdict(stack, situation.packet, {
    cause: 'stale neighbour',
    says: `${called(stack.place)} holds ${mac} for ${address}, the MAC address of ${named(haver)}; but ${address} is on ${named(reached)} now (${reached.link.mac}): its neighbour entry is out of date`,
    see: seen(held),
    ...mend(stack.place, forgotten(held)),
  })
}

/** Nobody has the address, and the sender still holds a MAC address for it: it asks no more "who has?". */
export const addressGone: CauseClass = {
  at: ['entered', 'switched', 'sent'],
  async find(situation) {
    const { evidence, packet, header, link, stack } = situation
    const held = await lastHeld(situation)
    if (!held?.link || (header.mac !== undefined && header.mac !== held.mac)) return undefined
    if (ownersOf(evidence.stacks, held.address).length > 0) return undefined
    // Beyond a cable that leads out of the lab it may be there.
    if (situation.stage === 'sent' && link && stack === held.stack && isOpen(situation, stack, link))
      return undefined
    const me = called(held.stack.place)
    const haver = havers(situation, held.stack, held.mac)[0]
    const who = haver
      ? `the MAC address of ${named(haver)}, which does not have ${held.address}`
      : 'which is nobody’s MAC address'
    const prefix = held.link.addresses.find(({ local }) => local.includes(':') === held.address.includes(':'))
    return verdict(held.stack, packet, {
      cause: 'no such address',
      says: `no place has ${held.address}${held.gateway ? `, the gateway of ${me}` : ''}: ${me} still holds ${held.mac} for it, ${who}`,
      see: seen(held),
      hints: [
        ...(haver && prefix
          ? [
              `Was it taken away there? ${typed(haver.stack.place, ['ip', 'addr', 'add', `${held.address}/${prefix.prefixlen}`, 'dev', haver.link.name])}`,
            ]
          : []),
        `That ${me} forgets it: ${typed(held.stack.place, forgotten(held))}`,
      ],
    })
  },
}

/** Whether the other end of an interface is not in the lab. */
const isOpen = ({ evidence: { stacks } }: Situation, stack: Stack, link: Link): boolean =>
  link.kind === 'veth'
    ? peerOf(stacks, stack, link) === undefined
    : ['', 'wireguard', 'tun'].includes(link.kind)

/** A frame for a MAC address that is not there, or not behind this cable. */
export const wrongMac: CauseClass = {
  at: ['entered', 'switched', 'sent'],
  async find(situation) {
    const { stack, packet, header, link, stage } = situation
    const held = await lastHeld(situation)
    // What leaves an interface does not tell for whom.
    const mac = header.mac ?? (stage === 'sent' ? held?.mac : undefined)
    if (mac === undefined || !link || /^(ff:ff|01:|33:33)/.test(mac) || !isAstray(situation, mac))
      return undefined
    const entry = held?.mac === mac ? held : undefined
    const whose = havers(situation, entry?.stack, mac).length === 0 ? 'nobody’s' : 'not its'
    const came = `the ${packet} came to ${link.name} of ${called(stack.place)} for ${mac}, which is ${whose} MAC address`
    if (!entry)
      return verdict(stack, packet, {
        cause: 'wrong MAC address',
        says: came,
        see: typed(stack.place, ['ip', 'link', 'show', 'dev', link.name]),
      })
    const { place } = entry.stack
    // A switch has no part in it, nor has who got a copy from it.
    const peer = peerOf(situation.evidence.stacks, stack, link)
    const straight = stage === 'entered' && peer?.stack === entry.stack && peer.link === entry.link
    const where = straight
      ? came
      : `the ${packet} went out of ${entry.dev} of ${called(place)} for ${mac}, which is nobody’s MAC address`
    return verdict(straight ? stack : entry.stack, packet, {
      cause: 'wrong MAC address',
      says: `${where}: ${called(place)} holds that for ${entry.address}${/PERMANENT/.test(entry.state) ? ', as a permanent entry' : ''}`,
      see: seen(entry),
      ...mend(place, forgotten(entry)),
    })
  },
}

/** Whether a frame was for a MAC address that is not where it came to, or that nobody has. */
function isAstray(situation: Situation, mac: string): boolean {
  const { stage, stack, link, passages } = situation
  if (stage === 'switched') return receiverOf(situation) === undefined
  if (stage === 'entered')
    return mac !== link?.mac && !passages.some(({ family }) => family === 'ip' || family === 'ip6')
  return link !== undefined && havers(situation, stack, mac).length === 0 && !isOpen(situation, stack, link)
}
