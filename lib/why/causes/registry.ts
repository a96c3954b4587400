/** All classes of causes, in the order in which they are asked: the first that finds something is right. */
import type { CauseClass, Remark, Situation } from '../situation.ts'
import type { Verdict } from '../verdict.ts'
import { arpPolicy, nobodyAnswers } from './arp.ts'
import { alsoElsewhere, duplicateOfV6, senderElsewhere, twoMacs, twoOwners } from './collisions.ts'
import { olderStream } from './conntrack.ts'
import { behindProxy, home, straight } from './delivered.ts'
import { answerAtSwitch, atSwitch } from './denied.ts'
import { asymmetric, overlap } from './detour.ts'
import { forwarding, ttl } from './forwarding.ts'
import { ledOut } from './led-out.ts'
import { refused, unanswered } from './listeners.ts'
import { localnet, rpFilter } from './martian.ts'
import { tooWide } from './masks.ts'
import { bridgedNat, masquerade } from './masquerade.ts'
import { addressGone, staleNeighbour, wrongMac } from './neighbours.ts'
import { left, lost } from './outside.ts'
import { backToSender, sourceIsOwn, subnetOnLo } from './own-source.ts'
import { goneContainer, paused } from './published.ts'
import { byName, onlyOpened, translated } from './remarks.ts'
import { backward, forbiddenOnItsWay, onward, routes } from './routes.ts'
import { legacyRules, questionDropped, rules } from './rules.ts'
import { unserved } from './served.ts'
import { tooBig } from './size.ts'
import { broadcast, ipsec, silence } from './target.ts'
import { trafficControl } from './traffic-control.ts'
import { vlans } from './vlan.ts'
import { vxlan } from './vxlan.ts'
import { misled, ownLink, throughSwitch, toNeighbour } from './wire.ts'

/**
 * What is wrong with the way itself comes before what a rule did there, unless the rule would have ended it on the right
 * way, too; who is silent comes last.
 */
export const causeClasses: readonly CauseClass[] = [
  duplicateOfV6,
  ownLink,
  overlap,
  bridgedNat,
  masquerade,
  staleNeighbour,
  twoMacs,
  twoOwners,
  tooBig,
  rules,
  questionDropped,
  localnet,
  senderElsewhere,
  sourceIsOwn,
  backToSender,
  goneContainer,
  // Before the packet, or on its way to the next hop.
  routes,
  forbiddenOnItsWay,
  atSwitch,
  tooWide,
  toNeighbour,
  misled,
  throughSwitch,
  vlans,
  answerAtSwitch,
  vxlan,
  arpPolicy,
  // In the place where it came.
  addressGone,
  wrongMac,
  ttl,
  forwarding,
  rpFilter,
  onward,
  // Where it arrived.
  straight,
  subnetOnLo,
  backward,
  broadcast,
  paused,
  silence,
  refused,
  behindProxy,
  unserved,
  home,
  ipsec,
  legacyRules,
  unanswered,
  trafficControl,
  ledOut,
  left,
  nobodyAnswers,
  lost,
]

/** What more is said of a verdict. */
export const remarks: ReadonlyArray<
  (situation: Situation, told: Verdict) => Promise<Remark | undefined> | Remark | undefined
> = [asymmetric, translated, byName, onlyOpened, olderStream, alsoElsewhere]
