/** What the server sends and a report holds, as far as the page reads it. The server tells by these types, too. */
export interface LabName {
  name: string
  title: string
  file: string
  state: string
}

export interface PlaceName {
  id: string
  name: string
  kind: string
  server: string
}

export type Step =
  | { kind: 'made'; header?: string }
  | { kind: 'in' | 'out'; dev: string; ttl?: number; header?: string }
  | { kind: 'switched'; bridge: string }
  | { kind: 'route'; text: string }
  | { kind: 'rule'; rule: { text: string; table?: string; chain?: string; number?: number }; verdict: string }
  | { kind: 'nat'; before: string; after: string; by?: string }
  | { kind: 'mine'; address: string }

export interface Verdict {
  status: string
  cause: string
  place: string
  packet: 'request' | 'reply'
  says: string
  rule?: { text: string }
  see?: string
  undo?: string
  hints?: readonly string[]
}

export interface Report {
  lab: string
  question: { from: string; to: string; port?: number; udp?: boolean; address?: string }
  ways: Array<{ packet: 'request' | 'reply' | 'error'; places: Array<{ place: string; steps: Step[] }> }>
  verdict: Verdict
  ms: number
}

/** A map as it is drawn, and the places that can be chosen on it. */
export interface Picture {
  svg: string
  places: readonly PlaceName[]
  /** Places and interfaces that are not drawn, each with what stands for it. */
  standIns: ReadonlyArray<readonly [string, string]>
}

export type News =
  | ({ kind: 'map' } & Picture)
  | { kind: 'changed' }
  | { kind: 'moved'; interfaces: readonly string[] }
  | { kind: 'gone' }
  | { kind: 'why'; report: Report }

export interface CheckResult {
  from: string
  to: string
  command: string
  expected: string
  observed: string
  ok: boolean
  why: string
  question?: { from: string; to: string; port?: number; udp?: boolean }
}

/** A field of the table of all pairs. */
export interface Cell {
  from: string
  to: string
  address: string
  reaches: boolean
}

/** What a command prints in a place. */
export interface Section {
  title: string
  /** As typed on the server. */
  command: string
  text: string
}

/** A step of the scenario, and what takes it back. */
export interface DoneStep {
  number: number
  title: string
  commands: ReadonlyArray<{ server: string; text: string }>
  undo: readonly string[]
}

/** What became of a line that takes something back. */
export interface TakenBack {
  text: string
  ok: boolean
  said: string
}

/** Something to try in a lab: what it does, and, where it is tried now, what takes it back. */
export interface Try {
  id: string
  title: string
  see: string
  place: string
  does: string
  back?: string
}

/** A run that is over. Nothing of the environment, and no path of the machine beyond what the commands say. */
export interface RunReport extends Picture {
  lab: string
  title: string
  /** When it was made, as an ISO date. */
  made: string
  versions: Readonly<Record<string, string>>
  steps: ReadonlyArray<{
    title: string
    commands: ReadonlyArray<{ place: string; text: string; undo?: string; output?: string; ms: number }>
  }>
  /** `played`: which of the packets below was sent to find its reason. */
  checks: ReadonlyArray<CheckResult & { played?: number | undefined }>
  whys: readonly Report[]
  /** What ended the run, when it did not end by itself. */
  error?: string
}
