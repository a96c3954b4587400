/** The ways into a lab, each with the line that asked in its errors; they are closed before the lab is. */
import type { Watch } from '../lab/misuse.ts'
import type { Servers } from '../server/servers.ts'
import { connect, forward, type Gates } from './connect.ts'
import type { OpenLab } from './open-lab.ts'

/** What is to be closed before its lab is. */
function closing() {
  const open = new Set<{ close(): Promise<void> }>()
  return {
    async opened<T extends { close(): Promise<void> }>(work: Promise<T>): Promise<T> {
      const one = await work
      open.add(one)
      return one
    },
    async all(): Promise<void> {
      await Promise.allSettled([...open].map((one) => one.close()))
    },
  }
}

/** Connections, ports, and engines. */
export function waysInto(servers: Servers, gates: Gates, watch: Watch) {
  const { opened, all } = closing()
  const ways: Pick<OpenLab, 'connect' | 'fetch' | 'forward' | 'expose' | 'docker'> = {
    connect: (place, to) => watch('connect', () => connect(gates, place, to)),
    fetch: (place, url, init) =>
      watch('fetch', async () => (await import('./fetch.ts')).fetchFrom(gates, place, url, init)),
    forward: (place, to) =>
      watch('forward', () => opened(forward(gates, place, typeof to === 'number' ? { port: to } : to))),
    expose: (port, place, as) =>
      watch('expose', async () => opened((await import('./expose.ts')).expose(gates, port, place, as?.port))),
    docker: (server) =>
      watch('docker', async () => opened((await import('./docker.ts')).dockerOf(servers, gates, server))),
  }
  return { ways, closeAll: all }
}
