/** A case: a failure as people report it, the question that they would ask, and what a right answer says. */
import type { Verdict } from '../../../lib/why/verdict.ts'
import type { Question } from '../../../lib/why/why.ts'

export interface Case {
  name: string
  /** Lines of shell on the first server that build the network and break it; functions of its topology may be used. */
  build: string
  /** As typed behind `why`. */
  ask: string
  status?: Verdict['status'] | readonly Verdict['status'][]
  /** One or several to choose from. */
  code?: string | readonly string[]
  place?: string | readonly string[]
  rule?: RegExp
  /** All are found in what the verdict says, sees, undoes and hints. */
  says?: readonly RegExp[]
  /** None is found there. */
  not?: readonly RegExp[]
  /** Its own fix does not mend it, as more than one thing must be done, or none can be. */
  noFix?: true
  /** A line of shell that mends what cannot be mended by the fix, or that removes what outlives the topology. */
  mend?: string
}

const all = <T>(x: T | readonly T[] | undefined): readonly T[] =>
  x === undefined ? [] : Array.isArray(x) ? x : [x as T]

/** What is not as it must be; empty: all is. */
export function faults({ status, code, place, rule, says = [], not = [] }: Case, verdict: Verdict): string[] {
  const said = [verdict.says, verdict.cause, verdict.see, verdict.undo, ...(verdict.hints ?? [])].join('\n')
  const one = (name: string, wanted: readonly string[], is: string) =>
    wanted.length > 0 && !wanted.includes(is) ? [`${name} is ${is}, not ${wanted.join(' or ')}`] : []
  return [
    ...one('status', all(status), verdict.status),
    ...one('code', all(code), verdict.code),
    ...one('place', all(place), verdict.place),
    ...(rule && !rule.test(verdict.rule?.text ?? '') ? [`rule ${verdict.rule?.text} is not ${rule}`] : []),
    ...says.filter((pattern) => !pattern.test(said)).map((pattern) => `lacks ${pattern}`),
    ...not.filter((pattern) => pattern.test(said)).map((pattern) => `must not say ${pattern}`),
  ]
}

/** A question as it is typed. */
export function questionOf(words: string): Question {
  const [from = '', to = '', ...options] = words.split(' ')
  const [, host = to, port] =
    to.match(/^\[(.+)\]:(\d+)$/) ?? (/:.*:/.test(to) ? [] : (to.match(/^(.+):(\d+)$/) ?? []))
  const size = options[options.indexOf('--size') + 1]
  return {
    from,
    to: host,
    ...(port ? { port: Number(port) } : {}),
    ...(options.includes('--udp') ? { udp: true } : {}),
    ...(options.includes('--dns') ? { dns: true } : {}),
    ...(options.includes('--df') ? { df: true } : {}),
    ...(options.includes('--size') ? { size: Number(size) } : {}),
  }
}
