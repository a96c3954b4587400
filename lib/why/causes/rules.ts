/** Packets that a rule killed: the trace shows it, or the counter of iptables-legacy. */
import { stackOf } from '../evidence.ts'
import { type Journey, killer } from '../journey.ts'
import { grownLegacy, policyText, type RuleText, rejects, ruleText } from '../rules.ts'
import type { CauseClass, Situation } from '../situation.ts'
import type { Stack } from '../stacks.ts'
import { typed, type Verdict, verdict } from '../verdict.ts'
import { narrow } from './narrow.ts'

function byRule(
  stack: Stack,
  packet: Verdict['packet'],
  cause: 'rule' | 'policy' | 'rejected',
  rule: RuleText,
): Verdict {
  const { place } = stack
  const where = `${rule.table} ${rule.chain}`
  const says =
    cause === 'policy'
      ? `no rule of ${where} took the ${packet}, and the policy is DROP`
      : `rule ${rule.number ?? ''} of ${where} ${cause === 'rejected' ? 'rejected' : 'dropped'} the ${packet}`
  return verdict(stack, packet, {
    cause,
    says,
    rule,
    see: typed(place, rule.see),
    undo: typed(place, rule.undo),
  })
}

/** The rule or the policy that ended a packet in the trace. */
async function ofTrace({ evidence, packet }: Situation, journey: Journey): Promise<Verdict | undefined> {
  const found = killer(journey)
  if (!found) return undefined
  const { passage, by } = found
  const stack = stackOf(evidence, passage.place)
  if (by === 'policy')
    return byRule(stack, packet, 'policy', policyText(passage.family, passage.table, passage.chain))
  const { json, save } = await evidence.facts.rules(stack, by.family, by.table)
  const rule = ruleText(by, json, save)
  const cause = rejects(rule.text) || rejects(by.text) ? 'rejected' : 'rule'
  return byRule(stack, packet, cause, rule)
}

/** A rule or a policy that the trace shows. */
export const rules: CauseClass = {
  at: ['dropped'],
  async find(situation) {
    const { packet, request, reply } = situation
    const journey = packet === 'request' ? request : reply
    const told = journey && (await ofTrace(situation, journey))
    return told && narrow(situation, told)
  },
}

/** A rule of iptables-legacy, whose counter grew meanwhile. */
export const legacyRules: CauseClass = {
  at: ['unsent', 'entered', 'unanswered', 'switched', 'sent'],
  async find({ evidence: { legacy, facts }, stack, packet }) {
    const before = legacy.get(stack)
    const rule = before === undefined ? undefined : grownLegacy(before, await facts.legacy(stack))
    if (!rule) return undefined
    const cause = rule.number === undefined ? 'policy' : rejects(rule.text) ? 'rejected' : 'rule'
    return byRule(stack, packet, cause, rule)
  },
}
