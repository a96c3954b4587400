/** A listener is there, and its program does not serve: it hangs up at once, or takes up no connection. */

import { sleep } from '../../server/process.ts'
import { withPort } from '../address.ts'
import { hears, type Listener } from '../listeners.ts'
import type { CauseClass, Situation } from '../situation.ts'
import { called } from '../stacks.ts'
import { typed, type Verdict, verdict } from '../verdict.ts'

/** The listener that a request came to, and what waits in its queue. */
async function listenerOf({ evidence, stack, header }: Situation): Promise<Listener | undefined> {
  const all = await evidence.facts.listeners(stack, 'tcp')
  return all.find((one) => one.port === (header.dport ?? evidence.probe.port) && hears(one, header.dst))
}

/** A program that is alive takes a connection up at once; a busy machine gets two seconds. */
async function stuck(situation: Situation): Promise<Listener | undefined> {
  let listener = await listenerOf(situation)
  for (const pause of [50, 150, 300, 500, 1000]) {
    if (!listener || listener.waiting === 0) return undefined
    await sleep(pause)
    listener = await listenerOf(situation)
  }
  return listener && listener.waiting > 0 ? listener : undefined
}

const told = ({ stack, header }: Situation, found: Partial<Verdict> & { says: string }): Verdict =>
  verdict(stack, 'request', {
    cause: 'not served',
    see: typed(stack.place, ['ss', '-ltnp', 'sport', '=', `:${header.dport ?? 0}`]),
    ...found,
  })

/** The kernel opened the connection, but no program serves it. */
export const unserved: CauseClass = {
  at: ['home', 'unanswered'],
  async find(situation) {
    const { evidence, stack, header, stage, packet } = situation
    if (evidence.probe.protocol !== 'tcp' || packet === 'reply') return undefined
    const where = `${withPort(header.dst, header.dport)} of ${called(stack.place)}`
    if (evidence.talk === 'ended')
      return told(situation, {
        status: 'refused',
        says: `the program at ${where} took the connection, and hung up at once, without a word`,
      })
    const listener = await stuck(situation)
    if (!listener) return undefined
    return told(situation, {
      says: `${stage === 'home' ? 'the kernel opened the connection, but ' : 'it arrived, but '}the program that listens at ${where} takes none up: ${listener.waiting} wait in its queue. It stands still, or is busy with another one`,
    })
  },
}
