/** The error for checks that failed: all of them, each with its reason where `why` found one. */
import { VethlabError } from '../errors.ts'
import type { Verdict } from '../why/verdict.ts'
import type { CheckResult } from './events.ts'

/** What `why` found, as lines below a check. */
export const because = ({ place, says, rule, see, undo }: Verdict): string[] => [
  `  in ${place}: ${says}`,
  ...(rule ? [`    ${rule.text}`] : []),
  ...(see ? [`    see it: ${see}`] : []),
  ...(undo ? [`    undo it: ${undo}`] : []),
]

const lines = ({ from, to, expected, observed, verdict }: CheckResult): string[] => [
  `${from} → ${to}: expected ${expected}, observed ${observed}`,
  ...(verdict ? because(verdict) : []),
]

/** Checks that failed. */
export class CheckFailed extends VethlabError {
  /** Those that failed. */
  readonly results: readonly CheckResult[]
  constructor(results: readonly CheckResult[]) {
    const [first] = results
    super(results.flatMap(lines).join('\n'), { command: first?.command, hint: first?.why })
    this.results = results
  }
}
