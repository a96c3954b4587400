/** Which firewall a lab's engine writes its rules in: FIREWALL=nftables, where the engine has it. */
import { execFileSync } from 'node:child_process'
import { BadInput, Unable } from '../errors.ts'
import type { DaemonOptions } from '../language/daemon.ts'
import { findProgram } from '../server/path.ts'

/** What is said of an overlay with nftables, which Docker refuses (moby, daemon/config). */
export const noSwarm = 'Docker has no Swarm with nftables'

const backends = ['iptables', 'nftables']

/** What an engine tells of its options. */
function helpOf(dockerd: string): string {
  try {
    return execFileSync(dockerd, ['--help'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  } catch {
    return ''
  }
}

/** Whether the engine on a path has a firewall to choose, by its own help. */
export function hasNftables(path: string): boolean {
  const dockerd = findProgram('dockerd', path)
  return dockerd !== undefined && helpOf(dockerd).includes('--firewall-backend')
}

/**
 * The firewall that FIREWALL asks for; undefined where it asks for none: then it is the engine's own choice. Fails where the
 * engine on this path has no such firewall, by what its own help tells: no engine before 29 has one that is whole.
 */
export function chosenFirewall(path: string, env: NodeJS.ProcessEnv = process.env): string | undefined {
  const wanted = env.FIREWALL
  if (!wanted) return undefined
  if (!backends.includes(wanted))
    throw new BadInput(`FIREWALL=${wanted}: a firewall of Docker is one of ${backends.join(', ')}`)
  if (hasNftables(path)) return wanted
  const dockerd = findProgram('dockerd', path)
  if (wanted === 'iptables' || dockerd === undefined) return undefined
  throw new Unable('FIREWALL=nftables: this Docker Engine has no nftables backend', {
    command: `${dockerd} --firewall-backend=nftables`,
    hint: 'Docker Engine has it since 29: name the folder of one with VETHLAB_ENGINE, or leave FIREWALL out.',
  })
}

/** The same as options of the daemon. */
export const firewallOptions = (path: string): DaemonOptions => {
  const backend = chosenFirewall(path)
  return backend === undefined ? {} : { 'firewall-backend': backend }
}
