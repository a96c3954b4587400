/** The tools that are made of tables alone, for reading their words back. */
import type { Form } from '../grammar/form.ts'
import { bridgeForms } from './bridge.ts'
import { ipForms } from './ip-objects.ts'
import { conntrackForms, ethtoolForms, ipsetForms } from './netfilter.ts'
import { trafficForms } from './traffic.ts'

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
]
