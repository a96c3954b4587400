/** switch: The switch is dark. */
import { exercise } from '../lib/learn/exercise.ts'
import { office } from './labs/office.ts'

export default exercise(import.meta, { title: 'The switch is dark', level: 1 }, (draw) => {
  const it = office(draw)
  return {
    build: it.build,
    report: `Nobody in the office reaches a server. The office LAN itself works.`,
    faults: [
      {
        at: it.server1.name,
        layer: 'cable',
        cause: 'link down',
        fact: `The bridge dmz is down.`,
        shows: it.ask,
        breaks: [it.server1.ip.link.set('dmz').down()],
        mends: [it.server1.ip.link.set('dmz').up()],
      },
    ],
    goal: [...it.toWeb, it.toDb],
    stays: [it.nextTo, it.guarded],
  }
})
