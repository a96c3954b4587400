/**
 * What a command does, as data. Who wants to know what a command makes, removes or sets reads it here, and never out of
 * its words: the screen that asks before this machine is changed, the marks, the undo, the order of commands side by side.
 */

/** A thing that has a name of its own. */
interface Named {
  readonly name: string
}

/** A thing that hangs on a link, and goes with it. */
interface OnLink extends Named {
  /** The link, where one is named. */
  readonly on?: string
}

/** A thing of the firewall: which family of addresses it is for (default: `ip`, IPv4), and in which table it is. */
interface InTable extends Named {
  readonly family?: 'ip' | 'ip6' | 'inet' | 'bridge' | 'arp' | 'netdev'
  readonly table: string
}

/** A port of the server that is taken; `address`: on that one alone. */
export interface Port {
  readonly port: number
  readonly udp?: true
  readonly address?: string
}

/**
 * All kinds of things, and what is known of one of each. `name` is what its own tool calls it, so that two commands
 * about the same thing have it in common, and so that a person knows it again.
 */
export interface Things {
  /** A network namespace that has a name. */
  netns: Named
  /** A link. `netns`: it is in that namespace, not in the command's own place. `type`: veth, bridge … */
  link: Named & { readonly netns?: string; readonly type?: string }
  /** An address of a link; the name is ADDRESS/PREFIX, in either family. */
  address: OnLink
  /** A route; the name is what follows `ip route add`. `subnet`: what it leads to, `0.0.0.0/0` or `::/0` by default. */
  route: OnLink & { readonly subnet: string; readonly table?: string }
  /** A rule of ip-rule(8); the name is what follows `ip rule add`. */
  'policy rule': Named & { readonly family?: 'ip6' }
  /** An entry of the neighbour (ARP, NDP) table; the name is the address. */
  neighbour: OnLink
  /** A next hop of ip-nexthop(8); the name is its id. */
  nexthop: OnLink
  /** An entry of a bridge's table, bridge-fdb(8), or of its multicast table; the name is the MAC or group address. */
  'forwarding entry': OnLink
  /** A VLAN of a port of a bridge, as bridge-vlan(8); the name is its number. */
  'bridge VLAN': OnLink
  /** What tc(8) puts on a link; the name is what follows `dev LINK`. */
  qdisc: OnLink
  'traffic class': OnLink
  'traffic filter': OnLink
  /** Of ip-xfrm(8); the name is what follows `add`. */
  'xfrm state': Named
  'xfrm policy': Named
  /** A table of nft(8). */
  'firewall table': InTable
  chain: InTable
  /** A rule of a firewall; the name is what follows `-A`, `-I` or `-D`, the chain first. */
  'firewall rule': InTable & { readonly chain: string }
  /** A set of ipset(8), or of nft(8). */
  set: Named & Partial<InTable>
  'set entry': Named & { readonly set: string }
  /** Connections that conntrack(8) knows. */
  connection: Named
  /** A kernel parameter; the name is its key, as in net.ipv4.ip_forward. */
  parameter: Named
  /** Somebody who listens on a port. */
  listener: Named & Port
  /** A file of captured packets; the name is its path. */
  capture: Named
  /** Any other file or folder; the name is its path. */
  file: Named
  container: Named & { readonly ports?: readonly Port[]; readonly network?: string }
  /** A network of Docker's. `subnets`: those that it is given; the others its engine picks. */
  network: Named & { readonly driver?: string; readonly subnets?: readonly string[] }
  /** A container's place in a network; the name is the container. */
  endpoint: Named & { readonly network: string }
  volume: Named
  image: Named
  /** A Compose project; its file says what belongs to it. */
  project: Named & { readonly file?: string }
  /** The swarm that the engine is in. */
  swarm: Named
  service: Named & { readonly ports?: readonly Port[] }
  node: Named
}

export type Kind = keyof Things

/** One thing, of any kind. */
export type Thing = { readonly [K in Kind]: { readonly kind: K } & Things[K] }[Kind]

/**
 * Where a thing of each kind lives, and with what it goes at the latest. `network`: in one network namespace. `server`:
 * on the server as a whole, as its files. `engine`: in its Docker Engine.
 */
export const livesIn = {
  netns: 'server',
  link: 'network',
  address: 'network',
  route: 'network',
  'policy rule': 'network',
  neighbour: 'network',
  nexthop: 'network',
  'forwarding entry': 'network',
  'bridge VLAN': 'network',
  qdisc: 'network',
  'traffic class': 'network',
  'traffic filter': 'network',
  'xfrm state': 'network',
  'xfrm policy': 'network',
  'firewall table': 'network',
  chain: 'network',
  'firewall rule': 'network',
  set: 'network',
  'set entry': 'network',
  connection: 'network',
  parameter: 'network',
  listener: 'network',
  capture: 'server',
  file: 'server',
  container: 'engine',
  network: 'engine',
  endpoint: 'engine',
  volume: 'engine',
  image: 'engine',
  project: 'engine',
  swarm: 'engine',
  service: 'engine',
  node: 'engine',
} as const satisfies Record<Kind, 'network' | 'server' | 'engine'>

/** How to find out, before a value is replaced, what it is. */
export interface Reading {
  /** The words that print it, to be run in the command's own place. */
  readonly argv: readonly string[]
  /** A filter for the shell that leaves the value alone: `sed -n …`. */
  readonly filter?: string
}

/**
 * One thing that a command does.
 *
 * - `makes` what was not there: the command fails when it is. `removes` what was there.
 * - `replaces`: makes it, or takes the place of what has that name, as `ip route replace`.
 * - `flushes`: removes all of a kind: the rules of a chain, the addresses of a link. The name is what is emptied.
 * - `sets` a property (`key`) of a thing that stays: the MTU of a link, the policy of a chain, a kernel parameter, whether
 *   a container runs. `read` tells how to find the old value.
 * - `moves` a link into another namespace, or to another name.
 * - `plugs` the end of a cable into a server, from outside of it.
 * - `looks`, and changes nothing. `table`: of the firewall; iptables makes it when it is not there.
 * - `unknown`: any program may do anything.
 */
export type Effect =
  | ({ readonly does: 'makes' | 'removes' | 'replaces' | 'flushes'; readonly read?: Reading } & Thing)
  | ({
      readonly does: 'sets'
      readonly key: string
      readonly value?: string
      readonly read?: Reading
    } & Thing)
  | { readonly does: 'moves'; readonly link: string; readonly netns?: string; readonly name?: string }
  | { readonly does: 'plugs'; readonly server: string; readonly link: string }
  | { readonly does: 'looks' | 'unknown'; readonly table?: string }

/** The command looks, and changes nothing. */
export const looks: readonly Effect[] = Object.freeze([Object.freeze({ does: 'looks' })] as const)

/**
 * What a command needs to find where it runs, beside its program; whoever starts a lab looks for it first. The Docker
 * Engine is not among them: a command needs it when one of its effects lives there, or when it asks of it (`engine`).
 */
export type Need =
  /** An interface that is there and up: Docker itself would not say so. */
  | { readonly needs: 'link up'; readonly link: string }
  /** A device that not every user may open, as /dev/net/tun. */
  | { readonly needs: 'device'; readonly path: string }
  /** The driver of overlay networks, which an engine without root leaves out. */
  | { readonly needs: 'overlay driver' }
  /** A file that it reads. */
  | { readonly needs: 'file'; readonly path: string }
  /** The Docker Engine, for a command that does not start with `docker`. */
  | { readonly needs: 'engine' }

/** A command, as far as what it does goes. */
interface Does {
  readonly does: readonly Effect[]
}

/** What the command makes of that kind. */
export const made = <K extends Kind>({ does }: Does, kind: K): Array<Things[K]> =>
  does.flatMap((effect) =>
    effect.does === 'makes' && effect.kind === kind ? [effect as unknown as Things[K]] : [],
  )

/** How to read the value that the command is about to replace. */
export function reading({ does }: Does): Reading | undefined {
  for (const effect of does) if ('read' in effect && effect.read) return effect.read
  return undefined
}

/** The ends of cables that the command puts into servers. */
export const plugged = ({ does }: Does): Array<{ server: string; link: string }> =>
  does.flatMap((effect) => (effect.does === 'plugs' ? [{ server: effect.server, link: effect.link }] : []))

/** Whether all that the command does is to look. */
export const onlyLooks = ({ does }: Does): boolean => does.every((effect) => effect.does === 'looks')

/** Whether something that the command changes lives in a Docker Engine. */
export const changesEngine = ({ does }: Does): boolean =>
  does.some((effect) => 'kind' in effect && livesIn[effect.kind] === 'engine')

/** The needs of the command of one sort. */
export const needed = <N extends Need['needs']>(
  { needs = [] }: { readonly needs?: readonly Need[] },
  what: N,
): Array<Extract<Need, { needs: N }>> => needs.filter((need) => need.needs === what) as never

/** The link that an effect is about: that it changes, or that its thing hangs on. */
export function linkOf(effect: Effect): string | undefined {
  if (effect.does === 'moves') return effect.link
  if (!('kind' in effect)) return undefined
  if (effect.kind === 'link') return effect.does === 'makes' || effect.netns ? undefined : effect.name
  return 'on' in effect ? effect.on : undefined
}
