/** The Docker Engine of a virtual server: how it starts, and when it is ready. */
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Unable } from '../errors.ts'
import type { DaemonOptions } from '../language/daemon.ts'
import { answers } from '../server/engine-life.ts'
import { type Entry, enter, rootless } from '../server/enter.ts'
import { typed } from '../server/installed.ts'
import { findCompose, findProgram } from '../server/path.ts'
import { finished, until } from '../server/process.ts'
import { firewallOptions } from './firewall.ts'

const engineScript = fileURLToPath(new URL('engine.sh', import.meta.url))

/**
 * What each engine begins with. A virtual server has no name server: at docker0 nobody listens, so that a name fails at
 * once, where Docker's own default, an address on the Internet, would be waited for. From 29.5 on an engine gives each
 * container a time namespace, which runc knows from 1.2 on only: none has one here. Engines that do not know the
 * word pass over it.
 */
const ownOptions = {
  'data-root': '/run/vethlab-server/docker-data',
  'exec-root': '/run/docker',
  pidfile: '/run/docker.pid',
  hosts: ['unix:///run/docker.sock'],
  dns: ['172.17.0.1'],
}

/** The daemon.json of an engine: what it begins with, and what its scenario says. */
function configOf(options: DaemonOptions): string {
  const features = options.features as object | undefined
  return JSON.stringify({ ...ownOptions, ...options, features: { 'time-namespaces': false, ...features } })
}

/**
 * Starts the engine of a server, with options of its daemon and more in its environment, and waits until its API
 * answers: half a second or so.
 */
export async function startEngine(
  entry: Entry,
  options: DaemonOptions = {},
  env: Record<string, string> = {},
): Promise<void> {
  if (!findProgram('dockerd', entry.lab.path))
    throw new Unable('dockerd: not found', {
      hint: `${typed('setup')} fetches an engine, or name the folder of one with VETHLAB_ENGINE.`,
    })
  const firewall = firewallOptions(entry.lab.path)
  const words = ['env', ...Object.entries(env).map(([name, value]) => `${name}=${value}`)]
  const how = rootless ? ['rootless'] : []
  const argv = [
    ...words,
    'sh',
    engineScript,
    findCompose() ?? '',
    configOf({ ...firewall, ...options }),
    ...how,
  ]
  const started = await finished(enter(entry, argv, {}, 'with all rights'))
  if (started.code !== 0) throw new Unable(`the engine could not be started: ${started.stderr.trim()}`)

  const inside = (file: string) => `/proc/${entry.server.pid}/root/run/vethlab-server/${file}`
  const dead = () => existsSync(inside('dockerd.exit')) || !existsSync(`/proc/${entry.server.pid}`)
  const ready = await until(async () => dead() || (await answers(entry.server.pid, 5000)), 60_000)
  if (!existsSync(`/proc/${entry.server.pid}`))
    throw new Unable('the virtual server has ended', { hint: 'Was the lab taken down meanwhile?' })
  if (!ready || dead()) {
    const words = readFileSync(inside('dockerd.log'), 'utf8').trim().split('\n').slice(-6)
    const code = dead()
      ? `ended with exit code ${readFileSync(inside('dockerd.exit'), 'utf8').trim()}`
      : 'does not answer'
    throw new Unable(`${words.join('\n')}`, {
      command: 'dockerd',
      hint: `The engine ${code} while it was starting; above are the last lines of its log.`,
    })
  }
}
