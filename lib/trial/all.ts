/** Who reaches whom: all pairs of places, the dark ones grouped by what they die of. */
import type { LabRecord } from '../server/state.ts'
import { type Answer, allPairs, contextOf, explainPairs, replying } from '../why/pairs.ts'
import { called } from '../why/stacks.ts'
import type { Verdict } from '../why/verdict.ts'

/** One pair of places. */
export interface PairReport {
  from: string
  to: string
  /** What was asked. */
  address: string
  delivered: boolean
  /** The number of its group, from 0, when it is dark. */
  group?: number
}

/** Pairs that die of the same. */
export interface Group {
  /** `rule 3 of filter DOCKER of server1`, or what is said of the first of them. */
  says: string
  cause: Verdict['cause']
  code: string
  place: string
  count: number
  pairs: Array<[from: string, to: string]>
  see?: string
  undo?: string
}

/** Who reaches whom in a lab. */
export interface AllReport {
  lab: string
  /** In the order of the rows. */
  places: string[]
  pairs: PairReport[]
  groups: Group[]
  delivered: number
  ms: number
}

const same = ({ cause, place, rule, says }: Verdict): string =>
  rule
    ? `${place} ${rule.table} ${rule.chain} ${rule.number ?? rule.text}`
    : `${place} ${cause} ${cause === 'vanished' ? says : ''}`

const sayOf = ({ cause, place, rule, says }: Verdict): string =>
  rule
    ? rule.number === undefined
      ? `the policy of ${rule.table} ${rule.chain} of ${place}`
      : `rule ${rule.number} of ${rule.table} ${rule.chain} of ${place}`
    : cause === 'vanished'
      ? says
      : `${cause} in ${place}: ${says}`

function grouped(dark: readonly Answer[]): { groups: Group[]; groupOf: Map<string, number> } {
  const byKey = new Map<string, Answer[]>()
  for (const answer of dark) {
    const key = same(answer.verdict)
    byKey.set(key, [...(byKey.get(key) ?? []), answer])
  }
  const sorted = [...byKey.values()].sort((a, b) => b.length - a.length)
  const groupOf = new Map<string, number>()
  const groups = sorted.map((answers, number): Group => {
    const [{ verdict }] = answers as [Answer]
    const pairs = answers.map(({ from, to }): [string, string] => [called(from.place), called(to.place)])
    for (const pair of pairs) groupOf.set(pair.join('\n'), number)
    return {
      ...{ says: sayOf(verdict), cause: verdict.cause, code: verdict.code, place: verdict.place },
      ...{ count: pairs.length, pairs },
      ...(verdict.see ? { see: verdict.see } : {}),
      ...(verdict.undo ? { undo: verdict.undo } : {}),
    }
  })
  return { groups, groupOf }
}

/** Asks all pairs of a lab, and explains those that do not reply. */
export async function whyAll(lab: LabRecord): Promise<AllReport> {
  const began = performance.now()
  const context = await contextOf(lab)
  const pairs = await allPairs(context)
  const lit = await replying(context, pairs)
  const answers = await explainPairs(
    context,
    pairs.filter((pair) => !lit.has(pair)),
  )
  const dark = answers.filter(({ verdict }) => verdict.status !== 'delivered')
  const { groups, groupOf } = grouped(dark)
  const reports = pairs.map(({ from, to, address }): PairReport => {
    const [a, b] = [called(from.place), called(to.place)]
    const group = groupOf.get(`${a}\n${b}`)
    return {
      from: a,
      to: b,
      address,
      delivered: group === undefined,
      ...(group === undefined ? {} : { group }),
    }
  })
  return {
    lab: lab.name,
    places: [...new Set(reports.map(({ from }) => from))],
    pairs: reports,
    groups,
    delivered: reports.length - dark.length,
    ms: Math.round(performance.now() - began),
  }
}
