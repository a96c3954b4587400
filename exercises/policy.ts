/** policy: A rule that is not there any more. */
import { exercise } from '../lib/learn/exercise.ts'
import { office } from './labs/office.ts'

export default exercise(import.meta, { title: 'A rule that is not there any more', level: 2 }, (draw) => {
  const it = office(draw)
  return {
    build: it.build,
    report: `Since the clean-up of the firewall nobody gets the web page.`,
    faults: [
      {
        at: it.gate.name,
        layer: 'firewall',
        cause: 'policy',
        fact: `The rule of FORWARD that let port ${it.port} through is gone; the policy is DROP.`,
        shows: it.ask,
        breaks: [
          it.gate.iptables.filter
            .delete('FORWARD')
            .in('lan0')
            .destination(it.at.web)
            .protocol('tcp')
            .dport(it.port)
            .jump('ACCEPT'),
        ],
        mends: [
          it.gate.iptables.filter
            .append('FORWARD')
            .in('lan0')
            .destination(it.at.web)
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
