/** The kinds of probes. To add one is to write its file, and to name it here. */
import { answer } from './answer.ts'
import { attempt } from './attempt.ts'
import { dns } from './dns.ts'
import type { ProbeKind } from './kind.ts'
import { output } from './output.ts'
import { packets } from './packets.ts'
import { ping } from './ping.ts'
import { port } from './port.ts'
import { udp } from './udp.ts'

/** All kinds, in the order in which a printed script asks again for their outcomes. */
export const probeKinds = {
  ping,
  port,
  answer,
  udp,
  dns,
  output,
  packets,
  attempt,
} as const satisfies Record<string, ProbeKind>

/** How to turn what a command printed into an observation; the same in TypeScript and in a printed script. */
export type Observer = keyof typeof probeKinds

const outcomes = Object.values(probeKinds as Record<string, ProbeKind>).flatMap((kind) =>
  Object.entries(kind.outcomes),
)

/** The first words of all outcomes that say that something answered. */
export const positive: readonly string[] = [
  ...new Set(outcomes.filter(([, sign]) => sign === 'yes').map(([outcome]) => outcome)),
]

/** Whether an outcome says that something answered, that nothing did, or neither. */
export const signOf = (outcome: string): 'yes' | 'no' | 'else' =>
  outcomes.find(
    ([known]) =>
      outcome === known || (/^[, ]/.test(outcome.slice(known.length)) && outcome.startsWith(known)),
  )?.[1] ?? 'else'
