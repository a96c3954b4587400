/**
 * Every entry into a lab goes through here. An ordinary user's lab has one namespace more than root's, around all
 * others: a user namespace. What else differs without root asks for `rootless`: there is no cgroup to make
 * (world.ts), the engine is told (engine.ts), and the state is in another folder (state.ts).
 */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { readlinkSync } from 'node:fs'
import { Unable } from '../errors.ts'
import type { LabRecord, ServerRecord } from './state.ts'

export interface Entry {
  lab: Pick<LabRecord, 'name' | 'path' | 'image'>
  server: Pick<ServerRecord, 'name' | 'pid' | 'host'>
}

/** Whether labs are made without root: in a user namespace, where this user is root and has no right beyond it. */
export const rootless: boolean = process.getuid?.() !== 0

/**
 * The words that start the keeper of a new lab, which makes all its other namespaces. Its mounts are its own; in a
 * user namespace it has the user's subordinate ids, too: a container's users are some of them. Source: unshare(1).
 */
export const newWorldWords: readonly string[] = [
  'unshare',
  ...(rootless ? ['--user', '--map-auto', '--map-root-user'] : []),
  '--mount',
  '--propagation',
  'slave',
]

const userNamespace = rootless ? ['--user', '--preserve-credentials'] : []

/**
 * The words that run a program inside the namespaces of a process, in the working folder of the caller.
 * Source: nsenter(1).
 */
export const enterWords = (pid: number, argv: readonly string[], namespaces = all): string[] => [
  'nsenter',
  '--target',
  String(pid),
  ...userNamespace,
  ...namespaces,
  `--wd=${process.cwd()}`,
  '--',
  ...argv,
]

/**
 * Makes sure that a process is not in the machine's own network or mounts: a number mistaken for another would
 * otherwise run a lab's commands on the machine itself. What an ordinary user's lab runs must be apart in its rights, too.
 */
export function mustBeApart(pid: number): void {
  const apart = (kind: string) =>
    readlinkSync(`/proc/${pid}/ns/${kind}`) !== readlinkSync(`/proc/self/ns/${kind}`)
  let ok = false
  try {
    ok = apart('net') && apart('mnt') && apart('pid') && (!rootless || apart('user'))
  } catch {} // there is no such process
  if (!ok)
    throw new Unable(`process ${pid} is not the first of a virtual server`, {
      hint: 'Was the lab taken down meanwhile?',
    })
}

const all = ['--mount', '--uts', '--ipc', '--net', '--pid', '--cgroup']

/** The namespaces of the world that a new server is made in. */
export const worldNamespaces = ['--mount', '--uts', '--ipc', '--net', '--pid']

/** Starts a program in the world's network namespace, where the switches are. */
export function enterWorld(
  lab: Pick<LabRecord, 'name' | 'pid' | 'path' | 'image'>,
  argv: readonly string[],
): ChildProcess {
  mustBeApart(lab.pid)
  const [file = '', ...args] = enterWords(lab.pid, argv, ['--net'])
  return spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'], env: environment(lab) })
}

/** What tells, in the environment of a process, which lab started it. A lab inside another one is named behind that one. */
export const labMark = (name: string): string =>
  process.env.VETHLAB_LAB ? `${process.env.VETHLAB_LAB}/${name}` : name

/** What a program in a server sees of the environment: nothing of the caller's that could lead it elsewhere. */
export const environment = ({ name, path, image }: Entry['lab']): Record<string, string> => ({
  VETHLAB_LAB: labMark(name),
  PATH: path,
  HOME: process.env.HOME ?? '/root',
  LC_ALL: 'C',
  TERM: process.env.TERM ?? 'dumb',
  DOCKER_CONFIG: '/run/vethlab-server/docker',
  IMAGE: image,
})

/** What a program on this machine itself sees: the caller's own environment, and the machine's own engine. */
const hostEnvironment = ({ path, image }: Entry['lab']): NodeJS.ProcessEnv => ({
  ...process.env,
  PATH: path,
  LC_ALL: 'C',
  DOCKER_HOST: 'unix:///run/docker.sock',
  IMAGE: image,
})

/** Starts a program in a server; `env` is what it sees beside what all see. */
export function enter(
  { lab, server }: Entry,
  argv: readonly string[],
  { env = {}, ...options }: SpawnOptions = {},
): ChildProcess {
  const [file = '', ...args] = server.host ? argv : enterWords(server.pid, argv)
  const seen = server.host ? hostEnvironment(lab) : environment(lab)
  return spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...seen, ...env }, ...options })
}

/** The address of a server's engine, seen from the machine. */
export const engineSocket = (pid: number): string => `/proc/${pid}/root/run/docker.sock`
