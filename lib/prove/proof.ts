/** The machine before a lab and after it: kept in the lab's folder, and compared when the lab is gone. */
import { readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { Unable } from '../errors.ts'
import { labMark, rootless } from '../server/enter.ts'
import { sleep } from '../server/process.ts'
import { cannotWrite } from '../server/state.ts'
import { type Difference, differences } from './difference.ts'
import { type Part, parts, type Snapshot, snapshot } from './snapshot.ts'

export interface ProofPart {
  part: Part
  /** How many entries there were, and are; null where they could not be read. */
  before: number | null
  after: number | null
  differences: number
  /** What of it was not seen, and why. */
  note?: string
}

export interface Proof {
  parts: ProofPart[]
  /** The parts that this user may read, and that could not be read: nothing is known of them. */
  unread: Part[]
  differences: Difference[]
}

const file = (folder: string): string => join(folder, 'before.json')

/** Of an earlier lab of that name, which may just have been ending. */
const withoutEarlier = (seen: Snapshot, lab: string): Snapshot => ({
  ...seen,
  processes: seen.processes?.filter((line) => !line.startsWith(`${labMark(lab)}: `)) ?? null,
})

/**
 * Keeps in a lab's folder, which is called as the lab is, what the machine is like now. A caller that has already
 * looked, and changed something since, gives what was seen.
 */
export async function remember(folder: string, seen: Promise<Snapshot> = snapshot()): Promise<void> {
  const before = withoutEarlier(await seen, basename(folder))
  try {
    writeFileSync(file(folder), JSON.stringify(before), { mode: 0o600 })
  } catch (error) {
    throw cannotWrite(folder, error)
  }
}

/** What is kept there; undefined when there is nothing, or nothing that can be read. */
export function remembered(folder: string): Snapshot | undefined {
  try {
    return JSON.parse(readFileSync(file(folder), 'utf8'))
  } catch {
    return undefined
  }
}

/** What only root may look at, or the members of the group docker. */
const hidden = (part: Part): boolean => rootless && (part === 'firewall' || part === 'docker')

function note(part: Part, unseen: boolean): { note?: string } {
  if (unseen) return { note: hidden(part) ? 'not shown to an ordinary user' : 'could not be read' }
  return rootless && part === 'processes' ? { note: 'yours; those of others are not shown' } : {}
}

/**
 * Compares the machine with what it was like. What still ends, as the processes of a lab do, has a second to do so.
 */
export async function proofSince(before: Snapshot): Promise<Proof> {
  const end = performance.now() + 1000
  let after = await snapshot()
  let found = differences(before, after)
  while (found.length > 0 && performance.now() < end) {
    await sleep(50)
    after = await snapshot()
    found = differences(before, after)
  }
  const unseen = (part: Part): boolean => !before[part] || !after[part]
  return {
    parts: parts.map((part) => {
      const [old, now] = [before[part], after[part]]
      return {
        part,
        before: old?.length ?? null,
        after: now?.length ?? null,
        differences: found.filter((difference) => difference.part === part).length,
        ...note(part, unseen(part)),
      }
    }),
    unread: parts.filter((part) => unseen(part) && !hidden(part)),
    differences: found,
  }
}

/** Compares the machine with what `remember` has kept in that folder. */
export async function proof(folder: string): Promise<Proof> {
  const before = remembered(folder)
  if (!before) throw new Unable(`${folder} holds no snapshot of the machine to compare with`)
  return proofSince(before)
}
