/** Packets that a rule killed: the trace shows it, or the counter of iptables-legacy. */
import { type Evidence, stackOf } from './evidence.ts'
import { type Journey, killer } from './journey.ts'
import { grownLegacy, policyText, type RuleText, ruleText } from './rules.ts'
import type { Stack } from './stacks.ts'
import type { Passage } from './trace.ts'
import { typed, type Verdict, verdict } from './verdict.ts'

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

/** A rule of Docker's own, which the engine would put back: what is deleted comes again, what stands before it stays. */
const isDockers = ({ table, chain, text }: RuleText): boolean =>
  (/^DOCKER/.test(chain) && chain !== 'DOCKER-USER') ||
  (table === 'raw' && / -d \S+ ! -i \S+ -j DROP$/.test(text))

/** What lets a packet past a rule of Docker's: as the recipe `gateway()` does. */
function wayPast({ table }: RuleText, { iif, oif, header }: Passage): string[] | undefined {
  if (iif === undefined) return undefined
  if (table === 'raw')
    return ['iptables', '-t', 'raw', '-I', 'PREROUTING', '-i', iif, '-d', header.dst, '-j', 'ACCEPT']
  return oif === undefined
    ? undefined
    : ['iptables', '-I', 'DOCKER-USER', '-i', iif, '-o', oif, '-j', 'ACCEPT']
}

/** The rule or the policy that the trace shows; undefined when none killed the packet. */
export async function killedByRule(
  evidence: Evidence,
  journey: Journey,
  packet: Verdict['packet'],
): Promise<Verdict | undefined> {
  const found = killer(journey)
  if (!found) return undefined
  const { passage, by } = found
  const stack = stackOf(evidence, passage.place)
  if (by === 'policy')
    return byRule(stack, packet, 'policy', policyText(passage.family, passage.table, passage.chain))
  const { json, save } = await evidence.facts.rules(stack, by.family, by.table)
  const rule = ruleText(by, json, save)
  const cause = /REJECT|reject/.test(`${rule.text} ${by.text}`) ? 'rejected' : 'rule'
  const told = byRule(stack, packet, cause, rule)
  const way = isDockers(rule) ? wayPast(rule, passage) : undefined
  return way ? { ...told, undo: typed(stack.place, way) } : told
}

/** A rule of iptables-legacy, whose counter grew meanwhile. */
export async function killedByLegacy(
  { legacy, facts }: Evidence,
  stack: Stack,
  packet: Verdict['packet'],
): Promise<Verdict | undefined> {
  const before = legacy.get(stack)
  const rule = before === undefined ? undefined : grownLegacy(before, await facts.legacy(stack))
  return rule && byRule(stack, packet, rule.number === undefined ? 'policy' : 'rule', rule)
}
