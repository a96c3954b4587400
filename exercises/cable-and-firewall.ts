/** cable-and-firewall: The rack was moved. */
import { exercise } from '../lib/learn/exercise.ts'
import { office } from './labs/office.ts'

export default exercise(import.meta, { title: 'The rack was moved', level: 4 }, (draw) => {
  const it = office(draw)
  return {
    build: it.build,
    report: `After the move: no database for ${it.a.name}, no web page for ${it.b.name}.`,
    faults: [
      {
        at: it.server1.name,
        layer: 'cable',
        cause: 'link down',
        fact: `The cable of db is in no switch.`,
        shows: { from: it.a.name, to: it.at.db, port: it.dbPort },
        breaks: [it.server1.ip.link.set('dmz-db').nomaster()],
        mends: [it.server1.ip.link.set('dmz-db').master('dmz')],
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
    goal: [...it.toWeb.slice(1), it.toDb],
    stays: [...it.toWeb.slice(0, 1), it.nextTo, it.guarded],
  }
})
