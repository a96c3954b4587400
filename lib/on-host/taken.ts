/** What of all that a scenario needs is taken on this machine already. It looks only. */
import { Unable } from '../errors.ts'
import { overlap } from '../language/names.ts'
import { client } from '../server/engine-api.ts'
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

interface Route {
  type?: string
  dst: string
  dev?: string
}

/** What is taken, each in a few words: `link veth1`, `172.30.20.0/24 (network shop_default)`. */
export async function taken(uses: Uses, machine: RunningServer, image?: string): Promise<string[]> {
  const ask = async (...argv: string[]): Promise<string> => {
    const { code, stdout, stderr } = await machine.run(argv)
    if (code !== 0) throw new Unable(stderr.trim(), { command: argv.join(' ') })
    return stdout
  }
  const json = async <T>(...argv: string[]): Promise<T[]> => JSON.parse((await ask(...argv)) || '[]')
  const known: string[] = []
  const both = <T>(wanted: readonly T[], there: readonly T[], what: string) =>
    known.push(...wanted.filter((one) => there.includes(one)).map((one) => `${what} ${one}`))

  const links = (await json<{ ifname: string }>('ip', '-j', 'link')).map(({ ifname }) => ifname)
  both(uses.links, links, 'link')
  const spaces = (await json<{ name: string }>('ip', '-j', 'netns', 'list')).map(({ name }) => name)
  both(uses.namespaces, spaces, 'namespace')

  const routes = await json<Route>('ip', '-4', '-j', 'route', 'show', 'table', 'all')
  const ways = routes
    .filter(({ type = 'unicast' }) => type === 'unicast')
    .map(({ dst, dev }) => ({
      subnet: dst === 'default' ? everywhere : dst.includes('/') ? dst : `${dst}/32`,
      what: dev ? `the machine has it on ${dev}` : 'the machine has a route to it',
    }))
  const engine = uses.containers.length + uses.networks.length + uses.projects.length > 0
  if (engine) {
    const docker = client(process.pid)
    const containers = await docker.listContainers({ all: true })
    const networks = await docker.listNetworks()
    both(
      uses.containers,
      containers.flatMap(({ Names }) => Names.map((name) => name.slice(1))),
      'container',
    )
    both(
      uses.networks,
      networks.map(({ Name }) => Name),
      'Docker network',
    )
    const projects = [...containers, ...networks].map(({ Labels }) => Labels?.[projectLabel] ?? '')
    both(
      uses.projects.map(({ project }) => project),
      projects,
      'Compose project',
    )
    const images = (await docker.listImages()).flatMap(({ RepoTags }) => RepoTags ?? [])
    both(image === undefined ? [] : [image], images, 'Docker image')
    for (const { Name, IPAM } of networks)
      for (const { Subnet } of IPAM?.Config ?? [])
        if (Subnet?.includes('.')) ways.push({ subnet: Subnet, what: `Docker network ${Name} has it` })
  }
  for (const { subnet } of uses.subnets) {
    const way = ways.find((other) =>
      [subnet, other.subnet].includes(everywhere) ? subnet === other.subnet : overlap(subnet, other.subnet),
    )
    if (way) known.push(`${subnet}: ${way.what}${way.subnet === subnet ? '' : ` as ${way.subnet}`}`)
  }

  for (const udp of [false, true]) {
    const wanted = uses.ports.filter((one) => one.udp === udp).map(({ port }) => port)
    if (wanted.length === 0) continue
    const listening = (await ask('ss', udp ? '-Hluna' : '-Hltn')).split('\n')
    const ports = listening.map((line) => Number(line.split(/\s+/)[3]?.split(':').at(-1)))
    both(wanted, ports, udp ? 'UDP port' : 'TCP port')
  }
  for (const words of uses.chains)
    if ((await machine.run(words)).code === 0) known.push(`chain ${words.at(-1)}`)
  return [...new Set(known)]
}
