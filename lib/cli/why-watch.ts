/** `why --watch`: asks again when something in the lab changes, until it is cut off. */
import { sleep } from '../server/process.ts'
import type { LabRecord } from '../server/state.ts'
import { changes, changeText } from '../trial/back.ts'
import { readState, type State } from '../trial/state.ts'
import { inside, stacksOf } from '../why/stacks.ts'
import { type Question, type Report, why } from '../why/why.ts'
import { say } from './output.ts'

/** So often it is looked, in milliseconds. */
const pause = 1000

/** What all places are set to, by their names. */
async function look(lab: LabRecord): Promise<Map<string, State>> {
  const into = inside(lab)
  const all = (await stacksOf(lab)).map(
    async (stack) => [stack.place.name, await readState(into, stack)] as const,
  )
  return new Map(await Promise.all(all))
}

const none: State = { values: {}, sets: {}, chains: {} }

/** What is not as it was, in words; many changes of settings are one. */
function differences(one: Map<string, State>, other: Map<string, State>): string[] {
  return [...new Set([...one.keys(), ...other.keys()])].flatMap((name) => {
    if (!one.has(name)) return [`${name} is there`]
    if (!other.has(name)) return [`${name} is gone`]
    return changes(one.get(name) ?? none, other.get(name) ?? none).map(
      (change) => `${name}: ${changeText(change)}`,
    )
  })
}

/** Asks, and asks again after each change. Ends when the lab does, or by Ctrl-C. */
export async function whyWatchVerb(
  lab: LabRecord,
  question: Question,
  text: (report: Report) => string,
  json: boolean,
): Promise<number> {
  let seen = await look(lab)
  let changed: string[] = []
  for (;;) {
    const report = await why(lab, question)
    if (json) say(`${JSON.stringify({ changed, ...report })}\n`)
    else
      say(
        `${changed
          .slice(0, 5)
          .map((one) => `* ${one}\n`)
          .join('')}${text(report)}\n`,
      )
    do {
      await sleep(pause)
      const now = await look(lab)
      changed = differences(seen, now)
      seen = now
    } while (changed.length === 0)
  }
}
