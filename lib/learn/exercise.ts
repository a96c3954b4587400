/** What an exercise is, and how a file becomes one: exercise(). */
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { BadInput } from '../errors.ts'
import type { Lab } from '../lab/lab.ts'
import type { Check } from '../language/checks/check.ts'
import type { Command } from '../language/command.ts'
import type { Question } from '../why/why.ts'
import { type Draw, drawn } from './draw.ts'

export type { Draw } from './draw.ts'

/** Where in the network a fault can be, from the cable to the program. */
export const layers = [
  'cable',
  'address',
  'route',
  'forwarding',
  'firewall',
  'NAT',
  'DNS',
  'listener',
  'MTU',
  'IPv6',
  'macvlan',
  'Docker',
  'Compose',
] as const

/** One of them. */
export type Layer = (typeof layers)[number]

/** How much is asked of one who does it: 1 a first lesson, 2 a course, 3 a trade, 4 an expert. */
export type Level = 1 | 2 | 3 | 4

/** What is broken: typed commands that break it, and those that mend it. */
export interface Fault {
  /** The place where it is, as `why` names it: the first hint. */
  readonly at: string
  /** The second hint. */
  readonly layer: Layer
  /** The third hint: what is wrong there, in a sentence. */
  readonly fact: string
  /** What `why` calls it. */
  readonly cause: string
  /** What to ask `why` to see it. */
  readonly shows: Question
  readonly breaks: ReadonlyArray<Command | readonly Command[]>
  /** The model answer. */
  readonly mends: ReadonlyArray<Command | readonly Command[]>
  /** Any way that reaches the goal is right, also one that leaves what was done: there may be several good ones. */
  readonly anyWay?: true
}

/** One exercise as it is with one seed. */
export interface Task {
  /** Builds the lab, which works. */
  readonly build: (lab: Lab) => Promise<void>
  readonly faults: readonly Fault[]
  /** What a user says who does not know the network. */
  readonly report: string
  /** What works when it is solved. */
  readonly goal: readonly Check[]
  /** What must stay as it was: pairs that talk, and those that must not. */
  readonly stays: readonly Check[]
}

/** What is told of an exercise before it is started. */
export interface About {
  readonly title: string
  readonly level: Level
  /** A public report that it follows, and the engine that it was seen on. */
  readonly source?: { readonly report: string; readonly engine?: string }
}

/** An exercise: what exercise() returns. */
export interface Exercise extends About {
  /** The name of its file without the ending. */
  readonly name: string
  readonly file: string
  /** What it is with a seed, a whole number from 0. */
  task(seed: number): Task
}

/** Checks a seed. Throws BadInput. */
export function seedOf(value: unknown): number {
  const seed = Number(value)
  if (!Number.isInteger(seed) || seed < 0 || seed > 999_999)
    throw new BadInput(`${JSON.stringify(value)} is not a seed: a whole number from 0 to 999999`, {
      where: undefined,
    })
  return seed
}

/**
 * Makes an exercise: `export default exercise(import.meta, { title, level }, (draw) => ({ build, faults, report, goal,
 * stays }))`. What differs from student to student comes from `draw`.
 */
export function exercise(meta: { url: string }, about: About, task: (draw: Draw) => Task): Exercise {
  const { title, level } = about ?? {}
  if (typeof title !== 'string' || ![1, 2, 3, 4].includes(level) || typeof task !== 'function')
    throw new BadInput(
      'an exercise is: exercise(import.meta, { title, level: 1 to 4 }, (draw) => ({ build, faults, report, goal, stays }))',
    )
  const file = fileURLToPath(meta.url)
  const name = basename(file).replace(/\.[cm]?[jt]s$/, '')
  return Object.freeze({
    ...about,
    name,
    file,
    task: (seed: number) => checked(name, task(drawn(name, seed))),
  })
}

/** What is missing in a task is told when it is drawn, and not when a student waits. */
function checked(name: string, task: Task): Task {
  const { build, faults, report, goal, stays } = task ?? {}
  const lacks = Object.entries({
    build: typeof build === 'function',
    faults: Array.isArray(faults) && faults.length > 0,
    report: typeof report === 'string' && report !== '',
    goal: Array.isArray(goal) && goal.length > 0,
    stays: Array.isArray(stays) && stays.length > 0,
  }).find(([, there]) => !there)?.[0]
  if (lacks)
    throw new BadInput(`the exercise ${name} lacks ${lacks}`, {
      where: undefined,
      hint: 'It has: build, at least one of faults, report, at least one check in goal and in stays.',
    })
  for (const fault of faults)
    if (!layers.includes(fault.layer))
      throw new BadInput(`${JSON.stringify(fault.layer)} is not a layer`, {
        where: undefined,
        hint: `Layers: ${layers.join(', ')}`,
      })
  return task
}
