/** host-route: A detour that ends. */
import { exercise } from '../lib/learn/exercise.ts'
import { office } from './labs/office.ts'

export default exercise(import.meta, { title: 'A detour that ends', level: 2 }, (draw) => {
  const it = office(draw)
  return {
    build: it.build,
    report: `The database is gone for the office, and for the web server beside it as well.`,
    faults: [
      {
        at: it.gate.name,
        layer: 'route',
        cause: 'ARP unanswered',
        fact: `gate has a route to ${it.at.db} by ${it.there}.99, where nobody is.`,
        shows: { from: it.a.name, to: it.at.db, port: it.dbPort },
        breaks: [it.gate.ip.route.add(`${it.at.db}/32`).via(`${it.there}.99`)],
        mends: [it.gate.ip.route.del(`${it.at.db}/32`).via(`${it.there}.99`)],
      },
    ],
    goal: [it.toDb],
    stays: [...it.toWeb, it.nextTo, it.guarded],
  }
})
