/** What the page shows of one lab, kept true as long as somebody looks: its map, and that something has changed. */
import { existsSync, watch } from 'node:fs'
import { boxesOf } from '../map/boxes.ts'
import { folded } from '../map/fold.ts'
import { layout } from '../map/layout.ts'
import { mapOf } from '../map/read.ts'
import { svg } from '../map/svg.ts'
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

/** How often the counters of the interfaces are read, in milliseconds. */
const countersEvery = 1000

/** From so many places on counters are not read. */
const mostCounted = 40

/** Watches a lab for all who look at it. */
export function liveLab(lab: LabRecord, tell: (news: News) => void) {
  let stacks: Stack[] = []
  let shape = ''
  let stop = () => {}
  let last: News | undefined
  let timer: NodeJS.Timeout | undefined
  let reading: Promise<void> | undefined
  let again = false
  let ended = false

  const read = async (): Promise<void> => {
    stacks = await stacksOf(lab)
    if (ended) return
    const paths = stacks.map(({ path }) => path).join(' ')
    if (paths !== shape) {
      shape = paths
      stop()
      stop = watchLab(lab, stacks, changed).stop
    }
    const map = await mapOf(lab, stacks)
    const picture = svg(await layout(boxesOf(folded(map))))
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
    reading = read()
      .catch(() => {}) // a lab that changes under it is read again
      .finally(() => {
        reading = undefined
        if (again && !ended) {
          again = false
          readAgain()
        }
      })
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
    if (stacks.length > mostCounted || reading) return
    const { countersOf } = await import('./counters.ts')
    const now = await countersOf(lab, stacks).catch(() => [])
    const moved = now.filter(([id, value]) => counted.has(id) && counted.get(id) !== value).map(([id]) => id)
    for (const [id, value] of now) counted.set(id, value)
    if (moved.length > 0 && !ended) tell({ kind: 'moved', interfaces: moved })
  }, countersEvery)
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
