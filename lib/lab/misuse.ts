/** A lab that notices the slips that are easy to make: a missing await, a question without its answer. */

import { BadInput, rememberCaller, VethlabError } from '../errors.ts'
import type { Check } from '../language/checks/check.ts'
import { type Command, unwatched, used } from '../language/command.ts'
import { judge } from '../language/grammar/form.ts'
import { must, oneLine } from '../language/values.ts'
import type { Lab } from './lab.ts'
import { fromShell, type NotedLine, noting } from './shell-lines.ts'

/** The commands of a step as one list. */
export const flatten = (commands: ReadonlyArray<Command | readonly Command[]>): Command[] =>
  commands.flat() as Command[]

/** One check or several, as a list. */
export const asList = (checks: Check | readonly Check[]): readonly Check[] =>
  Array.isArray(checks) ? checks : [checks as Check]

interface CarefulLab {
  lab: Lab
  /** To be called when the scenario's function has returned. Throws when something that it began goes on. */
  ended(): void
  /** The line of `lab.$` that was begun last. */
  lastLine(): NotedLine | undefined
}

const missingAwait = (what: string, where: string | undefined) =>
  new BadInput(`${what} was not waited for`, { where, hint: 'Put await before it.' })

/** A promise that knows whether somebody waits for it. */
class Waited<T> extends Promise<T> {
  static override get [Symbol.species]() {
    return Promise
  }
  waitedFor = false
  // biome-ignore lint/suspicious/noThenProperty: who waits calls it
  override then<A = T, B = never>(
    done?: ((value: T) => A | PromiseLike<A>) | null,
    failed?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.waitedFor = true
    return super.then(done, failed)
  }
}

/** What was asked of a lab. */
interface Asked {
  what: string
  where: () => string | undefined
  goesOn: boolean
  answer?: Waited<unknown>
}

/** Does the work that was asked; what goes wrong in it gets the line that asked. */
async function perform<T>(asked: Asked, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof VethlabError) error.where ??= asked.where()
    throw error
  } finally {
    asked.goesOn = false
  }
}

/** Begins a piece of work, and notices whether somebody waits for it. */
export type Watch = <T>(what: string, work: () => Promise<T>) => Promise<T>

/**
 * What a program begins in a lab: several things may go on side by side, but none that nobody waits for. An error gets
 * the line that asked; `full` is what it is then made of.
 */
export function watching(full: (error: unknown) => Promise<unknown>): {
  watch: Watch
  forgotten(): Error | undefined
} {
  const begun = new Set<Asked>()
  const watch: Watch = <T>(what: string, work: () => Promise<T>) => {
    const where = rememberCaller()
    const asked: Asked = { what, where, goesOn: true }
    const perform = async () => {
      try {
        return await unwatched(work)
      } catch (error) {
        if (error instanceof VethlabError) error.where = located(error.where, where())
        throw await full(error)
      } finally {
        asked.goesOn = false
        if (asked.answer?.waitedFor) begun.delete(asked)
      }
    }
    const answer = new Waited<T>((resolve) => resolve(perform()))
    asked.answer = answer
    begun.add(asked)
    return answer
  }
  return {
    watch,
    forgotten() {
      const [left, ...more] = [...begun].filter(({ answer }) => !answer?.waitedFor)
      for (const one of [left, ...more]) one?.answer?.catch(() => {}) // this error comes before its own
      return left && missingAwait(left.what, left.where())
    },
  }
}

/** Notes that checks were given to a lab. */
export function given(checks: readonly Check[]): void {
  for (const check of checks) {
    used(check?.inquiry)
    if (typeof check?.target === 'object') used(check.target)
  }
}

/** The lab of a program: each call is as careful as in a scenario, and may go on beside others. */
export const watchedLab = (inner: Lab, watch: Watch): Lab => ({
  live: inner.live,
  $: inner.$,
  step(title, ...commands) {
    for (const command of flatten(commands)) used(command)
    return watch(`step "${title}"`, () => careful(inner).lab.step(title, ...commands))
  },
  check(checks, why) {
    given(asList(checks))
    return watch(`the check of ${asList(checks)[0]?.to}`, () => careful(inner).lab.check(checks, why))
  },
  read(read) {
    used(read)
    return watch(`the read of ${read?.variable}`, () => careful(inner).lab.read(read))
  },
})

/** Where something went wrong: the line that asked, before what is known already. */
function located(known: string | undefined, line: string | undefined): string | undefined {
  if (known?.startsWith(', step')) return `${line ?? ''}${known}`
  return line === undefined || known === undefined || /:\d/.test(known)
    ? (known ?? line)
    : `${line}, ${known}`
}

/** Wraps a lab. What goes wrong in a check or a read gets the line that asked. */
function careful(inner: Lab): CarefulLab {
  let last: Asked | undefined
  let over = false
  let last$: NotedLine | undefined

  /** Throws when what was asked last goes on, or when nobody would notice its failure. */
  const mustBeDone = (): void => {
    if (!last || (last.answer?.waitedFor && !last.goesOn)) return
    last.answer?.catch(() => {}) // this error comes before its own
    throw missingAwait(last.what, last.where())
  }

  const oneAtATime = <T>(what: string, work: () => Promise<T>): Promise<T> => {
    const asked: Asked = { what, where: rememberCaller(), goesOn: true }
    try {
      mustBeDone()
      if (over) throw missingAwait(`${what}, which began after its scenario had ended,`, asked.where())
    } catch (error) {
      return Promise.reject(error)
    }
    last = asked
    const answer = new Waited<T>((resolve) => resolve(perform(asked, work)))
    asked.answer = answer
    return answer
  }

  const lab: Lab = {
    live: inner.live,
    $: (place) => {
      mustBeDone()
      return noting(place, inner.$(place), (line) => (last$ = line))
    },
    step(title, ...commands) {
      if (typeof title !== 'string')
        throw new BadInput('a step has no title', {
          hint: "Its title stands before its commands: lab.step('Two namespaces', …)",
        })
      oneLine(title, 'the title of a step')
      if (flatten(commands).some((command) => !Array.isArray(command?.argv)))
        throw new BadInput(`step "${title}" was given something that is no command`, {
          hint: 'A rule is one after jump(), an address after dev(), a container after name().',
        })
      for (const command of flatten(commands)) judge(command)
      return oneAtATime(`step "${title}"`, () => inner.step(title, ...commands))
    },
    check(checks, why) {
      if (asList(checks).some((check) => check?.kind !== 'check'))
        throw new BadInput('a check lacks its answer', {
          hint: 'Say what must be observed, as in place.ping(address).replies, .noReply, .tcp(address, 80).open.',
        })
      oneLine(why, 'the lesson of a check')
      return oneAtATime(`the check of ${asList(checks)[0]?.to}`, () => inner.check(checks, why))
    },
    read(read) {
      must(typeof read?.check === 'function', read, 'is no fact that a lab can read, as container.address()')
      return oneAtATime(`the read of ${read.variable}`, () => inner.read(read))
    },
  }
  return {
    lab,
    lastLine: () => last$,
    ended() {
      over = true
      mustBeDone()
    },
  }
}

/** Tells a scenario's function in a lab to its end. Throws when it leaves something undone, or never ends. */
export async function play(inner: Lab, body: (lab: Lab) => Promise<void>): Promise<void> {
  const { lab, ended, lastLine } = careful(inner)
  let tellNever = () => {}
  const never = new Promise<never>((_, reject) => {
    tellNever = () =>
      reject(
        new BadInput("the scenario's function waits for something that never comes", {
          where: undefined,
          hint: 'A promise in it is never resolved: look at what it awaits beside the lab.',
        }),
      )
  })
  // Node.js would end there without a word, and with exit code 0.
  process.once('beforeExit', tellNever)
  try {
    await Promise.race([body(lab), never])
    ended()
  } catch (error) {
    throw fromShell(error, lastLine())
  } finally {
    process.off('beforeExit', tellNever)
  }
}
