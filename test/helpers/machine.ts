/** What the tests look at and do on the machine itself: look only, and the tool's own command line. */
import assert from 'node:assert/strict'
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { differences } from '../../lib/prove/difference.ts'
import { snapshot as look, type Part, parts, type Snapshot } from '../../lib/prove/snapshot.ts'
import { rootless } from '../../lib/server/enter.ts'
import { type Finished, finished, until } from '../../lib/server/process.ts'
import { labFolder } from '../../lib/server/state.ts'

export const root = new URL('../..', import.meta.url).pathname
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

/** The small scenario that tests look at when any lab will do: up, and down again. */
export const smallLab = {
  async up(name: string): Promise<void> {
    assert.equal((await vethlab('namespaces', ['up', '-q', '--name', name])).code, 0)
  },
  down: (name: string): Promise<Finished> => vethlab('namespaces', ['down', '--name', name]),
}

/** The command line of all scenarios. */
export const vethlabAll = (words: string[], env: Record<string, string> = {}): Promise<Finished> =>
  vethlab(join(root, 'scripts/vethlab.ts'), words, env)

const run = (file: string, ...argv: string[]): string => execFileSync(file, argv, { encoding: 'utf8' })

/** For a test that an ordinary user cannot do: there it is skipped, and the run lists it with the reason. */
export const needsRoot = (reason: string) => ({ skip: rootless ? `needs root: ${reason}` : false })

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

const withoutClock = (text: string): string => text.replace(/((valid|preferred)_lft|_timer) +\S+/g, '')

/** What labs start and make beside the network: processes, cgroups, folders. */
export const belongings = (): Record<string, readonly string[]> => ({
  'all processes': processes(),
  cgroups: cgroups(),
  'docker folders': ['/var/lib/docker', '/var/lib/containerd', '/etc/docker'].flatMap(listing),
  folders: ['/run', '/run/netns', '/opt', '/var/lib', '/etc'].flatMap(listing),
})

/**
 * What `down --prove` compares, and more: links and addresses in ip's own words, the names of all sysctls, every
 * process that looks like a lab's, cgroups and folders. The firewall is shown to root only; the tests as an ordinary
 * user are compared by root as a whole (test/helpers/as-user.ts).
 */
export async function snapshot(): Promise<Record<string, readonly string[]>> {
  const more = {
    'ip link': withoutClock(run('ip', '-d', 'link')).split('\n'),
    'ip addr': withoutClock(run('ip', 'addr')).split('\n'),
    findmnt: run('findmnt', '--list', '--noheadings', '-o', 'TARGET,SOURCE,FSTYPE,OPTIONS').split('\n'),
    ...belongings(),
  }
  const seen = await look()
  const unseen = parts.filter((part) => !seen[part])
  assert.deepEqual(unseen, rootless ? ['firewall'] : [])
  const names = seen.sysctls?.map((line) => line.replace(/ = .*/, '')) ?? []
  return { ...(seen as Record<Part, string[]>), ...more, 'names of sysctls': names }
}

/** Waits until the lab of that name has left nothing in the state folder. */
export const gone = (lab: string): Promise<boolean> => until(() => !existsSync(labFolder(lab)), 5000)

/**
 * What differs from a snapshot, a line each: `- links: …` for what is gone, `+ links: …` for what is new. What ends by
 * itself, as the janitor that has just removed a lab's folder, is given the time for it.
 */
export async function difference(before: Awaited<ReturnType<typeof snapshot>>): Promise<string[]> {
  let found: string[] = []
  const same = async () => {
    const after = await snapshot()
    found = differences(before as Snapshot, after as Snapshot).map(
      ({ sign, part, line }) => `${sign} ${part}: ${line}`,
    )
    return found.length === 0
  }
  await until(same, 5000, 200)
  return found
}
