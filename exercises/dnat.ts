/** dnat: Sent to the wrong door. */
import { exercise } from '../lib/learn/exercise.ts'
import { office } from './labs/office.ts'

export default exercise(import.meta, { title: 'Sent to the wrong door', level: 3 }, (draw) => {
  const it = office(draw)
  return {
    build: it.build,
    report: `The web page shows an error of the database, for everybody.`,
    faults: [
      {
        at: it.db.name,
        layer: 'NAT',
        cause: 'nobody listens',
        fact: `A rule of nat in gate sends what is for ${it.at.web} to ${it.at.db}.`,
        shows: it.ask,
        breaks: [
          it.gate.iptables.nat
            .append('PREROUTING')
            .destination(it.at.web)
            .protocol('tcp')
            .jump('DNAT', { to: it.at.db }),
          it.gate.iptables.filter
            .append('FORWARD')
            .destination(it.at.db)
            .protocol('tcp')
            .dport(it.port)
            .jump('ACCEPT'),
        ],
        mends: [
          it.gate.iptables.nat
            .delete('PREROUTING')
            .destination(it.at.web)
            .protocol('tcp')
            .jump('DNAT', { to: it.at.db }),
          it.gate.iptables.filter
            .delete('FORWARD')
            .destination(it.at.db)
            .protocol('tcp')
            .dport(it.port)
            .jump('ACCEPT'),
        ],
      },
    ],
    goal: [...it.toWeb],
    stays: [it.toDb, it.nextTo, it.guarded],
  }
})
