/** cable: One client is cut off. */
import { exercise } from '../lib/learn/exercise.ts'
import { office } from './labs/office.ts'

export default exercise(import.meta, { title: 'One client is cut off', level: 1 }, (draw) => {
  const it = office(draw)
  return {
    build: it.build,
    report: `${it.a.name} reaches nothing at all; ${it.b.name} beside it works.`,
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
    ],
    goal: [...it.toWeb, it.nextTo],
    stays: [...it.toWeb.slice(1), it.guarded],
  }
})
