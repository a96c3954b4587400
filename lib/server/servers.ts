/**
 * The servers of a lab, to run commands on. What a server is differs: a virtual one (virtual/), this machine itself
 * (on-host/); whoever runs a lab knows this interface alone.
 */
import { join } from 'node:path'
import type { Command } from '../language/command.ts'
import type { DaemonOptions } from '../language/daemon.ts'
import type { ApiCall } from '../language/docker/api.ts'
import { plugged } from '../language/effects.ts'
import { type Entry, enter, mustBeUp } from './enter.ts'
import { type Finished, finished } from './process.ts'
import { longInput, residents, type Start } from './resident.ts'
import type { LabRecord, ServerRecord } from './state.ts'

/** How a program in a container is started, beside its words. */
export interface ExecStart extends Pick<Start, 'input' | 'bytes' | 'cwd' | 'env'> {
  user?: string | undefined
}

/** A server that runs. */
export interface RunningServer extends Entry {
  readonly server: ServerRecord
  /** Runs a program on the server and waits for it, unless it is to go on in the background. */
  run(argv: readonly string[], start?: Start): Promise<Finished>
  /** Makes sure that its Docker Engine answers; one that is started has these options in its daemon.json. */
  startEngine(daemon?: DaemonOptions): Promise<void>
  /** Makes a call of its Docker Engine. */
  call(api: ApiCall): Promise<Finished>
  /** Runs a program in one of its containers; with `start` as that user, in that folder … */
  exec(container: string, argv: readonly string[], background: boolean, start?: ExecStart): Promise<Finished>
  /** The words with the files of the lab where they are on this server. */
  words(argv: readonly string[]): string[]
  /** A file of the server, as this process sees it. */
  file(path: string): string
  /** What is run in the place of a command: itself, and what marks the things that it makes. Nothing else without it. */
  around?(command: Command): readonly Command[]
  /** Told of each command before it runs. Returns the value that it is about to replace, where that is to be put back. */
  before?(command: Command): Promise<string | undefined>
}

/** All servers of a lab. */
export interface Servers {
  readonly record: LabRecord
  /** Where it is written down what is done; `sync`: on the disk, before it is done. */
  readonly journal: { readonly file: string; readonly sync: boolean }
  /** Whether commands may be run together, and side by side. */
  readonly together: boolean
  /** A server, started if it is not up yet; with its engine running if that is needed. */
  server(name: string, engine: boolean, daemon?: DaemonOptions): Promise<RunningServer>
  /** Runs a program in the network namespace of the lab's switches, outside of its servers. */
  outside(argv: readonly string[]): Promise<Finished>
  /** The words of a command, with the files of the lab where they are on its server. */
  words(server: string, argv: readonly string[]): string[]
  /** What is run in the place of a command. */
  around(command: Command): readonly Command[]
  /** Tells of a command before it runs. Returns the value that it is about to replace, where that is to be put back. */
  before(command: Command): Promise<string | undefined>
}

/** How the servers of a lab come to be. */
export interface Kinds {
  /** A server whose record is known. */
  open(record: ServerRecord): RunningServer
  /** Makes one more. */
  start(name: string): Promise<ServerRecord>
  outside: Servers['outside']
  /** The folder of the lab; with `sync`, and one command after the other, on a machine that must be put back. */
  folder: string
  careful: boolean
}

/** What is made for each name once, also when it is asked for side by side. */
function once<T>(make: (name: string) => Promise<T>): (name: string) => Promise<T> {
  const known = new Map<string, Promise<T>>()
  return (name) => {
    const found = known.get(name) ?? make(name)
    known.set(name, found)
    return found
  }
}

/** The servers of a lab: each is started once, when it is asked for, and so is its engine. */
export function serversOf(record: LabRecord, { open, start, outside, folder, careful }: Kinds): Servers {
  const running = new Map(record.servers.map((server) => [server.name, open(server)]))
  const started = once(async (name) => {
    const server = running.get(name) ?? open(await start(name))
    running.set(name, server)
    return server
  })
  const options = new Map<string, DaemonOptions | undefined>()
  const withEngine = once(async (name) => {
    const { server, startEngine } = await started(name)
    if (!server.engine) await startEngine(options.get(name))
  })
  /** The servers that a command is about: that it runs on, and those that it puts a cable into. */
  const concerned = (command: Command): RunningServer[] =>
    [command.place.server, ...plugged(command).map(({ server }) => server)].flatMap(
      (name) => running.get(name) ?? [],
    )
  return {
    record,
    journal: { file: join(folder, 'journal'), sync: careful },
    together: !careful,
    async server(name, engine, daemon) {
      if (daemon) options.set(name, daemon)
      const found = await started(name)
      mustBeUp(found)
      if (engine) await withEngine(name)
      return found
    },
    outside,
    words: (name, argv) => running.get(name)?.words(argv) ?? [...argv],
    around(command) {
      const marking = concerned(command).find(({ around }) => around)
      return marking?.around?.(command) ?? [command]
    },
    async before(command) {
      for (const server of concerned(command)) {
        const old = await server.before?.(command)
        if (old !== undefined) return old
      }
      return undefined
    },
  }
}

/**
 * What servers have in common whose processes this one can start by itself: shells that stay there, and the socket of
 * the engine. `env` is what all that they start sees.
 */
export function byEntering(
  entry: Entry & { server: ServerRecord },
  env: Record<string, string> = {},
  words: RunningServer['words'] = (argv) => [...argv],
): Omit<RunningServer, 'startEngine'> {
  const shells = residents(entry, env)
  const { pid } = entry.server
  return {
    ...entry,
    async run(argv, start = {}) {
      const known = words(argv)
      const inside = longInput(start.input) ? undefined : shells.run(known, start)
      if (inside) return inside
      // Side by side with many others it has to enter by itself.
      const inShell = ['sh', '-c', '"$@" >/dev/null 2>&1 &', 'sh', ...known]
      const child = enter(entry, start.background ? inShell : known, { stdio: 'pipe', env })
      child.stdin?.on('error', () => {}) // it may end before it has read all
      child.stdin?.end(start.input)
      return finished(child, start.bytes)
    },
    call: async (api) => (await import('./engine-api.ts')).callEngine(entry.server, api),
    async exec(container, argv, background, start) {
      const { execInContainer } = await import('./container-exec.ts')
      return execInContainer(entry.server, container, argv, background, start)
    },
    words,
    file: (path) => `/proc/${pid}/root${words([path])[0]}`,
  }
}
