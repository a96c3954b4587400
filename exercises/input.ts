/** input: The server says nothing. */
import { exercise } from '../lib/learn/exercise.ts'
import { office } from './labs/office.ts'

export default exercise(import.meta, { title: 'The server says nothing', level: 2 }, (draw) => {
  const it = office(draw)
  return {
    build: it.build,
    report: `The web page loads for nobody, and there is no error either.`,
    faults: [
      {
        at: it.web.name,
        layer: 'firewall',
        cause: 'rule',
        fact: `A rule of INPUT in web drops port ${it.port}.`,
        shows: it.ask,
        breaks: [it.web.iptables.filter.append('INPUT').protocol('tcp').dport(it.port).jump('DROP')],
        mends: [it.web.iptables.filter.delete('INPUT').protocol('tcp').dport(it.port).jump('DROP')],
      },
    ],
    goal: [...it.toWeb],
    stays: [it.toDb, it.nextTo, it.guarded],
  }
})
