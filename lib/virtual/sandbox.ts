/** A lab on virtual servers: starts what is asked for, once, when it is asked for. */
import type { Listener } from '../lab/events.ts'
import { machineEngine, ownFiles, startedFor } from '../on-host/started.ts'
import { type Entry, enter, enterWorld } from '../server/enter.ts'
import { findLab } from '../server/labs.ts'
import { type Finished, finished } from '../server/process.ts'
import { residents, type Start } from '../server/resident.ts'
import { type LabRecord, type ServerRecord, saveLab } from '../server/state.ts'
import { startEngine } from './engine.ts'
import { startServer } from './world.ts'

/** A server to run commands on. */
export interface RunningServer extends Entry {
  server: ServerRecord
  /** Runs a program on the server and waits for it, unless it is to go on in the background. */
  run(argv: readonly string[], start?: Start): Promise<Finished>
}

export interface Sandbox {
  readonly record: LabRecord
  /** A server, started if it is not up yet; with its engine running if that is needed. */
  server(name: string, engine: boolean): Promise<RunningServer>
  /** Runs a program in the network namespace of the lab's switches, outside of its servers. */
  outside(argv: readonly string[]): Promise<Finished>
}

/** The servers of a lab whose world is up. */
export function sandbox(record: LabRecord, tell: Listener = () => {}): Sandbox {
  const running = (server: ServerRecord): RunningServer => {
    const entry = { lab: record, server }
    const env = server.host ? startedFor(record) : {}
    const shells = residents(entry, env)
    const run = async (words: readonly string[], start: Start = {}) => {
      const argv = server.host ? ownFiles(record.name, words) : words
      const inside = shells.run(argv, start)
      if (inside) return inside
      // Side by side with many others it has to enter by itself.
      const inShell = ['sh', '-c', '"$@" >/dev/null 2>&1 &', 'sh', ...argv]
      const child = enter(entry, start.background ? inShell : argv, { stdio: 'pipe', env })
      child.stdin?.on('error', () => {}) // it may end before it has read all
      child.stdin?.end(start.input)
      return finished(child)
    }
    return { ...entry, run }
  }
  const servers = new Map<string, Promise<RunningServer>>(
    record.servers.map((server) => [server.name, Promise.resolve(running(server))]),
  )
  const engines = new Map<string, Promise<void>>(
    record.servers.filter((server) => server.engine).map((server) => [server.name, Promise.resolve()]),
  )

  const once = <T>(known: Map<string, Promise<T>>, name: string, make: () => Promise<T>): Promise<T> => {
    const found = known.get(name) ?? make()
    known.set(name, found)
    return found
  }

  const start = async (name: string): Promise<RunningServer> => {
    const server = await startServer(record, name)
    record.servers.push(server)
    saveLab(record)
    return running(server)
  }

  const engine = async ({ server }: RunningServer): Promise<void> => {
    if (server.host) {
      await machineEngine()
      server.engine = true
      return
    }
    const what = `${server.name}: Docker Engine`
    const began = performance.now()
    tell({ kind: 'waiting', what })
    const [{ client }, { giveImage }] = await Promise.all([
      import('../server/engine-api.ts'),
      import('./image.ts'),
      startEngine({ lab: record, server }),
    ])
    const { Version } = await client(server.pid).version()
    await giveImage(server.pid, record.image)
    server.engine = true
    saveLab(record)
    tell({ kind: 'waited', what: `${what} ${Version}`, ms: performance.now() - began })
  }

  return {
    record,
    async server(name, needsEngine) {
      const server = await once(servers, name, () => start(name))
      if (needsEngine) await once(engines, name, () => engine(server))
      return server
    },
    outside: (argv) => finished(enterWorld(record, argv)),
  }
}

/** The sandbox of a lab that is up; undefined when there is none of that name. */
export function attach(name: string, tell?: Listener): Sandbox | undefined {
  const record = findLab(name)
  return record && sandbox(record, tell)
}
