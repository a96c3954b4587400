/** What happens in a run, as data. Whoever shows it (screen, JSON) listens. */
import type { Place } from '../language/command.ts'
import type { LabRecord } from '../server/state.ts'
import type { Verdict } from '../why/verdict.ts'
import type { Question, Report } from '../why/why.ts'

export type Event =
  | { kind: 'begin'; lab: string; title: string; again: boolean; rootless: boolean; on?: LabRecord['on'] }
  /** Something that takes long enough to say so; ends with `waited`. */
  | { kind: 'waiting'; what: string }
  | { kind: 'waited'; what: string; ms: number }
  | { kind: 'step'; number: number; title: string }
  | {
      kind: 'command'
      place: Place
      text: string
      undo: string | undefined
      output: string | undefined
      ms: number
    }
  | ({ kind: 'check' } & CheckResult)
  /** All pairs of some places, after their checks. */
  | { kind: 'matrix'; results: CheckResult[]; why: string }
  /** What a probe of its own found out, for the check that follows. */
  | { kind: 'why'; report: Report }
  | { kind: 'warning'; text: string }
  /** What a person is to know before it goes on. */
  | { kind: 'notice'; text: string }

export interface CheckResult {
  from: string
  to: string
  /** The command that asked, as a person would type it on the server. */
  command: string
  expected: string
  observed: string
  ok: boolean
  why: string
  ms: number
  /** The same question for `why`. */
  question?: Question
  /** What `why` found, where it was asked. */
  verdict?: Verdict
  /** For a check that is one field of a table of all pairs. */
  pair?: { from: string; to: string }
}

export type Listener = (event: Event) => void
