/** Packets that never left: the next hop did not answer, or what it answered did not come through. */
import { killedByLegacy } from './by-rule.ts'
import { type Evidence, linkOf, network, onLink, stackOf } from './evidence.ts'
import { called, isChild, type Link, ownerOf, peerOf, type Stack } from './stacks.ts'
import { type Found, linkDown, typed, type Verdict, vanished, verdict } from './verdict.ts'

/** Whether two links are a macvlan and its parent. */
const related = (one: Link, other: Link): boolean => isChild(one, other) || isChild(other, one)

/** A cable whose other end is switched off, or is nowhere that is known. */
export function otherEndDown(
  evidence: Evidence,
  stack: Stack,
  packet: Verdict['packet'],
  link: Link,
): Verdict {
  const peer = peerOf(evidence.stacks, stack, link)
  const end = `the other end of ${link.name} of ${called(stack.place)}`
  if (!peer) return linkDown(stack, packet, stack, link.name, `${end} is down`)
  const says = `${peer.link.name} of ${called(peer.stack.place)}, ${end}, is down`
  return linkDown(stack, packet, peer.stack, peer.link.name, says)
}

/** It was to leave by an interface, and did not. */
export async function notSent(
  evidence: Evidence,
  stack: Stack,
  packet: Verdict['packet'],
  to: string,
  dev: string,
): Promise<Verdict> {
  const { stacks, target, facts } = evidence
  const { place } = stack
  const me = called(place)
  const link = linkOf(stack, dev)
  if (link && !link.up) return linkDown(stack, packet, stack, dev, `${dev} of ${me} is down`)

  const route = await facts.route(stack, to)
  const hop = (route.ok && route.via) || to
  const found = (cause: Verdict['cause'], says: string, see = ['ip', 'neigh', 'show', 'dev', dev]) =>
    verdict(stack, packet, { cause, says, see: typed(place, see) })
  const nobody = `"who has ${hop}?" went out of ${dev} of ${me}, and nobody answered`
  const owner = ownerOf(stacks, hop)
  if (!owner)
    return hop === target
      ? found('no such address', `no place has ${hop}: ${nobody}`)
      : found('ARP unanswered', `the gateway ${hop} is not there: ${nobody}`)

  const theirs = `${owner.link.name} of ${called(owner.stack.place)}`
  if (!owner.link.up)
    return linkDown(stack, packet, owner.stack, owner.link.name, `${theirs}, which has ${hop}, is down`)
  // A cable that is dead at one end is dead at both; the end that is switched off is the one to name.
  for (const [at, one] of [
    [stack, link],
    [owner.stack, owner.link],
  ] as const)
    if (one?.kind === 'veth' && !one.carrier) return otherEndDown(evidence, at, packet, one)
  if (link && owner.stack !== stack && related(link, owner.link))
    return found(
      'macvlan and its parent',
      `a macvlan interface and its parent never talk to each other: ${hop} is on ${theirs}`,
      ['ip', '-d', 'link', 'show', 'dev', dev],
    )
  const denied = await deniedAtSwitch(evidence, hop, link)
  if (denied) return verdict(denied.stack, packet, denial(denied.port, owner.stack, stack))
  if (link && onLink(link, hop) && !link.addresses.some(({ local }) => onLink(owner.link, local)))
    return found(
      'wrong subnet mask',
      `${me} takes ${hop} to be on its own link (${network(link).join(', ')} on ${dev}), but it is ${network(owner.link).join(', ')} on ${theirs}`,
      ['ip', 'addr', 'show', 'dev', dev],
    )
  // A bridge whose last cable was pulled is without a carrier, too.
  const peer = peerOf(stacks, owner.stack, owner.link)
  if (link?.kind === 'bridge' && peer?.stack === stack && peer.link.master !== dev)
    return verdict(stack, packet, {
      cause: 'link down',
      says: `${peer.link.name}, the cable to ${called(owner.stack.place)}, is not plugged into ${dev}`,
      see: typed(place, ['ip', 'link', 'show', 'master', dev]),
      undo: typed(place, ['ip', 'link', 'set', 'dev', peer.link.name, 'master', dev]),
    })
  if (link && !link.carrier) return otherEndDown(evidence, stack, packet, link)
  const legacy = await killedByLegacy(evidence, stack, packet)
  if (legacy) return legacy
  const state = await facts.neighbour(stack, hop, dev)
  return /FAILED|INCOMPLETE/.test(state) || state === ''
    ? found('ARP unanswered', `${nobody}, though ${called(owner.stack.place)} has that address`)
    : vanished(stack, packet, `in ${me}, on its way out of ${dev}`)
}

/** A switch that does not know the receiver, and was told not to guess. */
const denial = (port: string, sender: Stack, receiver: Stack): Found => ({
  cause: 'promiscuous mode denied',
  says: `the switch does not know the MAC address of ${called(receiver.place)}, and was told to deliver only what is for one that it knows: what ${called(sender.place)} sends there ends at ${port}`,
  see: `bridge -d link show dev ${port}`,
  undo: `bridge link set dev ${port} learning on flood on`,
})

/** It came into a switch, and went out of no port of it. */
export async function notSwitched(
  evidence: Evidence,
  stack: Stack,
  packet: Verdict['packet'],
  port: Link,
  { src, dst }: { src: string; dst: string },
): Promise<Verdict> {
  if (!(await evidence.facts.denies(stack, port.name)))
    return vanished(stack, packet, `in the switch ${port.master}, after ${port.name}`)
  const sender = ownerOf(evidence.stacks, src)?.stack ?? evidence.from
  return verdict(stack, packet, denial(port.name, sender, ownerOf(evidence.stacks, dst)?.stack ?? stack))
}

/** The switch where the answer to "who has?" ended, if one did: it came in there, and went out nowhere. */
async function deniedAtSwitch(
  evidence: Evidence,
  address: string,
  asker: Link | undefined,
): Promise<{ stack: Stack; port: string } | undefined> {
  const { stacks, passages, facts } = evidence
  if (!asker) return undefined
  const arp = passages.filter(({ header }) => header.arp !== undefined)
  const left = (kind: 'request' | 'reply', end: 'src' | 'dst') =>
    arp.filter(({ header, oif }) => header.arp === kind && oif !== undefined && header[end] === address)
  const asked = left('request', 'dst').length > 0
  const answers = left('reply', 'src')
  // While the kernel waits for an answer it does not ask again: then there is nothing to be seen.
  if (asked && answers.length === 0) return undefined
  for (const stack of stacks.filter(({ place }) => place.kind === 'lan')) {
    const here = ({ place }: { place: string }) => stackOf(evidence, place) === stack
    if (answers.some(here)) continue // it went on
    const came = arp.filter(here).find(({ iif, header }) => iif !== undefined && header.mac === asker.mac)
    const ports = stack.links.filter(
      ({ name, master }) => master !== undefined && (!asked || name === came?.iif),
    )
    for (const { name: port } of ports)
      if ((await facts.denies(stack, port)) && !(await facts.knows(stack, asker.mac))) return { stack, port }
  }
  return undefined
}
