/** A lab's world: the namespaces that hold its servers, from the first process to the last trace. */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, rmdirSync } from 'node:fs'
import { totalmem } from 'node:os'
import { dirname, join } from 'node:path'
import type { Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { Unable } from '../errors.ts'
import { rights } from '../needs/rights.ts'
import {
  enterWords,
  environment,
  fence,
  mustBeApart,
  mustBeWorld,
  newWorldWords,
  rootless,
  worldNamespaces,
} from '../server/enter.ts'
import { guarded } from '../server/guard.ts'
import { typed } from '../server/installed.ts'
import { findWorld, unseen } from '../server/labs.ts'
import { toolMissing } from '../server/packages.ts'
import { findProgram } from '../server/path.ts'
import { bornAt, firstLines, sleep, until } from '../server/process.ts'
import {
  builtImage,
  claim,
  type LabRecord,
  labFolder,
  ownerLives,
  removeFolder,
  type ServerRecord,
  saveLab,
  stateRoot,
  storageFolder,
} from '../server/state.ts'
import { runningWorlds } from '../server/worlds.ts'
import { mustBeReadOnly } from './mounts.ts'

const script = (name: string): string => fileURLToPath(new URL(`${name}.sh`, import.meta.url))

/** The name of a lab's cgroup, directly below the root of the machine's cgroup v2 tree; none without root. */
const cgroupOf = (lab: string): string => (rootless ? '' : `vethlab-${lab}`)

export interface World {
  record: LabRecord
  /** Leaves the lab up when this process ends; until then it ends with this process. */
  keep(): void
}

/** What is known of a lab before it starts. */
export interface About extends Pick<LabRecord, 'name' | 'title' | 'file' | 'path' | 'steps' | 'share'> {
  /** The names of the servers that it will need; more may be started later. */
  servers: string[]
}

type Lab = Pick<LabRecord, 'name' | 'path' | 'image' | 'share'>

/** What server.sh finds in its environment. busybox has programs of these names, too, which know less. */
function forServers(lab: Lab): Record<string, string> {
  const programs = ['unshare', 'nsenter', 'setpriv', 'mount'].map((name) => [
    name.toUpperCase(),
    findProgram(name, lab.path) ?? name,
  ])
  return {
    ...Object.fromEntries(programs),
    SHARED: lab.share ?? '',
    STORAGE: rootless ? storageFolder(lab.name) : '',
    RUN_SIZE: String(runSize(totalmem())),
    FENCE: fence,
  }
}

/**
 * How large the /run of a server may become, in bytes: a quarter of the memory, at most 4 GiB. The files of its engine are in it, some
 * 100 MB for a scenario; the kernel's own limit, half of the memory for each server, is no limit for ten of them.
 */
export const runSize = (memory: number): number => Math.floor(Math.min(memory / 4, 4 * 2 ** 30))

/** Starts a program that makes namespaces, and reads the names and pids that it tells: a line for each. */
async function startNamespaces(words: string[], count: number, lab: Lab, stdin: 'pipe' | 'ignore') {
  const child = spawn(words[0] ?? '', words.slice(1), {
    detached: true,
    stdio: [stdin, 'pipe', 'pipe'],
    env: { ...environment(lab), ...forServers(lab) },
    cwd: '/',
  })
  let complaint = ''
  child.stderr?.on('data', (data: Buffer) => {
    complaint += data
  })
  const lines = await firstLines(child, count).catch(() => {
    throw toolMissing(words[0] ?? '')
  })
  if (lines.length < count || lines.some((line) => line.endsWith(' failed'))) {
    child.stdin?.destroy() // the janitor ends what there is
    throw new Unable(
      `a virtual server could not be started: ${complaint.trim() || 'it ended without a word'}`,
      {
        hint:
          rights(lab.path, true).find(({ state }) => state === 'fail')?.advice ??
          (/not permitted|denied/.test(complaint)
            ? 'This user may not make namespaces here: in a container that takes --privileged.'
            : `They need namespaces, overlay and cgroup v2 in the kernel; ${typed('doctor')} looks for what is missing.`),
      },
    )
  }
  child.stdout?.destroy()
  child.stderr?.destroy()
  child.unref()
  const pids = new Map(lines.map((line) => line.split(' ') as [string, string]))
  const first = (name: string) => {
    const pid = Number(pids.get(name))
    mustBeApart(pid)
    return { pid, born: bornAt(pid) ?? '' }
  }
  const serverOf = (name: string): ServerRecord => {
    const { pid, born } = first(name)
    mustBeReadOnly(pid, lab.share)
    return { name, pid, born, engine: false }
  }
  return { child, first, serverOf }
}

/** Starts the first process of a lab and its servers. The name must have been claimed. */
async function startWorld({ servers, ...known }: About): Promise<World> {
  const about = {
    version: 1 as const,
    ...known,
    state: 'starting' as const,
    since: new Date().toISOString(),
    image: process.env.IMAGE || builtImage,
  }
  const janitor = [...newWorldWords, 'busybox', 'sh', script('janitor')]
  const kept = [labFolder(about.name), cgroupOf(about.name), rootless ? storageFolder(about.name) : '']
  const words = [...janitor, ...kept, ...servers]
  const { child, first, serverOf } = await startNamespaces(words, servers.length + 1, about, 'pipe')
  const stdin = child.stdin as Writable & { unref?(): void }
  stdin.on('error', () => {}) // the lab may end first
  stdin.unref?.()
  try {
    const record: LabRecord = { ...about, ...first('world'), servers: servers.map(serverOf) }
    saveLab(record)
    return { record, keep: () => void stdin.end('keep\n') }
  } catch (error) {
    child.stdin?.destroy() // the janitor ends what there is
    throw error
  }
}

/** Claims the name of a new lab. Throws when another one has it. */
async function mustBeFree(name: string): Promise<void> {
  if (!(await claimSwept(name)))
    throw new Unable(`${name} is being started or removed by another process`, {
      hint: `Wait for it, then look what is up: ${typed('status')}`,
    })
}

/** Starts a lab. It ends with this process, or by endWorld(). */
export async function openWorld(about: About): Promise<World> {
  await mustBeFree(about.name)
  try {
    return await startWorld(about)
  } catch (error) {
    await endWorld(about.name)
    throw error
  }
}

/**
 * Starts a lab and does the work in it. When the work fails, or is cut off by a signal, the lab is ended; `last` is what is
 * done before that, where the lab is up.
 */
export async function inNewWorld<T>(
  about: About,
  work: (world: World) => Promise<T>,
  last: () => Promise<void> = async () => {},
): Promise<T> {
  let isOurs = false
  let cut = false
  const start = async (): Promise<World> => {
    await mustBeFree(about.name)
    isOurs = true
    if (cut) throw new Unable(`${about.name} was cut off before it began`)
    return startWorld(about)
  }
  let starting: Promise<World> | undefined
  // The name is claimed in here: a signal would otherwise end this process beside a name that is claimed.
  return guarded(
    async () => {
      starting = start()
      return work(await starting)
    },
    async () => {
      cut = true
      // One that is cut off while it starts would go on, and be found by nobody.
      await Promise.race([starting?.catch(() => {}), sleep(3000)])
      await last().catch(() => {})
      if (isOurs) await endWorld(about.name)
    },
  )
}

/** Makes one more virtual server in a lab. */
export async function startServer(lab: LabRecord, name: string): Promise<ServerRecord> {
  const cgroup = rootless ? '' : join(labFolder(lab.name), 'cgroup', cgroupOf(lab.name))
  mustBeWorld(lab)
  const words = enterWords(lab.pid, ['busybox', 'sh', script('server'), name, cgroup], worldNamespaces)
  const { serverOf } = await startNamespaces(words, 1, lab, 'ignore')
  return serverOf(name)
}

/** The world of a lab, when its record can be read. */
function readableWorld(name: string): LabRecord | undefined {
  try {
    return findWorld(name)
  } catch (error) {
    if (error instanceof Unable) return undefined
    throw error
  }
}

/** Ends a lab, and waits until its janitor has removed the rest. */
export async function endWorld(name: string): Promise<void> {
  const folder = labFolder(name)
  const lab = readableWorld(name)
  // One without a record may run all the same: it is just starting, or its record was lost.
  const pid = lab?.pid ?? runningWorlds().get(name)
  if (pid !== undefined) kill(pid)
  // Without a process its janitor, if there is one, is about to end: it still has its file.
  const janitor = pid !== undefined || existsSync(join(folder, 'pid'))
  const gone = () => !existsSync(folder) && (pid === undefined || !existsSync(`/proc/${pid}`))
  if (!(await until(gone, janitor ? 5000 : 500, 2))) cleanUp(name)
}

/** Claims a name for a new lab, sweeping up after one that lost its janitor. False when a lab has it. */
async function claimSwept(name: string): Promise<boolean> {
  if (claim(name)) return mustNotRun(name)
  if (findWorld(name) || ownerLives(name)) return false
  if (!(await until(() => !existsSync(labFolder(name)), 2000))) cleanUp(name)
  return claim(name) && mustNotRun(name)
}

/** Refuses a name that was free, and whose lab runs all the same: its folder was removed. */
function mustNotRun(name: string): true {
  if (!runningWorlds().has(name)) return true
  removeFolder(name)
  throw unseen(name)
}

/** Removes the folder of a lab that has ended without its janitor. */
function cleanUp(name: string): void {
  removeFolder(name)
  // Its containers' files belong to subordinate ids of this user.
  const storage = storageFolder(name)
  const [program = '', ...words] = [...newWorldWords, 'rm', '-rf', storage]
  if (existsSync(storage)) spawnSync(program, words)
  for (const folder of [stateRoot(), dirname(storage)])
    try {
      rmdirSync(folder)
    } catch {} // other labs are up, or it is not there
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
