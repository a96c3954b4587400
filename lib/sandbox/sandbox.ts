/** A lab on virtual servers: starts what is asked for, once, when it is asked for. */
import { client } from '../run/engine-api.ts'
import type { Listener } from '../run/events.ts'
import { startEngine } from './engine.ts'
import type { Entry } from './enter.ts'
import { giveImage } from './image.ts'
import { findLab, type LabRecord, type ServerRecord, saveLab } from './state.ts'
import { endWorld, startServer } from './world.ts'

export interface Sandbox {
  readonly record: LabRecord
  /** A server, started if it is not up yet; with its engine running if that is needed. */
  server(name: string, engine: boolean): Promise<Entry>
  end(): Promise<void>
}

/** The servers of a lab whose world is up. */
export function sandbox(record: LabRecord, tell: Listener = () => {}): Sandbox {
  const servers = new Map<string, Promise<ServerRecord>>(
    record.servers.map((server) => [server.name, Promise.resolve(server)]),
  )
  const engines = new Map<string, Promise<void>>(
    record.servers.filter((server) => server.engine).map((server) => [server.name, Promise.resolve()]),
  )

  const once = <T>(known: Map<string, Promise<T>>, name: string, make: () => Promise<T>): Promise<T> => {
    const found = known.get(name) ?? make()
    known.set(name, found)
    return found
  }

  const start = async (name: string): Promise<ServerRecord> => {
    const server = await startServer(record, name)
    record.servers.push(server)
    saveLab(record)
    return server
  }

  const engine = async (server: ServerRecord): Promise<void> => {
    const what = `${server.name}: Docker Engine`
    const began = performance.now()
    tell({ kind: 'waiting', what })
    await startEngine({ lab: record, server })
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
      return { lab: record, server }
    },
    end: () => endWorld(record.name),
  }
}

/** The sandbox of a lab that is up; undefined when there is none of that name. */
export function attach(name: string, tell?: Listener): Sandbox | undefined {
  const record = findLab(name)
  return record && sandbox(record, tell)
}
