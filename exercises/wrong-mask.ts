/** wrong-mask: Too near. */
import { exercise } from '../lib/learn/exercise.ts'
import { office } from './labs/office.ts'

export default exercise(import.meta, { title: 'Too near', level: 2 }, (draw) => {
  const it = office(draw)
  return {
    build: it.build,
    report: `${it.a.name} has a new address sheet: the office is there, no server is. ${it.b.name} has no trouble.`,
    faults: [
      {
        at: it.a.name,
        layer: 'address',
        cause: 'wrong subnet mask',
        fact: `${it.a.name} has ${it.at.a}/8: it takes the servers for neighbours, and asks for them by ARP.`,
        shows: it.ask,
        breaks: [it.a.ip.addr.add(`${it.at.a}/8`).dev('eth0'), it.a.ip.addr.del(`${it.at.a}/24`).dev('eth0')],
        mends: [it.a.ip.addr.add(`${it.at.a}/24`).dev('eth0'), it.a.ip.addr.del(`${it.at.a}/8`).dev('eth0')],
      },
    ],
    goal: [...it.toWeb, it.toDb],
    stays: [...it.toWeb.slice(1), it.nextTo, it.guarded],
  }
})
