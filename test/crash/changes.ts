/** What differs between two looks at a machine. */
import { differences } from '../../lib/prove/difference.ts'
import type { Snapshot } from '../../lib/prove/snapshot.ts'
import type { belongings } from '../helpers/machine.ts'

/** All that a lab could have changed. */
export interface Look {
  machine: Snapshot
  belongings: ReturnType<typeof belongings>
}

/** What is gone, `- links: …`, and what is new, a line each. */
export const changes = (before: Look, after: Look): string[] =>
  [
    ...differences(before.machine, after.machine),
    ...differences(before.belongings as unknown as Snapshot, after.belongings as unknown as Snapshot),
  ].map(({ part, sign, line }) => `${sign} ${part}: ${line}`)
