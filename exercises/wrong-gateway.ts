/** wrong-gateway: Somebody else is the router now. */
import { exercise } from '../lib/learn/exercise.ts'
import { office } from './labs/office.ts'

export default exercise(import.meta, { title: 'Somebody else is the router now', level: 1 }, (draw) => {
  const it = office(draw)
  return {
    build: it.build,
    report: `${it.a.name} reaches nothing beyond its own LAN since its settings were typed in anew.`,
    faults: [
      {
        at: it.a.name,
        layer: 'route',
        cause: 'ARP unanswered',
        fact: `The default route of ${it.a.name} leads to ${it.here}.254, where nobody is.`,
        shows: it.ask,
        breaks: [it.a.ip.route.replace('default').via(`${it.here}.254`)],
        mends: [it.a.ip.route.replace('default').via(`${it.here}.1`)],
      },
    ],
    goal: [...it.toWeb.slice(0, 1), it.toDb],
    stays: [...it.toWeb.slice(1), it.nextTo, it.guarded],
  }
})
