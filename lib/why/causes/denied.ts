/** A switch that does not know the receiver, and was told not to guess: promiscuous mode denied. */
import { linkOf, stackOf } from '../evidence.ts'
import type { CauseClass, Situation } from '../situation.ts'
import { called, ownerOf, type Stack } from '../stacks.ts'
import { mend, type Verdict, verdict } from '../verdict.ts'
import { hopOf } from './hop.ts'

const denial = (
  at: Stack,
  packet: Verdict['packet'],
  port: string,
  sender: Stack,
  receiver: Stack,
): Verdict =>
  verdict(at, packet, {
    cause: 'promiscuous mode denied',
    says: `the switch does not know the MAC address of ${called(receiver.place)}, and was told to deliver only what is for one that it knows: what ${called(sender.place)} sends there ends at ${port}`,
    see: `bridge -d link show dev ${port}`,
    ...mend(at.place, ['bridge', 'link', 'set', 'dev', port, 'learning', 'on', 'flood', 'on']),
  })

/** It came into a switch, and went out of no port of it. */
export const atSwitch: CauseClass = {
  at: ['switched'],
  find({ evidence, stack, packet, link, header }) {
    if (!link?.port?.closed) return undefined
    const sender = ownerOf(evidence.stacks, header.src)?.stack ?? evidence.from
    return denial(stack, packet, link.name, sender, ownerOf(evidence.stacks, header.dst)?.stack ?? stack)
  },
}

/** The answer to "who has?" ended in a switch: it came in there, and went out nowhere. */
export const answerAtSwitch: CauseClass = {
  at: ['unsent'],
  async find(situation: Situation) {
    const { evidence, packet, link: asker, stack: mine } = situation
    const hop = await hopOf(situation)
    if (!asker || !hop?.owner) return undefined
    const { stacks, passages, facts } = evidence
    const arp = passages.filter(({ header }) => header.arp !== undefined)
    const left = (kind: 'request' | 'reply') =>
      arp.filter(({ header, oif }) => header.arp === kind && oif !== undefined)
    const asked = left('request').some(({ place }) => place === mine.place.name)
    const answers = left('reply')
    const here =
      (stack: Stack) =>
      ({ place }: { place: string }) =>
        stackOf(evidence, place) === stack
    // While the kernel waits for an answer it does not ask again: then there is nothing to be seen.
    if (
      asked &&
      answers.length === 0 &&
      !left('request').some(here(hop.owner.stack)) &&
      !cameTo(situation, hop.owner.stack)
    )
      return undefined
    for (const stack of stacks.filter(({ place }) => place.kind === 'lan')) {
      if (answers.some(here(stack))) continue // it went on
      const came = arp
        .filter(here(stack))
        .find(({ iif, header }) => iif !== undefined && header.mac === asker.mac)
      const ports = stack.links.filter(
        ({ name, master }) => master !== undefined && (!asked || name === came?.iif),
      )
      for (const { name, port } of ports) {
        const known = (await facts.fdb(stack)).some(({ mac }) => mac === asker.mac)
        if (port?.closed && !known) return denial(stack, packet, name, hop.owner.stack, mine)
      }
    }
    return undefined
  },
}

/** Whether "who has?" came to a place. */
const cameTo = ({ evidence: { passages } }: Situation, stack: Stack): boolean =>
  passages.some(
    ({ place, header, iif }) =>
      place === stack.place.name &&
      header.arp === 'request' &&
      iif !== undefined &&
      linkOf(stack, iif) !== undefined,
  )
