/** switch-port: A quiet socket in the wall. */
import { exercise } from '../lib/learn/exercise.ts'
import { office } from './labs/office.ts'

export default exercise(import.meta, { title: 'A quiet socket in the wall', level: 2 }, (draw) => {
  const it = office(draw)
  return {
    build: it.build,
    report: `${it.a.name} reaches nothing; its own settings were not touched.`,
    faults: [
      {
        at: it.server1.name,
        layer: 'cable',
        cause: 'link down',
        fact: `The port lan-${it.a.name} of the switch in server1 is down.`,
        shows: { from: it.b.name, to: it.at.a },
        breaks: [it.server1.ip.link.set(`lan-${it.a.name}`).down()],
        mends: [it.server1.ip.link.set(`lan-${it.a.name}`).up()],
      },
    ],
    goal: [...it.toWeb.slice(0, 1), it.toDb, it.nextTo],
    stays: [...it.toWeb.slice(1), it.guarded],
  }
})
