/** Reads the map of a lab that is up. */
import type { LabRecord } from '../server/state.ts'
import { type Stack, stacksOf } from '../why/stacks.ts'
import { type NetworkMap, networkMap } from './model.ts'

/** How long an engine may take to tell its networks, in milliseconds: without them the map has all but their names. */
const patience = 1000

/** What Docker calls its bridges: `server1/br-0123456789ab` is `qubenet`. */
async function networkNames(lab: LabRecord): Promise<Map<string, string>> {
  const names = new Map<string, string>()
  const servers = lab.servers.filter(({ engine }) => engine)
  if (servers.length === 0) return names
  const { asking } = await import('../server/engine-api.ts')
  const ask = async (server: (typeof servers)[number]) => {
    for (const { Id, Name, Options } of await asking(server).listNetworks()) {
      const bridge = Options?.['com.docker.network.bridge.name'] ?? `br-${Id.slice(0, 12)}`
      names.set(`${server.name}/${bridge}`, Name)
    }
  }
  const late = new Promise<void>((done) => setTimeout(done, patience).unref())
  await Promise.race([Promise.allSettled(servers.map(ask)), late])
  return names
}

/** The map of a lab, as it is now. */
export async function mapOf(lab: LabRecord, stacks?: readonly Stack[]): Promise<NetworkMap> {
  const [known, names] = await Promise.all([stacks ?? stacksOf(lab), networkNames(lab)])
  return networkMap(lab, known, names)
}
