/** What the page shows of one lab, kept true as long as somebody looks: its map, and that something has changed. */
import { existsSync, watch } from 'node:fs'
import { drawer } from '../map/picture.ts'
import { mapOf } from '../map/read.ts'
import { findLab } from '../server/labs.ts'
import { type LabRecord, labFolder } from '../server/state.ts'
import { lastName, lastOf } from '../why/last.ts'
import { type Stack, stacksOf } from '../why/stacks.ts'
import type { Report } from '../why/why.ts'
import type { News } from './client/types.ts'
import { type Change, watchLab } from './watch.ts'

/** A change is answered after so many milliseconds: what comes in between is answered together. */
const pause = 60

/** How often the counters of the interfaces are read, and whether the lab is still there, in milliseconds. */
const lookEvery = 1000

/** After a reading the next one waits as long as it took, so that half of the time is left for others. */
const share = 1

/** From so many places on counters are not read. */
const mostCounted = 40

/** Whether it is up still, and no other one has taken its name. */
function sameLab({ name, pid }: LabRecord): boolean {
  try {
    return findLab(name)?.pid === pid
  } catch {
    return false // what is left of it cannot be read
  }
}

/** Does the work each time it is asked to, but never two at once: what is asked meanwhile is done once more, after it. */
function oneByOne(work: () => Promise<void>, failed: () => void) {
  let working = false
  let again = false
  let ended = false
  const ask = (): void => {
    if (ended) return
    again = working
    if (working) return
    working = true
    const start = performance.now()
    const rest = () =>
      new Promise<void>((done) => setTimeout(done, again ? share * (performance.now() - start) : 0))
    work()
      .catch(failed)
      .then(rest)
      .finally(() => {
        working = false
        if (again) ask()
      })
  }
  return {
    ask,
    isWorking: (): boolean => working,
    end: (): void => {
      ended = true
    },
  }
}

/** Gathers changes for a moment, and tells whether the wiring was among them. */
function gathered(tell: (wiring: boolean) => void) {
  let timer: NodeJS.Timeout | undefined
  let wiring = false
  return {
    add(change: Change): void {
      wiring ||= change === 'wiring'
      timer ??= setTimeout(() => {
        const found = wiring
        timer = undefined
        wiring = false
        tell(found)
      }, pause)
    },
    end: (): void => clearTimeout(timer),
  }
}

/** Tells which interfaces have moved packets, until `end`. */
function counting(lab: LabRecord, stacksNow: () => readonly Stack[], tell: (interfaces: string[]) => void) {
  const counted = new Map<string, string>()
  const counters = setInterval(async () => {
    const stacks = stacksNow()
    if (stacks.length === 0 || stacks.length > mostCounted) return
    const { countersOf } = await import('./counters.ts')
    const now = await countersOf(lab, stacks).catch(() => [])
    const moved = now.filter(([id, value]) => counted.has(id) && counted.get(id) !== value).map(([id]) => id)
    for (const [id, value] of now) counted.set(id, value)
    if (moved.length > 0) tell(moved)
  }, lookEvery)
  counters.unref()
  return { end: (): void => clearInterval(counters) }
}

/** Tells what is asked of the lab elsewhere, as in a terminal: it is played on the page, too. */
function asking({ name }: LabRecord, tell: (report: Report) => void) {
  const folder = labFolder(name)
  const asked = existsSync(folder)
    ? watch(folder, (_, file) => {
        const report = file === lastName ? lastOf(name) : undefined
        if (report) tell(report)
      }).on('error', () => {})
    : undefined
  return { end: (): void => asked?.close() }
}

/** Watches a lab for all who look at it. */
export function liveLab(lab: LabRecord, listener: (news: News) => void) {
  let stacks: Stack[] = []
  let shape = ''
  let stop = () => {}
  let last: Extract<News, { kind: 'map' }> | undefined
  let ended = false
  const tell = (news: News): void => {
    if (!ended) listener(news)
  }

  /** Tells when the lab is gone, or another one has its name by now. */
  const isThere = (): boolean => {
    if (sameLab(lab)) return true
    tell({ kind: 'gone' })
    return false
  }

  const draw = drawer()
  const read = async (): Promise<void> => {
    stacks = await stacksOf(lab)
    if (ended) return
    const news = { kind: 'map', ...(await draw(await mapOf(lab, stacks))) } as const
    if (ended) return
    // Drawn first: to listen to hundreds of namespaces takes longer. Once it hears, it says so, and all is read again.
    const paths = stacks.map(({ path }) => path).join(' ')
    if (paths !== shape) {
      shape = paths
      stop()
      stop = watchLab(lab, stacks, (change) => changes.add(change)).stop
    }
    if (last?.svg === news.svg) return
    last = news
    tell(news)
  }
  const reading = oneByOne(read, isThere) // a lab that changes under it is read again
  const changes = gathered((wiring) => {
    if (wiring) reading.ask()
    tell({ kind: 'changed' })
  })
  const parts = [
    reading,
    changes,
    counting(
      lab,
      () => (isThere() && !reading.isWorking() ? stacks : []),
      (interfaces) => tell({ kind: 'moved', interfaces }),
    ),
    asking(lab, (report) => tell({ kind: 'why', report })),
  ]

  reading.ask()
  return {
    /** What one who has just come must know. */
    now: (): News[] => (last ? [last] : []),
    stacks: () => stacks,
    end() {
      ended = true
      for (const part of parts) part.end()
      stop()
    },
  }
}
export type LiveLab = ReturnType<typeof liveLab>
