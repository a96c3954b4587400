/** Programs of a server in the network of one of its places: of a container, too, whatever its image has. */
import { Unable, VethlabError } from '../errors.ts'
import type { Place } from '../language/command.ts'
import { shellLine } from '../language/shell.ts'
import { askEngine } from '../server/engine-ask.ts'
import { engineSocket } from '../server/enter.ts'
import type { Finished } from '../server/process.ts'
import type { RunningServer, Servers } from '../server/servers.ts'

/** What the engine tells of a container. */
export interface Inspected {
  readonly State: {
    readonly Pid: number
    readonly Status: string
    readonly Health?: { readonly Status: string; readonly Log?: ReadonlyArray<{ Output: string }> }
  }
}

/** Asks the engine of a server about one of its containers. */
export async function inspected(server: RunningServer, name: string): Promise<Inspected> {
  const path = `/containers/${encodeURIComponent(name)}/json`
  return askEngine<Inspected>(engineSocket(server.server.pid), path).catch((error) => {
    const said = (error as Error).message
    const message = said.startsWith('{') ? (JSON.parse(said) as { message: string }).message : said
    throw new Unable(message, { where: server.server.name, hint: 'Which step makes it?' })
  })
}

/** The first process of a container, as its server numbers it. Throws when the container does not run. */
export async function processOf(server: RunningServer, name: string): Promise<number> {
  const { mustRun } = await import('../server/engine-api.ts')
  const { State } = await inspected(server, name)
  mustRun(name, State.Status)
  return State.Pid
}

/** The network of a place, to run the server's own programs in. */
export interface Inside {
  readonly place: Place
  readonly server: RunningServer
  /** Runs a program. */
  run(argv: readonly string[], input?: string): Promise<Finished>
  /** The same, which must not fail; returns what it printed. */
  must(argv: readonly string[], input?: string): Promise<string>
}

/** Enters the network of a place. */
export async function inside(servers: Servers, place: Place): Promise<Inside> {
  const isContainer = place.kind === 'container'
  const server = await servers.server(place.server, isContainer)
  const before =
    place.kind === 'netns'
      ? ['ip', 'netns', 'exec', place.name]
      : isContainer
        ? ['nsenter', '--target', String(await processOf(server, place.name)), '--net']
        : []
  const run: Inside['run'] = (argv, input) =>
    server.run([...before, ...argv], input === undefined ? {} : { input })
  return {
    place,
    server,
    run,
    async must(argv, input) {
      const { code, stdout, stderr } = await run(argv, input)
      if (code === 0) return stdout
      throw new VethlabError(stderr.trim() || `exit code ${code}`, {
        where: `in ${place.name}`,
        command: shellLine(argv),
      })
    },
  }
}
