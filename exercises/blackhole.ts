/** blackhole: It vanishes without a word. */
import { exercise } from '../lib/learn/exercise.ts'
import { office } from './labs/office.ts'

export default exercise(import.meta, { title: 'It vanishes without a word', level: 2 }, (draw) => {
  const it = office(draw)
  return {
    build: it.build,
    report: `The web server is gone for the whole office; the database beside it is there.`,
    faults: [
      {
        at: it.gate.name,
        layer: 'route',
        cause: 'no route',
        fact: `gate has a blackhole route to ${it.at.web}.`,
        shows: it.ask,
        breaks: [it.gate.ip.route.add(`${it.at.web}/32`).blackhole()],
        mends: [it.gate.ip.route.del(`${it.at.web}/32`).blackhole()],
      },
    ],
    goal: [...it.toWeb],
    stays: [it.toDb, it.nextTo, it.guarded],
  }
})
