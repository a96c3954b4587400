/** The machine of the crash tests: a virtual server with a Docker Engine, in which the tool runs as on any other. */
import type { ChildProcess } from 'node:child_process'
import { dirname, join } from 'node:path'
import { withLab } from '../../lib/index.ts'
import { enter } from '../../lib/server/enter.ts'
import { type Finished, finished, until } from '../../lib/server/process.ts'
import { builtImage, cacheRoot } from '../../lib/server/state.ts'
import { root } from '../helpers/machine.ts'
import type { Look } from './changes.ts'
import { changes } from './changes.ts'

export interface Machine {
  /** Starts a program in it, with a pipe to its stdin. No program may take longer than two minutes. */
  start(argv: readonly string[], env?: Readonly<Record<string, string>>): ChildProcess
  /** Runs a program in it to its end. */
  run(argv: readonly string[], env?: Readonly<Record<string, string>>): Promise<Finished>
  /** A file of it, as it is to be found from here. */
  file(path: string): string
  /** All that a lab could have changed in it. */
  look(): Promise<Look>
  /** What is not as it was, as soon as nothing is; after two seconds, what still is not. */
  changedSince(before: Look): Promise<string[]>
}

const start = join(root, 'scripts/start.mjs')

/** The words that start a TypeScript file of this project. */
export const program = (file: string, ...words: string[]): string[] => [
  'node',
  start,
  join(root, file),
  ...words,
]

/**
 * A machine in use. What comes with the first of a kind stays: the folder of namespaces as a mount, the cgroup of all
 * containers, docker0's address.
 */
const inUse = `ip netns add first && ip netns del first
rmdir /var/lib/vethlab 2>/dev/null || : # of the machine outside; the last lab removes it
docker run -d --name first ${builtImage} sleep 60
tries=0
until ip -6 addr show dev docker0 | grep -v tentative | grep -q fe80 || [ $((tries += 1)) -gt 50 ]; do sleep 0.1; done
docker rm -f first
docker run --rm --network host ${builtImage} true`

let opened = 0

/** Opens a machine for as long as the work takes. */
export const withMachine = <T>(work: (machine: Machine) => Promise<T>): Promise<T> =>
  withLab(
    async ({ sandbox }) => {
      const entry = await sandbox.server('machine', true)
      const begin = (argv: readonly string[], env: Readonly<Record<string, string>> = {}) => {
        const named = Object.entries({ NO_COLOR: '1', XDG_CACHE_HOME: dirname(cacheRoot()), ...env }).map(
          ([name, value]) => `${name}=${value}`,
        )
        return enter(entry, ['timeout', '--foreground', '120', 'env', ...named, ...argv], { stdio: 'pipe' })
      }
      const run: Machine['run'] = (argv, env) => {
        const child = begin(argv, env)
        child.stdin?.end()
        return finished(child)
      }
      const look = async (): Promise<Look> => {
        const { code, stdout, stderr } = await run(program('test/crash/look.ts'))
        if (code !== 0) throw new Error(`the machine could not be looked at: ${stderr}`)
        return JSON.parse(stdout)
      }
      const changedSince = async (before: Look): Promise<string[]> => {
        let changed: string[] = []
        const same = async () => {
          changed = changes(before, await look())
          return changed.length === 0
        }
        await until(same, 2000, 100)
        return changed
      }
      await run(['sh', '-c', inUse])
      const file = (path: string) => `/proc/${entry.server.pid}/root${path}`
      return work({ start: begin, run, file, look, changedSince })
    },
    { name: `crash-${process.pid}-${++opened}`, share: root },
  )
