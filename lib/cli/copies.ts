/** Several labs of one scenario at once, as one for each student of a class: made by one process, a line for each. */
import { BadInput, explain } from '../errors.ts'
import type { Event } from '../lab/events.ts'
import { enterHint } from '../lab/hints.ts'
import type { Scenario } from '../lab/lab.ts'
import { whole } from '../language/names.ts'
import { snapshot } from '../prove/snapshot.ts'
import { Interrupted } from '../server/guard.ts'
import { labName } from '../server/state.ts'
import { say } from './output.ts'
import type { Options } from './verb.ts'
import { down, type Outcome, up } from './verbs.ts'

/** What became of one of them. */
interface Copy {
  lab: string
  outcome?: Outcome
  error?: unknown
}

/** Builds `copies` labs side by side, NAME-1 and so on. Returns the worst exit code of them. */
export async function shownCopies(
  scenario: Scenario,
  copies: number,
  { name = scenario.name, json, why, pcap, on }: Options,
): Promise<number> {
  const { default: colors } = await import('picocolors')
  whole(copies, 'number of copies', 1, 100)
  const refused = on === 'host' ? '--on host' : pcap !== undefined ? '--pcap' : undefined
  if (refused)
    throw new BadInput(`${refused} is for one lab, not for copies`, {
      where: undefined,
      hint: 'Leave one out.',
    })
  const labs = Array.from({ length: copies }, (_, index) => labName(`${name}-${index + 1}`))
  const began = performance.now()
  const seen = snapshot()
  const warnings = new Set<string>() // each of them warns of the same
  const tell = (event: Event): void => {
    if (event.kind === 'warning') warnings.add(event.text)
  }
  const results = await Promise.all(
    labs.map(async (lab): Promise<Copy> => {
      try {
        return { lab, outcome: await up(scenario, { name: lab, tell, batch: true, why, seen }) }
      } catch (error) {
        return { lab, error }
      }
    }),
  )
  const cutOff = results.find(({ error }) => error instanceof Interrupted)
  if (cutOff) {
    const built = results.filter(({ outcome }) => outcome && !outcome.again)
    await Promise.all(built.map(({ lab }) => down(lab)))
    throw cutOff.error
  }
  for (const text of warnings) process.stderr.write(`${colors.yellow('warning')}: ${text}\n`)
  const ms = performance.now() - began
  const code = Math.max(...results.map(codeOf))
  if (json) {
    const all = results.map((one) => ({ lab: one.lab, ok: codeOf(one) === 0, ...told(one) }))
    const document = { scenario: scenario.name, ok: code === 0, ms, warnings: [...warnings], labs: all }
    say(`${JSON.stringify(document, null, 2)}\n`)
    return code
  }
  for (const one of results) {
    const sign = codeOf(one) === 0 ? colors.green('✓') : colors.red('✗')
    say(`${sign} ${one.lab}  ${one.outcome ? checksText(one.outcome) : explain(one.error)}\n`)
  }
  say(
    `${results.filter((one) => codeOf(one) === 0).length} of ${copies} are up and hold, ${(ms / 1000).toFixed(1)} s. The first:\n${enterHint(labs[0] ?? '', scenario.file)}\n`,
  )
  return code
}

const failedIn = ({ checks }: Outcome) => checks.filter(({ ok }) => !ok)

const codeOf = ({ outcome }: Copy): number => (!outcome ? 2 : failedIn(outcome).length > 0 ? 1 : 0)

function checksText(outcome: Outcome): string {
  const failed = failedIn(outcome)
  if (failed.length === 0) return `${outcome.checks.length} checks hold`
  const lines = failed.map(
    ({ from, to, expected, observed }) => `\n    ${from} → ${to}: expected ${expected}, observed ${observed}`,
  )
  return `${failed.length} of ${outcome.checks.length} checks failed${lines.join('')}`
}

const told = ({ outcome, error }: Copy): object =>
  outcome ? { checks: outcome.checks, ms: outcome.ms } : { error: explain(error) }
