/** neighbours: Nobody knows it any more. */
import { exercise } from '../lib/learn/exercise.ts'
import { twoFamilies } from './labs/two-families.ts'

export default exercise(import.meta, { title: 'Nobody knows it any more', level: 4 }, (draw) => {
  const it = twoFamilies(draw)
  const { filter } = it.web.ip6tables
  return {
    build: it.build,
    report: `An auditor had all ICMP shut off at the web server. It is gone by ${it.at6.web} since, and nothing says why.`,
    faults: [
      {
        at: it.web.name,
        layer: 'IPv6',
        cause: 'rule',
        fact: `A rule of INPUT in web drops ICMPv6: with it goes "who has ${it.at6.web}?", which IPv6 asks by ICMP.`,
        shows: it.ask,
        breaks: [
          filter.append('INPUT').protocol('ipv6-icmp').jump('DROP'),
          it.gate.ip.neigh.flush().dev('dmz0'),
        ],
        mends: [filter.delete('INPUT').protocol('ipv6-icmp').jump('DROP')],
      },
    ],
    goal: [...it.toWeb6, it.toAdmin],
    stays: [...it.toWeb4, it.nextTo, it.guarded],
  }
})
