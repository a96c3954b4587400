/** The exercise that one is at: begun, looked at, begun again, ended. */
import { Unable } from '../errors.ts'
import { toolLine } from '../lab/tool-lines.ts'
import type { Command } from '../language/command.ts'
import { liveLab } from '../run/live.ts'
import { findLab } from '../server/labs.ts'
import { bornAt } from '../server/process.ts'
import type { Servers } from '../server/servers.ts'
import { attach } from '../virtual/servers.ts'
import { endWorld } from '../virtual/world.ts'
import type { Exercise, Fault, Task } from './exercise.ts'
import { type Judged, judge } from './judge.ts'
import { namesIn } from './names.ts'
import {
  claimRunning,
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

/** The servers of the lab of an exercise. Throws Unable when it is gone, and as long as it is not broken yet. */
function standing(lab: string, builder?: number): Servers {
  if (builder !== undefined)
    throw new Unable(`the lab of the exercise, ${lab}, is not built to its end`, {
      hint: `Wait, or, when nothing builds it any more, build it again: ${toolLine('learn', 'reset')}`,
    })
  const servers = attach(lab)
  if (servers) return servers
  throw new Unable(`the lab of the exercise, ${lab}, is not up any more`, {
    hint: `Build it again, with the same fault: ${toolLine('learn', 'reset')}`,
  })
}

/** Makes sure that no other exercise stands, nor is being built at this moment by another process. */
function claim(exercise: string, seed: number): void {
  const other = running()
  const stands = other && (findLab(other.lab) || (other.builder && bornAt(other.builder) !== undefined))
  if (!stands) saveRunning(undefined)
  const mine = { exercise, seed, lab: labOf(exercise), since: Date.now(), changes: [], builder: process.pid }
  if (stands || !claimRunning(mine))
    throw new Unable(`the exercise ${other?.exercise ?? 'of another terminal'} is not ended`, {
      hint: `One at a time. How far it is: ${toolLine('learn', 'check')}. Put it away: ${toolLine('learn', 'stop')}`,
    })
}

/** Begins an exercise. Throws Unable while another one stands. */
export async function begin(exercise: Exercise, seed: number, build: Build): Promise<Running> {
  claim(exercise.name, seed)
  const now = await built(exercise, seed, build).catch((error) => {
    saveRunning(undefined)
    throw error
  })
  saveResult(newResult(exercise.name, seed, await namesIn(standing(now.lab).record)))
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
    throw new Unable('no exercise was started', {
      hint: `They are listed by: ${toolLine('learn')}. Start one: ${toolLine('learn', 'start', 'NAME')}`,
    })
  const exercise = await load(now.exercise)
  const result = resultOf(now.exercise) ?? newResult(now.exercise, now.seed, {})
  return { now, exercise, task: exercise.task(now.seed), result }
}

/** Keeps in a result what was typed, and what is called otherwise in each lab. */
async function keep({ record }: Servers, { since }: Running, result: Result): Promise<void> {
  result.typed = typedIn(record, since)
  result.names = { ...result.names, ...(await namesIn(record)) }
}

/** Looks how far one is, and keeps what was typed. */
export async function look({ now, task, result }: Session): Promise<Judged> {
  const servers = standing(now.lab, now.builder)
  const judged = await judge(servers, task, now.changes)
  await keep(servers, now, result)
  if (judged.status === 'solved' && !result.shown) result.solved ??= new Date().toISOString()
  saveResult(result)
  return judged
}

/** What a look for a hint tells: how far one is, and the hints of a fault that still stands, of which `grade` are told. */
export interface Hinted {
  status: Judged['status']
  /** 1 the place, 2 the layer, 3 the fact; 0: there is none. */
  grade: number
  hints: readonly string[]
}

/** Tells the next hint of a fault that is still as it was made: of each fault its own three. */
export async function hint(session: Session): Promise<Hinted> {
  const { now, task, result } = session
  const { left, status } = await look(session)
  const number = left[0] ?? 0
  const fault = task.faults[number]
  if (status === 'solved' || !fault) return { status, grade: 0, hints: [] }
  const hinted = task.faults.map((_, i) => now.hinted?.[i] ?? 0)
  const grade = Math.min((hinted[number] ?? 0) + 1, 3)
  if (grade !== hinted[number]) result.hints += 1
  hinted[number] = grade
  now.hinted = hinted
  saveRunning(now)
  saveResult(result)
  return {
    status,
    grade,
    hints: [`It is in ${fault.at}.`, `It is of this layer: ${fault.layer}.`, fault.fact],
  }
}

/** Builds the same lab with the same fault once more. */
export async function reset({ now, exercise, result }: Session, build: Build): Promise<Running> {
  saveRunning({ ...now, changes: [], builder: process.pid })
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
  const servers = standing(now.lab, now.builder)
  await keep(servers, now, result)
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
