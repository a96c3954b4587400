/** From what was seen to the verdict: the classes of causes are asked in turn, and then what more is to be said. */
import { causeClasses, remarks } from './causes/registry.ts'
import type { Evidence } from './evidence.ts'
import { type Situation, situationOf } from './situation.ts'
import { typedAll, type Verdict, vanished } from './verdict.ts'

/** The first class that finds something. */
async function cause(situation: Situation): Promise<Verdict> {
  for (const { at, find } of causeClasses) {
    if (!at.includes(situation.stage)) continue
    const found = await find(situation)
    if (found) return found
  }
  return vanished(situation.stack, situation.packet, 'on its way')
}

/** Finds out what became of a probe. */
export async function explain(evidence: Evidence): Promise<Verdict> {
  const situation = situationOf(evidence)
  let told = await cause(situation)
  const hints = [...(told.hints ?? [])]
  for (const remark of remarks) {
    const more = await remark(situation, told)
    if (more?.instead) told = { ...told, ...more.instead }
    hints.push(...(more?.hints ?? []).filter((hint) => hint !== undefined))
  }
  const { hints: _, fix, ...rest } = told
  // Who gave it other words than those of the data has no data.
  const same = fix && typedAll(fix.place, ...fix.lines) === told.undo
  return { ...rest, ...(same ? { fix } : {}), ...(hints.length > 0 ? { hints: [...new Set(hints)] } : {}) }
}
