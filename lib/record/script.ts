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
import { enter } from '../server/enter.ts'
import { serverPath } from '../server/path.ts'
import { sleep } from '../server/process.ts'
import { type LabRecord, saveLab } from '../server/state.ts'
import { virtualServers } from '../virtual/servers.ts'
import { endWorld, inNewWorld } from '../virtual/world.ts'
import { type Noted, notedIn } from './log.ts'

const lay = fileURLToPath(new URL('lay.sh', import.meta.url))
const server = 'server1'

/** What is beside the script, and not larger than this, goes along: in bytes. */
const mostBeside = 5_000_000

export interface ScriptRun {
  /** The exit code of the script. */
  code: number
  /** What its tools were called with; empty unless it was recorded. */
  noted: Noted
  record: LabRecord
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

/**
 * Runs it. What it prints goes to stderr, so that stdout is the scenario's alone. It gets a pipe, and no terminal: what can
 * open the caller's could type into it.
 */
export async function runScript(file: string, options: ScriptOptions): Promise<ScriptRun> {
  const text = scriptText(file)
  const { name, words = [], recorded, stay } = options
  const about = { name, title: basename(file), file: resolve(file), path: serverPath(), steps: 'script' }
  return inNewWorld({ ...about, servers: [server] }, async (world) => {
    const servers = virtualServers(world.record)
    const running = await servers.server(server, /\bdocker\b/.test(text))
    const entry = { lab: world.record, server: running.server }
    const folder = '/run/vethlab-record'
    // The server's /run is seen from here; what is in it goes with the server.
    const seen = running.file(folder)
    const kept = mkdtempSync(join(tmpdir(), 'vethlab-script-'))
    try {
      carried(file, kept)
      mkdirSync(seen, { recursive: true, mode: 0o755 })
      cpSync(kept, join(seen, 'script'), { recursive: true })
      cpSync(dirname(lay), join(seen, 'lay'), { recursive: true })
    } finally {
      rmSync(kept, { recursive: true, force: true })
    }
    const how = recorded ? 'record' : 'run'
    const argv = ['sh', '-c', 'cd "$0" && exec "$@" 2>&1', join(folder, 'script')]
    const script = `./${basename(file)}`
    const laid = ['sh', join(folder, 'lay/lay.sh'), folder, world.record.image, how, script, ...words]
    const code = await followed(enter(entry, [...argv, ...laid]))
    const noted = recorded
      ? notedIn({ root: running.file('/'), folder })
      : { calls: [], containers: [], namespaces: [], files: [], images: [], settings: [] }
    if (stay && code === 0) {
      saveLab({ ...world.record, state: 'up' })
      world.keep()
    } else await endWorld(name)
    return { code, noted, record: world.record }
  })
}
