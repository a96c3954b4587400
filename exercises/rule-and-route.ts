/** rule-and-route: A rule and a route. */
import { exercise } from '../lib/learn/exercise.ts'
import { office } from './labs/office.ts'

export default exercise(import.meta, { title: 'A rule and a route', level: 4 }, (draw) => {
  const it = office(draw)
  return {
    build: it.build,
    report: `${it.b.name} gets no web page, and ${it.a.name} no database.`,
    faults: [
      {
        at: it.gate.name,
        layer: 'firewall',
        cause: 'rule',
        fact: `A rule of FORWARD in gate drops what ${it.at.b} sends to web.`,
        shows: { from: it.b.name, to: it.at.web, port: it.port },
        breaks: [
          it.gate.iptables.filter.insert('FORWARD').source(it.at.b).destination(it.at.web).jump('DROP'),
        ],
        mends: [
          it.gate.iptables.filter.delete('FORWARD').source(it.at.b).destination(it.at.web).jump('DROP'),
        ],
      },
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
    goal: [...it.toWeb.slice(1), it.toDb],
    stays: [...it.toWeb.slice(0, 1), it.nextTo, it.guarded],
  }
})
