/** The folder of a lab on this machine: made and removed in one move, and on the disk when the function returns. */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
} from 'node:fs'
import { join } from 'node:path'
import { Unable } from '../errors.ts'
import type { Head } from '../run/journal.ts'
import { hostFolder, hostRoot, type LabRecord, writeRecord } from '../server/state.ts'
import { begin } from './journal.ts'

/** A folder that is there at once with all in it, or not at all. */
export function claimFolder(record: LabRecord, now: Pick<Head, 'tables' | 'bare'>): void {
  const folder = hostFolder(record.name)
  const draft = join(hostRoot(), `.${record.name}.${process.pid}`)
  try {
    mkdirSync(hostRoot(), { recursive: true, mode: 0o755 })
    mkdirSync(draft, { mode: 0o700 })
    begin(join(draft, 'journal'), record.name, now)
    writeRecord(draft, record)
    renameSync(draft, folder)
    flush(hostRoot())
  } catch (error) {
    rmSync(draft, { recursive: true, force: true })
    cleanUp()
    throw error instanceof Unable
      ? error
      : new Unable(`cannot write the journal of the lab: ${(error as Error).message}`, {
          hint: 'Nothing was changed. It must be possible to write in /var/lib/vethlab.',
        })
  }
}

/** Gives up the folder of a lab that has been taken back: in one move, so that no half of it is ever read. */
export function forget(lab: string): void {
  renameSync(hostFolder(lab), join(hostRoot(), `.${lab}.removed`))
  flush(hostRoot())
  cleanUp()
}

/** Writes a folder to the disk: the names in it. */
function flush(folder: string): void {
  const fd = openSync(folder, 'r')
  fsyncSync(fd)
  closeSync(fd)
}

/** Removes what was cut off while it was made or removed, and the folder of all labs when it is empty. */
export function cleanUp(): void {
  if (!existsSync(hostRoot())) return
  for (const name of readdirSync(hostRoot()).filter((name) => name.startsWith('.')))
    rmSync(join(hostRoot(), name), { recursive: true, force: true })
  try {
    rmdirSync(hostRoot())
  } catch {} // other labs are there
}
