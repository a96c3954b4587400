/** What a check is: a question, and the outcome that it must have. */
import type { Command, Inquiry, Place, Read } from '../command.ts'
import { type Observer, probeKinds, signOf } from './kinds/index.ts'
import type { Observed, Said } from './kinds/kind.ts'

export type { Observer } from './kinds/index.ts'
export type { Observed } from './kinds/kind.ts'

/** A probe and the outcome that it must have. */
export interface Check {
  readonly kind: 'check'
  /** The question that it is one answer to. */
  readonly inquiry: Inquiry
  readonly from: Place
  /** What was asked, for the table of checks: an address, a name, or a command. */
  readonly to: string
  readonly observer: Observer
  /** The observation that must be made: exactly this, or this with details after a comma. */
  readonly expected: string
  /** The command to run, once the address of the target is known. */
  readonly command: (address: string) => Command
  /** The address of the target, or how to read it. */
  readonly target: string | Read
  /** For `output`: the text to look for. For `answer`: the port that was asked. For `packets`: from, to, text. */
  readonly look?: string
  /** The same question for `why`: a port, UDP, or a name that is to be resolved first. Not for every check. */
  readonly asks?: { readonly port?: number; readonly udp?: boolean; readonly dns?: boolean }
  /** For a check that is one field of a table of all pairs. */
  readonly pair?: { readonly from: string; readonly to: string }
}

/** Expected where engines differ by design: what is observed is shown, and nothing more is asked of it. */
export const eitherWay = 'either way'

/** Expected where it does not matter how a packet dies. */
export const silence = 'silence'

/** Whether the observation is the expected one. */
export const holds = (expected: string, observed: Observed): boolean =>
  expected === eitherWay ||
  (expected === silence && ['no reply', 'unreachable', 'filtered', 'closed'].includes(observed)) ||
  observed === expected ||
  observed.startsWith(`${expected},`)

/** Whether a check is about something that must not work. */
export const isNegative = ({ expected }: Check): boolean => expected === silence || signOf(expected) === 'no'

/** Whether a check waits for something to answer: only then may a second try tell more than the first. */
export const isPositive = ({ expected }: Check): boolean => signOf(expected) === 'yes'

/** The observation that the output of a check's command tells; undefined when the tool itself failed. */
export const observe = (
  { observer, look = '' }: Pick<Check, 'observer' | 'look'>,
  said: Said,
): Observed | undefined => probeKinds[observer].read(said, look)
