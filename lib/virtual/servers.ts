/** The virtual servers of a lab: started when they are asked for, each with an engine of its own when that is needed. */
import { Unable } from '../errors.ts'
import type { Listener } from '../lab/events.ts'
import { mustFit } from '../needs/engine.ts'
import { enterWorld } from '../server/enter.ts'
import { findLab } from '../server/labs.ts'
import { finished } from '../server/process.ts'
import { byEntering, type Kinds, type RunningServer, type Servers, serversOf } from '../server/servers.ts'
import { type LabRecord, labFolder, type ServerRecord, saveLab } from '../server/state.ts'
import { startEngine } from './engine.ts'
import { firewallOptions } from './firewall.ts'
import { startServer } from './world.ts'

/** One virtual server. Throws Unable for this machine itself, which on-host/servers.ts opens where it is meant. */
function virtualServer(record: LabRecord, server: ServerRecord, tell: Listener): RunningServer {
  if (server.host)
    throw new Unable(`${server.name} of ${record.name} is this machine itself, and no virtual server`, {
      hint: 'This is done on virtual servers alone. Take that lab down first.',
    })
  return {
    ...byEntering({ lab: record, server }),
    async startEngine(daemon) {
      const what = `${server.name}: Docker Engine`
      const began = performance.now()
      tell({ kind: 'waiting', what })
      const [{ client }, { giveImage }] = await Promise.all([
        import('../server/engine-api.ts'),
        import('./image.ts'),
        startEngine({ lab: record, server }, daemon),
      ])
      const version = await client(server).version()
      const { run } = byEntering({ lab: record, server })
      const nftables = firewallOptions(record.path)['firewall-backend'] === 'nftables'
      await Promise.all([mustFit(run, record.path, version, nftables), giveImage(server, record.image)])
      server.engine = true
      saveLab(record)
      tell({ kind: 'waited', what: `${what} ${version.Version}`, ms: performance.now() - began })
    },
  }
}

/** How virtual servers come to be, for those who have others beside them. */
export const virtualKinds = (record: LabRecord, tell: Listener): Kinds => ({
  open: (server) => virtualServer(record, server, tell),
  async start(name) {
    const server = await startServer(record, name)
    record.servers.push(server)
    saveLab(record)
    return server
  },
  outside: (argv) => finished(enterWorld(record, argv)),
  folder: labFolder(record.name),
  careful: false,
})

/** The servers of a lab whose world is up, all of them virtual. */
export const virtualServers = (record: LabRecord, tell: Listener = () => {}): Servers =>
  serversOf(record, virtualKinds(record, tell))

/** Those of a lab that is up; undefined when there is none of that name. */
export function attach(name: string, tell?: Listener): Servers | undefined {
  const record = findLab(name)
  return record && virtualServers(record, tell)
}
