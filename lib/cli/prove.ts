/** `down --prove`: what the machine was like must be read before the labs' folders go with the labs. */
import { Unable } from '../errors.ts'
import { type Proof, proofSince, remembered } from '../prove/proof.ts'
import { allLabs } from '../server/labs.ts'
import { hostFolder, labFolder } from '../server/state.ts'

/**
 * To be called before labs are removed: that one, or all. What it returns is told which ones were, and compares the
 * machine with what it was like before the first of them: the others came to a machine with that one on it.
 */
export function readyToProve(name: string | undefined): (removed: readonly string[]) => Promise<Proof> {
  const kept = allLabs()
    .filter((lab) => name === undefined || lab.name === name)
    .sort((one, other) => one.since.localeCompare(other.since))
    .map((lab) => ({
      lab: lab.name,
      before: remembered((lab.on === 'host' ? hostFolder : labFolder)(lab.name)),
    }))
  return async (removed) => {
    const known = kept.filter(({ lab }) => removed.includes(lab))
    if (known.length === 0)
      throw new Unable(
        `${name === undefined ? 'no lab is' : `${name} is not`} up: there is nothing to compare with`,
      )
    const unknown = known.filter(({ before }) => !before).map(({ lab }) => lab)
    const before = known[0]?.before
    if (unknown.length > 0 || !before)
      throw new Unable(
        `${removed.join(', ')}: removed, and not proved: nothing tells what the machine was like before ${unknown.join(', ')}`,
        { hint: 'A lab that an older version of vethlab has built keeps no snapshot.' },
      )
    return proofSince(before)
  }
}
