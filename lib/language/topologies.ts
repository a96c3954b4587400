/**
 * Networks of many namespaces as plain lists of commands. Each returns its nodes, and the commands that make them on
 * a server; a node's address comes from the subnet, in order. Give the nodes to `matrix()` to ask all pairs.
 */

import type { Command } from './command.ts'
import { anySubnet, isIpv6 } from './grammar/kinds.ts'
import { noMore } from './grammar/missing.ts'
import { type Address, type Cidr, hostAddresses, placeOf, prefixOf, whole } from './names.ts'
import type { Netns } from './place.ts'
import type { Server } from './server.ts'
import { options as readOptions } from './values.ts'

/** A namespace of a topology, and its address. */
export interface TopologyNode {
  readonly name: string
  readonly place: Netns
  readonly at: Address
}

/** Nodes, and the commands that make them. */
export interface Topology {
  readonly nodes: readonly TopologyNode[]
  readonly commands: readonly Command[]
}

export interface TopologyOptions {
  /** Where the addresses come from, of either family. Default: 10.1.0.0/16. */
  subnet?: Cidr
}

function subnetOf(of: TopologyOptions): Cidr {
  const subnet = readOptions(of, 'a topology', ['subnet']).subnet ?? '10.1.0.0/16'
  anySubnet(subnet)
  return subnet
}

/** A node's address as a subnet of its own. */
const alone = ({ at }: TopologyNode): Cidr => (isIpv6(at) ? `${at}/128` : `${at}/32`) as Cidr

/** Makes a node a router. */
const forwarding = ({ place, at }: TopologyNode): Command =>
  place.sysctl.set(isIpv6(at) ? 'net.ipv6.conf.all.forwarding' : 'net.ipv4.ip_forward', 1)

/** What a bridge takes: its ports are numbered by ten bits, from 1 (BR_PORT_BITS in linux/net/bridge/br_private.h). */
const bridgePorts = 1023

/** A mesh of them has 19,900 cables. */
const mostInMesh = 200

/** The time to live that Linux gives a packet: every router on the way takes one off. */
const firstTtl = 64

function nodesOf(server: Server, count: number, options: TopologyOptions): TopologyNode[] {
  placeOf(server, 'server', "a server, as server('server1') is")
  const addresses = hostAddresses(subnetOf(options), count)
  return addresses.map((at, index) => {
    const name = `n${index + 1}`
    return Object.freeze({ name, place: server.netns(name), at })
  })
}

const lo = ({ place }: TopologyNode): Command => place.ip.link.set('lo').up()

/** A bridge without an address. */
const bridge = ({ ip }: Server, name: string): Command[] => [
  ip.link.add(name).type('bridge'),
  ip.link.set(name).up(),
]

/** A cable from a port of a bridge to the interface eth0 of a node, which gets its address. */
function plug({ ip }: Server, port: string, master: string, node: TopologyNode, prefix: number): Command[] {
  const { place, at } = node
  return [
    ip.link.add(port).type('veth', { peer: 'eth0', netns: place }),
    ip.link.set(port).master(master),
    ip.link.set(port).up(),
    place.ip.addr.add(`${at}/${prefix}` as Cidr).dev('eth0'),
    place.ip.link.set('eth0').up(),
    lo(node),
  ]
}

/** A cable between two nodes; the end in each is named after the other. */
const cable = (one: TopologyNode, other: TopologyNode): Command[] => [
  one.place.ip.link.add(other.name).type('veth', { peer: one.name, netns: other.place }),
  ...ownAddress(one, other.name),
  ...ownAddress(other, one.name),
  one.place.ip.link.set(other.name).up(),
  other.place.ip.link.set(one.name).up(),
]

/** The address at the end of a cable. IPv4 has it on lo; a neighbour of IPv6 is answered only where the address is. */
const ownAddress = (node: TopologyNode, dev: string): Command[] =>
  isIpv6(node.at) ? [node.place.ip.addr.add(alone(node)).dev(dev)] : []

/** A node that has no subnet of its own: its address is on lo, whichever cable a packet comes by. */
const made = (node: TopologyNode): Command[] => [
  node.place.add(),
  lo(node),
  ...(isIpv6(node.at) ? [] : [node.place.ip.addr.add(alone(node)).dev('lo')]),
]

/** How to reach a node at the other end of a cable. */
const neighbour = (from: TopologyNode, to: TopologyNode): Command =>
  from.place.ip.route.add(alone(to)).dev(to.name)

/**
 * A star: `n` namespaces, each with a cable to one bridge `br0`. Where a Docker Engine runs, the kernel asks iptables about
 * bridged packets, too (br_netfilter), and FORWARD drops them until a rule lets `-i br0 -o br0` through.
 *
 * Example: star(server1, 3).commands[4]
 * Equivalent to: `ip link set dev p1 master br0`
 */
export function star(server: Server, n: number, options: TopologyOptions = {}, ...more: never[]): Topology {
  noMore('star()', more)
  whole(n, 'number of nodes at one bridge', 1, bridgePorts)
  const nodes = nodesOf(server, n, options)
  const commands = nodes.flatMap((node, index) => [
    node.place.add(),
    ...plug(server, `p${index + 1}`, 'br0', node, prefixOf(subnetOf(options))),
  ])
  return { nodes, commands: [...bridge(server, 'br0'), ...commands] }
}

/**
 * A line: `n` namespaces, each with a cable to the next, and all but the two ends are routers. A packet from end to
 * end passes `n` - 2 of them, which its time to live allows up to 65 nodes.
 *
 * Example: line(server1, 3).commands[9]
 * Equivalent to: `ip -n n1 link add name n2 type veth peer name n1 netns n2`
 */
export function line(server: Server, n: number, options: TopologyOptions = {}, ...more: never[]): Topology {
  noMore('line()', more)
  whole(n, 'number of nodes in a line', 2, firstTtl + 1)
  const nodes = nodesOf(server, n, options)
  const routes = (node: TopologyNode, index: number): Command[] => {
    const [before, after] = [nodes[index - 1], nodes[index + 1]]
    const { route } = node.place.ip
    return [
      ...(before ? [neighbour(node, before)] : []),
      ...(after ? [neighbour(node, after), route.add('default').via(after.at)] : []),
      ...nodes.slice(0, Math.max(0, index - 1)).map((far) => route.add(alone(far)).via(before?.at ?? far.at)),
      ...(before && after ? [forwarding(node)] : []),
    ]
  }
  const cables = nodes.slice(1).flatMap((node, index) => cable(nodes[index] as TopologyNode, node))
  return { nodes, commands: [...nodes.flatMap(made), ...cables, ...nodes.flatMap(routes)] }
}

/**
 * A full mesh: a cable between each two of `n` namespaces, and no router.
 *
 * Example: mesh(server1, 3).commands[12]
 * Equivalent to: `ip -n n1 route add 10.1.0.2/32 dev n2`
 */
export function mesh(server: Server, n: number, options: TopologyOptions = {}, ...more: never[]): Topology {
  noMore('mesh()', more)
  whole(n, 'number of nodes in a mesh', 2, mostInMesh)
  const nodes = nodesOf(server, n, options)
  const cables = nodes.flatMap((one, index) =>
    nodes
      .slice(index + 1)
      .flatMap((other) => [...cable(one, other), neighbour(one, other), neighbour(other, one)]),
  )
  return { nodes, commands: [...nodes.flatMap(made), ...cables] }
}

/**
 * A tree of bridges: `s1` at the root, `fanout` below each, down to `depth`; below the last ones are the namespaces.
 * A tree of depth 1 is a star.
 *
 * Example: tree(server1, 2, 2).commands[2]
 * Equivalent to: `ip link add name s2 type bridge`
 */
export function tree(
  server: Server,
  depth: number,
  fanout: number,
  options: TopologyOptions = {},
  ...more: never[]
): Topology {
  noMore('tree()', more)
  whole(depth, 'depth of a tree', 1, 10)
  whole(fanout, 'number of branches', 1, bridgePorts - 1)
  const count = fanout ** depth
  const nodes = nodesOf(server, count, options)
  const prefix = prefixOf(subnetOf(options))
  const commands: Command[] = []
  const { link } = server.ip
  let bridges = 0
  let leaves = 0
  /** Makes a bridge and all that is below it; returns the bridge. */
  const grow = (level: number): string => {
    const own = `s${++bridges}`
    commands.push(...bridge(server, own))
    for (let branch = 1; branch <= fanout; branch++) {
      if (level === depth) {
        const node = nodes[leaves++] as TopologyNode
        commands.push(node.place.add(), ...plug(server, `p${leaves}`, own, node, prefix))
        continue
      }
      const below = grow(level + 1)
      const [down, up] = [`${below}-up`, `${own}-${branch}`]
      commands.push(
        link.add(up).type('veth', { peer: down }),
        link.set(up).master(own),
        link.set(down).master(below),
        link.set(up).up(),
        link.set(down).up(),
      )
    }
    return own
  }
  grow(1)
  return { nodes, commands }
}
