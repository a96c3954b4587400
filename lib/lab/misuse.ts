/** A lab that notices the slips that are easy to make: a missing await, a question without its answer. */

import { BadInput, rememberCaller, VethlabError } from '../errors.ts'
import type { Check } from '../language/checks/check.ts'
import type { Command } from '../language/command.ts'
import { judge } from '../language/grammar/form.ts'
import { must, oneLine } from '../language/values.ts'
import type { Lab } from './lab.ts'

/** The commands of a step as one list. */
export const flatten = (commands: ReadonlyArray<Command | readonly Command[]>): Command[] =>
  commands.flat() as Command[]

/** One check or several, as a list. */
export const asList = (checks: Check | readonly Check[]): readonly Check[] =>
  Array.isArray(checks) ? checks : [checks as Check]

export interface CarefulLab {
  lab: Lab
  /** To be called when the scenario's function has returned. Throws when something that it began goes on. */
  ended(): void
}

const missingAwait = (what: string, where: string | undefined) =>
  new BadInput(`${what} was not waited for`, { where, hint: 'Put await before it.' })

/** Wraps a lab. What goes wrong in a check or a read gets the line that asked. */
export function careful(inner: Lab): CarefulLab {
  let busy: { what: string; where: () => string | undefined } | undefined

  const oneAtATime = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    if (busy) throw missingAwait(busy.what, busy.where())
    const where = rememberCaller()
    busy = { what, where }
    try {
      return await work()
    } catch (error) {
      if (error instanceof VethlabError) error.where ??= where()
      throw error
    } finally {
      busy = undefined
    }
  }

  const lab: Lab = {
    live: inner.live,
    step(title, ...commands) {
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
    ended() {
      if (busy) throw missingAwait(busy.what, busy.where())
    },
  }
}
