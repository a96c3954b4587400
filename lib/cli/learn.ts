/** `learn` on the command line: the list of exercises, and the one that one is at. */
import { randomInt } from 'node:crypto'
import { BadInput } from '../errors.ts'
import { toShell } from '../language/on-server.ts'
import { type Exercise, type Fault, seedOf } from '../learn/exercise.ts'
import type { Judged } from '../learn/judge.ts'
import { resultOf } from '../learn/results.ts'
import * as at from '../learn/session.ts'
import type { Catalogue } from './catalogue.ts'
import { say } from './output.ts'
import { up } from './verbs.ts'

const build: at.Build = async ({ title, file }, task, lab) => {
  await up({ name: lab, title, file, body: task.build }, { name: lab, tell: () => {}, batch: true })
}

const levels = ['', 'first lesson', 'course', 'practice', 'expert']
const print = (json: boolean, value: object, text: string): void =>
  say(json ? `${JSON.stringify(value, null, 2)}\n` : text)

/** How far one is with an exercise. */
const stateOf = (name: string): string => {
  const result = resultOf(name)
  return !result ? 'new' : result.solved ? 'solved' : result.shown ? 'shown' : 'begun'
}

async function list({ names, load }: Catalogue['exercises'], json: boolean): Promise<number> {
  const all = await Promise.all(names().map(load))
  const exercises = all
    .sort((a, b) => a.level - b.level || a.name.localeCompare(b.name))
    .map(({ name, title, level, source }) => ({
      name,
      title,
      level,
      state: stateOf(name),
      ...(source ? { source } : {}),
    }))
  const lines = exercises.map(
    ({ name, title, level, state }) =>
      `${state === 'solved' ? '✓' : ' '} ${name.padEnd(16)} ${(levels[level] ?? '').padEnd(13)} ${title}`,
  )
  print(json, { exercises }, `${lines.join('\n')}\n\nlearn start NAME starts one.\n`)
  return 0
}

const told = ({ name, title }: Exercise, report: string, seed: number, lab: string): string =>
  `${title}  (${name}, seed ${seed})\n\n${report}\n\n  a shell in it:  vethlab shell ${lab}\n  how far:        learn check\n  stuck:          learn hint\n`

/** What is said of a look. */
const sentences: Record<Judged['status'], string> = {
  broken: 'Not yet: what was reported is still so.',
  collateral: 'What was reported works, but something else is not as it was.',
  covered: 'It works, but what was broken is still there: it is only covered.',
  solved: 'Solved: it works, all else is as it was, and the fault is gone.',
}

const judgedText = ({ status, goal, stays }: Judged): string =>
  [
    sentences[status],
    ...[...goal, ...stays]
      .filter(({ ok }) => !ok)
      .map(({ from, to, expected, observed }) => `  ✗ ${from} → ${to}: ${observed}; it must be: ${expected}`),
    '',
  ].join('\n')

const answerOf = (faults: readonly Fault[]): string[] =>
  faults.flatMap(({ mends }) => mends.flat()).map((command) => toShell(command as never))

/** The hint that comes next: of a fault that is still as it was made. */
async function hint(session: at.Session, json: boolean): Promise<number> {
  const { left, status } = await at.look(session)
  const fault = session.task.faults[left[0] ?? 0]
  if (status === 'solved' || !fault) {
    print(json, { status, hint: null }, `${sentences[status]}\n`)
    return 0
  }
  const grade = Math.min(session.result.hints + 1, 3)
  const hints = [`It is in ${fault.at}.`, `It is of this layer: ${fault.layer}.`, fault.fact]
  session.result.hints = grade
  const { saveResult } = await import('../learn/results.ts')
  saveResult(session.result)
  print(json, { status, grade, hint: hints[grade - 1] }, `${hints.slice(0, grade).join('\n')}\n`)
  return 0
}

/** What is said when a lab was started, or built again. */
function started(exercise: Exercise, seed: number, lab: string, json: boolean): number {
  const { report } = exercise.task(seed)
  const { name, title, level } = exercise
  print(json, { exercise: name, title, level, seed, lab, report }, told(exercise, report, seed, lab))
  return 0
}

/** The verbs that are about the exercise that one is at. */
const verbs: Record<string, (session: at.Session, json: boolean) => Promise<number>> = {
  hint,
  async check(session, json) {
    const judged = await at.look(session)
    const { exercise, now, result, task } = session
    const { left: _, ...rest } = judged
    const solved = judged.status === 'solved'
    const beside = solved
      ? `\nWhat you typed:\n${result.typed.map(({ line }) => `  ${line}\n`).join('')}The model answer:\n${answerOf(
          task.faults,
        )
          .map((line) => `  ${line}\n`)
          .join('')}`
      : ''
    print(
      json,
      { exercise: exercise.name, seed: now.seed, solved, ...rest },
      `${judgedText(judged)}${beside}`,
    )
    return solved ? 0 : 1
  },
  async reset(session, json) {
    const { seed, lab } = await at.reset(session, build)
    return started(session.exercise, seed, lab, json)
  },
  async solve(session, json) {
    const { status } = await at.solve(session)
    const { exercise, now, task, result } = session
    const answer = answerOf(task.faults)
    const facts = task.faults.map(({ fact }) => fact)
    const text = `${facts.join('\n')}\n${answer.map((line) => `  ${line}\n`).join('')}${sentences[status]}\n`
    print(json, { exercise: exercise.name, seed: now.seed, status, facts, answer, typed: result.typed }, text)
    return status === 'solved' ? 0 : 1
  },
  async stop(session, json) {
    await at.stop(session)
    print(json, { stopped: session.exercise.name }, `${session.exercise.name} is ended.\n`)
    return 0
  },
}

/** Does what stands behind `learn`. Exit code 0: done, or solved; 1: not solved; 2: it could not be done. */
export async function learnVerb(
  exercises: Catalogue['exercises'],
  what: string,
  name: string | undefined,
  seed: unknown,
  json: boolean,
): Promise<number> {
  if (what === 'list') return list(exercises, json)
  if (what === 'start') {
    if (name === undefined)
      throw new BadInput('which exercise?', {
        where: undefined,
        hint: `Exercises: ${exercises.names().join(', ')}`,
      })
    const exercise = await exercises.load(name)
    const now = await at.begin(exercise, seed === undefined ? randomInt(1, 10_000) : seedOf(seed), build)
    return started(exercise, now.seed, now.lab, json)
  }
  const verb = verbs[what]
  if (!verb)
    throw new BadInput(`learn does not know ${JSON.stringify(what)}`, {
      where: undefined,
      hint: 'learn, learn start NAME, learn hint, learn check, learn reset, learn solve, learn stop',
    })
  return verb(await at.session(exercises.load), json)
}
