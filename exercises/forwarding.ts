/** forwarding: A router that does not route. */
import { exercise } from '../lib/learn/exercise.ts'
import { office } from './labs/office.ts'

export default exercise(import.meta, { title: 'A router that does not route', level: 2 }, (draw) => {
  const it = office(draw)
  return {
    build: it.build,
    report: `Since the update nobody in the office reaches a server.`,
    faults: [
      {
        at: it.gate.name,
        layer: 'forwarding',
        cause: 'forwarding off',
        fact: `net.ipv4.ip_forward is 0 in gate.`,
        shows: it.ask,
        breaks: [it.gate.sysctl.set('net.ipv4.ip_forward', 0)],
        mends: [it.gate.sysctl.set('net.ipv4.ip_forward', 1)],
      },
    ],
    goal: [...it.toWeb, it.toDb],
    stays: [it.nextTo, it.guarded],
  }
})
