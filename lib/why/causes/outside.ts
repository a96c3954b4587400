/** It left by an interface, and was seen nowhere else: out of the lab, or nobody knows where. */
import type { CauseClass } from '../situation.ts'
import { called, ownerOf } from '../stacks.ts'
import { typed, vanished, verdict } from '../verdict.ts'
import { leadsOut } from './led-out.ts'

/** It left the lab: by an interface whose other end is not part of it. */
export const left: CauseClass = {
  at: ['sent'],
  find(situation) {
    const { evidence, stack, packet, dev, header } = situation
    if (ownerOf(evidence.stacks, header.dst) || !leadsOut(situation)) return undefined
    return verdict(stack, packet, {
      status: 'unknown',
      cause: 'left the lab',
      says: `the ${packet} left the lab by ${dev} of ${called(stack.place)}, for ${header.dst}, and no answer came back: what is beyond cannot be seen from here`,
      see: typed(stack.place, ['tcpdump', '-n', '-i', dev]),
    })
  },
}

/** Nothing can be proven. */
export const lost: CauseClass = {
  at: ['unmade', 'sent', 'unsent', 'switched', 'entered', 'unanswered', 'refused', 'dropped'],
  find({ evidence, stage, stack, packet, dev, link, header }) {
    const name = called(stack.place)
    const owner = ownerOf(evidence.stacks, header.dst)
    const there = owner ? called(owner.stack.place) : header.dst
    if (stage === 'sent') return vanished(stack, packet, `between ${dev} of ${name} and ${there}`)
    if (stage === 'switched') return vanished(stack, packet, `in the switch ${link?.master}, after ${dev}`)
    if (stage === 'entered') return vanished(stack, packet, `in ${name}, after ${dev}`)
    if (stage === 'unanswered') return vanished(stack, packet, `in ${name}, after it had arrived`)
    if (stage === 'unmade' && evidence.said !== '')
      return verdict(stack, packet, {
        cause: 'not sent',
        says: `${name} sent nothing: ${evidence.said.split('\n')[0]}`,
        see: typed(stack.place, ['ip', 'route', 'get', header.dst]),
      })
    return vanished(stack, packet, `in ${name}`)
  },
}
