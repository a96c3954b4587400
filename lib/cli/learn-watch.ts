/** `learn watch`: the exercise is asked again after each change, until it is solved or cut off. */
import type { Judged } from '../learn/judge.ts'
import * as at from '../learn/session.ts'
import { traceOf } from '../learn/traces.ts'
import { typedIn } from '../learn/typed.ts'
import { findLab } from '../server/labs.ts'
import { sleep } from '../server/process.ts'
import type { LabRecord } from '../server/state.ts'

/** So often it is looked whether something changed, in milliseconds. */
const pause = 700

/** What all places are like, and how much was typed, as one text. */
async function look(lab: LabRecord, since: number): Promise<string> {
  const lines = [...(await traceOf(lab).catch(() => new Set<string>()))].sort()
  return [...lines, typedIn(lab, since).length].join('\n')
}

/**
 * Asks, and asks again after each change; `tell` hears of each look that says something new. Ends when it is solved, or
 * when `ended` says so; returns the last look. Throws Unable when the lab is gone.
 */
export async function watched(
  session: at.Session,
  tell: (judged: Judged) => void,
  ended: () => boolean = () => false,
): Promise<Judged> {
  let said = ''
  for (;;) {
    const { lab, since } = session.now
    const before = findLab(lab)
    const seen = before ? await look(before, since) : ''
    const judged = await at.look(session)
    const text = JSON.stringify([judged.status, judged.goal, judged.stays])
    if (text !== said) tell(judged)
    said = text
    if (judged.status === 'solved') return judged
    for (;;) {
      if (ended()) return judged
      await sleep(pause)
      const record = findLab(lab)
      if (!record || (await look(record, since)) !== seen) break
    }
  }
}
