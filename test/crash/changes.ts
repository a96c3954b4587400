/** What differs between two looks at a machine. */
import { differences } from '../../lib/machine/difference.ts'
import type { Snapshot } from '../../lib/machine/snapshot.ts'
import type { snapshot } from '../machine.ts'

/** All that a lab could have changed. */
export type Look = Awaited<ReturnType<typeof snapshot>>

/** What is gone, `- links: …`, and what is new, a line each. */
export const changes = (before: Look, after: Look): string[] =>
  differences(before as Snapshot, after as Snapshot).map(({ part, sign, line }) => `${sign} ${part}: ${line}`)
