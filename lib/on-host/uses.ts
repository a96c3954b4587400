/** What a scenario is going to take of this machine: its names, subnets and ports, a fold over what its commands do. */
import type { Command } from '../language/command.ts'
import type { Kind, Port, Things } from '../language/effects.ts'
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
  /** Whether it begins a Swarm, or joins one. */
  swarm: boolean
}

/** What a thing that is made takes; `here`: it is on the machine itself, not in a namespace. */
type Takes<K extends Kind> = (uses: Uses, thing: Things[K], here: boolean) => unknown

const nothing = () => {}

const subnet = (uses: Uses, value: string, what: string): void => {
  if (!hasRef(value) && !value.includes(':')) uses.subnets.push({ subnet: networkOf(value), what })
}

const ports = (uses: Uses, taken: readonly Port[] = []): void =>
  void uses.ports.push(...taken.map(({ port, udp = false }) => ({ port, udp })))

/** What a thing of each kind takes. */
const takes: { [K in Kind]: Takes<K> } = {
  netns: (uses, { name }) => uses.namespaces.push(name),
  link: (uses, { name, netns }, here) => here && netns === undefined && uses.links.push(name),
  address: (uses, { name, on }, here) => here && subnet(uses, name, `of ${on}`),
  route: (uses, { subnet: to, table }, here) => here && table === undefined && subnet(uses, to, 'a route'),
  chain(uses, { name, table, family = 'ip' }, here) {
    const program = { ip: 'iptables', ip6: 'ip6tables' }[family as string]
    const words = program && [program, ...(table === 'filter' ? [] : ['-t', table]), '-S', name]
    if (here && words) uses.chains.push(words)
  },
  listener: (uses, thing, here) => here && ports(uses, [thing]),
  container(uses, thing) {
    uses.containers.push(thing.name)
    ports(uses, thing.ports)
  },
  network(uses, { name, subnets = [] }) {
    uses.networks.push(name)
    for (const one of subnets) subnet(uses, one, `network ${name}`)
  },
  project: (uses, { name, file }) => file !== undefined && uses.projects.push({ project: name, file }),
  service: (uses, thing) => ports(uses, thing.ports),
  'policy rule': nothing,
  neighbour: nothing,
  nexthop: nothing,
  'forwarding entry': nothing,
  'bridge VLAN': nothing,
  qdisc: nothing,
  'traffic class': nothing,
  'traffic filter': nothing,
  'xfrm state': nothing,
  'xfrm policy': nothing,
  'firewall table': nothing,
  'firewall rule': nothing,
  set: nothing,
  'set entry': nothing,
  connection: nothing,
  parameter: nothing,
  capture: nothing,
  file: nothing,
  endpoint: nothing,
  volume: nothing,
  image: nothing,
  swarm(uses) {
    uses.swarm = true
  },
  node: nothing,
}

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
    swarm: false,
  }
  for (const { place, does } of commands)
    for (const effect of does)
      if (effect.does === 'plugs' && effect.server === machine) uses.links.push(effect.link)
      else if (effect.does === 'makes' && place.kind !== 'lan')
        (takes[effect.kind] as Takes<Kind>)(uses, effect as never, place.kind === 'server')
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
  swarm: uses.swarm,
})
