/** Whether an exercise is solved: its goal holds, what must stay stayed, and the fault is gone, not only covered. */
import { explain, VethlabError } from '../errors.ts'
import type { CheckResult } from '../lab/events.ts'
import type { Check } from '../language/checks/check.ts'
import type { Journal } from '../run/journal.ts'
import { answers, type Facts, factsOf } from '../run/questions.ts'
import type { Run } from '../run/steps.ts'
import { sleep } from '../server/process.ts'
import type { Servers } from '../server/servers.ts'
import type { Task } from './exercise.ts'
import { type Change, remains, standsAsMade, traceOf } from './traces.ts'

/** How far one is. */
export type Status = 'broken' | 'collateral' | 'covered' | 'solved'

/** What came of one question. */
export type Answer = Pick<CheckResult, 'from' | 'to' | 'expected' | 'observed' | 'ok'>

/** What a look at an exercise tells. */
export interface Judged {
  status: Status
  goal: Answer[]
  stays: Answer[]
  /** The faults, by number, that are as they were made: of these a hint is told. */
  left: number[]
}

/** What becomes of a question that cannot be asked: a namespace was deleted, an engine stopped. */
const unasked = (check: Check, error: VethlabError): Answer => ({
  from: check.from.label ?? check.from.name,
  to: check.to,
  expected: check.expected,
  observed: `could not be asked: ${explain(error).split('\n')[0]}`,
  ok: false,
})

async function ask(run: Run, facts: Facts, check: Check): Promise<Answer> {
  try {
    const [{ from, to, expected, observed, ok } = unasked(check, new VethlabError('no answer'))] =
      await answers(run, facts, [check], 'the exercise')
    return { from, to, expected, observed, ok }
  } catch (error) {
    if (!(error instanceof VethlabError)) throw error
    return unasked(check, error)
  }
}

/** Questions leave nothing behind that would have to be taken back. */
const written = { intent: () => () => {}, count: () => 0 } as unknown as Journal

/**
 * What may be about what was: for a second or so after it is mended the kernel still waits for the answer to an older
 * "who has …?", and tells whoever asks that the machine is not to be reached.
 */
const mayBeLate = ({ ok, observed }: Answer): boolean => !ok && observed === 'unreachable'

/** Asks all of them, side by side; once more those whose answer may only be late. */
export async function askAll(servers: Servers, checks: readonly Check[]): Promise<Answer[]> {
  const run: Run = { servers, written, tell: () => {}, captures: [], briefly: true }
  const facts = factsOf(servers)
  const answers = await Promise.all(checks.map((check) => ask(run, facts, check)))
  if (!answers.some(mayBeLate)) return answers
  await sleep(1500)
  return Promise.all(
    answers.map((answer, i) => (mayBeLate(answer) ? ask(run, facts, checks[i] as Check) : answer)),
  )
}

const all = (answers: readonly Answer[]): boolean => answers.every(({ ok }) => ok)

/** Looks how far one is. */
export async function judge(servers: Servers, task: Task, changes: readonly Change[]): Promise<Judged> {
  const [answers, now] = await Promise.all([
    askAll(servers, [...task.goal, ...task.stays]),
    traceOf(servers.record),
  ])
  const goal = answers.slice(0, task.goal.length)
  const stays = answers.slice(task.goal.length)
  const covered = changes.some((change, i) => !task.faults[i]?.anyWay && remains(change, now))
  const left = [...changes.keys()].filter((i) => standsAsMade(changes[i] as Change, now))
  const reached = all(goal)
  const status = !reached ? 'broken' : !all(stays) ? 'collateral' : covered ? 'covered' : 'solved'
  return { status, goal, stays, left: status === 'solved' ? [] : left }
}
