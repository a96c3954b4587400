/** two-at-once: Two at once. */
import { exercise } from '../lib/learn/exercise.ts'
import { office } from './labs/office.ts'

export default exercise(import.meta, { title: 'Two at once', level: 3 }, (draw) => {
  const it = office(draw)
  return {
    build: it.build,
    report: `Neither ${it.a.name} nor ${it.b.name} gets the web page.`,
    faults: [
      {
        at: it.a.name,
        layer: 'cable',
        cause: 'link down',
        fact: `The interface eth0 of ${it.a.name} is down.`,
        shows: { from: it.b.name, to: it.at.a },
        breaks: [it.a.ip.link.set('eth0').down()],
        mends: [it.a.ip.link.set('eth0').up(), it.a.ip.route.add('default').via(`${it.here}.1`)],
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
    goal: [...it.toWeb, it.nextTo],
    stays: [it.toDb, it.guarded],
  }
})
