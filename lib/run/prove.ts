/** `down --prove`: what the machine was like must be read before the labs' folders go with the labs. */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { Unable } from '../errors.ts'
import { type Proof, proofSince, remembered } from '../machine/proof.ts'
import { claimedNames, labFolder } from '../sandbox/state.ts'

/** When a lab began to be built: a folder that has just gone sorts last. */
const began = (name: string): number =>
  statSync(join(labFolder(name), 'before.json'), { throwIfNoEntry: false })?.mtimeMs ??
  Number.POSITIVE_INFINITY

/**
 * To be called before labs are removed: that one, or all. What it returns is told which ones were, and compares the
 * machine with what it was like before the first of them: the others came to a machine with that one on it.
 */
export function readyToProve(name: string | undefined): (removed: readonly string[]) => Promise<Proof> {
  const names = name === undefined ? claimedNames() : [name]
  const kept = names
    .map((lab) => ({ lab, since: began(lab), before: remembered(labFolder(lab)) }))
    .sort((one, other) => one.since - other.since)
  return async (removed) => {
    const known = kept.filter(({ lab }) => removed.includes(lab))
    if (known.length === 0)
      throw new Unable(
        `${name ?? 'no lab'} is ${name === undefined ? '' : 'not '}up: there is nothing to compare with`,
      )
    const unknown = known.filter(({ before }) => !before).map(({ lab }) => lab)
    const before = known[0]?.before
    if (unknown.length > 0 || !before)
      throw new Unable(
        `${removed.join(', ')} removed, and not proved: what the machine was like before ${unknown.join(', ')} was not kept`,
        {
          hint: 'A lab of an older version of vethlab keeps no snapshot.',
        },
      )
    return proofSince(before)
  }
}
