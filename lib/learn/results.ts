/** The results of a student, as files: one for each exercise that was begun, and what was typed in it. */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, userInfo } from 'node:os'
import { join } from 'node:path'
import { Unable } from '../errors.ts'
import type { Change } from './traces.ts'

/** Labs of exercises are called so. */
export const labOf = (exercise: string): string => `learn-${exercise}`

/** One line that was typed. */
export interface Typed {
  /** Seconds since the exercise was started. */
  at: number
  server: string
  /** The network namespace that it was typed in, by its name; empty on the server itself. */
  netns: string
  line: string
}

/** Where one who does an exercise thinks that the fault is. */
export interface Said {
  at: number
  place: string
  cause?: string
}

/** What a result file holds. */
export interface Result {
  format: 1
  /** The version of vethlab. */
  version: string
  exercise: string
  seed: number
  student: string
  /** When it was started, and when it was solved for the first time: ISO 8601. */
  started: string
  solved?: string
  /** How many hints were told; whether the model answer was. */
  hints: number
  shown: boolean
  resets: number
  said: Said[]
  /** What is called otherwise in each lab, as bridges that the engine names: its name, and what it is. */
  names: Record<string, string>
  typed: Typed[]
  /** A sum over all of the above: a file that was changed by hand has another one. */
  seal: string
}

/** What stands now: kept apart from the results, which a teacher collects. */
export interface Running {
  exercise: string
  seed: number
  lab: string
  /** When the lab was built, in milliseconds since 1970: what is typed is counted from here. */
  since: number
  /** What each fault has changed. */
  changes: Change[]
  /** The hints that were told, for each fault. */
  hinted?: number[]
  /** The process that builds it, as long as it does. */
  builder?: number
}

/** The version of this vethlab. */
export const version: string = JSON.parse(
  readFileSync(
    [new URL('../../package.json', import.meta.url), new URL('../../../package.json', import.meta.url)].find(
      (url) => existsSync(url),
    ) ?? new URL('../../package.json', import.meta.url),
    'utf8',
  ),
).version

/** The folder of the results: VETHLAB_RESULTS, or one of the user's. */
export const resultsFolder = (): string =>
  process.env.VETHLAB_RESULTS ||
  join(process.env.XDG_STATE_HOME || join(homedir(), '.local/state'), 'vethlab/learn')

const sealOf = ({ seal: _, ...rest }: Result): string =>
  createHash('sha256')
    .update(
      `vethlab ${JSON.stringify(rest, Object.keys(rest).sort())} ${JSON.stringify([rest.typed, rest.said, rest.names])}`,
    )
    .digest('hex')
    .slice(0, 32)

/** Whether a result is as it was written. */
export const isSealed = (result: Result): boolean => result.seal === sealOf(result)

const fileOf = (exercise: string): string => join(resultsFolder(), `${exercise}.json`)
const runningFile = (): string => join(resultsFolder(), '.running')

/** Writes a file at once or not at all. */
function write(file: string, value: unknown): void {
  try {
    mkdirSync(resultsFolder(), { recursive: true, mode: 0o700 })
    writeFileSync(`${file}.${process.pid}`, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 })
    renameSync(`${file}.${process.pid}`, file)
  } catch (error) {
    throw new Unable(`cannot write your results: ${(error as Error).message}`, {
      hint: 'VETHLAB_RESULTS names another folder for them.',
    })
  }
}

/** Reads a file; undefined when there is none. */
function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new Unable(`cannot read ${file}: ${(error as Error).message}`)
  }
}

const isText = (value: unknown): boolean => typeof value === 'string'
const isWhole = (value: unknown): boolean => Number.isInteger(value) && Number(value) >= 0
const isTyped = (one: Partial<Typed>): boolean =>
  typeof one?.at === 'number' && isText(one.server) && isText(one.netns) && isText(one.line)

/** What each field must be. */
const fields: Readonly<Record<string, (value: unknown) => boolean>> = {
  format: (value) => value === 1,
  version: isText,
  exercise: (value) => /^[a-z][a-z0-9-]*$/.test(String(value)),
  seed: isWhole,
  student: (value) => isText(value) && !/\p{Cc}/u.test(String(value)),
  started: isText,
  solved: (value) => value === undefined || isText(value),
  hints: isWhole,
  shown: (value) => typeof value === 'boolean',
  resets: isWhole,
  said: Array.isArray,
  names: (value) => typeof value === 'object' && value !== null && Object.values(value).every(isText),
  typed: (value) => Array.isArray(value) && value.every(isTyped),
  seal: isText,
}

/** Reads the text of a result. Throws Unable when it holds none. */
export function resultIn(text: string, file: string): Result {
  let found: Record<string, unknown> | undefined
  try {
    found = JSON.parse(text)
  } catch {}
  if (typeof found !== 'object' || found === null) throw new Unable(`${file} holds no result: it is torn`)
  const wrong = Object.entries(fields).find(([field, legal]) => !legal(found[field]))?.[0]
  if (wrong) throw new Unable(`${file} holds no result: look at its ${wrong}`)
  return found as unknown as Result
}

/** The result of an exercise; undefined when it was never begun, or when its file cannot be read. */
export function resultOf(exercise: string): Result | undefined {
  const text = read(fileOf(exercise))
  try {
    return text === undefined ? undefined : resultIn(text, fileOf(exercise))
  } catch {
    return undefined
  }
}

/** A result as it is when an exercise is begun. */
export const newResult = (exercise: string, seed: number, names: Record<string, string>): Result => ({
  ...{ format: 1, version, exercise, seed, student: process.env.STUDENT || userInfo().username },
  ...{ started: new Date().toISOString(), hints: 0, shown: false, resets: 0 },
  ...{ said: [], names, typed: [], seal: '' },
})

/** Keeps a result. */
export const saveResult = (result: Result): void =>
  write(fileOf(result.exercise), { ...result, seal: sealOf(result) })

/** What stands now; undefined when nothing does. */
export function running(): Running | undefined {
  const text = read(runningFile())
  try {
    const found: Running | undefined = text === undefined ? undefined : JSON.parse(text)
    // It names a lab to be broken, mended and removed: that of its exercise, and no other.
    return found && found.lab === labOf(found.exercise) ? found : undefined
  } catch {
    return undefined
  }
}

/** Says that something is being built now. Returns whether nobody else had said so. */
export function claimRunning(now: Running): boolean {
  try {
    mkdirSync(resultsFolder(), { recursive: true, mode: 0o700 })
    writeFileSync(runningFile(), `${JSON.stringify(now)}\n`, { mode: 0o600, flag: 'wx' })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw new Unable(`cannot write your results: ${(error as Error).message}`, {
      hint: 'VETHLAB_RESULTS names another folder for them.',
    })
  }
}

/** Keeps what stands now; nothing with undefined. */
export function saveRunning(now: Running | undefined): void {
  if (now) write(runningFile(), now)
  else rmSync(runningFile(), { force: true })
}

/** All results in a folder and in those in it, one level deep: each with its file. */
export function resultFiles(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .sort((a, b) => a.name.localeCompare(b.name))
      .flatMap((entry) => {
        const path = join(folder, entry.name)
        if (entry.isDirectory())
          return readdirSync(path)
            .sort()
            .filter((name) => /^[^.].*\.json$/.test(name))
            .map((name) => join(path, name))
        return /^[^.].*\.json$/.test(entry.name) ? [path] : []
      })
  } catch (error) {
    throw new Unable(`cannot read ${folder}: ${(error as Error).message}`)
  }
}
