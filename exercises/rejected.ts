/** rejected: A firm no. */
import { exercise } from '../lib/learn/exercise.ts'
import { office } from './labs/office.ts'

export default exercise(import.meta, { title: 'A firm no', level: 2 }, (draw) => {
  const it = office(draw)
  return {
    build: it.build,
    report: `The web page says "connection refused" at once, for ${it.a.name} alone.`,
    faults: [
      {
        at: it.gate.name,
        layer: 'firewall',
        cause: 'rejected',
        fact: `A rule of FORWARD in gate rejects what comes from ${it.at.a} with a reset.`,
        shows: it.ask,
        breaks: [
          it.gate.iptables.filter
            .insert('FORWARD')
            .source(it.at.a)
            .destination(it.at.web)
            .protocol('tcp')
            .jump('REJECT', { with: 'tcp-reset' }),
        ],
        mends: [
          it.gate.iptables.filter
            .delete('FORWARD')
            .source(it.at.a)
            .destination(it.at.web)
            .protocol('tcp')
            .jump('REJECT', { with: 'tcp-reset' }),
        ],
      },
    ],
    goal: [...it.toWeb.slice(0, 1)],
    stays: [...it.toWeb.slice(1), it.toDb, it.nextTo, it.guarded],
  }
})
