/** raw-and-rule: One for each. */
import { exercise } from '../lib/learn/exercise.ts'
import { office } from './labs/office.ts'

export default exercise(import.meta, { title: 'One for each', level: 4 }, (draw) => {
  const it = office(draw)
  return {
    build: it.build,
    report: `Both complain of the web page, and it is not the same for both.`,
    faults: [
      {
        at: it.web.name,
        layer: 'firewall',
        cause: 'rule',
        fact: `A rule of the table raw in web drops what comes from ${it.at.a}.`,
        shows: it.ask,
        breaks: [it.web.iptables.raw.append('PREROUTING').source(it.at.a).jump('DROP')],
        mends: [it.web.iptables.raw.delete('PREROUTING').source(it.at.a).jump('DROP')],
      },
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
    ],
    goal: [...it.toWeb],
    stays: [it.toDb, it.nextTo, it.guarded],
  }
})
