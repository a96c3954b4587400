/** Runs `up` or `test`, and shows it. */
import { BadInput } from '../errors.ts'
import type { CheckResult, Event, Listener } from '../lab/events.ts'
import { enterHint } from '../lab/hints.ts'
import { howToAsk } from '../lab/how-to-ask.ts'
import type { Scenario } from '../lab/lab.ts'
import { type Proof, proofSince } from '../prove/proof.ts'
import { snapshot } from '../prove/snapshot.ts'
import { say } from './output.ts'
import { proofCode, proofText } from './proof-report.ts'
import { screen, summary } from './screen.ts'
import type { Options } from './verb.ts'
import { test, up } from './verbs.ts'

/** What `test` writes beside what it shows; undefined when nothing is to be written. */
const results = async (
  scenario: string,
  { junit, trace }: { readonly junit?: unknown; readonly trace?: unknown },
  tell: Listener,
) =>
  junit === undefined && trace === undefined
    ? undefined
    : (await import('./results.ts')).results(
        scenario,
        { junit: junit as string | undefined, trace: trace as string | undefined },
        tell,
      )

/** Refuses to ask a program. */
function mustBeAsked(never: boolean): void {
  if (never)
    throw new BadInput('--on host asks before it changes this machine, and --json is for programs', {
      where: undefined,
      hint: '--yes does it without asking.',
    })
}

/** Runs `up` or `test` and shows it, as text or as one JSON document. */
export async function shown(
  verb: 'up' | 'test',
  scenario: Scenario,
  {
    json,
    quiet,
    undo,
    table,
    why,
    batch = verb === 'test' || quiet || json,
    name,
    pcap,
    on,
    yes,
    prove = false,
    report: file,
    junit,
    trace,
  }: Options & { readonly prove?: unknown; readonly junit?: unknown; readonly trace?: unknown },
  staysUp: boolean,
): Promise<number> {
  mustBeAsked(on === 'host' && json && !yes)
  const events: Event[] = []
  const asking = staysUp ? howToAsk(name ?? scenario.name, scenario.file) : undefined
  const shows = json ? (event: Event) => void events.push(event) : screen({ undo, verbose: !quiet })
  const kept = file === undefined ? undefined : (await import('./report-file.ts')).reporter(file)
  const heard = kept ? kept.heard(shows) : shows
  const extra = verb === 'test' ? await results(scenario.name, { junit, trace }, heard) : undefined
  const tell = extra?.tell ?? heard
  const before = prove ? await snapshot() : undefined
  const run = () =>
    (verb === 'up' ? up : test)(scenario, {
      ...{ name, tell, pcap, batch, on, yes },
      why: why || kept !== undefined || extra?.why === true,
      look: async (lab) => {
        await kept?.look(lab)
        await extra?.look(lab)
      },
    })
  const both = () => (extra ? extra.written(run) : run())
  const { checks, ms, again } = await (kept
    ? kept.written({ ...scenario, name: name ?? scenario.name }, both)
    : both())
  const proof = before && (await proofSince(before))
  const proved = proof ? proofCode(proof) : 0
  const ok = checks.every((check) => check.ok) && proved === 0
  if (json) {
    say(
      `${JSON.stringify(documentOf(scenario, events, { ok, ms, checks, ...(proof ? { proof } : {}) }), null, 2)}\n`,
    )
  } else {
    await summary(checks, ms, { table, howToAsk: asking })
    if (proof) say(`\n${proofText(proof, [])}\n`)
    if (again && !ok) say('Something in it was changed since it was built.\n')
    if (extra) say(extra.told())
    if (file !== undefined) say(`The run is kept in ${file}\n`)
    if (staysUp) say(`${enterHint(name ?? scenario.name, scenario.file)}\n`)
  }
  return ok ? 0 : proved || 1
}

/** What --json prints of a run. */
const documentOf = (
  { name: scenario, title }: Scenario,
  events: readonly Event[],
  { ok, ms, ...more }: { ok: boolean; ms: number; checks: readonly CheckResult[]; proof?: Proof },
) => ({
  ...{ scenario, title, ok, ms },
  steps: events.filter((event) => event.kind === 'step' || event.kind === 'command'),
  warnings: events.flatMap((event) => (event.kind === 'warning' ? [event.text] : [])),
  ...more,
})
