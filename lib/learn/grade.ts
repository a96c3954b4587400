/** Grades a result: its lab is built anew from its seed, broken, what was typed is done again, and it is judged. */
import { Unable } from '../errors.ts'
import { attach } from '../virtual/servers.ts'
import { endWorld } from '../virtual/world.ts'
import { judge, type Status } from './judge.ts'
import { hasName, namesIn, translated } from './names.ts'
import { isSealed, type Result } from './results.ts'
import { type Build, broken, type Load } from './session.ts'
import { replay } from './typed.ts'

export interface Grade {
  student: string
  exercise: string
  seed: number
  /** `edited`: the file was changed by hand; `unknown`: there is no such exercise. */
  grade: Status | 'edited' | 'unknown'
  solved: boolean
  /** In a few words, where it is not solved. */
  reason: string
  /** Minutes from the start to the first look that found it solved. */
  minutes?: number
  hints: number
  lines: number
}

const about = ({
  student,
  exercise,
  seed,
  hints,
  typed,
  started,
  solved,
}: Result): Omit<Grade, 'grade' | 'solved' | 'reason'> => {
  const took = solved === undefined ? Number.NaN : (Date.parse(solved) - Date.parse(started)) / 60_000
  return {
    ...{ student, exercise, seed, hints, lines: typed.length },
    ...(Number.isFinite(took) && took >= 0 ? { minutes: Math.round(took * 10) / 10 } : {}),
  }
}

const reasons: Record<Status, string> = {
  broken: 'what was reported is still so',
  collateral: 'something else is not as it was',
  covered: 'the fault is only covered',
  solved: '',
}

/** What is known without building anything; undefined when the lab must be built. */
export function known(result: Result, exercises: readonly string[], quick: boolean): Grade | undefined {
  const its = about(result)
  if (!isSealed(result))
    return { ...its, grade: 'edited', solved: false, reason: 'the file was changed by hand' }
  if (!exercises.includes(result.exercise))
    return { ...its, grade: 'unknown', solved: false, reason: 'there is no such exercise here' }
  if (result.shown) return { ...its, grade: 'broken', solved: false, reason: 'the model answer was shown' }
  if (!quick) return undefined
  const solved = result.solved !== undefined
  return {
    ...its,
    grade: solved ? 'solved' : 'broken',
    solved,
    reason: solved ? 'believed' : 'not solved, it says',
  }
}

/** Builds the lab of a result under a name of its own, and judges what was typed in it. The lab is removed. */
export async function graded(result: Result, load: Load, build: Build, number: number): Promise<Grade> {
  const exercise = await load(result.exercise)
  const task = exercise.task(result.seed)
  const lab = `grade-${process.pid}-${number}`
  try {
    await build(exercise, task, lab)
    const servers = attach(lab)
    if (!servers) throw new Unable(`the lab of ${result.exercise} has ended`)
    const changes = await broken(servers, task.faults)
    await replay(servers, result.typed, async (line) =>
      hasName(line, result.names) ? translated(line, result.names, await namesIn(servers.record)) : line,
    )
    const { status, goal, stays } = await judge(servers, task, changes)
    const failed = [...goal, ...stays].find(({ ok }) => !ok)
    const which = failed ? `: ${failed.from} → ${failed.to} ${failed.observed}` : ''
    return {
      ...about(result),
      grade: status,
      solved: status === 'solved',
      reason: `${reasons[status]}${status === 'solved' ? '' : which}`,
    }
  } finally {
    await endWorld(lab)
  }
}
