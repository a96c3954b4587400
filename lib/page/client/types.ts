/** What the server sends, as the page knows it. */
export interface LabName {
  name: string
  title: string
  file: string
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
  hints?: string[]
}

export interface Report {
  lab: string
  question: { from: string; to: string; port?: number; udp?: boolean; address?: string }
  ways: Array<{ packet: 'request' | 'reply'; places: Array<{ place: string; steps: Step[] }> }>
  verdict: Verdict
  ms: number
}

export type News =
  | { kind: 'map'; svg: string; places: PlaceName[] }
  | { kind: 'changed' }
  | { kind: 'moved'; interfaces: string[] }
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
