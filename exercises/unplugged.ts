/** unplugged: Plugged in, but into what. */
import { exercise } from '../lib/learn/exercise.ts'
import { office } from './labs/office.ts'

export default exercise(import.meta, { title: 'Plugged in, but into what', level: 2 }, (draw) => {
  const it = office(draw)
  return {
    build: it.build,
    report: `The database answers nobody; its lamp is green.`,
    faults: [
      {
        at: it.server1.name,
        layer: 'cable',
        cause: 'link down',
        fact: `The cable of db is in no switch: dmz-db has no master.`,
        shows: { from: it.a.name, to: it.at.db, port: it.dbPort },
        breaks: [it.server1.ip.link.set('dmz-db').nomaster()],
        mends: [it.server1.ip.link.set('dmz-db').master('dmz')],
      },
    ],
    goal: [it.toDb],
    stays: [...it.toWeb, it.nextTo, it.guarded],
  }
})
