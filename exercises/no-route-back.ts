/** no-route-back: The answer does not come. */
import { exercise } from '../lib/learn/exercise.ts'
import { office } from './labs/office.ts'

export default exercise(import.meta, { title: 'The answer does not come', level: 2 }, (draw) => {
  const it = office(draw)
  return {
    build: it.build,
    report: `The web page loads for nobody; the database works.`,
    faults: [
      {
        at: it.web.name,
        layer: 'route',
        cause: 'no route back',
        fact: `web has no way back to ${it.here}.0/24: its default route is gone.`,
        shows: it.ask,
        breaks: [it.web.ip.route.del('default')],
        mends: [it.web.ip.route.add('default').via(`${it.there}.1`)],
      },
    ],
    goal: [...it.toWeb],
    stays: [it.toDb, it.nextTo, it.guarded],
  }
})
