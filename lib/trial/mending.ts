/** Leaves the fewest commands that make it arrive, and tells whom else they let through. */
import { onServer } from '../language/on-server.ts'
import { shellLine } from '../language/shell.ts'
import { guarded } from '../server/guard.ts'
import type { LabRecord } from '../server/state.ts'
import { allPairs, contextOf, replying } from '../why/pairs.ts'
import { called } from '../why/stacks.ts'
import { typedAll } from '../why/verdict.ts'
import type { Question, Report } from '../why/why.ts'
import { stepsBack } from './back.ts'
import { beginTrial, type Taken } from './journal.ts'
import type { Step } from './moved.ts'
import { Takings } from './taken.ts'
import { arrives, Trial, type Tried } from './trial.ts'

/** A command that was left, and what takes it back. */
export interface Left {
  /** The server that it is typed on. */
  server: string
  line: string
  undo: string
}

type Names = [from: string, to: string]

/** What became of mending. */
export interface Mended {
  lab: string
  question: Question
  /** Whether it arrives now. */
  arrives: boolean
  /** What was changed; nothing when it does not arrive. */
  commands: Left[]
  /** Other pairs that reach each other now and did not, and the other way round. */
  opened: Names[]
  closed: Names[]
  causes: Tried[]
  /** Why it does not arrive, or could not be mended. */
  reason?: string
  ms: number
}

/** Who reaches whom, by names. */
async function litPairs(lab: LabRecord): Promise<Map<string, Names>> {
  const context = await contextOf(lab)
  const lit = await replying(context, await allPairs(context))
  return new Map(
    [...lit].map(({ from, to }) => {
      const names: Names = [called(from.place), called(to.place)]
      return [names.join('\n'), names]
    }),
  )
}

/** A step as typed on the server. */
function stepText({ fix: { place } }: Taken, { argv, stdin }: Step): string {
  const words = onServer(place.kind === 'container' ? { ...place, kind: 'server' } : place, argv)
  const line = place.kind === 'container' ? typedAll(place, argv) : shellLine(words)
  return stdin === undefined ? line : `printf %s ${shellLine([stdin])} | ${line}`
}

function told(one: Taken): Left {
  const { fix, stacks, undo = [] } = one
  const steps = stacks.flatMap(({ before, after }) => (after ? stepsBack(before, after, after, 0) : []))
  const back = undo.length > 0 ? undo.map(shellLine) : steps.map((step) => stepText(one, step))
  return { server: fix.place.server, line: typedAll(fix.place, ...fix.lines), undo: back.join('; ') }
}

/** Takes out of a set what it arrives without. */
async function fewest(trial: Trial): Promise<void> {
  for (const gone of trial.gone.filter(({ taken }) => taken).slice(0, -1)) {
    await trial.giveBack(gone)
    if (arrives(await trial.why({}))) continue
    await trial.takeAgain(gone)
  }
}

/** The pairs of `all` that are not in `less`, but for the one that was asked about. */
function others({ question, target }: Trial, all: Map<string, Names>, less: Map<string, Names>): Names[] {
  const to = called(target?.place ?? { kind: 'server', name: '', server: '' })
  return [...all]
    .filter(([key, [one, other]]) => !less.has(key) && !(one === question.from && other === to))
    .map(([, names]) => names)
}

/** Of two fixes of one cause the one that opens fewer other pairs is left. Returns who reaches whom then. */
async function narrowest(trial: Trial, before: Map<string, Names>): Promise<Map<string, Names>> {
  let after = await litPairs(trial.lab)
  for (const gone of trial.gone) {
    const { fix, narrower } = gone.verdict
    const opened = others(trial, after, before).length
    if (!gone.taken || !fix || !narrower || opened === 0) continue
    await trial.takeBy(gone, narrower)
    const next = arrives(await trial.why({})) ? await litPairs(trial.lab) : undefined
    if (next && others(trial, next, before).length < opened) after = next
    else await trial.takeBy(gone, fix)
  }
  return after
}

async function mended(trial: Trial, first: Report): Promise<Omit<Mended, 'ms' | 'lab' | 'question'>> {
  const causes = () => trial.gone.map(({ verdict, proof, reason }) => ({ verdict, proof, reason }))
  const none = { commands: [], opened: [], closed: [] }
  if (arrives(first))
    return { arrives: true, ...none, causes: [], reason: 'it arrives: there is nothing to mend' }
  const before = await litPairs(trial.lab)
  const last = await trial.takeAll(first)
  const listener = trial.gone.find((gone) => gone.listener)
  if (!arrives(last) || listener) {
    await trial.end()
    const reason = listener
      ? `a program has to listen there: ${listener.verdict.says}`
      : (trial.gone.at(-1)?.reason ?? 'nothing tells why')
    return { arrives: false, ...none, causes: causes(), reason }
  }
  await fewest(trial)
  const after = await narrowest(trial, before)
  const commands = (await trial.takings.keep()).map(told)
  const [opened, closed] = [others(trial, after, before), others(trial, before, after)]
  return {
    ...{ arrives: true, commands, opened, closed },
    causes: causes(),
  }
}

/** Mends what a question dies of, and leaves it mended; when that cannot be done the lab is as it was. */
export async function fixWhy(lab: LabRecord, question: Question): Promise<Mended> {
  const began = performance.now()
  const journal = await beginTrial(lab)
  const trial = new Trial(lab, question, {}, new Takings(lab, journal))
  const result = await guarded(
    async () => {
      const done = await mended(trial, await trial.why({}))
      await trial.end()
      return done
    },
    async () => {
      await trial.takings.stop()
      await trial.end()
    },
    'the lab is put back as it was',
  )
  return { lab: lab.name, question, ...result, ms: Math.round(performance.now() - began) }
}
