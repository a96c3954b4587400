/** Asks the questions of checks, and reads facts: each fact once, until containers may have changed. */
import { BadInput, classify, VethlabError } from '../errors.ts'
import type { CheckResult } from '../lab/events.ts'
import {
  type Check,
  holds,
  isNegative,
  isPositive,
  type Observed,
  observe,
} from '../language/checks/check.ts'
import type { Said } from '../language/checks/kinds/kind.ts'
import type { Command, Read } from '../language/command.ts'
import { onlyLooks } from '../language/effects.ts'
import { toShell } from '../language/on-server.ts'
import { sleep } from '../server/process.ts'
import type { Servers } from '../server/servers.ts'
import { askPairs, pairsToAsk, sideBySide } from './all-pairs.ts'
import { bounded } from './bounded.ts'
import { commandText, execute, failure } from './execute.ts'
import { failsOnPurpose, mustFail } from './fault.ts'
import type { Run } from './steps.ts'

/** The facts of a running lab. */
export interface Facts {
  read<T extends string>(question: Read<T>): Promise<T>
  /** They may be others now. */
  forget(): void
}

/** Reads facts from the servers. */
export function factsOf(servers: Servers): Facts {
  const facts = new Map<string, string>()
  return {
    forget: () => facts.clear(),
    async read<T extends string>(question: Read<T>): Promise<T> {
      const key = `${question.place.server} ${toShell(question)}`
      // What a line of shell prints may be another each time.
      const known = onlyLooks(question) ? (facts.get(key) as T | undefined) : undefined
      if (known !== undefined) return known
      const done = await execute(servers, question)
      if (done.code !== 0) throw failure(servers, question, done)
      try {
        const fact = question.check(done.stdout.trim() as T)
        facts.set(key, fact)
        return fact
      } catch (error) {
        if (!(error instanceof BadInput)) throw error
        throw new VethlabError(error.message, {
          command: commandText(servers, question),
          hint: error.hint ?? 'That is what the command printed.',
        })
      }
    },
  }
}

/** What to do when the program that asks is not there, as in an image that has no ping. */
function missingProgram({ stdout, stderr }: Said): string | undefined {
  const known = classify(stderr || stdout)
  return known?.cause === 'no such program' ? known.hint : undefined
}

/** Asks once; when an answer is expected and does not come, once more: the first packet may wait for ARP. */
async function ask({ servers, written, briefly }: Run, check: Check, command: Command): Promise<string> {
  for (let tries = isPositive(check) ? 2 : 1; ; tries--) {
    const began = performance.now()
    const end = command.undo && written.intent([command])
    const fails = end !== undefined && mustFail(written.count())
    const said = fails ? failsOnPurpose : await execute(servers, command)
    end?.(said.code === 0 ? 'done' : 'failed')
    const observed = observe(check, said)
    if (observed === undefined)
      throw failure(servers, command, said, {
        hint:
          missingProgram(said) ??
          'The tool failed, so nothing is known of the network. Is the program there, and the place up?',
      })
    const late = briefly && performance.now() - began > 300
    if (tries === 1 || late || holds(check.expected, observed)) return observed
    await sleep(100)
  }
}

/** The result of a check; `known` is what was observed already. */
async function answer(
  run: Run,
  facts: Facts,
  check: Check,
  why: string,
  known?: Observed,
): Promise<CheckResult> {
  const address = typeof check.target === 'string' ? check.target : await facts.read(check.target)
  const command = check.command(address)
  const began = performance.now()
  const observed = known ?? (await ask(run, check, command))
  const { expected, asks } = check
  const question = asks && { from: check.from.name, to: address, ...asks }
  return {
    from: check.from.label ?? check.from.name,
    to: check.to,
    command: commandText(run.servers, command),
    expected,
    observed,
    ok: holds(expected, observed),
    why,
    ms: performance.now() - began,
    ...(question ? { question } : {}),
    ...(check.pair ? { pair: check.pair } : {}),
  }
}

/** Asks all of them, side by side. */
export async function answers(
  run: Run,
  facts: Facts,
  checks: readonly Check[],
  why: string,
): Promise<CheckResult[]> {
  const known = await askPairs(run.servers, pairsToAsk(run.servers, checks))
  // A listener answers one at a time; all other questions are asked side by side.
  const busy = new Map<string, Promise<unknown>>()
  return bounded(sideBySide, checks, (check) => {
    if (check.observer !== 'answer') return answer(run, facts, check, why, known.get(check))
    const answered = (busy.get(check.to) ?? Promise.resolve()).then(() => answer(run, facts, check, why))
    busy.set(check.to, answered)
    return answered
  })
}

/**
 * The same result with its reason, found out by a probe of its own: of what fails, and of what must not work, unless only
 * what fails is asked for.
 */
export async function withReason(
  { servers, tell }: Run,
  check: Check,
  result: CheckResult,
  asking: true | 'of what fails' = true,
): Promise<CheckResult> {
  if (!result.question || (result.ok && (asking !== true || !isNegative(check)))) return result
  const { why } = await import('../why/why.ts')
  const report = await why(servers.record, result.question)
  tell({ kind: 'why', report })
  return { ...result, verdict: report.verdict }
}
