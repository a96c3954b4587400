/** no-route: Next door, and no further. */
import { exercise } from '../lib/learn/exercise.ts'
import { office } from './labs/office.ts'

export default exercise(import.meta, { title: 'Next door, and no further', level: 1 }, (draw) => {
  const it = office(draw)
  return {
    build: it.build,
    report: `${it.a.name} reaches ${it.b.name} beside it, and nothing beyond the router.`,
    faults: [
      {
        at: it.a.name,
        layer: 'route',
        cause: 'no route',
        fact: `${it.a.name} has no default route.`,
        shows: it.ask,
        breaks: [it.a.ip.route.del('default')],
        mends: [it.a.ip.route.add('default').via(`${it.here}.1`)],
      },
    ],
    goal: [...it.toWeb.slice(0, 1), it.toDb],
    stays: [...it.toWeb.slice(1), it.nextTo, it.guarded],
  }
})
