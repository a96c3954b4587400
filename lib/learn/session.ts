/** The exercise that one is at: begun, looked at, begun again, ended. */
import { Unable } from '../errors.ts'
import type { Command } from '../language/command.ts'
import { liveLab } from '../run/live.ts'
import { findLab } from '../server/labs.ts'
import type { Servers } from '../server/servers.ts'
import { attach } from '../virtual/servers.ts'
import { endWorld } from '../virtual/world.ts'
import type { Exercise, Fault, Task } from './exercise.ts'
import { type Judged, judge } from './judge.ts'
import {
  labOf,
  newResult,
  type Result,
  type Running,
  resultOf,
  running,
  saveResult,
  saveRunning,
} from './results.ts'
import { type Change, changeOf, traceOf } from './traces.ts'
import { typedIn } from './typed.ts'

/** Builds the lab of a task under a name, and leaves it up. */
export type Build = (exercise: Exercise, task: Task, lab: string) => Promise<void>

/** How an exercise is found by its name. */
export type Load = (name: string) => Promise<Exercise>

/** Puts the faults into a lab that works. Returns what each has changed. */
export async function broken(servers: Servers, faults: readonly Fault[]): Promise<Change[]> {
  const { lab } = liveLab(servers, { tell: () => {}, where: [] })
  const changes: Change[] = []
  let before = await traceOf(servers.record)
  for (const { breaks } of faults) {
    await lab.step('The fault', ...(breaks as ReadonlyArray<Command | readonly Command[]>))
    const after = await traceOf(servers.record)
    changes.push(changeOf(before, after))
    before = after
  }
  return changes
}

/** Builds the lab, and breaks it. When that fails nothing is left. */
async function built(exercise: Exercise, seed: number, build: Build): Promise<Running> {
  const task = exercise.task(seed)
  const lab = labOf(exercise.name)
  await build(exercise, task, lab)
  try {
    const changes = await broken(standing(lab), task.faults)
    const now = { exercise: exercise.name, seed, lab, since: Date.now(), changes }
    saveRunning(now)
    return now
  } catch (error) {
    await endWorld(lab)
    throw error
  }
}

/** The servers of the lab of an exercise. */
function standing(lab: string): Servers {
  const servers = attach(lab)
  if (servers) return servers
  throw new Unable(`the lab of the exercise, ${lab}, is not up any more`, {
    hint: 'Build it again, with the same fault: learn reset',
  })
}

/** Begins an exercise. Throws Unable while another one stands. */
export async function begin(exercise: Exercise, seed: number, build: Build): Promise<Running> {
  const other = running()
  if (other && findLab(other.lab))
    throw new Unable(`the exercise ${other.exercise} is not ended`, {
      hint: 'One at a time: learn check looks at it, learn stop ends it.',
    })
  const now = await built(exercise, seed, build)
  saveResult(newResult(exercise.name, seed, {}))
  return now
}

/** What one is at. */
export interface Session {
  now: Running
  exercise: Exercise
  task: Task
  result: Result
}

/** The exercise that was begun last. Throws Unable when there is none. */
export async function session(load: Load): Promise<Session> {
  const now = running()
  if (!now)
    throw new Unable('no exercise was started', { hint: 'learn lists them; learn start NAME starts one.' })
  const exercise = await load(now.exercise)
  const result = resultOf(now.exercise) ?? newResult(now.exercise, now.seed, {})
  return { now, exercise, task: exercise.task(now.seed), result }
}

/** Looks how far one is, and keeps what was typed. */
export async function look({ now, task, result }: Session): Promise<Judged> {
  const servers = standing(now.lab)
  const judged = await judge(servers, task, now.changes)
  result.typed = typedIn(servers.record, now.since)
  if (judged.status === 'solved' && !result.shown) result.solved ??= new Date().toISOString()
  saveResult(result)
  return judged
}

/** Builds the same lab with the same fault once more. */
export async function reset({ now, exercise, result }: Session, build: Build): Promise<Running> {
  if (findLab(now.lab)) await endWorld(now.lab)
  const again = await built(exercise, now.seed, build)
  result.resets += 1
  result.typed = []
  saveResult(result)
  return again
}

/** Does the commands of a model answer. */
export async function mended(servers: Servers, mends: Fault['mends']): Promise<void> {
  const { lab } = liveLab(servers, { tell: () => {}, where: [] })
  await lab.step('The model answer', ...mends)
}

/** Does the model answer in the lab. What is solved so does not count. */
export async function solve({ now, task, result }: Session): Promise<Judged> {
  const servers = standing(now.lab)
  result.typed = typedIn(servers.record, now.since)
  result.shown = true
  saveResult(result)
  const before = await judge(servers, task, now.changes)
  if (before.status === 'solved') return before
  for (const { mends } of task.faults) await mended(servers, mends)
  return judge(servers, task, now.changes)
}

/** Ends the exercise: its lab is removed, its result is kept. */
export async function stop({ now, result }: Session): Promise<void> {
  const lab = findLab(now.lab)
  if (lab) {
    result.typed = typedIn(lab, now.since)
    saveResult(result)
    await endWorld(now.lab)
  }
  saveRunning(undefined)
}
