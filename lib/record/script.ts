/** Runs somebody's shell script on a fresh virtual server, and notes what its tools are called with. */
import type { ChildProcess } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { BadInput } from '../errors.ts'
import { type Entry, enter } from '../server/enter.ts'
import { Interrupted } from '../server/guard.ts'
import { findProgram, serverPath } from '../server/path.ts'
import { finished, sleep } from '../server/process.ts'
import { type LabRecord, saveLab } from '../server/state.ts'
import { virtualServers } from '../virtual/servers.ts'
import { endWorld, inNewWorld, type World } from '../virtual/world.ts'
import { type Noted, type Noting, notedIn, took, typedIn } from './log.ts'

const lay = fileURLToPath(new URL('lay.sh', import.meta.url))
const server = 'server1'

/** What one who types is told first. */
const typing =
  'A fresh server of your own: what you type is recorded, a line that begins with # is the title of a step. exit ends it.\n'

/** What is beside the script, and not larger than this, goes along: in bytes. */
const mostBeside = 5_000_000

export interface ScriptRun {
  /** The exit code of the script. */
  code: number
  /** What its tools were called with; empty unless it was recorded. */
  noted: Noted
  record: LabRecord
  /** How long the script took, in milliseconds, without the start of its server. */
  ms?: number
  /** What was typed, where it was a shell. */
  typed?: string
  /** A signal cut it off. */
  cut?: true
}

export interface ScriptOptions {
  /** The name of the lab. */
  name: string
  words?: readonly string[]
  recorded: boolean
  /** Leaves the lab up when the script has ended with 0. */
  stay: boolean
}

/** The script's text. Throws BadInput when there is none. */
export function scriptText(file: string): string {
  if (!existsSync(file) || !statSync(file).isFile())
    throw new BadInput(`${file}: no such file`, { where: undefined, hint: 'Say the file of a shell script.' })
  return readFileSync(file, 'utf8')
}

/** The name of a lab, made of a file's name. */
export const labOf = (file: string): string =>
  basename(file)
    .replace(/\.(sh|bash|clab\.ya?ml|ya?ml|conf)$/, '')
    .replace(/[^a-z0-9-]+/gi, '-')
    .replace(/^[^a-z0-9]+|-+$/gi, '')
    .slice(0, 30)
    .toLowerCase() || 'script'

/** Copies the script, and the small files beside it, into a folder that the server can see. */
function carried(file: string, into: string): void {
  const from = dirname(resolve(file))
  const beside = readdirSync(from, { withFileTypes: true }).filter((one) => one.isFile())
  const sizes = beside.map((one) => statSync(join(from, one.name)).size)
  const all = sizes.reduce((sum, size) => sum + size, 0) <= mostBeside && beside.length <= 200
  mkdirSync(into, { recursive: true })
  for (const one of all ? beside : beside.filter(({ name }) => name === basename(file)))
    cpSync(join(from, one.name), join(into, one.name), { preserveTimestamps: true })
}

/**
 * Waits for the end of a script whose output comes by one pipe. What it has left running may hold that pipe: then what
 * comes within a moment is its last word.
 */
async function followed(child: ChildProcess): Promise<number> {
  const closed = new Promise((resolve) => child.stdout?.once('close', resolve))
  child.stdout?.pipe(process.stderr, { end: false })
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal ?? 'SIGKILL']))
  })
  await Promise.race([closed, sleep(200)])
  child.stdout?.destroy()
  return code
}

const folder = '/run/vethlab-record'
const nothing: Noted = { calls: [], containers: [], namespaces: [], files: [], images: [], settings: [] }

/** What is under way: where it is noted, and the server that it runs on. */
interface UnderWay {
  at: Noting
  entry: Entry
  record: LabRecord
}

/** Ends a script whose caller is cut off; what it did is noted. One that does not end by Ctrl-C is killed. */
async function cutOff({ entry }: UnderWay): Promise<void> {
  const words = `cd "$0" && printf 'cut\\037\\036' >>log
for signal in INT KILL; do
  [ -s group ] && kill -$signal -- "-$(cat group)" 2>/dev/null
  for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do [ -e ended ] && exit; sleep 0.1; done
done`
  await Promise.race([finished(enter(entry, ['sh', '-c', words, folder])), sleep(4000)])
}

/** After so long a script that still runs is told, in milliseconds. */
const long = 15_000

/** What a script, or somebody who types, has done: runs it, and reads what was noted. */
async function done(
  entry: Entry,
  file: string | undefined,
  how: string,
  words: readonly string[],
): Promise<number> {
  const script = file === undefined ? '' : `./${basename(file)}`
  const laid = ['sh', join(folder, 'lay/lay.sh'), folder, entry.lab.image, how, script, ...words]
  if (file === undefined) {
    // Its output goes where what is said goes: standard output is the scenario's alone.
    const argv = ['sh', '-c', 'cd && exec "$@"', 'sh', ...laid]
    return (await finished(enter(entry, argv, { stdio: ['inherit', 2, 2], detached: false }))).code
  }
  const still = setTimeout(
    () =>
      process.stderr.write(
        `${file} still runs: Ctrl-C ends it${how === 'record' ? '; what it did is kept' : ''}\n`,
      ),
    long,
  )
  try {
    return await followed(
      enter(entry, ['sh', '-c', 'cd "$0" && exec "$@" 2>&1', join(folder, 'script'), ...laid]),
    )
  } finally {
    clearTimeout(still)
  }
}

/** Brings the script, and what lays the notes, to where the server sees them. */
function bring(file: string | undefined, seen: string): void {
  const kept = mkdtempSync(join(tmpdir(), 'vethlab-script-'))
  try {
    if (file !== undefined) carried(file, kept)
    mkdirSync(seen, { recursive: true, mode: 0o755 })
    cpSync(kept, join(seen, 'script'), { recursive: true })
    cpSync(dirname(lay), join(seen, 'lay'), { recursive: true })
  } finally {
    rmSync(kept, { recursive: true, force: true })
  }
}

/** Whether what is typed or run may call docker. */
const wantsEngine = (text: string | undefined, path: string): boolean =>
  text === undefined ? findProgram('dockerd', path) !== undefined : /\bdocker\b/.test(text)

/**
 * Runs a script, or a shell where no file is said. What it prints goes to stderr, so that stdout is the scenario's alone. A
 * script gets a pipe, and no terminal: what can open the caller's could type into it. Cut off by a signal it returns what was noted up to
 * then.
 */
export async function runScript(file: string | undefined, options: ScriptOptions): Promise<ScriptRun> {
  const text = file === undefined ? undefined : scriptText(file)
  const { name, words = [], recorded, stay } = options
  const path = serverPath()
  const about = {
    name,
    title: file === undefined ? 'a shell' : basename(file),
    file: resolve(file ?? 'shell'),
    path,
    steps: 'script',
  }
  let underWay: UnderWay | undefined
  let kept: ScriptRun | undefined
  const work = async (world: World): Promise<ScriptRun> => {
    const running = await virtualServers(world.record).server(server, wantsEngine(text, path))
    const entry = { lab: world.record, server: running.server }
    bring(file, running.file(folder))
    underWay = { entry, record: world.record, at: { root: running.file('/'), folder } }
    if (file === undefined) process.stderr.write(typing)
    const code = await done(entry, file, recorded ? 'record' : 'run', words)
    const noted = recorded ? notedIn(underWay.at) : nothing
    const typed = file === undefined ? { typed: typedIn(underWay.at) } : {}
    const result = { code, noted, record: world.record, ...took(underWay.at), ...typed }
    if (stay && code === 0) {
      saveLab({ ...world.record, state: 'up' })
      world.keep()
    } else await endWorld(name)
    return result
  }
  const last = async (): Promise<void> => {
    if (!recorded || !underWay) return
    await cutOff(underWay)
    const { at, record } = underWay
    kept = { code: 0, noted: notedIn(at), record, ...(file === undefined ? { typed: typedIn(at) } : {}) }
  }
  try {
    return await inNewWorld({ ...about, servers: [server] }, work, last)
  } catch (error) {
    if (!(error instanceof Interrupted) || !kept) throw error
    return { ...kept, code: error.exitCode, cut: true }
  }
}
