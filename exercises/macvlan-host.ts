/** macvlan-host: So near, and out of reach. */
import { exercise } from '../lib/learn/exercise.ts'
import { macvlans } from './labs/macvlan.ts'

const source = { report: 'https://github.com/moby/libnetwork/blob/master/docs/macvlan.md' }

export default exercise(import.meta, { title: 'So near, and out of reach', level: 3, source }, (draw) => {
  const it = macvlans(draw)
  return {
    build: it.build,
    report: `All the house reaches ${it.at.dns}, but nas, on which it runs, does not.`,
    faults: [
      {
        at: it.nas.name,
        layer: 'macvlan',
        cause: 'macvlan and its parent',
        fact: `nas sends by eth0, the parent of ${it.dns.name}; its route by shim is gone.`,
        shows: { from: it.nas.name, to: it.at.dns, port: it.port },
        breaks: [it.nas.ip.route.del(`${it.at.dns}/32`).dev('shim')],
        mends: [it.nas.ip.route.add(`${it.at.dns}/32`).dev('shim').src(it.at.shim)],
      },
    ],
    goal: it.fromNas,
    stays: [...it.fromPc, ...it.between, it.toNas, it.guarded],
  }
})
