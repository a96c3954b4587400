/** The tools that are made of tables alone, for reading their words back. */
import type { Form } from '../grammar/form.ts'
import { batchForms } from '../ip/batch.ts'
import { bridgeForms } from './bridge.ts'
import { ethtoolForms } from './ethtool.ts'
import { ipForms } from './ip-objects.ts'
import { lookerForms } from './lookers.ts'
import { conntrackForms, ipsetForms, saveForms } from './netfilter.ts'
import { nftFile } from './nft.ts'
import { nsenter } from './nsenter.ts'
import { trafficForms } from './traffic.ts'
import { wireguardForms } from './wireguard.ts'

const flat = (groups: Readonly<Record<string, Readonly<Record<string, Form>>>>): Form[] =>
  Object.values(groups).flatMap((group) => Object.values(group))

/** All of them, for reading. */
export const forms: readonly Form[] = [
  ...flat(bridgeForms),
  ...flat(ipForms),
  ...flat(trafficForms),
  ...Object.values(ethtoolForms),
  ...Object.values(ipsetForms),
  ...Object.values(conntrackForms),
  ...Object.values(wireguardForms),
  ...Object.values(lookerForms),
  ...Object.values(saveForms),
  nftFile,
  ...Object.values(batchForms),
  nsenter,
]
