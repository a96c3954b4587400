/**
 * The labs that are up, as folders: STATE/NAME/lab.json. Making the folder claims the name; the lab's janitor
 * removes it when the lab's first process has ended, for whatever reason.
 */
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { BadInput, Unable } from '../errors.ts'
import { rootless } from './enter.ts'
import { bornAt } from './process.ts'

/** The name of the image that set-up builds. */
export const builtImage = 'vethlab'

/** The label of Docker objects that a lab makes on this machine itself; its value is the lab. */
export const label = 'vethlab'

export interface ServerRecord {
  name: string
  /** The pid of its first process, as the machine counts; of the machine itself: this process. */
  pid: number
  /** That process's time of birth; a lab that an older version left up has none. */
  born?: string | undefined
  engine: boolean
  /** It is this machine itself. */
  host?: true
}

export interface LabRecord {
  version: 1
  name: string
  title: string
  /** The scenario's file. */
  file: string
  /** The pid of the lab's first process, and its time of birth, which tells it from a later one of that number. */
  pid: number
  born?: string | undefined
  /** What its steps did, in short: to know whether the script has changed since. */
  steps?: string
  /** `starting` until all steps are done. */
  state: 'starting' | 'up'
  since: string
  /** The image that stands for IMAGE. */
  image: string
  /** The PATH inside its servers: the engine's folder comes first. */
  path: string
  /** A folder of the machine that its servers may write to: that of a program's own lab. */
  share?: string
  servers: ServerRecord[]
  /** Its first server is this machine itself. */
  on?: 'host'
}

/** The folder of the user's session, if there is one. */
const session = (): string | undefined => (rootless ? process.env.XDG_RUNTIME_DIR : undefined)
const sessionHint =
  'XDG_RUNTIME_DIR must be a folder of yours. Without it your cache serves: unset XDG_RUNTIME_DIR'

/** The folder of all labs of this user: root's is /run/vethlab. */
export function stateRoot(): string {
  const runtime = session()
  const own = rootless ? join(cacheRoot(), 'run') : '/run/vethlab'
  const folder = runtime ? join(runtime, 'vethlab') : own
  const wrong = wrongWith(folder)
  if (wrong)
    throw new Unable(`the folder of your labs, ${folder}, ${wrong}`, {
      hint: runtime ? sessionHint : 'Look who made it and what is in it, and remove it.',
    })
  return folder
}

/**
 * Why a folder cannot hold this user's labs; undefined when it can, or is not there yet. What others write there
 * would name processes for this user to enter.
 */
function wrongWith(folder: string): string | undefined {
  try {
    const found = lstatSync(folder, { throwIfNoEntry: false })
    if (!found) return undefined
    if (!found.isDirectory()) return 'is no folder'
    if (found.uid !== process.getuid?.()) return 'belongs to another user'
    if (found.mode & 0o022) return `can be written by others (mode ${(found.mode & 0o777).toString(8)})`
  } catch (error) {
    return `cannot be looked at: ${(error as Error).message}`
  }
  return undefined
}

/** The folder for what set-up fetches and builds. Default: ~/.cache/vethlab. */
export const cacheRoot = (): string =>
  join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'vethlab')

/** Where the engines of a lab without root keep their files when tmpfs cannot hold them; removed with the lab. */
export const storageFolder = (name: string): string => join(cacheRoot(), 'storage', labName(name))

/** What the name of a lab is made of. */
export const legalName = /^[a-z0-9][a-z0-9_-]{0,39}$/i

/** Checks the name of a lab: it becomes the name of a folder and of a cgroup. */
export function labName(name: string): string {
  if (!legalName.test(name))
    throw new BadInput(
      `${JSON.stringify(name.slice(0, 60))} is not a lab's name: letters, digits, "-" and "_", at most 40`,
      { where: undefined },
    )
  return name
}

/** The folder of one lab. */
export const labFolder = (name: string): string => join(stateRoot(), labName(name))

/** The folder of all labs on this machine itself: on disk, since what they made may outlive a reboot. */
export function hostRoot(): string {
  const folder = '/var/lib/vethlab'
  const wrong = wrongWith(folder)
  if (wrong)
    throw new Unable(`the folder of the labs on this machine, ${folder}, ${wrong}`, {
      hint: 'Look who made it and what is in it, and remove it.',
    })
  return folder
}

/** The folder of one lab on this machine itself: its record and its journal. */
export function hostFolder(name: string): string {
  const folder = join(hostRoot(), labName(name))
  const wrong = wrongWith(folder)
  if (wrong)
    throw new Unable(`the folder of ${name}, ${folder}, ${wrong}: nothing in it is believed`, {
      hint: 'Look who made it and what is in it, and remove it.',
    })
  return folder
}

/**
 * Claims a name for a new lab: makes its folder, with the process that did it named in it, in one move. False when
 * a lab has the name already, or is just being started or removed under it.
 */
export function claim(name: string): boolean {
  const folder = labFolder(name)
  const draft = join(stateRoot(), `.${name}.${process.pid}`)
  try {
    sweepDrafts()
    makeFolder(draft)
    writeFileSync(join(draft, 'owner'), `${process.pid} ${bornAt(process.pid)}\n`)
    renameSync(draft, folder)
    return true
  } catch (error) {
    rmSync(draft, { recursive: true, force: true })
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOTEMPTY' || code === 'EEXIST' || code === 'ENOTDIR') return false
    throw cannotWrite(folder, error)
  }
}

/**
 * Makes a private folder, and those above it, one by one: asked for all at once, Node.js says ENOENT where they are
 * read-only. The janitor of what was the last lab may remove the folder above it between the two: then it is made once more.
 */
function makeFolder(folder: string): void {
  for (let tries = 20; ; tries--)
    try {
      if (!existsSync(dirname(folder))) makeFolder(dirname(folder))
      return void mkdirSync(folder, { mode: 0o700 })
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'EEXIST') return
      if (code !== 'ENOENT' || tries === 0) throw error
    }
}

/** What is in a folder; nothing when it is not there, or has just gone. */
export function list(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

/** Removes what a process left that was killed while it claimed a name. */
function sweepDrafts(): void {
  for (const entry of list(stateRoot())) {
    const pid = entry.match(/^\.[\w-]+\.(\d+)$/)?.[1]
    if (pid !== undefined && bornAt(Number(pid)) === undefined)
      rmSync(join(stateRoot(), entry), { recursive: true, force: true })
  }
}

/** All that is ever in the folder of a lab on virtual servers. */
export const knownFiles = [
  'pid',
  'owner',
  'lab.json',
  'lab.json.new',
  'journal',
  'before.json',
  'why.json',
  'why.json.new',
  'trial',
  'trial.new',
  'cgroup',
]

/**
 * Removes the folder of a lab that has ended, unless another process has claimed the name meanwhile: it is moved
 * away first, and looked at there. What no lab has made is not removed: then it throws.
 */
export function removeFolder(name: string): void {
  const folder = labFolder(name)
  const found = lstatSync(folder, { throwIfNoEntry: false })
  if (!found || ownedByOther(folder)) return
  const others = found.isDirectory() ? list(folder).filter((file) => !knownFiles.includes(file)) : ['a file']
  if (others.length > 0)
    throw new Unable(`${folder} holds what no lab has made: ${others.slice(0, 5).join(', ')}`, {
      hint: 'It is left. Move it elsewhere, then try again.',
    })
  const away = join(stateRoot(), `.${name}.${process.pid}`)
  try {
    renameSync(folder, away)
    if (ownedByOther(away)) {
      renameSync(away, folder)
      return
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return // another process was faster
    throw error
  }
  rmSync(away, { recursive: true, force: true })
}

/** The error for a lab's state that could not be written. */
export function cannotWrite(folder: string, error: unknown): Unable {
  const { code, message } = error as NodeJS.ErrnoException
  const full = code === 'ENOSPC' || code === 'EDQUOT'
  const instead = rootless ? ', or set XDG_RUNTIME_DIR to a folder of yours' : ''
  const hint = session() ? sessionHint : `Make ${dirname(folder)} writable for you${instead}.`
  return new Unable(`cannot write the state of the lab: ${message}`, {
    hint: full ? `The disk of ${folder} is full: free some space.` : hint,
  })
}

/** The process that claimed a folder, if it is still there and is no other. */
function ownerIn(folder: string): number | undefined {
  try {
    const [pid, born] = readFileSync(join(folder, 'owner'), 'utf8').trim().split(' ')
    return born !== undefined && bornAt(Number(pid)) === born ? Number(pid) : undefined
  } catch {
    return undefined
  }
}

const ownedByOther = (folder: string): boolean => ![undefined, process.pid].includes(ownerIn(folder))

/** The process that claimed a name, if it is still there. */
export const ownerOf = (name: string): number | undefined => ownerIn(labFolder(name))

/** Whether the process that claimed a name is still there. */
export const ownerLives = (name: string): boolean => ownerOf(name) !== undefined

/** Writes the record in a folder, at once or not at all. */
export function writeRecord(folder: string, record: LabRecord): void {
  const file = join(folder, 'lab.json')
  try {
    writeFileSync(`${file}.new`, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 })
    renameSync(`${file}.new`, file)
  } catch (error) {
    throw cannotWrite(folder, error)
  }
}

/** Writes the record of a lab. Of one on this machine, the virtual servers are in a record of their own. */
export function saveLab(record: LabRecord): void {
  const { on, ...world } = record
  const those = (machine: boolean) => record.servers.filter(({ host = false }) => host === machine)
  if (on === 'host') writeRecord(hostFolder(record.name), { ...record, servers: those(true) })
  if (on !== 'host' || existsSync(labFolder(record.name)))
    writeRecord(labFolder(record.name), { ...world, servers: those(false) })
}
