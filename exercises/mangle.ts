/** mangle: In the wrong table. */
import { exercise } from '../lib/learn/exercise.ts'
import { office } from './labs/office.ts'

export default exercise(import.meta, { title: 'In the wrong table', level: 3 }, (draw) => {
  const it = office(draw)
  return {
    build: it.build,
    report: `${it.b.name} gets no web page. The chain FORWARD of the router is as it was.`,
    faults: [
      {
        at: it.gate.name,
        layer: 'firewall',
        cause: 'rule',
        fact: `A rule of the table mangle in gate drops what comes from ${it.at.b}.`,
        shows: { from: it.b.name, to: it.at.web, port: it.port },
        breaks: [
          it.gate.iptables.mangle.append('FORWARD').source(it.at.b).destination(it.at.web).jump('DROP'),
        ],
        mends: [
          it.gate.iptables.mangle.delete('FORWARD').source(it.at.b).destination(it.at.web).jump('DROP'),
        ],
      },
    ],
    goal: [...it.toWeb.slice(1)],
    stays: [...it.toWeb.slice(0, 1), it.toDb, it.nextTo, it.guarded],
  }
})
