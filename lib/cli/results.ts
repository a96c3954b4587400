/** What `test` writes beside what it shows: JUnit's XML of all checks, and a folder that tells of a failure. */
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { BadInput, explain } from '../errors.ts'
import type { CheckResult, Event, Listener } from '../lab/events.ts'
import { type Files, looked, writeTrace } from '../run/trace.ts'
import type { LabRecord } from '../server/state.ts'
import { junit as junitText, type Suite } from './junit.ts'

/** Refuses what could not be written, before anything is done. */
export function mustBeWritable(junit: string | undefined): void {
  if (junit === undefined) return
  try {
    writeFileSync(junit, '', { flag: 'a' })
  } catch (error) {
    throw new BadInput(`cannot write the results: ${(error as Error).message}`, {
      where: undefined,
      hint: 'Name a file in a folder that you may write to: --junit results.xml',
    })
  }
}

/** Refuses a folder that holds something else. */
function mustBeOwn(trace: string | undefined): void {
  if (trace === undefined || !existsSync(trace)) return
  const strange = readdirSync(trace).find((name) => !/^(places|captures|.*\.(txt|json))$/.test(name))
  if (strange !== undefined)
    throw new BadInput(`${trace} holds ${strange}, which is no part of a trace`, {
      where: undefined,
      hint: 'Name a folder of its own, or one that is not there yet.',
    })
}

/** Writes the results of several scenarios. */
export const writeJunit = (file: string, suites: readonly Suite[]): void =>
  writeFileSync(file, junitText(suites))

/** Gathers what a run tells, and writes what was asked for, whatever becomes of it. */
export function results(
  scenario: string,
  { junit, trace }: { junit?: string | undefined; trace?: string | undefined },
  tell: Listener,
) {
  mustBeWritable(junit)
  mustBeOwn(trace)
  const events: Event[] = []
  const checks = (): CheckResult[] => events.filter((event) => event.kind === 'check')
  const began = performance.now()
  let files: Files = new Map()
  let wrote = false
  const write = (error: unknown): void => {
    const told = error === undefined ? undefined : explain(error)
    if (junit !== undefined)
      writeJunit(junit, [{ scenario, ms: performance.now() - began, checks: checks(), error: told }])
    if (trace === undefined || (error === undefined && checks().every(({ ok }) => ok))) return
    writeTrace(trace, events, files, error)
    wrote = true
  }
  return {
    tell: ((event) => {
      events.push(event)
      tell(event)
    }) as Listener,
    /** Whether it is to be found out why a check failed. */
    why: trace !== undefined,
    /** Looks at the lab while it stands. */
    async look(lab: LabRecord): Promise<void> {
      if (trace !== undefined) files = await looked(lab).catch(() => files)
    },
    /** Does the work, and writes. */
    async written<T>(work: () => Promise<T>): Promise<T> {
      let failed: unknown
      try {
        return await work()
      } catch (error) {
        failed = error
        throw error
      } finally {
        write(failed)
      }
    },
    /** What is told of the files. */
    told: (): string =>
      [
        ...(junit === undefined ? [] : [`The results are in ${junit}\n`]),
        ...(wrote ? [`What there is to see of the failure is in ${trace}\n`] : []),
      ].join(''),
  }
}
