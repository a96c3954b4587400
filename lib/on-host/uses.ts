/** What a scenario is going to take of this machine: its names, subnets and ports, read off its commands. */
import type { Command } from '../language/command.ts'
import { networkOf } from '../language/names.ts'
import { hasRef } from '../language/ref.ts'

/** What a default route leads to. */
export const everywhere = '0.0.0.0/0'

/** Each is unique, in the order of appearance. */
export interface Uses {
  namespaces: string[]
  links: string[]
  /** Subnets, each with what it is for. */
  subnets: Array<{ subnet: string; what: string }>
  containers: string[]
  networks: string[]
  /** Compose projects, each with its file. */
  projects: Array<{ project: string; file: string }>
  /** New chains: the words that would show each. */
  chains: string[][]
  ports: Array<{ port: number; udp: boolean }>
}

/** What follows a word: `after(['ip', 'addr', 'add', X], 'add')` is X. */
const after = (argv: readonly string[], word: string): string => argv[argv.indexOf(word) + 1] ?? ''

/** What the commands on a machine take there. */
export function usesOf(commands: readonly Command[], machine: string): Uses {
  const uses: Uses = {
    namespaces: [],
    links: [],
    subnets: [],
    containers: [],
    networks: [],
    projects: [],
    chains: [],
    ports: [],
  }
  const subnet = (value: string, what: string) => {
    if (!hasRef(value)) uses.subnets.push({ subnet: networkOf(value), what })
  }
  for (const { place, argv, makes, plugs, api, file, listens } of commands) {
    if (makes && 'netns' in makes) uses.namespaces.push(makes.netns)
    if (plugs?.server === machine) uses.links.push(plugs.link)
    if (api?.call === 'run') {
      uses.containers.push(api.name)
      for (const [key, bindings] of Object.entries(api.body.HostConfig?.PortBindings ?? {}))
        for (const { HostPort } of bindings)
          uses.ports.push({ port: Number(HostPort), udp: key.endsWith('/udp') })
    }
    if (api?.call === 'network create') {
      uses.networks.push(api.body.Name)
      for (const { Subnet } of api.body.IPAM.Config)
        if (Subnet !== undefined) subnet(Subnet, `network ${api.body.Name}`)
    }
    if (argv[1] === 'compose' && file !== undefined) uses.projects.push({ project: after(argv, '-p'), file })
    if (place.kind !== 'server') continue
    if (makes && 'links' in makes) uses.links.push(...makes.links)
    if (listens !== undefined) uses.ports.push({ port: listens, udp: false })
    const [program, object, verb, value = ''] = argv
    if (program === 'ip' && object === 'addr' && verb === 'add') subnet(value, `of ${after(argv, 'dev')}`)
    if (program === 'ip' && object === 'route' && verb === 'add')
      subnet(value === 'default' ? everywhere : value, 'a route')
    if (program === 'iptables' && argv.includes('-N'))
      uses.chains.push(argv.map((word) => (word === '-N' ? '-S' : word)))
  }
  return unique(uses)
}

/** Each of a list once. */
const once = <T>(list: readonly T[]): T[] => [
  ...new Map(list.map((one) => [JSON.stringify(one), one])).values(),
]

const unique = (uses: Uses): Uses => ({
  namespaces: once(uses.namespaces),
  links: once(uses.links),
  subnets: once(uses.subnets),
  containers: once(uses.containers),
  networks: once(uses.networks),
  projects: once(uses.projects),
  chains: once(uses.chains),
  ports: once(uses.ports),
})
