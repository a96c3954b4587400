/** What the journal of a lab on this machine tells: what was done, on which machine, since which boot. */
import { existsSync, lstatSync, readFileSync, truncateSync } from 'node:fs'
import { uptime } from 'node:os'
import { join } from 'node:path'
import { Unable } from '../errors.ts'
import { made } from '../language/effects.ts'
import { append, type End, type Head, type Intent, journalVersion, readJournal } from '../run/journal.ts'
import { labsOnHost } from '../server/labs.ts'
import { hostFolder } from '../server/state.ts'
import { fromVersion1 } from './version-1.ts'

/** One command of a journal. `end` is missing when it is not known whether it was done. */
export interface Done extends Intent {
  end?: End['what']
}

export interface LabJournal {
  head: Head
  commands: Done[]
}

/** The journal of a lab on this machine. */
export const journalFile = (lab: string): string => join(hostFolder(lab), 'journal')

/** A new one each time that the machine starts. Source: random(4). */
export const bootId = (): string => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()

/** Starts the journal of a lab, with what is there now that may not be told apart later. */
export function begin(file: string, lab: string, { tables, bare }: Pick<Head, 'tables' | 'bare'>): void {
  const boot = bootId()
  const before = others(lab).filter(({ head }) => head.boot === boot)
  const head: Head = {
    what: 'journal',
    version: journalVersion,
    lab,
    boot,
    uptime: uptime(),
    tables: tables.filter((table) => before.every(({ head }) => head.tables.includes(table))),
    bare: [...new Set([...bare, ...before.flatMap(({ head }) => head.bare)])],
  }
  append(file, [head], '', true)
}

/** Reads the journal of a lab. Throws Unable when it is not to be trusted; then nothing may be undone by it. */
export function readLab(lab: string): LabJournal {
  const file = journalFile(lab)
  const there = lstatSync(file, { throwIfNoEntry: false })
  if (!there)
    throw new Unable(`the journal of ${lab} is missing: ${file}`, {
      hint: `Nothing was undone. If nothing of it is left on this machine, remove ${hostFolder(lab)}.`,
    })
  if (there.uid !== process.getuid?.() || !there.isFile() || there.mode & 0o022)
    throw new Unable(`${file} is not a file that only its owner can write: it is not believed`, {
      hint: 'Nothing was undone. Look who changed it.',
    })
  const [head, ...lines] = readJournal(file).lines
  if (head?.what !== 'journal') throw new Unable(`${file} has no first line`, { hint: 'Nothing was undone.' })
  if (head.version < 1 || head.version > journalVersion)
    throw new Unable(`${file} was written by another version of vethlab (${head.version})`, {
      hint: 'Nothing was undone. Use that version to take the lab down.',
    })
  if (head.lab !== lab)
    throw new Unable(`${file} is the journal of ${head.lab}, not of ${lab}`, {
      hint: 'Nothing was undone. Was the folder renamed?',
    })
  const commands = new Map<number, Done>()
  for (const line of lines)
    if (line.what === 'intent') commands.set(line.number, fromVersion1(line))
    else if (line.what !== 'journal') {
      const known = commands.get(line.number)
      if (known && line.what === 'inherited') known.old = line.old
      else if (known && line.what !== 'inherited') known.end = line.what
    }
  return { head, commands: [...commands.values()] }
}

/** Leaves the old value of a setting to another lab that has changed it, too: it is now the one to put it back. */
export function bequeath(heir: string, number: number, old: string): void {
  const file = journalFile(heir)
  const { sum, length } = readJournal(file)
  truncateSync(file, length) // of a line that was cut off
  append(file, [{ what: 'inherited', number, old }], sum, true)
}

/** The journals of the other labs on this machine. */
export const others = (lab: string): LabJournal[] =>
  labsOnHost()
    .filter(({ name }) => name !== lab && existsSync(journalFile(name)))
    .map(({ name }) => readLab(name))

/** What is a lab's own among the things of this machine that others have, too. Of a journal that is not believed: nothing. */
export function ownOf(lab: string): { namespaces: string[]; projects: string[] } {
  let commands: Done[] = []
  try {
    commands = readLab(lab).commands
  } catch {} // down will tell
  return {
    namespaces: commands.flatMap((command) => made(command, 'netns').map(({ name }) => name)),
    projects: commands.flatMap((command) => made(command, 'project').map(({ name }) => name)),
  }
}
