/** The lab of a real run: does the steps, reads the facts, asks the questions. */
import { BadInput, CommandFailed, VethlabError } from '../errors.ts'
import type { CheckResult, Event, Listener } from '../lab/events.ts'
import type { Lab } from '../lab/lab.ts'
import { asList, flatten } from '../lab/misuse.ts'
import {
  type Check,
  holds,
  isNegative,
  isPositive,
  type Observed,
  observe,
} from '../language/checks/check.ts'
import type { Command, Read } from '../language/command.ts'
import { made, needed } from '../language/effects.ts'
import { needsEngine } from '../language/on-server.ts'
import { toShell } from '../language/shell.ts'
import { undoOf } from '../language/undo.ts'
import { sleep } from '../server/process.ts'
import type { Servers } from '../server/servers.ts'
import { sideBySide, sweep, toBeSwept } from './all-pairs.ts'
import { bounded } from './bounded.ts'
import { commandText, execute, failure } from './execute.ts'
import { failsOnPurpose, mustFail } from './fault.ts'
import { journal } from './journal.ts'
import { together } from './together.ts'

/** A capture that was started, as a file on a server. */
export interface Captured {
  server: string
  file: string
}

export interface LiveOptions {
  tell: Listener
  /** Where each step stands in the file, in order: found when the scenario was planned. */
  where: ReadonlyArray<() => string | undefined>
  /** Skips the steps, and all checks but these: for a lab that is up already. */
  only?: ReadonlySet<number>
  /** Asks `why` for checks that fail, and for what must not work. */
  why?: boolean | undefined
  /** Runs what can be run together so, and not one command after the other. */
  batch?: boolean | undefined
}

/** The lab of a run, and the results of its checks as they come. */
export function liveLab(
  sandbox: Servers,
  { tell, where, only, batch = false, why: asking }: LiveOptions,
): {
  lab: Lab
  /** Runs a command before the first step, and tells of it. */
  first(command: Command): Promise<void>
  results: CheckResult[]
  captures: Captured[]
} {
  const results: CheckResult[] = []
  const written = journal(sandbox.journal.file, sandbox.journal)
  const text = (command: Command) => commandText(sandbox, command)
  const captures: Captured[] = []
  let facts = new Map<string, string>()
  let steps = 0
  let checks = 0

  /** Refuses to build on an interface that is missing, or down: nothing would work, and nobody would say why. */
  const mustBeUp = async (command: Command, parent: string): Promise<void> => {
    const argv = ['ip', '-o', 'link', 'show', 'dev', parent]
    const done = await execute(sandbox, { place: command.place, argv })
    const hint = 'The parent must be an interface of the server, and up'
    if (done.code !== 0) throw failure(sandbox, command, done, { hint: `${hint}: look with ip link.` })
    if (!/[<,]UP[,>]/.test(done.stdout))
      throw new CommandFailed(text(command), 1, `${parent} is down`, {
        hint: `${hint}: ip link set dev ${parent} up`,
      })
  }

  /** What to tell of a command that was done: its words without marks. */
  const eventOf = (done: Command, ms: number, output?: string): Event => {
    const command = done.shownAs ?? done
    const undo = undoOf(command)
    return { kind: 'command', place: command.place, text: text(command), undo, output, ms }
  }

  const run = async (command: Command): Promise<Event> => {
    for (const { link } of needed(command, 'link up')) await mustBeUp(command, link)
    const old = await sandbox.before(command)
    const end = written.intent([command], old === undefined ? undefined : new Map([[command, old]]))
    const began = performance.now()
    const done = mustFail(written.count()) ? failsOnPurpose : await execute(sandbox, command)
    if (done.code !== 0) {
      end('failed')
      throw failure(sandbox, command, done)
    }
    end('done')
    for (const { name } of made(command, 'capture'))
      captures.push({ server: command.place.server, file: name })
    return eventOf(command, performance.now() - began, command.shows ? done.stdout : undefined)
  }

  /** Runs a command, then what marks what it made; tells of it. */
  const inTurn = async (command: Command): Promise<void> => {
    const [first = command, ...marks] = sandbox.around(command)
    const event = await run(first)
    for (const mark of marks) await run(mark)
    tell(event)
  }

  const read = async <T extends string>(question: Read<T>): Promise<T> => {
    const key = `${question.place.server} ${toShell(question)}`
    const known = facts.get(key) as T | undefined
    if (known !== undefined) return known
    const done = await execute(sandbox, question)
    if (done.code !== 0) throw failure(sandbox, question, done)
    try {
      const fact = question.check(done.stdout.trim() as T)
      facts.set(key, fact)
      return fact
    } catch (error) {
      if (!(error instanceof BadInput)) throw error
      throw new VethlabError(error.message, {
        command: text(question),
        hint: error.hint ?? 'That is what the command printed.',
      })
    }
  }

  /** Asks once; when an answer is expected and does not come, once more: the first packet may wait for ARP. */
  const ask = async (check: Check, command: Command): Promise<string> => {
    for (let tries = isPositive(check) ? 2 : 1; ; tries--) {
      const end = command.undo && written.intent([command])
      const fails = end !== undefined && mustFail(written.count())
      const said = fails ? failsOnPurpose : await execute(sandbox, command)
      end?.(said.code === 0 ? 'done' : 'failed')
      const observed = observe(check, said)
      if (observed === undefined)
        throw failure(sandbox, command, said, {
          hint: 'The tool failed, so nothing is known of the network. Is the program there, and the place up?',
        })
      if (tries === 1 || holds(check.expected, observed)) return observed
      await sleep(100)
    }
  }

  const answer = async (check: Check, why: string, known?: Observed): Promise<CheckResult> => {
    const address = typeof check.target === 'string' ? check.target : await read(check.target)
    const command = check.command(address)
    const began = performance.now()
    const observed = known ?? (await ask(check, command))
    const { expected, asks } = check
    const question = asks && { from: check.from.name, to: address, ...asks }
    return {
      from: check.from.label ?? check.from.name,
      to: check.to,
      command: text(command),
      expected,
      observed,
      ok: holds(expected, observed),
      why,
      ms: performance.now() - began,
      ...(question ? { question } : {}),
      ...(check.pair ? { pair: check.pair } : {}),
    }
  }

  /** The reason of a result, found out by a probe of its own. */
  const reason = async (check: Check, result: CheckResult): Promise<CheckResult> => {
    if (!asking || !result.question || (result.ok && !isNegative(check))) return result
    const { why } = await import('../why/why.ts')
    return { ...result, verdict: (await why(sandbox.record, result.question)).verdict }
  }

  const lab: Lab = {
    live: true,
    async step(title, ...commands) {
      const number = steps++
      if (only) return
      tell({ kind: 'step', number: number + 1, title })
      try {
        if (batch && sandbox.together)
          await together(flatten(commands), { sandbox, written, tell, alone: run, eventOf })
        else for (const command of flatten(commands)) await inTurn(command)
      } catch (error) {
        if (error instanceof VethlabError) error.where = `${where[number]?.() ?? ''}, step "${title}"`
        throw error
      }
      if (flatten(commands).some(needsEngine)) facts = new Map()
    },
    async check(all, why) {
      const these = asList(all).filter(() => {
        const number = checks++
        return !only || only.has(number)
      })
      const known = await sweep(sandbox, toBeSwept(sandbox, these))
      // A listener answers one at a time; all other questions are asked side by side.
      const busy = new Map<string, Promise<unknown>>()
      const answers = await bounded(sideBySide, these, (check) => {
        if (check.observer !== 'answer') return answer(check, why, known.get(check))
        const answered = (busy.get(check.to) ?? Promise.resolve()).then(() => answer(check, why))
        busy.set(check.to, answered)
        return answered
      })
      const asked: CheckResult[] = []
      for (const [i, result] of answers.entries()) asked.push(await reason(these[i] as Check, result))
      for (const result of asked) tell({ kind: 'check', ...result })
      if (asked.some((result) => result.pair)) tell({ kind: 'matrix', results: asked, why })
      results.push(...asked)
    },
    read,
  }
  return { lab, first: inTurn, results, captures }
}
