/** own-output: My own machine is against me. */
import { exercise } from '../lib/learn/exercise.ts'
import { office } from './labs/office.ts'

export default exercise(import.meta, { title: 'My own machine is against me', level: 2 }, (draw) => {
  const it = office(draw)
  return {
    build: it.build,
    report: `${it.a.name} cannot open the web page; the database works, and for ${it.b.name} all is well.`,
    faults: [
      {
        at: it.a.name,
        layer: 'firewall',
        cause: 'rule',
        fact: `A rule of OUTPUT in ${it.a.name} itself drops what goes to ${it.at.web}.`,
        shows: it.ask,
        breaks: [it.a.iptables.filter.insert('OUTPUT').destination(it.at.web).jump('DROP')],
        mends: [it.a.iptables.filter.delete('OUTPUT').destination(it.at.web).jump('DROP')],
      },
    ],
    goal: [...it.toWeb.slice(0, 1)],
    stays: [...it.toWeb.slice(1), it.toDb, it.nextTo, it.guarded],
  }
})
