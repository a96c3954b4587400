/** Keeps a run as one HTML file: of `up`, `test` and `why`, also when it fails. */
import { writeFileSync } from 'node:fs'
import { release } from 'node:os'
import { BadInput, explain, Unable } from '../errors.ts'
import type { Event, Listener } from '../lab/events.ts'
import { drawer } from '../map/picture.ts'
import { mapOf } from '../map/read.ts'
import type { Picture, RunReport } from '../page/client/types.ts'
import { reportPage, stepsOf } from '../page/report.ts'
import type { LabRecord } from '../server/state.ts'
import type { Report } from '../why/why.ts'

/** Refuses a file that could not be written, before anything is done. */
function mustBeWritable(file: string): void {
  try {
    writeFileSync(file, '', { flag: 'a' })
  } catch (error) {
    throw new BadInput(`cannot write the report: ${(error as Error).message}`, {
      where: undefined,
      hint: 'Name a file in a folder that you may write to: --report report.html',
    })
  }
}

/** The same with paths as they are seen from the working folder: where that lies is nobody's business. */
const fromHere = (report: RunReport): RunReport =>
  JSON.parse(JSON.stringify(report).replaceAll(`${process.cwd()}/`, '')) as RunReport

/** Gathers what a run tells, and writes it. */
export function reporter(file: string) {
  mustBeWritable(file)
  const events: Event[] = []
  const checks: Array<RunReport['checks'][number]> = []
  const whys: Report[] = []
  /** Reasons that were told, and whose checks come after them. */
  const waiting: number[] = []
  let picture: Picture = { svg: '', places: [], standIns: [] }
  const write = async (lab: { name: string; title: string }, error: unknown): Promise<void> => {
    const report: RunReport = {
      ...{ lab: lab.name, title: lab.title, made: new Date().toISOString(), ...picture },
      versions: { Node: process.version, Linux: release() },
      ...{ steps: stepsOf(events), checks, whys },
      ...(error === undefined ? {} : { error: explain(error) }),
    }
    try {
      writeFileSync(file, await reportPage(fromHere(report)))
    } catch (failed) {
      throw new Unable(`cannot write the report: ${(failed as Error).message}`)
    }
  }
  return {
    /** Hears what is told, and passes it on. */
    heard:
      (tell: Listener): Listener =>
      (event) => {
        if (event.kind === 'why') waiting.push(whys.push(event.report) - 1)
        else if (event.kind === 'check')
          checks.push({ ...event, ...(event.verdict ? { played: waiting.shift() } : {}) })
        else events.push(event)
        tell(event)
      },
    /** Looks at a lab while it stands. */
    async look(lab: LabRecord): Promise<void> {
      picture = await mapOf(lab)
        .then(drawer())
        .catch(() => picture)
    },
    add: (report: Report) => void whys.push(report),
    /** Does the work and writes the file, whatever becomes of it. */
    async written<T>(lab: { name: string; title: string }, work: () => Promise<T>): Promise<T> {
      let failed: unknown
      try {
        return await work()
      } catch (error) {
        failed = error
        throw error
      } finally {
        await write(lab, failed)
      }
    },
  }
}
