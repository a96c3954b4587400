/** What leads round a gateway that is not there. */
import { ipFamily } from '../address.ts'
import { type Chosen, isOwnRule, ruleWords } from '../policy-routing.ts'
import type { Situation } from '../situation.ts'
import { type Fix, mend } from '../verdict.ts'
import { gatewayFor } from './routes.ts'

/** The way without a rule of one's own that chose it; or by a gateway that is there. */
export function otherWay(situation: Situation, decision: Chosen | undefined): { undo?: string; fix?: Fix } {
  const { stack, header } = situation
  const six = ipFamily(header.dst)
  if (!decision?.route) return {}
  const { rule, route } = decision
  if (isOwnRule(rule)) return mend(stack.place, ['ip', ...six, 'rule', 'del', ...ruleWords(rule).split(' ')])
  const gateway = gatewayFor(situation, stack, header.dst)
  const table = route.table && route.table !== 'main' ? ['table', route.table] : []
  return gateway && route.dev && !route.nexthops
    ? mend(stack.place, ['ip', ...six, 'route', 'replace', route.dst, ...table, 'via', gateway])
    : {}
}
