/** What the page shows of one lab, kept true as long as somebody looks: its map, and that something has changed. */
import { existsSync, watch } from 'node:fs'
import { boxesOf } from '../map/boxes.ts'
import { folded } from '../map/fold.ts'
import { mapOf } from '../map/read.ts'
import { svg } from '../map/svg.ts'
import { findLab } from '../server/labs.ts'
import { type LabRecord, labFolder } from '../server/state.ts'
import { lastName, lastOf } from '../why/last.ts'
import { type Stack, stacksOf } from '../why/stacks.ts'
import { type Change, watchLab } from './watch.ts'

/** What is sent to the page. */
export type News =
  | {
      kind: 'map'
      svg: string
      places: ReadonlyArray<{ id: string; name: string; kind: string; server: string }>
    }
  | { kind: 'changed' }
  | { kind: 'moved'; interfaces: string[] }
  | { kind: 'gone' }
  | { kind: 'why'; report: unknown }

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

/** Watches a lab for all who look at it. */
export function liveLab(lab: LabRecord, tell: (news: News) => void) {
  let stacks: Stack[] = []
  let shape = ''
  let drawn = ''
  let stop = () => {}
  let last: News | undefined
  let timer: NodeJS.Timeout | undefined
  let reading: Promise<void> | undefined
  let again = false
  let ended = false
  // What draws is large: it is loaded while the lab is read for the first time.
  const drawing = import('../map/layout.ts')

  const read = async (): Promise<void> => {
    stacks = await stacksOf(lab)
    if (ended) return
    const map = await mapOf(lab, stacks)
    const boxes = boxesOf(folded(map))
    const text = JSON.stringify(boxes)
    const { layout } = await drawing
    const picture = text === drawn && last?.kind === 'map' ? last.svg : svg(await layout(boxes))
    drawn = text
    if (ended) return
    // Drawn first: to listen to hundreds of namespaces takes longer. Once it hears, it says so, and all is read again.
    const paths = stacks.map(({ path }) => path).join(' ')
    if (paths !== shape) {
      shape = paths
      stop()
      stop = watchLab(lab, stacks, changed).stop
    }
    const news: News = {
      kind: 'map',
      svg: picture,
      places: map.places.map(({ id, name, kind, server }) => ({ id, name, kind, server })),
    }
    if (last?.kind === 'map' && last.svg === picture) return
    last = news
    tell(news)
  }
  /** Reads once more, when what is being read now is done: never two at once, however many changes come. */
  const readAgain = (): void => {
    if (reading) {
      again = true
      return
    }
    const start = performance.now()
    reading = read()
      .catch(isThere) // a lab that changes under it is read again
      .then(
        () => new Promise<void>((done) => setTimeout(done, again ? share * (performance.now() - start) : 0)),
      )
      .finally(() => {
        reading = undefined
        if (again && !ended) {
          again = false
          readAgain()
        }
      })
  }
  /** Tells when the lab is gone, or another one has its name by now. */
  function isThere(): boolean {
    if (sameLab(lab)) return true
    if (!ended) tell({ kind: 'gone' })
    return false
  }
  let wiring = false
  function changed(change: Change): void {
    wiring ||= change === 'wiring'
    timer ??= setTimeout(() => {
      timer = undefined
      if (ended) return
      if (wiring) readAgain()
      wiring = false
      tell({ kind: 'changed' })
    }, pause)
  }

  const counted = new Map<string, string>()
  const counters = setInterval(async () => {
    if (!isThere() || stacks.length > mostCounted || reading) return
    const { countersOf } = await import('./counters.ts')
    const now = await countersOf(lab, stacks).catch(() => [])
    const moved = now.filter(([id, value]) => counted.has(id) && counted.get(id) !== value).map(([id]) => id)
    for (const [id, value] of now) counted.set(id, value)
    if (moved.length > 0 && !ended) tell({ kind: 'moved', interfaces: moved })
  }, lookEvery)
  counters.unref()

  // What is asked in a terminal is played on the page, too.
  const folder = labFolder(lab.name)
  const asked = existsSync(folder)
    ? watch(folder, (_, name) => {
        const report = name === lastName ? lastOf(lab.name) : undefined
        if (report && !ended) tell({ kind: 'why', report })
      }).on('error', () => {})
    : undefined

  readAgain()
  return {
    /** What one who has just come must know. */
    now: (): News[] => (last ? [last] : []),
    stacks: () => stacks,
    end() {
      ended = true
      clearTimeout(timer)
      clearInterval(counters)
      asked?.close()
      stop()
    },
  }
}
export type LiveLab = ReturnType<typeof liveLab>
