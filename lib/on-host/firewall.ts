/** The firewall of a machine whose own engine a lab is to use: whether Docker's rules are there, and nobody else's above them. */
import { Unable } from '../errors.ts'
import type { Run } from '../look/ip.ts'
import { mustFit } from '../needs/engine.ts'
import { client, thisMachine } from '../server/engine-api.ts'

interface Info {
  FirewallBackend?: { Driver?: string }
}

/** Whether firewalld rules: by its table of nftables, or by its chains of iptables. */
async function hasFirewalld(run: Run): Promise<boolean> {
  if ((await run(['nft', 'list', 'table', 'inet', 'firewalld'])).code === 0) return true
  return /^-N FORWARD_(IN_)?ZONES/m.test((await run(['iptables', '-S'])).stdout)
}

/** What of Docker's rules is not there; undefined: all that there must be. */
async function missingRules(run: Run, nftables: boolean): Promise<string | undefined> {
  if (nftables) {
    const { code } = await run(['nft', 'list', 'table', 'ip', 'docker-bridges'])
    return code === 0 ? undefined : 'table ip docker-bridges'
  }
  const forward = await run(['iptables', '-S', 'FORWARD'])
  if (!/ -j DOCKER/.test(forward.stdout)) return 'in FORWARD'
  const nat = await run(['iptables', '-t', 'nat', '-S', 'PREROUTING'])
  return / -j DOCKER/.test(nat.stdout) ? undefined : 'in nat PREROUTING'
}

/** Throws Unable where this machine's engine, or its firewall, is nothing to build a lab on. It only looks. */
export async function mustBeDockers(run: Run, path: string): Promise<void> {
  const docker = client(thisMachine)
  const [version, info] = await Promise.all([docker.version(), docker.info() as Promise<Info>])
  const driver = info.FirewallBackend?.Driver ?? 'iptables'
  const nftables = driver.startsWith('nftables')
  await mustFit(run, path, version, nftables)
  if (driver.includes('firewalld') || (await hasFirewalld(run)))
    throw new Unable('the firewall of this machine is firewalld', {
      hint: 'Nothing was changed. What a lab lets through firewalld rejects, and its reload removes the rules of a lab: leave --on host out.',
    })
  const missing = await missingRules(run, nftables)
  if (missing !== undefined)
    throw new Unable(`Docker's rules are not in the firewall of this machine: none ${missing}`, {
      hint: 'Nothing was changed. Another program flushed them, or the daemon has "iptables": false. systemctl restart docker makes them anew.',
    })
}
