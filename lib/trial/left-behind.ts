/** What a trial left that was ended in the middle, as by kill -9: it is put back by the next one who asks. */
import type { LabRecord } from '../server/state.ts'
import { forget, leftBehind } from './journal.ts'
import { putBack } from './taken.ts'

/** Puts it back. Returns what was done, in words; undefined when there is nothing to do. */
export async function putBackLeft(lab: LabRecord): Promise<string | undefined> {
  const taken = leftBehind(lab)
  if (!taken) return undefined
  const left: string[] = []
  for (const one of [...taken].reverse()) left.push(...(await putBack(lab, one)).left)
  forget(lab)
  if (taken.length === 0) return undefined
  return left.length === 0
    ? `a trial of ${lab.name} was ended in the middle: what it had changed is put back`
    : `a trial of ${lab.name} was ended in the middle, and this is not as it was: ${left.join('; ')}`
}
