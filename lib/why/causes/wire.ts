/** The first broken piece of the wire between two machines: switched off, unplugged, blocked, or never joined. */
import { bitsOf, ipFamily } from '../address.ts'
import { linkOf, network, onLink, stackOf } from '../evidence.ts'
import type { CauseClass, Situation } from '../situation.ts'
import { called, type End, isChildOf, type Link, peerOf, type Stack } from '../stacks.ts'
import { linkDown, mend, typed, type Verdict, verdict } from '../verdict.ts'
import { type Break, firstBreak, switchOf, wireBetween } from '../wire.ts'
import { hopOf } from './hop.ts'

/** The interface itself is down, here or at the other end of its cable. */
export const ownLink: CauseClass = {
  at: ['unsent', 'sent'],
  find({ stage, evidence, stack, packet, dev, link }) {
    if (!link) return undefined
    if (!link.up) return linkDown(stack, packet, stack, dev, `${dev} of ${called(stack.place)} is down`)
    const peer = link.kind === 'veth' ? peerOf(evidence.stacks, stack, link) : undefined
    if (peer && !peer.link.up) {
      const says = `${peer.link.name} of ${called(peer.stack.place)}, the other end of ${dev} of ${called(stack.place)}, is down`
      return linkDown(stack, packet, peer.stack, peer.link.name, says)
    }
    if (link.kind === 'veth' && !link.carrier && !peer && stage === 'sent')
      return linkDown(stack, packet, stack, dev, `the other end of ${dev} of ${called(stack.place)} is down`)
    return undefined
  },
}

/** Another link of a bridge's machine that has the bridge's own subnet, and leads to who is asked. */
const twoOfOneSubnet = (
  stacks: readonly Stack[],
  { stack, link }: End,
  to: End,
  address: string,
): Link | undefined =>
  onLink(link, address)
    ? stack.links.find(
        (one) =>
          one !== link &&
          onLink(one, address) &&
          wireBetween(stacks, { stack, link: one }, (end) => end.link === to.link) !== undefined,
      )
    : undefined

/** A cable to a machine that is plugged into no switch, or into another one than the asker's. */
function unplugged(
  { evidence: { stacks }, packet, stack }: Situation,
  from: End,
  to: End,
  address: string,
): Verdict | undefined {
  const peer = to.link.kind === 'veth' ? peerOf(stacks, to.stack, to.link) : undefined
  const theirs = switchOf(stacks, to)
  const mine =
    from.link.kind === 'bridge'
      ? { bridge: from }
      : from.link.master
        ? portSwitch(from)
        : switchOf(stacks, from)
  const name = called(to.stack.place)
  if (!peer) return undefined
  if (!theirs && mine && peer.link.addresses.length === 0) {
    const { place } = peer.stack
    return verdict(peer.stack === mine.bridge.stack ? mine.bridge.stack : stack, packet, {
      cause: 'link down',
      code: 'not-plugged-in',
      says: `${peer.link.name} of ${called(place)}, the cable to ${name}, is not plugged into ${mine.bridge.link.name}`,
      see: typed(place, ['ip', 'link', 'show', 'master', mine.bridge.link.name]),
      ...mend(place, ['ip', 'link', 'set', 'dev', peer.link.name, 'master', mine.bridge.link.name]),
    })
  }
  const twins = mine && twoOfOneSubnet(stacks, mine.bridge, to, address)
  if (mine && twins)
    return verdict(stack, packet, {
      cause: 'overlapping subnets',
      says: `${called(stack.place)} looks for ${address} on its own wire, ${mine.bridge.link.name} of ${called(mine.bridge.stack.place)}, but ${name} is behind ${twins.name}: both have the subnet ${network(twins)[0]}`,
      see: typed(mine.bridge.stack.place, ['ip', 'route']),
      hints: [
        'Two networks of one subnet never reach each other. Make this one again with another: docker network create --subnet …',
      ],
    })
  if (!theirs || !mine || theirs.bridge.link === mine.bridge.link) return undefined
  const { place } = theirs.bridge.stack
  return verdict(stack, packet, {
    cause: 'not on one switch',
    says: `${called(stack.place)} is behind ${mine.bridge.link.name} of ${called(mine.bridge.stack.place)}, ${name} behind ${theirs.bridge.link.name} of ${called(place)}, and nothing joins the two`,
    see: typed(place, ['bridge', 'link']),
    ...(mine.bridge.stack === theirs.bridge.stack
      ? { ...mend(place, ['ip', 'link', 'set', 'dev', peer.link.name, 'master', mine.bridge.link.name]) }
      : {}),
  })
}

const portSwitch = ({ stack, link }: End) => {
  const bridge = linkOf(stack, link.master)
  return bridge && { bridge: { stack, link: bridge } }
}

/** An address that stayed on an interface when that became the port of a bridge. */
function onPort(
  { evidence: { stacks }, packet, stack }: Situation,
  ends: readonly End[],
  address: string,
): Verdict | undefined {
  const bad = ends.find(
    ({ link }) =>
      link.master !== undefined && linkOf(stackWith(stacks, link), link.master)?.kind === 'bridge',
  )
  if (!bad) return undefined
  const { place } = bad.stack
  const { name, master = '' } = bad.link
  const one = bad.link.addresses.find(({ local }) => local === address) ?? bad.link.addresses[0]
  if (!one) return undefined
  const words = `${one.local}/${one.prefixlen}`
  return verdict(stack, packet, {
    cause: 'address on a port',
    says: `${one.local} of ${called(place)} is on ${name}, which is a port of ${master}: a port takes nothing for itself, the address belongs on ${master}`,
    see: typed(place, ['ip', 'addr', 'show', 'dev', name]),
    ...mend(place, ['ip', 'addr', 'del', words, 'dev', name], ['ip', 'addr', 'add', words, 'dev', master]),
  })
}

const stackWith = (stacks: readonly Stack[], link: Link): Stack =>
  stacks.find(({ links }) => links.includes(link)) as Stack

/** A macvlan and its parent never talk to each other. */
function withParent(
  { evidence: { stacks }, packet, stack, dev }: Situation,
  from: End,
  to: End,
  address: string,
): Verdict | undefined {
  if (
    !isChildOf(from.stack, from.link, to.stack, to.link) &&
    !isChildOf(to.stack, to.link, from.stack, from.link)
  )
    return undefined
  const parent = isChildOf(from.stack, from.link, to.stack, to.link) ? to : from
  const child = parent === to ? from : to
  const host = stacks.find((one) => one === parent.stack) ?? stack
  const own = parent.link.addresses.find(({ local }) => local.includes(':') === address.includes(':'))
  const childs = child === to ? address : child.link.addresses[0]?.local
  return verdict(stack, packet, {
    cause: 'macvlan and its parent',
    says: `a ${child.link.kind} interface and its parent never talk to each other: ${address} is on ${to.link.name} of ${called(to.stack.place)}`,
    see: typed(stack.place, ['ip', '-d', 'link', 'show', 'dev', dev]),
    hints: [
      `Give ${called(host.place)} a macvlan of its own: it reaches the others of ${parent.link.name}, and they reach it.`,
    ],
    ...(childs && child.link.kind === 'macvlan' && !linkOf(host, 'mac-host')
      ? mend(
          host.place,
          ['ip', 'link', 'add', 'mac-host', 'link', parent.link.name, 'type', 'macvlan', 'mode', 'bridge'],
          ['ip', 'link', 'set', 'dev', 'mac-host', 'up'],
          [
            ...['ip', ...ipFamily(childs), 'route', 'add', `${childs}/${bitsOf(childs)}`, 'dev', 'mac-host'],
            ...(own ? ['src', own.local] : []),
          ],
        )
      : {}),
  })
}

/** It was to go to a neighbour: what is broken between the two? */
export const toNeighbour: CauseClass = {
  at: ['unsent'],
  async find(situation) {
    const { stack, packet, link } = situation
    const hop = await hopOf(situation)
    if (!hop?.owner || !link) return undefined
    const from = { stack, link }
    const { owner, wire, address } = hop
    const parent = withParent(situation, from, owner, address)
    if (parent) return parent
    const onIt = wire?.at(-1)?.link === owner.link
    if (!owner.link.up && onIt) {
      const theirs = `${owner.link.name} of ${called(owner.stack.place)}`
      return linkDown(stack, packet, owner.stack, owner.link.name, `${theirs}, which has ${address}, is down`)
    }
    const found = wire && firstBreak(wire)
    if (found)
      return verdict(
        found.found.cause === 'link down' && found.at.place.kind === 'netns' ? stack : found.at,
        packet,
        found.found,
      )
    const port = onPort(situation, [from, owner], address)
    if (port) return port
    return wire ? undefined : unplugged(situation, from, owner, address)
  },
}

/** It came into a bridge, and went to nobody who would have it: where is the machine that it was for? */
export const throughSwitch: CauseClass = {
  at: ['switched'],
  find(situation) {
    const { evidence, packet, link, header, stack } = situation
    if (!link) return undefined
    const from = { stack, link }
    const receiver = receiverOf(situation)
    if (!receiver) return undefined
    const wire = wireBetween(evidence.stacks, from, (end) => end.link === receiver.link)
    const found = wire && (firstBreak(wire) ?? shortcut(situation, receiver))
    if (found) return verdict(found.at, packet, found.found)
    const port = onPort(situation, [receiver], header.dst)
    return port ?? (wire ? undefined : unplugged(situation, from, receiver, header.dst))
  },
}

/** What keeps a frame from its shorter way: two macvlans of one parent, and it went out to the switch all the same. */
function shortcut(situation: Situation, receiver: End): Break | undefined {
  const { evidence, stack, packet, request, reply } = situation
  const sender = senderOf(situation, stack)
  const visit = (packet === 'request' ? request : reply)?.visits.find(
    ({ place }) => stackOf(evidence, place) === sender,
  )
  const link = sender && linkOf(sender, visit?.passages.findLast(({ oif }) => oif !== undefined)?.oif)
  if (!link) return undefined
  const wire = wireBetween(evidence.stacks, { stack: sender, link }, (end) => end.link === receiver.link)
  return wire && firstBreak(wire)
}

/** The interface that a frame was for: by its MAC address, and of several the one with the address. */
export function receiverOf({ evidence, header }: Situation): End | undefined {
  const all = evidence.stacks.flatMap((stack) =>
    stack.links
      .filter(({ mac, name }) => mac === header.mac && name !== 'lo')
      .map((link) => ({ stack, link })),
  )
  const owner = (end: End) => end.link.addresses.some(({ local }) => local === header.dst)
  // A bridge has the MAC address of one of its ports.
  return (
    all.find(owner) ??
    all.find(({ link }) => link.kind === 'bridge') ??
    all.find(({ link }) => link.master === undefined) ??
    all[0]
  )
}

/** A bridge sends what is for a machine to another port: an entry of its forwarding table says so. */
export const misled: CauseClass = {
  at: ['switched', 'sent'],
  async find(situation) {
    const { evidence, stack, packet, header, link } = situation
    const receiver = receiverOf(situation)
    const bridge = link?.master
    if (!receiver || !header.mac || !bridge || receiver.stack === stack) return undefined
    const port = switchOf(evidence.stacks, receiver)?.port
    const told = (await evidence.facts.fdb(stack)).find(
      ({ mac, dev, dst }) =>
        mac === header.mac &&
        dst === undefined &&
        stack.links.some(({ name, master }) => name === dev && master === bridge),
    )
    if (!port || port.stack !== stack || !told || told.dev === port.link.name) return undefined
    const { place } = stack
    return verdict(stack, packet, {
      cause: 'wrong MAC address',
      says: `${bridge} of ${called(place)} sends what is for ${told.mac} to its port ${told.dev}, by an entry of its forwarding table (fdb), but ${called(receiver.stack.place)}, which has that MAC address, is behind ${port.link.name}`,
      see: typed(place, ['bridge', 'fdb', 'show', 'br', bridge]),
      ...mend(place, ['bridge', 'fdb', 'del', told.mac, 'dev', told.dev, 'master']),
    })
  },
}

/** The place that a frame came from: the one before on its way. */
export function senderOf({ evidence, packet, request, reply }: Situation, stack: Stack): Stack | undefined {
  const visits = (packet === 'request' ? request : reply)?.visits ?? []
  const places = visits.map(({ place }) => stackOf(evidence, place))
  const at = places.lastIndexOf(stack)
  // Bridges hand it on: the one that routed or made it is the sender.
  return places
    .slice(0, at === -1 ? undefined : at)
    .findLast(
      (one, i) =>
        one !== stack &&
        (visits[i]?.passages ?? []).some(({ chain }) => chain === 'made' || chain === 'routed'),
    )
}

/** Whether an address is one that a place takes to be on its own link. */
export const isDirect = (stack: Stack, address: string): boolean =>
  stack.links.some((link) => link.up && onLink(link, address))
