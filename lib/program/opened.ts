/** The labs that this process has open, for what is told a place alone. */
import { BadInput } from '../errors.ts'
import { inFull } from './in-full.ts'
import type { OpenLab } from './open-lab.ts'

/** Those that are open. */
export const openLabs = new Set<OpenLab>()

/** The lab that is meant: that which was named, or the only one. */
export function theLab(named?: OpenLab): OpenLab {
  if (named) return named
  const [only, ...others] = openLabs
  if (only && others.length === 0) return only
  const error = new BadInput(only ? `${others.length + 1} labs are open` : 'no lab is open', {
    where: undefined,
    hint: only ? 'Name the one that is meant: { lab }.' : 'const lab = await openLab() opens one.',
  })
  throw inFull(error)
}
