/** prohibit: Administratively so. */
import { exercise } from '../lib/learn/exercise.ts'
import { office } from './labs/office.ts'

export default exercise(import.meta, { title: 'Administratively so', level: 2 }, (draw) => {
  const it = office(draw)
  return {
    build: it.build,
    report: `Nobody reaches the database any more: "Packet filtered", it says.`,
    faults: [
      {
        at: it.gate.name,
        layer: 'route',
        cause: 'no route',
        fact: `gate has a route of the type prohibit to ${it.at.db}.`,
        shows: { from: it.a.name, to: it.at.db, port: it.dbPort },
        breaks: [it.gate.ip.route.add(`${it.at.db}/32`).prohibit()],
        mends: [it.gate.ip.route.del(`${it.at.db}/32`).prohibit()],
      },
    ],
    goal: [it.toDb],
    stays: [...it.toWeb, it.nextTo, it.guarded],
  }
})
