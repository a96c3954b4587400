/**
 * What a trial has taken away and not yet put back, as a file beside the lab: it is there before anything is changed,
 * and gone when all is as it was. It also is the lock: one trial at a time.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Unable } from '../errors.ts'
import { bornAt, until } from '../server/process.ts'
import { cannotWrite, type LabRecord, labFolder, stateRoot } from '../server/state.ts'
import type { Fix } from '../why/verdict.ts'
import type { State } from './state.ts'

/** A stack that a fix may change. */
export interface Looked {
  /** The file of its namespace. */
  path: string
  name: string
  before: State
  /** Not known when the trial was ended while the fix was being made. */
  after?: State
}

/** One fix, and what takes back what no state shows: `docker network disconnect …`, on its server. */
export interface Taken {
  fix: Fix
  stacks: Looked[]
  undo?: ReadonlyArray<readonly string[]>
}

interface Kept {
  version: 1
  pid: number
  born: string
  taken: Taken[]
}

/** The file of a lab's trial. Of this machine itself there is no lab. */
const fileOf = ({ name, servers, file }: LabRecord): string =>
  servers.some(({ host }) => host) && file === ''
    ? join(stateRoot(), '.trial')
    : join(labFolder(name), 'trial')

function read(file: string): Kept | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Kept
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    return { version: 1, pid: 0, born: '', taken: [] } // torn: it was being written, and nothing was changed yet
  }
}

const lives = ({ pid, born }: Kept): boolean => bornAt(pid) === born

/** What a trial left that was ended in the middle; undefined when there is none, or it is still at work. */
export function leftBehind(lab: LabRecord): Taken[] | undefined {
  const kept = read(fileOf(lab))
  return kept && !lives(kept) ? kept.taken : undefined
}

/** Forgets what a trial left, when it is put back. */
export const forget = (lab: LabRecord): void => rmSync(fileOf(lab), { force: true })

export interface Journal {
  /** All that is taken away now, in order. */
  write(taken: readonly Taken[]): void
  end(): void
}

const patience = 20_000

/** Begins a trial: waits until another one of the same lab has ended. */
export async function beginTrial(lab: LabRecord): Promise<Journal> {
  const file = fileOf(lab)
  const me = { version: 1 as const, pid: process.pid, born: bornAt(process.pid) ?? '' }
  const text = (taken: readonly Taken[]): string => JSON.stringify({ ...me, taken })
  if (!existsSync(dirname(file))) mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const claimed = (): boolean => {
    try {
      writeFileSync(file, text([]), { flag: 'wx', mode: 0o600 })
      return true
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
      throw cannotWrite(dirname(file), error)
    }
  }
  if (!(await until(claimed, patience, 100)))
    throw new Unable(`another trial of ${lab.name} is at work, process ${read(file)?.pid}`, {
      hint: 'Ask again when it has ended.',
    })
  return {
    write(taken) {
      try {
        writeFileSync(`${file}.new`, text(taken), { mode: 0o600 })
        renameSync(`${file}.new`, file)
      } catch (error) {
        throw cannotWrite(dirname(file), error)
      }
    },
    end: () => forget(lab),
  }
}
