/** What of all that a scenario needs is taken on this machine already. It looks only. */
import { Unable } from '../errors.ts'
import { overlap } from '../language/names.ts'
import { type IpLink, type IpRoute, ipMustShow, namespacesThere, type Run } from '../look/ip.ts'
import { client, thisMachine } from '../server/engine-api.ts'
import type { RunningServer } from '../server/servers.ts'
import { everywhere, type Uses } from './uses.ts'

/** Compose's own label on all that it makes. */
const projectLabel = 'com.docker.compose.project'

interface ComposeFile {
  networks?: Record<string, { name?: string; ipam?: { config?: Array<{ subnet?: string }> } }>
  services?: Record<
    string,
    { container_name?: string; ports?: Array<{ published?: string; protocol?: string }> }
  >
}

/** What a Compose file asks for, in the words of Compose itself. */
export async function inProjects(
  uses: Uses,
  compose: string | undefined,
  machine: RunningServer,
): Promise<Uses> {
  const all = structuredClone(uses)
  for (const { project, file } of uses.projects) {
    const words = [...(compose ? [compose] : ['docker', 'compose']), '-p', project, '-f', file]
    const { code, stdout, stderr } = await machine.run([...words, 'config', '--format', 'json'])
    if (code !== 0)
      throw new Unable(stderr.trim(), { command: `docker compose -f ${file} config`, hint: 'Mend the file.' })
    const { networks = {}, services = {} } = JSON.parse(stdout) as ComposeFile
    for (const [key, { name = `${project}_${key}`, ipam }] of Object.entries(networks))
      for (const { subnet } of ipam?.config ?? [])
        if (subnet !== undefined) all.subnets.push({ subnet, what: `network ${name}` })
    for (const { container_name: name, ports = [] } of Object.values(services)) {
      if (name !== undefined) all.containers.push(name)
      for (const { published, protocol } of ports)
        if (published) all.ports.push({ port: Number(published), udp: protocol === 'udp' })
    }
  }
  return all
}

/** What there is on the machine, as it is found: each thing in a few words. */
interface Found {
  /** What is taken. */
  readonly taken: string[]
  /** Notes those of the wanted that are there. */
  both<T>(wanted: readonly T[], there: readonly T[], what: string): void
}

/** A subnet that the machine has a way to, and what that is. */
interface Way {
  subnet: string
  what: string
}

function found(): Found {
  const taken: string[] = []
  return {
    taken,
    both: (wanted, there, what) =>
      void taken.push(...wanted.filter((one) => there.includes(one)).map((one) => `${what} ${one}`)),
  }
}

/** The subnets that the machine's routes lead to. */
async function routed(run: Run): Promise<Way[]> {
  const routes = await ipMustShow<IpRoute>(run, '-4', '-j', 'route', 'show', 'table', 'all')
  return routes
    .filter(({ type = 'unicast' }) => type === 'unicast')
    .map(({ dst, dev }) => ({
      subnet: dst === 'default' ? everywhere : dst.includes('/') ? dst : `${dst}/32`,
      what: dev ? `the machine has it on ${dev}` : 'the machine has a route to it',
    }))
}

/** What the machine's engine has. Returns the subnets of its networks. */
async function inEngine(uses: Uses, image: string | undefined, { both }: Found): Promise<Way[]> {
  if (uses.containers.length + uses.networks.length + uses.projects.length === 0 && !uses.swarm) return []
  const docker = client(thisMachine)
  if (uses.swarm) {
    const { Swarm } = (await docker.info()) as { Swarm?: { LocalNodeState?: string } }
    both(['of this engine'], Swarm?.LocalNodeState === 'active' ? ['of this engine'] : [], 'Swarm')
  }
  const containers = await docker.listContainers({ all: true })
  const networks = await docker.listNetworks()
  const names = containers.flatMap(({ Names }) => Names.map((name) => name.slice(1)))
  both(uses.containers, names, 'container')
  const networkNames = networks.map(({ Name }) => Name)
  both(uses.networks, networkNames, 'Docker network')
  const projects = [...containers, ...networks].map(({ Labels }) => Labels?.[projectLabel] ?? '')
  const wanted = uses.projects.map(({ project }) => project)
  both(wanted, projects, 'Compose project')
  const images = (await docker.listImages()).flatMap(({ RepoTags }) => RepoTags ?? [])
  both(image === undefined ? [] : [image], images, 'Docker image')
  return networks.flatMap(({ Name, IPAM }) =>
    (IPAM?.Config ?? []).flatMap(({ Subnet }) =>
      Subnet?.includes('.') ? [{ subnet: Subnet, what: `Docker network ${Name} has it` }] : [],
    ),
  )
}

/** The ports that somebody listens on. */
async function listening(uses: Uses, run: Run, { both }: Found): Promise<void> {
  for (const udp of [false, true]) {
    const wanted = uses.ports.filter((one) => one.udp === udp).map(({ port }) => port)
    if (wanted.length === 0) continue
    const argv = ['ss', udp ? '-Hluna' : '-Hltn']
    const { code, stdout, stderr } = await run(argv)
    if (code !== 0) throw new Unable(stderr.trim(), { command: argv.join(' ') })
    const ports = stdout.split('\n').map((line) => Number(line.split(/\s+/)[3]?.split(':').at(-1)))
    both(wanted, ports, udp ? 'UDP port' : 'TCP port')
  }
}

/** What is taken, each in a few words: `link veth1`, `172.30.20.0/24 (network shop_default)`. */
export async function taken(uses: Uses, { run }: RunningServer, image?: string): Promise<string[]> {
  const all = found()
  const links = await ipMustShow<IpLink>(run, '-j', 'link')
  const linkNames = links.map(({ ifname }) => ifname)
  all.both(uses.links, linkNames, 'link')
  all.both(uses.namespaces, await namespacesThere(run), 'namespace')
  const ways = [...(await routed(run)), ...(await inEngine(uses, image, all))]
  for (const { subnet } of uses.subnets) {
    const way = ways.find((other) =>
      [subnet, other.subnet].includes(everywhere) ? subnet === other.subnet : overlap(subnet, other.subnet),
    )
    if (way) all.taken.push(`${subnet}: ${way.what}${way.subnet === subnet ? '' : ` as ${way.subnet}`}`)
  }
  await listening(uses, run, all)
  for (const words of uses.chains) if ((await run(words)).code === 0) all.taken.push(`chain ${words.at(-1)}`)
  return [...new Set(all.taken)]
}
