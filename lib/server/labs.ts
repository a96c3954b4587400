/** Which labs are up: read one by one, so that a record that cannot be read concerns no other lab. */
import { closeSync, existsSync, fstatSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Unable } from '../errors.ts'
import { isApart, rootless } from './enter.ts'
import { installed } from './installed.ts'
import { bornAt } from './process.ts'
import {
  hostFolder,
  hostRoot,
  type LabRecord,
  labFolder,
  legalName,
  list,
  ownerLives,
  type ServerRecord,
  stateRoot,
} from './state.ts'
import { runningWorlds } from './worlds.ts'

const isText = (value: unknown): boolean => typeof value === 'string'
const isPid = (value: unknown): boolean => Number.isInteger(value) && Number(value) > 0

/** What a record must have, and how to know it. */
const fields: ReadonlyArray<readonly [keyof LabRecord, (value: unknown) => boolean]> = [
  ...(['name', 'title', 'file', 'since', 'image', 'path'] as const).map((field) => [field, isText] as const),
  ['born', (value) => value === undefined || isText(value)], // that of an older version
  ['pid', isPid],
  ['state', (value) => value === 'starting' || value === 'up'],
  ['servers', (value) => Array.isArray(value) && value.every(isServer)],
]

function isServer(value: unknown): boolean {
  const { name, pid, engine, born } = (value ?? {}) as Partial<ServerRecord>
  return isText(name) && isPid(pid) && typeof engine === 'boolean' && (born === undefined || isText(born))
}

/** What is wrong with a record; undefined when nothing is. */
function wrongRecord(record: unknown, name: string): string | undefined {
  if (typeof record !== 'object' || record === null) return 'it holds no record'
  const { version } = record as { version?: unknown }
  const missing = fields.find(([field, legal]) => !legal((record as LabRecord)[field]))
  if (version === undefined || (version === 1 && missing))
    return `it lacks ${version ? missing?.[0] : 'version'}`
  if (version === 1 && (record as LabRecord).name !== name) return 'it is that of another lab'
  return undefined
}

/** The text of a lab's file, which must be this user's; undefined when there is none. */
function ownText(file: string, name: string): string | undefined {
  let open: number
  try {
    open = openSync(file, 'r')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new Unable(`cannot read ${file}: ${(error as Error).message}`)
  }
  try {
    if (fstatSync(open).uid !== process.getuid?.())
      throw new Unable(`the lab ${name} belongs to another user`)
    return readFileSync(open, 'utf8')
  } finally {
    closeSync(open)
  }
}

/** The record of a lab on virtual servers cannot be read. To remove the lab, its processes and its folder are enough. */
class Unreadable extends Unable {}

/** The record in a folder; undefined when there is none. Throws Unable when it cannot be read. */
function readRecord(folder: string, name: string): LabRecord | undefined {
  const file = join(folder, 'lab.json')
  const text = ownText(file, name)
  if (text === undefined) return undefined
  let record: LabRecord | undefined
  let wrong: string | undefined
  try {
    record = JSON.parse(text)
    wrong = wrongRecord(record, name)
  } catch {
    wrong = text.trim() === '' ? 'it is empty' : 'it is torn'
  }
  if (!record || wrong) {
    const text = `cannot read ${file}: ${wrong}`
    if (folder === labFolder(name))
      throw new Unreadable(text, {
        hint: `Remove that lab, whatever there is of it: ${installed ? `npx vethlab down ${name}` : `vethlab down ${name}, or make clean-${name}`}`,
      })
    throw new Unable(text, {
      hint: `What that lab did to this machine is in ${folder}/journal. When nothing of it is left, remove ${folder}.`,
    })
  }
  if (record.version !== 1)
    throw new Unable(`${file} was written by another version of vethlab (${record.version})`, {
      hint: 'Use that version to take the lab down.',
    })
  return record
}

/** The record of the virtual servers of a lab; undefined when they have ended, or never were. */
export function findWorld(name: string): LabRecord | undefined {
  const record = readRecord(labFolder(name), name)
  if (!record) return undefined
  const same = record.born === undefined ? isApart(record.pid) : bornAt(record.pid) === record.born
  return same ? record : undefined
}

/** The record of a lab that is up; undefined when there is none. One on this machine outlives its virtual servers. */
export function findLab(name: string): LabRecord | undefined {
  const world = findWorld(name)
  const host = rootless || !existsSync(hostRoot()) ? undefined : readRecord(hostFolder(name), name)
  if (!host) return world
  const { pid } = process
  const { born } = world ?? host
  const machine = host.servers.map((server) => ({ ...server, pid }))
  return { ...host, pid: world?.pid ?? pid, born, servers: [...machine, ...(world?.servers ?? [])] }
}

const namesIn = (folder: string): string[] => list(folder).filter((name) => legalName.test(name))

/** The names that are claimed, in alphabetical order; a lab may be starting or ending under one. */
const claimedNames = (): string[] =>
  [...new Set([...namesIn(stateRoot()), ...(rootless ? [] : namesIn(hostRoot()))])].sort()

/** A lab of which there is something, and nobody knows what. */
export interface Lost {
  name: string
  error: Unable
  /** Whether it can be removed without knowing more. */
  removable: boolean
}

/** All labs: those that are up, and those whose record cannot be read. */
function readLabs(names = claimedNames()): { labs: LabRecord[]; lost: Lost[] } {
  const labs: LabRecord[] = []
  const lost: Lost[] = []
  for (const name of names)
    try {
      const lab = findLab(name)
      if (lab) labs.push(lab)
    } catch (error) {
      if (!(error instanceof Unable)) throw error
      lost.push({ name, error, removable: error instanceof Unreadable })
    }
  return { labs, lost }
}

/** All labs that are up, and whose record can be read. */
export const allLabs = (): LabRecord[] => readLabs().labs

/** All labs on this machine itself. Throws when one of them cannot be read: what it did there is not known then. */
export const labsOnHost = (): LabRecord[] =>
  namesIn(hostRoot())
    .sort()
    .map((name) => findLab(name))
    .filter((lab) => lab !== undefined)
    .filter(({ on }) => on === 'host')

/** The error for a lab that runs, and of which no file tells. */
export const unseen = (name: string): Unable =>
  new Unable(`${name} runs, and ${labFolder(name)} does not tell of it: was it removed?`, {
    hint: `Remove the lab: ${installed ? `npx vethlab down ${name}` : `vethlab down ${name}, or make clean-${name}`}`,
  })

/**
 * The labs whose record cannot be read, and those that run and have none: their folder was removed. Of all labs, or of
 * that name.
 */
export function lostLabs(only?: string): Lost[] {
  const names = only === undefined ? undefined : [only]
  const running = (): string[] => [...runningWorlds().keys()].filter((name) => !names || names.includes(name))
  const { lost } = readLabs(names)
  const told = (): string[] => [...readLabs(names).labs, ...lost].map(({ name }) => name)
  // Processes first, then files: one that has just been started has both by now.
  const started = running()
  const known = told()
  const unknown = started.filter((name) => !known.includes(name) && !ownerLives(name))
  // One that is just ending has lost its record, and will have no process in a moment.
  const unseenOnes = unknown.length > 0 ? running().filter((name) => unknown.includes(name)) : []
  return [...lost, ...unseenOnes.map((name) => ({ name, error: unseen(name), removable: true }))]
}
