/** Takes something away from a lab, and puts it back exactly. */
import { enter } from '../server/enter.ts'
import { finished, sleep } from '../server/process.ts'
import type { LabRecord } from '../server/state.ts'
import { type Inside, inside, type Stack } from '../why/stacks.ts'
import type { Fix } from '../why/verdict.ts'
import { changes, changeText, left, stepsBack } from './back.ts'
import { runLine, stackAt, stacksOf, undoOf } from './fix.ts'
import type { Journal, Looked, Taken } from './journal.ts'
import type { Step } from './moved.ts'
import { forget, holdAgain, type Learned, settled } from './neighbours.ts'
import { readState } from './state.ts'

/** So often what the kernel has not made by itself is made; each round looks again. */
const rounds = 4

/** A stack by the file of its namespace, when it is looked at by another process than the one that knew it. */
const stackOf = ({ path, name }: Looked): Stack => ({
  ...{
    place: { kind: 'server', name, server: name },
    aliases: [],
    path,
    links: [],
    legacy: false,
    counters: '',
  },
})

async function runStep(into: Inside, stack: Stack, { argv, stdin }: Step): Promise<void> {
  const child = into.start(stack, argv, ['pipe', 'ignore', 'pipe'])
  child.stdin?.on('error', () => {}) // what does not read says so by its exit code
  child.stdin?.end(stdin)
  await finished(child) // whether it did its work is seen by looking again
}

/** What came of putting back, in words. */
interface Outcome {
  /** What is not as it was. */
  left: string[]
  /** What somebody else changed meanwhile. */
  changed: string[]
}

async function putStackBack(into: Inside, looked: Looked): Promise<Outcome> {
  const stack = stackOf(looked)
  const first = await readState(into, stack)
  const after = looked.after ?? first
  let now = first
  for (let round = 0; round < rounds; round++) {
    const steps = stepsBack(looked.before, after, now, round)
    for (const step of steps) await runStep(into, stack, step)
    if (round > 1) await sleep(50)
    now = await readState(into, stack)
    if (left(looked.before, after, now).length === 0) break
  }
  const here = (text: string) => `${looked.name}: ${text}`
  return {
    left: left(looked.before, after, now).map(here),
    changed: changes(after, first).map(changeText).map(here),
  }
}

/** Puts back what one fix changed. */
export async function putBack(lab: LabRecord, { fix, undo = [], stacks }: Taken): Promise<Outcome> {
  const server = lab.servers.find(({ name }) => name === fix.place.server)
  if (server) for (const argv of undo) await finished(enter({ lab, server }, argv))
  const into = inside(lab)
  const all: Outcome[] = []
  for (const looked of stacks) all.push(await putStackBack(into, looked))
  return {
    left: all.flatMap(({ left }) => left),
    changed: undo.length > 0 ? [] : all.flatMap(({ changed }) => changed),
  }
}

/** All that was taken away from one lab, the newest last; it is in the journal before it is done. */
export class Takings {
  readonly taken: Taken[] = []
  /** What somebody else changed meanwhile, in words. */
  readonly changed: string[] = []
  /** What could not be put back. */
  readonly left: string[] = []

  /** What places had learned of the addresses that a fix moves, and where that is to be asked. */
  private readonly learned = new Map<Taken, { stacks: readonly Stack[]; all: Learned[] }>()
  private readonly lab: LabRecord
  private readonly journal: Journal

  constructor(lab: LabRecord, journal: Journal) {
    this.lab = lab
    this.journal = journal
  }

  private busy: Promise<unknown> = Promise.resolve()
  private stopped = false

  /** Lets nothing more be taken away, and waits until what is just being done is done. */
  async stop(): Promise<void> {
    this.stopped = true
    await this.busy.catch(() => {})
  }

  /** Does one thing at a time, and nothing any more when it was stopped. */
  private work<T>(task: () => Promise<T>): Promise<T> {
    const done = this.stopped ? Promise.reject(new Error('cut off')) : task()
    this.busy = done
    return done
  }

  /** Makes a fix. One that fails is put back as far as it went, and throws. */
  take(stacks: readonly Stack[], fix: Fix): Promise<Taken> {
    return this.work(() => this.takeNow(stacks, fix))
  }

  private async takeNow(stacks: readonly Stack[], fix: Fix): Promise<Taken> {
    const into = inside(this.lab)
    const looked = await Promise.all(
      stacksOf(stacks, fix).map(
        async (stack): Promise<Looked> => ({
          ...{ path: stack.path, name: stack.place.name, before: await readState(into, stack) },
        }),
      ),
    )
    const undo = fix.lines.flatMap((line) => {
      const back = undoOf(fix.place, line)
      return back ? [back] : []
    })
    const one: Taken = { fix, stacks: looked, ...(undo.length > 0 ? { undo } : {}) }
    this.taken.push(one)
    this.journal.write(this.taken)
    this.learned.set(one, { stacks, all: [] })
    try {
      await this.make(stackAt(stacks, fix.place), one)
    } catch (error) {
      await this.giveBack(one)
      throw error
    }
    return one
  }

  /** Runs the lines of a fix, and looks what they did. */
  private async make(stack: Stack, one: Taken): Promise<void> {
    for (const line of one.fix.lines) if (!this.stopped) await runLine(this.lab, stack, one.fix.place, line)
    // At once: what somebody else changes from now on is not taken for ours.
    await this.look(one)
    const into = inside(this.lab)
    const known = this.learned.get(one)
    if (known) {
      const all = await forget(into, known.stacks, one.fix)
      if (known.all.length === 0) known.all = all
    }
    await settled(into, stack, one.fix)
  }

  /** Puts one back, and what places knew of its addresses. */
  private async undo(one: Taken): Promise<Outcome> {
    const outcome = await putBack(this.lab, one)
    const known = this.learned.get(one)
    if (known) {
      await forget(inside(this.lab), known.stacks, one.fix)
      await holdAgain(inside(this.lab), known.all)
    }
    return outcome
  }

  private async look({ stacks }: Taken): Promise<void> {
    const into = inside(this.lab)
    await Promise.all(
      stacks.map(async (looked) => {
        looked.after = await readState(into, stackOf(looked))
      }),
    )
    this.journal.write(this.taken)
  }

  /** Puts one back, and makes it again behind what `meanwhile` does. */
  async without<T>(stacks: readonly Stack[], one: Taken, meanwhile: () => Promise<T>): Promise<T> {
    await this.work(() => this.undo(one))
    const result = await meanwhile()
    await this.work(() => this.make(stackAt(stacks, one.fix.place), one))
    return result
  }

  private async giveBack(one: Taken): Promise<void> {
    const { left, changed } = await this.undo(one)
    this.left.push(...left)
    this.changed.push(...changed)
    this.taken.splice(this.taken.indexOf(one), 1)
    this.journal.write(this.taken)
  }

  /** Puts one back. */
  async back(one: Taken): Promise<void> {
    await this.work(() => this.giveBack(one))
  }

  /** Leaves all as it is now, for good, and tells what that is. */
  async keep(): Promise<Taken[]> {
    const kept = this.taken.splice(0)
    this.journal.write(this.taken)
    return kept
  }

  /** Puts all back, the newest first. */
  async end(): Promise<void> {
    while (this.taken.length > 0) await this.giveBack(this.taken.at(-1) as Taken)
    this.journal.end()
  }
}
