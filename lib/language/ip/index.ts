/** All that is said by `ip …`. */
import type { Place } from '../command.ts'
import { words } from '../grammar/missing.ts'
import { speak } from '../grammar/speak.ts'
import { ipForms } from '../tools/ip-objects.ts'
import { addr } from './addr.ts'
import { link } from './link.ts'
import { neigh } from './neigh.ts'
import { netns } from './netns.ts'
import { route } from './route.ts'
import { rule } from './rule.ts'
import { tuntap } from './tuntap.ts'

const all = (place: Place) =>
  words(['ip'], {
    netns: netns(place),
    link: link(place),
    addr: addr(place),
    route: route(place),
    rule: rule(place),
    nexthop: speak(place, ['ip', 'nexthop'], ipForms.nexthop),
    maddr: speak(place, ['ip', 'maddr'], ipForms.maddr),
    tunnel: speak(place, ['ip', 'tunnel'], ipForms.tunnel),
    tuntap: tuntap(place),
    neigh: neigh(place),
  })

/** All that is said by `ip …` in a place. */
export interface Ip extends ReturnType<typeof all> {}

/** ip(8) in a place: `server1.ip.link.add(…)` is `ip link add …` there. */
export const ip = (place: Place): Ip => all(place)
