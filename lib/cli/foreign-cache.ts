/**
 * Whether the code that runs may be another user's: tsx keeps what it has compiled in a folder in the temp folder, and
 * takes it from there, whoever made that. `make` and scripts/start.mjs do not.
 */
import { lstatSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Unable } from '../errors.ts'

const startedByTsx = (): boolean =>
  /\btsx\b/.test([...process.execArgv, process.env.NODE_OPTIONS ?? ''].join(' ')) &&
  !process.env.TSX_DISABLE_CACHE

/** What is wrong with the folder that this process has taken code from; undefined when nothing is. */
export const foreignCache = (): string | undefined => (startedByTsx() ? foreignFolder() : undefined)

/** What is wrong with the folder that tsx would take code from; undefined when nothing is. */
export function foreignFolder(): string | undefined {
  const uid = process.geteuid?.()
  const folder = join(tmpdir(), `tsx-${uid}`)
  const found = lstatSync(folder, { throwIfNoEntry: false })
  if (!found || (found.isDirectory() && found.uid === uid && (found.mode & 0o022) === 0)) return undefined
  const whose = found.uid === uid ? 'can be written by others' : 'belongs to another user'
  return `tsx takes compiled code from ${folder}, which ${whose}`
}

/** Refuses to change this machine by code that another user may have planted. */
export function mustBeOwnCode(): void {
  const foreign = foreignCache()
  if (foreign)
    throw new Unable(foreign, {
      hint: 'Nothing was begun. Remove that folder, and start it by make, or by node scripts/start.mjs FILE.',
    })
}
