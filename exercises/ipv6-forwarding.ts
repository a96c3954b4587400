/** ipv6-forwarding: One family stays at home. */
import { exercise } from '../lib/learn/exercise.ts'
import { twoFamilies } from './labs/two-families.ts'

const source = { report: 'https://github.com/docker/for-linux/issues/359', engine: '18.03.1-ce' }

export default exercise(import.meta, { title: 'One family stays at home', level: 2, source }, (draw) => {
  const it = twoFamilies(draw)
  return {
    build: it.build,
    report: `The page loads by ${it.at4.web}, and not by ${it.at6.web}.`,
    faults: [
      {
        at: it.gate.name,
        layer: 'IPv6',
        cause: 'forwarding off',
        fact: `net.ipv6.conf.all.forwarding is 0 in gate; IPv4 has a switch of its own.`,
        shows: it.ask,
        breaks: [it.gate.sysctl.set('net.ipv6.conf.all.forwarding', 0)],
        mends: [it.gate.sysctl.set('net.ipv6.conf.all.forwarding', 1)],
      },
    ],
    goal: [...it.toWeb6, it.toAdmin],
    stays: [...it.toWeb4, it.nextTo, it.guarded],
  }
})
