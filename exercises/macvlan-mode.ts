/** macvlan-mode: Each of them works. */
import { exercise } from '../lib/learn/exercise.ts'
import { macvlans } from './labs/macvlan.ts'

const source = { report: 'https://github.com/jpetazzo/pipework/issues/239' }

export default exercise(import.meta, { title: 'Each of them works', level: 3, source }, (draw) => {
  const it = macvlans(draw)
  return {
    build: it.build,
    report: `The house reaches ${it.dns.name} and ${it.media.name}, but the two do not reach each other.`,
    faults: [
      {
        at: it.dns.name,
        layer: 'macvlan',
        cause: 'macvlan mode',
        fact: `mac1 of ${it.dns.name} is in mode private: it talks to no other macvlan of its parent.`,
        shows: { from: it.dns.name, to: it.at.media, port: it.port },
        breaks: [it.dns.ip.link.set('mac1').type('macvlan', { mode: 'private' })],
        mends: [it.dns.ip.link.set('mac1').type('macvlan', { mode: 'bridge' })],
      },
    ],
    goal: it.between,
    stays: [...it.fromPc, ...it.fromNas.slice(1), it.toNas, it.guarded],
  }
})
