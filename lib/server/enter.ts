/**
 * Every entry into a lab goes through here. An ordinary user's lab has one namespace more than root's, around all
 * others: a user namespace. What else differs without root asks for `rootless`: there is no cgroup to make
 * (world.ts), the engine is told (engine.ts), and the state is in another folder (state.ts).
 */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { existsSync, readlinkSync } from 'node:fs'
import { Unable } from '../errors.ts'
import { shellLine } from '../language/shell.ts'
import { bornAt } from './process.ts'
import type { LabRecord, ServerRecord } from './state.ts'

export interface Entry {
  lab: Pick<LabRecord, 'name' | 'path' | 'image'>
  server: Pick<ServerRecord, 'name' | 'pid' | 'born' | 'host'>
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

/** The words that run a program inside the namespaces of a process. Source: nsenter(1), which since 2.41 refuses to enter none. */
export function enterWords(pid: number, argv: readonly string[], namespaces = all): string[] {
  const entered = [...userNamespace, ...namespaces]
  return entered.length === 0 ? [...argv] : ['nsenter', '--target', String(pid), ...entered, '--', ...argv]
}

/**
 * The capabilities that nothing on a virtual server has but its engine, which gives a `--privileged` container all there are:
 * those over the machine's modules, clock, log, ports, power, consoles and audit. Source: capabilities(7).
 */
export const fence: string = [
  ['sys_module', 'sys_time', 'wake_alarm', 'syslog', 'sys_rawio', 'sys_boot', 'block_suspend', 'sys_pacct'],
  ['sys_tty_config', 'linux_immutable', 'mac_admin', 'mac_override', 'audit_control', 'audit_read'],
]
  .flat()
  .map((capability) => `-${capability}`)
  .join(',')

/**
 * The words that run a program in the working folder of the caller, where the server has it, and else at home. It is looked for
 * inside: nsenter's --wd would open it on the machine's side, where it can be written.
 */
const insideWords = (argv: readonly string[]): string[] => [
  'sh',
  '-c',
  'cd "$0" 2>/dev/null || cd 2>/dev/null || cd /; exec "$@"',
  process.cwd(),
  ...argv,
]

/** Whether a server has a folder of this machine, at the same place. */
export const folderIsThere = ({ pid }: Pick<ServerRecord, 'pid'>, folder: string): boolean =>
  existsSync(`/proc/${pid}/root${folder}`)

/** Whether a process is in none of the machine's own namespaces that a lab has for itself. */
export function isApart(pid: number): boolean {
  const apart = (kind: string) =>
    readlinkSync(`/proc/${pid}/ns/${kind}`) !== readlinkSync(`/proc/self/ns/${kind}`)
  try {
    return apart('net') && apart('mnt') && apart('pid') && (!rootless || apart('user'))
  } catch {
    return false // there is no such process
  }
}

/**
 * Makes sure that a process is not in the machine's own network or mounts: a number mistaken for another would
 * otherwise run a lab's commands on the machine itself. What an ordinary user's lab runs must be apart in its rights, too.
 */
export function mustBeApart(pid: number): void {
  if (!isApart(pid))
    throw new Unable(`process ${pid} is not the first of a virtual server`, {
      hint: 'Was the lab taken down meanwhile?',
    })
}

/** Whether the first process of a server is no more: there is none of that number, or it is another one. */
export const hasEnded = ({ pid, born, host }: Entry['server']): boolean =>
  !host && (bornAt(pid) === undefined || (born !== undefined && bornAt(pid) !== born) || !isApart(pid))

/** The error for a server that has ended, with the command that was to run on it. */
export const ended = ({ name, pid }: Entry['server'], lab: string, argv?: readonly string[]): Unable =>
  new Unable(`the virtual server has ended: its first process, ${pid}, is gone`, {
    where: `${name} of ${lab}`,
    command: argv && shellLine(argv),
    hint: 'What was on it is gone. Take the lab down, then build it again.',
  })

/** Makes sure that a server is the very one that was started. */
export function mustBeUp({ lab, server }: Entry, argv?: readonly string[]): void {
  if (hasEnded(server)) throw ended(server, lab.name, argv)
}

const all = ['--mount', '--uts', '--ipc', '--net', '--pid', '--cgroup']

/** The namespaces of the world that a new server is made in. */
export const worldNamespaces = ['--mount', '--uts', '--ipc', '--net', '--pid']

/** Makes sure that the first process of a lab is the very one that was started. */
export function mustBeWorld({ name, pid, born }: Pick<LabRecord, 'name' | 'pid' | 'born'>): void {
  if (pid === process.pid) return // a lab on this machine itself, without a LAN
  if (hasEnded({ name, pid, ...(born ? { born } : {}) })) throw ended({ name: 'the LAN', pid }, name)
}

/** Starts a program in the world's network namespace, where the switches are. */
export function enterWorld(
  lab: Pick<LabRecord, 'name' | 'pid' | 'born' | 'path' | 'image'>,
  argv: readonly string[],
): ChildProcess {
  mustBeWorld(lab)
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
  HOME: '/run/root',
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

/**
 * Starts a program in a server; `env` is what it sees beside what all see. Only the engine has all rights. What is given no
 * terminal cannot open the caller's as /dev/tty either: it could type into it, and the caller's shell would run that.
 */
export function enter(
  { lab, server }: Entry,
  argv: readonly string[],
  { env = {}, ...options }: SpawnOptions = {},
  rights: 'fenced' | 'with all rights' = 'fenced',
): ChildProcess {
  mustBeUp({ lab, server }, argv)
  const fenced = rights === 'fenced' ? ['setpriv', '--bounding-set', fence] : []
  const [file = '', ...args] = server.host ? argv : enterWords(server.pid, [...fenced, ...insideWords(argv)])
  const seen = server.host ? hostEnvironment(lab) : environment(lab)
  const detached = !server.host && options.stdio !== 'inherit'
  const stdio: SpawnOptions['stdio'] = ['ignore', 'pipe', 'pipe']
  return spawn(file, args, { stdio, detached, env: { ...seen, ...env }, ...options })
}

/** The address of a server's engine, seen from the machine. */
export const engineSocket = (pid: number): string => `/proc/${pid}/root/run/docker.sock`
