/** A report of `why` as a row of moments, each at a place, to be played one after the other. */
import type { Report, Step } from './types.ts'

export interface Moment {
  packet: string
  place: string
  step: Step
  /** `src → dst` at that moment, as far as it is known. */
  header: string
  /** The hooks of netfilter that the packet has passed in this place so far. */
  hooks: string[]
  dead: boolean
}

const hookOf = (step: Step, came: boolean): string[] => {
  if (step.kind === 'in') return ['PREROUTING']
  if (step.kind === 'made') return ['OUTPUT']
  if (step.kind === 'mine') return ['INPUT']
  if (step.kind === 'out') return came ? ['FORWARD', 'POSTROUTING'] : ['POSTROUTING']
  if (step.kind === 'rule' && /^(PREROUTING|INPUT|FORWARD|OUTPUT|POSTROUTING)$/.test(step.rule.chain ?? ''))
    return [step.rule.chain as string]
  if (step.kind === 'rule' && came && step.rule.table === 'filter') return ['FORWARD']
  return []
}

/** Whether a rule let the packet die. */
const kills = (step: Step): boolean => step.kind === 'rule' && !/^(accept|continue|return)/.test(step.verdict)

/** All moments of a report, the request's first. */
export function moments(report: Report): Moment[] {
  const all: Moment[] = []
  for (const { packet, places } of report.ways) {
    let header = ''
    for (const { place, steps } of places) {
      const hooks: string[] = []
      const came = steps.some(({ kind }) => kind === 'in')
      for (const step of steps) {
        if ('header' in step && step.header) header = step.header
        if (step.kind === 'nat') header = step.after
        hooks.push(...hookOf(step, came).filter((hook) => !hooks.includes(hook)))
        all.push({ packet, place, step, header, hooks: [...hooks], dead: kills(step) })
      }
    }
  }
  return all
}

/** What a moment is called, and what there is to say of it. */
export function words(step: Step): [name: string, text: string] {
  switch (step.kind) {
    case 'made':
      return ['made', 'here']
    case 'in':
    case 'out':
      return [step.kind, `${step.dev}${step.ttl === undefined ? '' : `  TTL ${step.ttl}`}`]
    case 'switched':
      return ['switch', `${step.bridge} passes it on by its MAC address`]
    case 'route':
      return ['route', step.text]
    case 'rule':
      return ['rule', step.rule.text]
    case 'nat':
      return ['NAT', `${step.before}  ⇒  ${step.after}`]
    case 'mine':
      return ['here', `${step.address} is its own`]
  }
}
