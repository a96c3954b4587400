/** The lab of a program on servers that are up: all that it can, each call with the line that asked in its errors. */
import { join } from 'node:path'
import { CheckFailed } from '../lab/check-failed.ts'
import type { CheckResult, Event } from '../lab/events.ts'
import type { Lab } from '../lab/lab.ts'
import { given, type Watch, watchedLab, watching } from '../lab/misuse.ts'
import { sorted } from '../lab/plan.ts'
import { straysOf } from '../lab/slips.ts'
import { type Command, type Inquiry, type Place, type Stray, used } from '../language/command.ts'
import { judge } from '../language/grammar/form.ts'
import { exec } from '../run/exec.ts'
import { execute, failure } from '../run/execute.ts'
import { liveLab } from '../run/live.ts'
import { startProgram } from '../run/program.ts'
import type { Servers } from '../server/servers.ts'
import type { BreakableLink } from './breaking.ts'
import { gatesOf } from './gate.ts'
import { inFull } from './in-full.ts'
import type { LabOptions, OpenLab } from './open-lab.ts'
import { openLabs } from './opened.ts'
import type { Awaited } from './until.ts'
import { waysInto } from './ways.ts'

/** What a program is called in an error: its line, if it is one. */
const programOf = (argv: readonly string[]): string => [argv].flat().join(' ')

/** Warns of what was built and never given to a lab, a line for each line of the program. */
export function warnOf(strays: ReadonlyArray<Stray<Command | Inquiry>>): void {
  for (const text of straysOf(sorted(strays))) process.emitWarning(text)
}

/** Checks that throw when one of them fails. */
const throwing =
  ({ check }: Lab, results: readonly CheckResult[]): Lab['check'] =>
  async (checks, why) => {
    const before = results.length
    await check(checks, why)
    const failed = results.slice(before).filter(({ ok }) => !ok)
    if (failed.length > 0) throw new CheckFailed(failed)
  }

/** Runs a command, and returns what it printed. */
async function run(servers: Servers, command: Command): Promise<string> {
  judge(command)
  const done = await execute(servers, command)
  if (done.code !== 0) throw failure(servers, command, done)
  return done.stdout
}

/** An interface to be broken, each call with the line that asked. */
function watchedLink(servers: Servers, place: Place, dev: string, watch: Watch): BreakableLink {
  const link = async () => (await import('./breaking.ts')).breakable(servers, place, dev)
  const named = `of ${dev} in ${place?.name}`
  return {
    down: () => watch(`down ${named}`, async () => (await link()).down()),
    up: () => watch(`up ${named}`, async () => (await link()).up()),
    flap: (how) => watch(`flap ${named}`, async () => (await link()).flap(how)),
    impair: (how) => watch(`impair ${named}`, async () => (await link()).impair(how)),
  }
}

/** The lab that is told steps and checks, and remembers what was told; what goes wrong leaves a trace, where one is wanted. */
function remembering(servers: Servers, options: LabOptions) {
  const { tell = () => {}, batch = true, why = true, trace: folder } = options
  const events: Event[] = []
  const heard = (event: Event): void => {
    events.push(event)
    tell(event)
  }
  const live = liveLab(servers, { tell: heard, where: [], batch, why: why && 'of what fails' })
  const trace = async (to: string, error?: unknown): Promise<void> => {
    const { looked, writeTrace } = await import('../run/trace.ts')
    writeTrace(to, events, await looked(servers.record).catch(() => new Map()), error)
  }
  const watched = watching(async (error) => {
    const full = inFull(error)
    // What went wrong counts, whatever becomes of its trace.
    if (folder !== undefined) await trace(join(folder, servers.record.name), full).catch(() => {})
    return full
  })
  return { ...live, ...watched, trace }
}

/** What breaks a lab. */
const breaking = (servers: Servers, watch: Watch): Pick<OpenLab, 'link' | 'partition'> => ({
  link: (place, dev) => watchedLink(servers, place, dev, watch),
  partition: (...groups) =>
    watch('partition', async () => (await import('./partition.ts')).partition(servers, groups)),
})

/** The lab on servers that are up; `end` removes it. */
export function labOn(servers: Servers, options: LabOptions, end: () => Promise<void>): OpenLab {
  const { lab: inner, results, ask, watch, forgotten, trace } = remembering(servers, options)
  const gates = gatesOf(servers)
  const { ways, closeAll } = waysInto(servers, gates, watch)
  const close = async () => {
    openLabs.delete(lab)
    const left = forgotten()
    await closeAll()
    await end()
    if (left) throw inFull(left)
  }
  const lab: OpenLab = {
    ...watchedLab({ ...inner, check: throwing(inner, results) }, watch),
    name: servers.record.name,
    results,
    sandbox: servers,
    run(command) {
      used(command)
      return watch(`the run of ${command?.argv?.join(' ')}`, () => run(servers, command))
    },
    exec: ((place, argv, options) =>
      watch(programOf(argv), () => exec(servers, place, argv, options))) as OpenLab['exec'],
    spawn: (place, argv, options) =>
      watch(programOf(argv), () => startProgram(servers, place, argv, options)),
    ...ways,
    until(what, options = {}) {
      const all = Array.isArray(what) ? (what as readonly Awaited[]) : [what as Awaited]
      given(all.flatMap((one) => (typeof one === 'object' && one?.kind === 'check' ? [one] : [])))
      return watch('until', async () =>
        (await import('./until.ts')).until(all, ask, { servers, gates }, options),
      )
    },
    ...breaking(servers, watch),
    why: (question) =>
      watch('why', async () => (await import('../why/why.ts')).why(servers.record, question)),
    trace: (to) => watch('trace', () => trace(to)),
    close,
    [Symbol.asyncDispose]: close,
  }
  openLabs.add(lab)
  return lab
}
