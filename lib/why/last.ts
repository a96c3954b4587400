/** The last answer of `why` in a lab, kept in the lab's folder: a page that shows the lab plays it. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { labFolder } from '../server/state.ts'
import type { Report } from './why.ts'

/** Its name in the folder. */
export const lastName = 'why.json'

/** Keeps an answer; a lab without a folder, or one that is just being removed, keeps none. */
export function keepLast(lab: string, report: Report): void {
  const file = join(labFolder(lab), lastName)
  if (!existsSync(labFolder(lab))) return
  try {
    writeFileSync(`${file}.new`, JSON.stringify(report), { mode: 0o600 })
    renameSync(`${file}.new`, file)
  } catch {
    // The page does without it.
  }
}

/** The last answer; undefined when there is none. */
export function lastOf(lab: string): Report | undefined {
  try {
    return JSON.parse(readFileSync(join(labFolder(lab), lastName), 'utf8'))
  } catch {
    return undefined
  }
}
