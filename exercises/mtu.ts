/** mtu: Small pages load, large ones hang. */
import { output } from 'vethlab'
import { exercise } from '../lib/learn/exercise.ts'
import { home } from './labs/home.ts'

const source = { report: 'https://github.com/zerotier/ZeroTierOne/issues/593' }

export default exercise(
  import.meta,
  { title: 'Small pages load, large ones hang', level: 3, source },
  (draw) => {
    const it = home(draw)
    const { filter } = it.router.iptables
    /** The first may be lost: by it the sender learns how large they may be. */
    const large = (place: typeof it.a) =>
      output(
        place.exec('sh', '-c', `ping -c 3 -i 0.2 -W 1 -M want -s 1440 ${it.at.site}; :`),
        'packets of 1440 bytes',
      ).prints(`bytes from ${it.at.site}`)
    return {
      build: it.build,
      report: `The site opens, and hangs as soon as a page is large. The line of the provider takes 1400 bytes; that was always so.`,
      faults: [
        {
          at: it.router.name,
          layer: 'MTU',
          cause: 'too big',
          fact: `A rule of OUTPUT in router drops the ICMP message by which it would say that 1400 bytes are the most.`,
          shows: { from: it.a.name, to: it.at.site, size: 1440, df: true },
          breaks: [
            // Who was told before remembers it for minutes.
            ...[it.a, it.b].map((place) => place.ip.route.flush().cache()),
            filter.append('OUTPUT').protocol('icmp').icmpType('fragmentation-needed').jump('DROP'),
          ],
          mends: [filter.delete('OUTPUT').protocol('icmp').icmpType('fragmentation-needed').jump('DROP')],
        },
      ],
      goal: [large(it.a), large(it.b)],
      stays: [...it.toSite, it.fromRouter, it.toAdmin, it.nextTo, it.guarded],
    }
  },
)
