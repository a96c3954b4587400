/** A lab's world: the namespaces that hold its servers, from the first process to the last trace. */
import { spawn } from 'node:child_process'
import { existsSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { toolMissing, Unable } from '../errors.ts'
import { guarded } from '../run/guard.ts'
import { firstLine, until } from '../run/process.ts'
import { enterWords, environment, worldNamespaces } from './enter.ts'
import {
  bornAt,
  claim,
  findLab,
  type LabRecord,
  labFolder,
  ownerLives,
  type ServerRecord,
  saveLab,
} from './state.ts'

export const script = (name: string): string => fileURLToPath(new URL(`${name}.sh`, import.meta.url))

/** The name of a lab's cgroup, directly below the root of the machine's cgroup v2 tree. */
export const cgroupOf = (lab: string): string => `vethlab-${lab}`

/** The name of the image that set-up builds. */
export const builtImage = 'vethlab'

export interface World {
  record: LabRecord
  /** Leaves the lab up when this process ends; until then it ends with this process. */
  keep(): void
}

/** What is known of a lab before it starts. */
export type About = Pick<LabRecord, 'name' | 'title' | 'file' | 'path'>

/** Starts the first process of a lab. The name must have been claimed. */
async function startWorld({ name, title, file, path }: About): Promise<World> {
  const image = process.env.IMAGE || builtImage
  const since = new Date().toISOString()
  const about = { version: 1 as const, name, title, file, state: 'starting' as const, since, image, path }
  const folder = labFolder(about.name)
  const janitor = spawn(
    'unshare',
    ['--mount', '--propagation', 'slave', 'sh', script('janitor'), folder, cgroupOf(about.name)],
    { detached: true, stdio: ['pipe', 'pipe', 'pipe'], env: environment(about), cwd: '/' },
  )
  let complaint = ''
  janitor.stderr.on('data', (data: Buffer) => {
    complaint += data
  })
  janitor.stdin.on('error', () => {}) // the lab may end first
  const line = await firstLine(janitor).catch(() => {
    throw toolMissing('unshare')
  })
  if (!line) {
    rmSync(folder, { recursive: true, force: true })
    throw new Unable(
      `the lab could not be started: ${complaint.trim() || 'no word from its first process'}`,
      {
        hint: /not permitted|denied/.test(complaint)
          ? 'Virtual servers need root: run it with sudo, or as root.'
          : 'make doctor tells what this machine lacks.',
      },
    )
  }
  janitor.stderr.destroy()
  janitor.stdout.destroy()
  janitor.unref()
  ;(janitor.stdin as unknown as { unref(): void }).unref()
  const pid = Number(line)
  const record: LabRecord = { ...about, pid, born: bornAt(pid) ?? '', servers: [] }
  saveLab(record)
  return {
    record,
    keep: () => void janitor.stdin.end('keep\n'),
  }
}

/** Starts a lab and does the work in it. When the work fails, or is cut off by a signal, the lab is ended. */
export async function inNewWorld<T>(about: About, work: (world: World) => Promise<T>): Promise<T> {
  if (!(await claimSwept(about.name)))
    throw new Unable(`${about.name} is being started or removed by another process`, {
      hint: 'Wait for it, then look what is up: make status',
    })
  try {
    return await guarded(async () => work(await startWorld(about)))
  } catch (error) {
    await endWorld(about.name)
    throw error
  }
}

/** Makes a virtual server in a lab. */
export async function startServer(lab: LabRecord, name: string): Promise<ServerRecord> {
  const words = enterWords(lab.pid, ['sh', script('server'), name, cgroupOf(lab.name)], worldNamespaces)
  const child = spawn(words[0] ?? '', words.slice(1), {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: environment(lab),
  })
  let complaint = ''
  child.stderr.on('data', (data: Buffer) => {
    complaint += data
  })
  const line = await firstLine(child).catch(() => {
    throw toolMissing('nsenter')
  })
  child.stderr.destroy()
  child.stdout.destroy()
  if (!line)
    throw new Unable(`the virtual server ${name} could not be started: ${complaint.trim()}`, {
      hint: 'make doctor tells what this machine lacks.',
    })
  return { name, pid: Number(line), engine: false }
}

/** Ends a lab, and waits until its janitor has removed the rest. */
export async function endWorld(name: string): Promise<void> {
  const lab = findLab(name)
  if (lab) kill(lab.pid)
  const folder = labFolder(name)
  if (await until(() => !existsSync(folder), 5000, 2)) return
  sweep(name)
}

/** Claims a name for a new lab, sweeping up after one that lost its janitor. False when a lab has it. */
async function claimSwept(name: string): Promise<boolean> {
  if (claim(name)) return true
  if (findLab(name) || ownerLives(name)) return false
  if (!(await until(() => !existsSync(labFolder(name)), 2000))) sweep(name)
  return claim(name)
}

/** Removes the folder of a lab that has ended without its janitor. */
function sweep(name: string): void {
  rmSync(labFolder(name), { recursive: true, force: true })
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
