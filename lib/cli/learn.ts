/** `learn` on the command line: the list of exercises, and the one that one is at. */
import { randomInt } from 'node:crypto'
import { BadInput } from '../errors.ts'
import { howTo } from '../lab/hints.ts'
import { toolLine } from '../lab/tool-lines.ts'
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
  print(json, { exercises }, `${lines.join('\n')}\n\nStart one: ${line('start', 'NAME')}\n`)
  return 0
}

/** A line of this verb, as it is typed here. */
const line = (...words: string[]): string => toolLine('learn', ...words)

const told = ({ name, title }: Exercise, report: string, seed: number, lab: string): string =>
  `${title}  (${name}, seed ${seed})

${report}

  a shell in it:    ${howTo('shell', lab)}
  a page of it:     ${toolLine('ui')}
  how far:          ${line('check')}, or ${line('watch')}: again after each change
  stuck:            ${line('hint')}
  put it away:      ${line('stop')}
`

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
  const { status, grade, hints } = await at.hint(session)
  if (grade === 0) print(json, { status, hint: null }, `${sentences[status]}\n`)
  else print(json, { status, grade, hint: hints[grade - 1] }, `${hints.slice(0, grade).join('\n')}\n`)
  return 0
}

/** What is said when a lab was started, or built again. */
function started(exercise: Exercise, seed: number, lab: string, json: boolean): number {
  const { report } = exercise.task(seed)
  const { name, title, level } = exercise
  print(json, { exercise: name, title, level, seed, lab, report }, told(exercise, report, seed, lab))
  return 0
}

/** What is told of a look to a program. */
function judgedJson({ exercise, now }: at.Session, { left: _, ...rest }: Judged): object {
  return { exercise: exercise.name, seed: now.seed, solved: rest.status === 'solved', ...rest }
}

/** When it is solved: what was typed, beside the model answer, and the report that it follows. */
function beside({ exercise, result, task }: at.Session, { status }: Judged): string {
  if (status !== 'solved') return ''
  const lines = (all: readonly string[]) => all.map((line) => `  ${line}\n`).join('')
  const { report, engine } = exercise.source ?? {}
  const seen = report ? `It follows ${report}${engine ? `, seen on ${engine}` : ''}\n` : ''
  return `\nWhat you typed:\n${lines(result.typed.map(({ line }) => line))}The model answer:\n${lines(answerOf(task.faults))}${seen}`
}

/** The verbs that are about the exercise that one is at. */
const verbs: Record<string, (session: at.Session, json: boolean) => Promise<number>> = {
  hint,
  async check(session, json) {
    const judged = await at.look(session)
    print(json, judgedJson(session, judged), `${judgedText(judged)}${beside(session, judged)}`)
    return judged.status === 'solved' ? 0 : 1
  },
  async watch(session, json) {
    if (!json) say('It is asked again after each change; Ctrl-C ends that.\n')
    const { watched } = await import('./learn-watch.ts')
    const last = await watched(session, (judged) =>
      say(
        json
          ? `${JSON.stringify(judgedJson(session, judged))}\n`
          : `${new Date().toTimeString().slice(0, 8)}  ${judgedText(judged)}${beside(session, judged)}`,
      ),
    )
    return last.status === 'solved' ? 0 : 1
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
  { seed, open, json }: { seed: unknown; open: boolean; json: boolean },
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
    started(exercise, now.seed, now.lab, json)
    if (!open || json) return 0
    const session = await at.session(exercises.load)
    const { opened } = await import('./learn-open.ts')
    // The shell has the terminal to itself: there a line begins where the one before it ended.
    await opened(session, (judged) => say(`\n${judgedText(judged)}`.replaceAll('\n', '\r\n')))
    say('\n')
    return verbs.check?.(session, json) ?? 0
  }
  const verb = verbs[what]
  if (!verb)
    throw new BadInput(`learn does not know ${JSON.stringify(what)}`, {
      where: undefined,
      hint: 'learn, learn start NAME, learn hint, learn check, learn watch, learn reset, learn solve, learn stop',
    })
  return verb(await at.session(exercises.load), json)
}
