/** masquerade: The wrong way out. */
import { exercise } from '../lib/learn/exercise.ts'
import { home } from './labs/home.ts'

export default exercise(import.meta, { title: 'The wrong way out', level: 2 }, (draw) => {
  const it = home(draw)
  const { nat } = it.router.iptables
  return {
    build: it.build,
    report: `Since the router was set up anew the site does not open at home; the router itself reaches it.`,
    faults: [
      {
        at: it.router.name,
        layer: 'NAT',
        cause: 'not masqueraded',
        fact: `The MASQUERADE of router is for what leaves by lan0; what goes to the provider leaves by wan0.`,
        shows: it.ask,
        breaks: [
          nat.delete('POSTROUTING').source(`${it.here}.0/24`).out('wan0').jump('MASQUERADE'),
          nat.append('POSTROUTING').source(`${it.here}.0/24`).out('lan0').jump('MASQUERADE'),
        ],
        mends: [
          nat.delete('POSTROUTING').source(`${it.here}.0/24`).out('lan0').jump('MASQUERADE'),
          nat.append('POSTROUTING').source(`${it.here}.0/24`).out('wan0').jump('MASQUERADE'),
        ],
      },
    ],
    goal: it.toSite,
    stays: [it.fromRouter, it.toAdmin, it.nextTo, it.guarded],
  }
})
