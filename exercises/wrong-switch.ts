/** wrong-switch: In the wrong socket. */
import { exercise } from '../lib/learn/exercise.ts'
import { office } from './labs/office.ts'

export default exercise(import.meta, { title: 'In the wrong socket', level: 2 }, (draw) => {
  const it = office(draw)
  return {
    build: it.build,
    report: `After the move of the rack the web server answers nobody.`,
    faults: [
      {
        at: it.server1.name,
        layer: 'cable',
        cause: 'not on one switch',
        fact: `The cable of web is in the switch lan, and belongs into dmz.`,
        shows: it.ask,
        breaks: [it.server1.ip.link.set('dmz-web').master('lan')],
        mends: [it.server1.ip.link.set('dmz-web').master('dmz')],
      },
    ],
    goal: [...it.toWeb],
    stays: [it.toDb, it.nextTo, it.guarded],
  }
})
