/** The lab of a real run: does the steps, reads the facts, asks the questions. */
import { CommandFailed, VethlabError } from '../errors.ts'
import type { CheckResult, Listener } from '../lab/events.ts'
import type { Lab } from '../lab/lab.ts'
import { asList, flatten } from '../lab/misuse.ts'
import type { Check } from '../language/checks/check.ts'
import type { Command } from '../language/command.ts'
import { needsEngine } from '../language/on-server.ts'
import { settling } from '../language/settle.ts'
import type { Servers } from '../server/servers.ts'
import { dollarOf } from '../server/zx.ts'
import { journal } from './journal.ts'
import { answers, factsOf, withReason } from './questions.ts'
import { type Captured, type Run, runMarked } from './steps.ts'
import { together } from './together.ts'

export interface LiveOptions {
  tell: Listener
  /** Where each step stands in the file, in order: found when the scenario was planned. */
  where: ReadonlyArray<() => string | undefined>
  /** What the plan tells of a step that failed: a hint that is better than the tool's own words give. */
  slip?: (step: number) => string | undefined
  /** Skips the steps, and all checks but these: for a lab that is up already. */
  only?: ReadonlySet<number>
  /** Asks `why` for checks that fail, and for what must not work; or only for what fails, where that can be asked. */
  why?: boolean | 'of what fails' | undefined
  /** Runs what can be run together so, and not one command after the other. */
  batch?: boolean | undefined
}

/** A lab in a run. */
export interface LiveLab {
  lab: Lab
  /** Runs a command before the first step, and tells of it. */
  first(command: Command): Promise<void>
  /** The results of its checks as they come. */
  results: CheckResult[]
  captures: Captured[]
  /** Asks, and only tells what was observed. */
  ask(checks: readonly Check[]): Promise<CheckResult[]>
}

/** The lab of a run, and the results of its checks as they come. */
export function liveLab(
  servers: Servers,
  { tell, where, slip, only, batch = false, why: asking }: LiveOptions,
): LiveLab {
  const results: CheckResult[] = []
  const written = journal(servers.journal.file, servers.journal)
  const run: Run = { servers, written, tell, captures: [] }
  const facts = factsOf(servers)
  const waitsOf = settling()
  let steps = 0
  let checks = 0

  const lab: Lab = {
    live: true,
    async step(title, ...given) {
      const number = steps++
      if (only) return
      const own = flatten(given)
      const commands = [...own, ...waitsOf(own)]
      tell({ kind: 'step', number: number + 1, title })
      written.begin({ number: number + 1, title })
      try {
        if (batch && servers.together) await together(run, commands)
        else for (const command of commands) await runMarked(run, command)
      } catch (error) {
        if (error instanceof VethlabError) error.where = `${where[number]?.() ?? ''}, step "${title}"`
        if (error instanceof CommandFailed) error.hint = slip?.(number) ?? error.hint
        throw error
      }
      if (commands.some(needsEngine)) facts.forget()
    },
    async check(all, why) {
      const these = asList(all).filter(() => {
        const number = checks++
        return !only || only.has(number)
      })
      const asked: CheckResult[] = []
      for (const [i, result] of (await answers(run, facts, these, why)).entries())
        if (!asking) asked.push(result)
        else {
          const told = withReason(run, these[i] as Check, result, asking)
          // In a program the failure counts, and its reason comes with it where there is one.
          asked.push(await (asking === true ? told : told.catch(() => result)))
        }
      results.push(...asked)
      for (const result of asked) tell({ kind: 'check', ...result })
      if (asked.some((result) => result.pair)) tell({ kind: 'matrix', results: asked, why })
    },
    read: facts.read,
    $: (place) => dollarOf(servers, place),
  }
  const ask = (checks: readonly Check[]) => answers(run, facts, checks, '')
  return { lab, first: (command) => runMarked(run, command), results, captures: run.captures, ask }
}
