/** rule: Somebody tidied the firewall. */
import { exercise } from '../lib/learn/exercise.ts'
import { office } from './labs/office.ts'

export default exercise(import.meta, { title: 'Somebody tidied the firewall', level: 2 }, (draw) => {
  const it = office(draw)
  return {
    build: it.build,
    report: `${it.a.name} gets no web page any more; ${it.b.name} does.`,
    faults: [
      {
        at: it.gate.name,
        layer: 'firewall',
        cause: 'rule',
        fact: `A rule of FORWARD in gate drops what comes from ${it.at.a}.`,
        shows: it.ask,
        breaks: [
          it.gate.iptables.filter.insert('FORWARD').source(it.at.a).destination(it.at.web).jump('DROP'),
        ],
        mends: [
          it.gate.iptables.filter.delete('FORWARD').source(it.at.a).destination(it.at.web).jump('DROP'),
        ],
      },
    ],
    goal: [...it.toWeb.slice(0, 1)],
    stays: [...it.toWeb.slice(1), it.toDb, it.nextTo, it.guarded],
  }
})
