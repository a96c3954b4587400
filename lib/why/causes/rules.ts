/** Packets that a rule killed: the trace shows it, or the counter of iptables-legacy. */
import { stackOf } from '../evidence.ts'
import { type Journey, killer } from '../journey.ts'
import { grownLegacy, policyText, type RuleText, rejects, ruleText } from '../rules.ts'
import type { CauseClass, Situation } from '../situation.ts'
import type { Stack } from '../stacks.ts'
import { death } from '../trace.ts'
import { mend, typed, type Verdict, verdict } from '../verdict.ts'
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
    ...mend(place, rule.undo),
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

/** What asked for the MAC address of the next hop was dropped: no packet could follow it. */
export const questionDropped: CauseClass = {
  at: ['unsent'],
  async find({ evidence, packet }) {
    const passage = evidence.passages.find((one) => one.header.arp !== undefined && death(one) !== undefined)
    const by = passage && death(passage)
    if (!passage || by === undefined) return undefined
    const stack = stackOf(evidence, passage.place)
    const rule =
      by === 'policy'
        ? policyText(passage.family, passage.table, passage.chain)
        : await evidence.facts
            .rules(stack, by.family, by.table)
            .then(({ json, save }) => ruleText(by, json, save))
    const six = passage.family === 'ip6'
    const what = `"who has?" (${six ? 'neighbour discovery of IPv6, ICMPv6' : 'ARP'})`
    const where = `${six ? 'ip6tables ' : ''}${rule.table} ${rule.chain}`
    const bridged = six && passage.iif !== undefined && passage.iif === passage.oif
    const key = 'net.bridge.bridge-nf-call-ip6tables'
    const told = byRule(stack, packet, by === 'policy' ? 'policy' : 'rule', rule)
    return {
      ...told,
      says: `${by === 'policy' ? `no rule of ${where} took ${what}, and the policy is DROP` : `rule ${rule.number ?? ''} of ${where} dropped ${what}`}${bridged ? ': the frame was bridged, and br_netfilter shows bridged frames to ip6tables' : ''}`,
      ...(bridged ? mend(stack.place, ['sysctl', '-w', `${key}=0`]) : {}),
    }
  },
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
