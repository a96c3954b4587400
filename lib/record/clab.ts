/** A topology of containerlab whose nodes are Linux machines and bridges. Source: containerlab.dev, "Topology definition". */
import { BadInput } from '../errors.ts'
import {
  bridgeLines,
  cableLines,
  type End,
  inNode,
  nodeLines,
  nodeName,
  plugLines,
  type ReadLab,
} from './topology.ts'

type Fields = Readonly<Record<string, unknown>>

const fields = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {}
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])

/** What is read of a node; all else is named. */
const known = ['kind', 'exec', 'sysctls', 'group', 'labels']

/** A node with what its kind and the defaults say of it. */
function nodesOf(topology: Fields): Map<string, Fields> {
  const [defaults, kinds] = [fields(topology.defaults), fields(topology.kinds)]
  return new Map(
    Object.entries(fields(topology.nodes)).map(([name, given]) => {
      const own = fields(given)
      const kind = String(own.kind ?? defaults.kind ?? 'linux')
      return [name, { ...defaults, ...fields(kinds[kind]), ...own, kind }]
    }),
  )
}

/** The two ends of a link: `["a:eth1", "b:eth1"]`, or the longer form with node and interface. */
function endsOf(link: unknown): End[] {
  const { endpoints, endpoint } = fields(link)
  return (Array.isArray(endpoints) ? endpoints : [endpoint]).map((one) => {
    const { node, interface: dev, mac } = fields(one)
    const [a = '', b = ''] =
      typeof one === 'string' ? one.split(':') : [String(node ?? ''), String(dev ?? '')]
    return { node: a, dev: b, ...(typeof mac === 'string' ? { mac } : {}) }
  })
}

/** Reads a topology, parsed. Throws BadInput when it is none. */
export function clabLab(parsed: unknown): ReadLab {
  const topology = fields(fields(parsed).topology)
  const nodes = nodesOf(topology)
  if (nodes.size === 0)
    throw new BadInput('it has no topology with nodes', {
      where: undefined,
      hint: 'A topology of containerlab has topology: nodes: …',
    })
  const leftOut: string[] = []
  const left = (text: string): string[] => {
    leftOut.push(text)
    return []
  }
  const of = (kind: string) => [...nodes].filter(([, node]) => node.kind === kind).map(([name]) => name)
  const [places, bridges] = [of('linux').map(nodeName), of('bridge')]
  for (const [name, node] of nodes) {
    const kind = String(node.kind)
    if (!['linux', 'bridge', 'host'].includes(kind))
      leftOut.push(`node ${name}: kind ${kind} is no Linux machine`)
    else if (node.image !== undefined)
      leftOut.push(`node ${name}: its image ${String(node.image)}, a namespace stands for it`)
    for (const key of Object.keys(node))
      if (![...known, 'image'].includes(key)) leftOut.push(`node ${name}: ${key}`)
  }
  const links = list(topology.links).flatMap((link) => {
    const said = `link ${JSON.stringify(fields(link).endpoints ?? link)}`
    const [a, b, more] = endsOf(link)
    const type = fields(link).type
    const plain = type === undefined || type === 'veth'
    if (!a || !b || more || !plain) return left(said)
    const [inside, outside] = places.includes(a.node) ? [a, b] : [b, a]
    if (!places.includes(inside.node)) return left(said)
    if (places.includes(outside.node)) return cableLines(a, b)
    if (bridges.includes(outside.node)) return plugLines(inside, outside.dev, outside.node)
    if (outside.node === 'host' || nodes.get(outside.node)?.kind === 'host')
      return plugLines(inside, outside.dev, undefined)
    return left(said)
  })
  const runs = [...nodes].flatMap(([name, node]) => {
    if (!places.includes(name)) {
      if (list(node.exec).length > 0) left(`node ${name}: exec`)
      return []
    }
    const settings = Object.entries(fields(node.sysctls)).map(
      ([key, value]) => `sysctl -w ${key}=${String(value)}`,
    )
    const lines = [...settings, ...list(node.exec).map(String)].flatMap((text) => {
      const read = inNode(name, text)
      return 'line' in read ? [read.line] : left(read.leftOut)
    })
    return lines.length > 0 ? [{ title: `What ${name} runs`, lines }] : []
  })
  return {
    parts: [
      { title: 'The nodes', lines: [...places.flatMap(nodeLines), ...bridges.flatMap(bridgeLines)] },
      { title: 'The links', lines: links },
      ...runs,
    ],
    namespaces: places,
    leftOut,
  }
}
