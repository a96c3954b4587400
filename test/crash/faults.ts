/** The kinds of crash that are tried: what happens, and what must come of it. Pure. */

/** Where the first server of a scenario is: a virtual one on the machine, or the machine itself. */
export type On = 'sandbox' | 'host'

export interface Fault {
  name: string
  /** What happens, in the words of the report. */
  what: string
  /** It is tried at every such command of a scenario, counted from the first; 0: by other measures. */
  every: Readonly<Record<On, number>>
  /** What VETHLAB_FAULT says, but for the number of the command, and how `up` then ends. */
  strike?: readonly [kind: string, code: number]
  /** `up` runs together what can be. */
  batch?: boolean
}

const each = { sandbox: 1, host: 1 }
const some = { sandbox: 5, host: 5 }

export const faults: readonly Fault[] = [
  { name: 'kill', what: '`kill -9` after a command', every: each, strike: ['kill', 137] },
  { name: 'int', what: 'SIGINT', every: each, strike: ['int', 130] },
  { name: 'term', what: 'SIGTERM', every: each, strike: ['term', 143] },
  { name: 'fail', what: 'a command fails', every: each, strike: ['fail', 2] },
  {
    name: 'batch',
    what: '`kill -9` with `--batch`',
    every: { sandbox: 3, host: 3 },
    strike: ['kill', 137],
    batch: true,
  },
  { name: 'ctrl-c', what: 'Ctrl-C on a terminal', every: some },
  // In a sandbox the journal ends with the tool: there only that of a lab that is up can be torn.
  {
    name: 'torn',
    what: '`kill -9`, and the journal ends in the middle of a line',
    every: { sandbox: 0, host: 1 },
    strike: ['kill', 137],
  },
  { name: 'full', what: 'the disk of the state folder is full', every: { sandbox: 0, host: 0 } },
  { name: 'twice', what: '`kill -9`, then two `down` at once', every: some, strike: ['kill', 137] },
  { name: 'meanwhile', what: '`down` while `up` runs', every: some },
]

/** Sizes of a state folder's disk, in pages of 4 KiB, that do not hold all that a lab writes, and one that does. */
export const sizes: readonly number[] = [1, 2, 3, 4, 5, 6, 8, 12, 20, 28, 36, 48, 64, 256]

/** One case: `at` is the number of the command, or the size of the disk. */
export interface Case {
  on: On
  scenario: string
  fault: Fault
  at: number
  /** Nothing strikes here: it is behind the last command. */
  whole?: boolean
}

export interface Tried extends Case {
  /** What is not as it must be, a line each: none is clean. */
  wrong: string[]
}

/** The cases of a scenario of so many commands: every n-th of them, and at last `up` that nothing strikes. */
export function casesOf(on: On, scenario: string, count: number, fault: Fault, nth = 1): Case[] {
  const every = fault.every[on] * nth
  const all = Array.from({ length: count + 1 }, (_, i) => i + 1)
  const at =
    fault.name === 'full'
      ? sizes
      : every === 0
        ? [count + 1]
        : all.filter((k) => (k - 1) % every === 0 || k === count + 1)
  return at.map((at) => ({ on, scenario, fault, at, whole: at > count }))
}

/** How to do one case again. */
export const repeat = ({ on, scenario, fault, at }: Case): string =>
  `ON=${on} SCENARIOS=${scenario} FAULTS=${fault.name} K=${at} make crash`
