/** The way of a packet as a list of steps, for people and for programs. */
import { withPort } from './address.ts'
import type { Facts } from './facts.ts'
import type { Journey, Visit } from './journey.ts'
import type { Header } from './packet.ts'
import { policyText, type RuleText, ruleText } from './rules.ts'
import { called, type Stack } from './stacks.ts'
import { death, isOurs, type Match } from './trace.ts'

/** One thing that happened to a packet in a place. */
export type Step =
  | { kind: 'made'; header?: string }
  | { kind: 'in' | 'out'; dev: string; ttl?: number; header?: string }
  | { kind: 'switched'; bridge: string }
  | { kind: 'route'; text: string }
  | { kind: 'rule'; rule: RuleText; verdict: string }
  | { kind: 'nat'; before: string; after: string; by?: string }
  | { kind: 'mine'; address: string }

export interface Way {
  packet: Journey['packet']
  places: Array<{ place: string; steps: Step[] }>
}

const ends = ({ src, dst, sport, dport }: Header): string =>
  `${withPort(src, sport)} → ${withPort(dst, dport)}`

/** Verdicts that decide; a jump, a return or a continue goes on to the next rule. */
const decides = ({ verdict, table }: Match): boolean =>
  !isOurs(table) && !/^(jump|goto|return|continue)/.test(verdict)

async function stepsOf(visit: Visit, stack: Stack, facts: Facts): Promise<Step[]> {
  const steps: Step[] = []
  let before: Header | undefined
  let natRule: string | undefined
  for (const passage of visit.passages.filter(({ table, chain }) => !(isOurs(table) && chain === 'taken'))) {
    const { header, family, iif, oif, chain, table, matches } = passage
    const changed = before && ends(before) !== ends(header) && header.about === undefined
    if (changed)
      steps.push({
        kind: 'nat',
        before: ends(before as Header),
        after: ends(header),
        ...(natRule ? { by: natRule } : {}),
      })
    before = header
    natRule = undefined
    const ttl = header.ttl === undefined ? {} : { ttl: header.ttl }
    if (family === 'netdev' && iif !== undefined) {
      const bridge = stack.links.find(({ name }) => name === iif)?.master
      steps.push({ kind: 'in', dev: iif, ...ttl, header: ends(header) })
      if (
        bridge !== undefined &&
        !visit.passages.some((one) => one.iif === bridge && one.family === 'netdev')
      )
        steps.push({ kind: 'switched', bridge })
    } else if ((family === 'netdev' && oif !== undefined) || chain === 'left') {
      steps.push({ kind: 'out', dev: oif ?? '', ...ttl, header: ends(header) })
    } else if (isOurs(table)) {
      if (chain === 'mine') steps.push({ kind: 'mine', address: header.dst })
      else {
        if (chain === 'made') steps.push({ kind: 'made', header: ends(header) })
        // A bridge that asks iptables (bridge-nf-call-iptables) forwards without routing: the TTL stays.
        const first = visit.passages[0]?.header.ttl
        if (chain === 'routed' && first !== undefined && first === header.ttl) continue
        const came = chain === 'made' || iif === undefined ? undefined : { from: header.src, iif }
        const text = await facts.chosen(stack, header.dst, came)
        if (text !== undefined) steps.push({ kind: 'route', text })
      }
    }
    for (const match of matches.filter(decides)) {
      const { json, save } = await facts.rules(stack, match.family, match.table)
      const rule = ruleText(match, json, save)
      if (table === 'nat') natRule = rule.text
      steps.push({ kind: 'rule', rule, verdict: match.verdict })
    }
    if (death(passage) === 'policy')
      steps.push({ kind: 'rule', rule: policyText(family, table, chain), verdict: 'drop' })
  }
  return steps
}

/** The steps of all ways, place by place. */
export async function waysOf(
  journeys: readonly Journey[],
  stacks: readonly Stack[],
  facts: Facts,
): Promise<Way[]> {
  return Promise.all(
    journeys.map(async ({ packet, visits }) => ({
      packet,
      places: await Promise.all(
        visits.map(async (visit) => {
          const stack = stacks.find(({ place }) => place.name === visit.place)
          return {
            place: stack ? called(stack.place) : visit.place,
            steps: stack ? await stepsOf(visit, stack, facts) : [],
          }
        }),
      ),
    })),
  )
}
