/** both-ends: At both ends. */
import { exercise } from '../lib/learn/exercise.ts'
import { office } from './labs/office.ts'

export default exercise(import.meta, { title: 'At both ends', level: 3 }, (draw) => {
  const it = office(draw)
  return {
    build: it.build,
    report: `The web page loads for nobody in the office.`,
    faults: [
      {
        at: it.a.name,
        layer: 'firewall',
        cause: 'rule',
        fact: `A rule of OUTPUT in ${it.a.name} drops what goes to ${it.at.web}.`,
        shows: it.ask,
        breaks: [it.a.iptables.filter.insert('OUTPUT').destination(it.at.web).jump('DROP')],
        mends: [it.a.iptables.filter.delete('OUTPUT').destination(it.at.web).jump('DROP')],
      },
      {
        at: it.web.name,
        layer: 'firewall',
        cause: 'rule',
        fact: `A rule of INPUT in web drops what ${it.at.b} sends.`,
        shows: { from: it.b.name, to: it.at.web, port: it.port },
        breaks: [it.web.iptables.filter.insert('INPUT').source(it.at.b).jump('DROP')],
        mends: [it.web.iptables.filter.delete('INPUT').source(it.at.b).jump('DROP')],
      },
    ],
    goal: [...it.toWeb],
    stays: [it.toDb, it.nextTo, it.guarded],
  }
})
