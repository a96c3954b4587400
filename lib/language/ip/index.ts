/** All that is said by `ip …`. */
import type { Command, Place } from '../command.ts'
import { say } from '../grammar/form.ts'
import { words } from '../grammar/missing.ts'
import type { Options } from '../grammar/options.ts'
import { groups, lazily, speak } from '../grammar/speak.ts'
import { moreIpForms } from '../tools/ip-more.ts'
import { ipForms } from '../tools/ip-objects.ts'
import { xfrmForms } from '../tools/xfrm.ts'
import { addr } from './addr.ts'
import { batchForms } from './batch.ts'
import { link } from './link.ts'
import { neigh } from './neigh.ts'
import { netns } from './netns.ts'
import { route } from './route.ts'
import { rule } from './rule.ts'
import { tuntap } from './tuntap.ts'

/** Objects that are seldom said. */
const others = (place: Place) => {
  const of = <K extends keyof typeof moreIpForms>(name: K) =>
    lazily(() => speak(place, ['ip', name], moreIpForms[name]))
  return {
    vrf: of('vrf'),
    netconf: of('netconf'),
    mroute: of('mroute'),
    ntable: of('ntable'),
    token: of('token'),
    addrlabel: of('addrlabel'),
    fou: of('fou'),
    sr: of('sr'),
  }
}

const all = (place: Place) =>
  words(['ip'], {
    netns: netns(place),
    link: link(place),
    addr: addr(place),
    route: route(place),
    rule: rule(place),
    nexthop: lazily(() => speak(place, ['ip', 'nexthop'], ipForms.nexthop)),
    maddr: lazily(() => speak(place, ['ip', 'maddr'], ipForms.maddr)),
    tunnel: lazily(() => speak(place, ['ip', 'tunnel'], ipForms.tunnel)),
    tuntap: tuntap(place),
    xfrm: lazily(() => groups(place, 'ip xfrm', xfrmForms)),
    ...others(place),
    neigh: neigh(place),
    /**
     * The lines of a file, one after the other: `-batch`. There is no undo.
     *
     * Example: net1.ip.batch('/srv/lab.batch', { force: true })
     * Equivalent to: `ip -n net1 -force -batch /srv/lab.batch`
     */
    batch: (file: string, options?: Options<typeof batchForms.ip.clauses>): Command =>
      say(place, batchForms.ip, file, options),
  })

/** All that is said by `ip …` in a place. */
export interface Ip extends ReturnType<typeof all> {}

/** ip(8) in a place: `server1.ip.link.add(…)` is `ip link add …` there. */
export const ip = (place: Place): Ip => all(place)
