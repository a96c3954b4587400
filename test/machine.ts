/** What the tests look at and do on the machine itself: look only, and the tool's own command line. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { rootless } from '../lib/sandbox/enter.ts'
import { type Finished, finished, until } from '../lib/sandbox/process.ts'
import { labFolder } from '../lib/sandbox/state.ts'

export const root = new URL('..', import.meta.url).pathname
const start = join(root, 'scripts/start.mjs')

/** A scenario's own command line, in a process of its own. */
export const startScenario = (
  name: string,
  words: string[],
  env: Record<string, string> = {},
): ChildProcess =>
  spawn('node', [start, name.includes('/') ? name : join(root, `scenarios/${name}.ts`), ...words], {
    cwd: root,
    env: { ...process.env, NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })

export const vethlab = (name: string, words: string[], env: Record<string, string> = {}): Promise<Finished> =>
  finished(startScenario(name, words, env))

/** The command line of all scenarios. */
export const vethlabAll = (words: string[], env: Record<string, string> = {}): Promise<Finished> =>
  vethlab(join(root, 'scripts/vethlab.ts'), words, env)

const run = (file: string, ...argv: string[]): string => execFileSync(file, argv, { encoding: 'utf8' })

/** For a test that an ordinary user cannot do: there it is skipped, and the run lists it with the reason. */
export const needsRoot = (reason: string) => ({ skip: rootless ? `needs root: ${reason}` : false })

/** Kernel counters and what the machine's own traffic changes. */
const lively =
  /(_count|\/flush|gc_stat|stat\/|inet_peer|_max_age|expires|nf_conntrack_buckets|tcp_mem|udp_mem)/

function sysctls(folder = '/proc/sys/net'): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return sysctls(path)
    if (lively.test(path)) return []
    try {
      return [`${path} ${readFileSync(path, 'utf8').trim()}`]
    } catch {
      return [] // write-only
    }
  })
}

const listing = (folder: string): string[] => {
  try {
    return readdirSync(folder).sort()
  } catch (error) {
    return [`${(error as NodeJS.ErrnoException).code}`] // not there, or not for this user
  }
}

/** Processes that a lab starts; kernel threads and the tests' own are none of them. */
const processes = (): string[] =>
  run('ps', '-eo', 'args=')
    .split('\n')
    .filter((line) => !line.includes('<defunct>')) // ended, and not yet waited for by the machine's init
    .filter((line) =>
      /\b(tini|dockerd|containerd|runc|nsenter|unshare|janitor\.sh|world\.sh|server\.sh)\b/.test(line),
    )
    .sort()

const cgroups = (): string[] => run('find', '/sys/fs/cgroup', '-type', 'd').trim().split('\n').sort()

const legacyTables = '/proc/net/ip_tables_names'
const withoutClock = (text: string): string => text.replace(/((valid|preferred)_lft|_timer) +\S+/g, '')

/** What labs start and make beside the network: processes, cgroups, folders. */
export const belongings = (): Record<string, string | string[]> => ({
  processes: processes(),
  cgroups: cgroups(),
  docker: [...listing('/var/lib/docker'), ...listing('/var/lib/containerd'), ...listing('/etc/docker')],
  folders: [...listing('/run'), ...listing('/opt'), ...listing('/var/lib'), ...listing('/etc')],
})

/**
 * The machine's own network, firewall, namespaces, mounts, processes, cgroups and folders. The firewall is shown to
 * root only; the tests as an ordinary user are compared by root as a whole (test/as-user.ts).
 */
export const snapshot = (): Record<string, string | string[]> => ({
  links: withoutClock(run('ip', '-d', 'link')),
  addresses: withoutClock(run('ip', 'addr')),
  routes: run('ip', 'route', 'show', 'table', 'all'),
  rules: run('ip', 'rule'),
  nft: rootless ? '' : run('nft', 'list', 'ruleset'),
  iptables: rootless || !existsSync(legacyTables) ? '' : readFileSync(legacyTables, 'utf8'),
  sysctls: sysctls(),
  namespaces: listing('/run/netns'),
  mounts: run('findmnt', '--list', '--noheadings', '-o', 'TARGET,SOURCE,FSTYPE,OPTIONS'),
  ...belongings(),
})

/** Waits until the lab of that name has left nothing in the state folder. */
export const gone = (lab: string): Promise<boolean> => until(() => !existsSync(labFolder(lab)), 5000)

/** What differs between two snapshots, a line each: `- links: …` for what is gone, `+ links: …` for what is new. */
export function difference(
  before: ReturnType<typeof snapshot>,
  after: ReturnType<typeof snapshot> = snapshot(),
): string[] {
  const lines = (value: string | string[] | undefined) =>
    typeof value === 'string' ? value.split('\n') : (value ?? [])
  return Object.keys(before).flatMap((key) => {
    const old = lines(before[key])
    const now = lines(after[key])
    return [
      ...old.filter((line) => !now.includes(line)).map((line) => `- ${key}: ${line}`),
      ...now.filter((line) => !old.includes(line)).map((line) => `+ ${key}: ${line}`),
    ]
  })
}
