/** raw: Before anybody looks. */
import { exercise } from '../lib/learn/exercise.ts'
import { office } from './labs/office.ts'

export default exercise(import.meta, { title: 'Before anybody looks', level: 3 }, (draw) => {
  const it = office(draw)
  return {
    build: it.build,
    report: `The web server hears nothing of ${it.a.name}, and its firewall (filter) is empty.`,
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
    ],
    goal: [...it.toWeb.slice(0, 1)],
    stays: [...it.toWeb.slice(1), it.toDb, it.nextTo, it.guarded],
  }
})
