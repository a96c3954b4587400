/** A lab of another system as the lines of shell that build it: places, cables, and what is run in each place. */
import { netnsName } from '../language/names.ts'
import { piecesOf } from '../language/read-back/shell-words.ts'
import { hasRef } from '../language/ref.ts'
import { shellLine } from '../language/shell.ts'

/** Lines of shell under titles, and what of the lab they leave out. */
export interface ReadLab {
  parts: Array<{ title: string; lines: string[] }>
  namespaces: string[]
  leftOut: string[]
}

/** One end of a cable: an interface of a node. */
export interface End {
  node: string
  dev: string
  mac?: string
}

/** The name of a node as that of a namespace. Throws BadInput when it cannot be one. */
export const nodeName = (name: string): string => netnsName(name)

/** The lines that make a place for a node. */
export const nodeLines = (name: string): string[] => [`ip netns add ${name}`, `ip -n ${name} link set lo up`]

/** The lines that make a bridge on the server. */
export const bridgeLines = (name: string): string[] => [
  shellLine(['ip', 'link', 'add', name, 'type', 'bridge']),
  shellLine(['ip', 'link', 'set', name, 'up']),
]

const address = (mac: string | undefined): string[] => (mac === undefined ? [] : ['address', mac])

/** A cable between two nodes, both ends up. */
export const cableLines = (a: End, b: End): string[] => [
  shellLine([
    'ip',
    'link',
    'add',
    a.dev,
    ...address(a.mac),
    'netns',
    a.node,
    'type',
    'veth',
    'peer',
    'name',
    b.dev,
    ...address(b.mac),
    'netns',
    b.node,
  ]),
  ...[a, b].map(({ node, dev }) => shellLine(['ip', '-n', node, 'link', 'set', dev, 'up'])),
]

/** A cable from a node to the server, plugged into a bridge there where one is said. */
export const plugLines = ({ node, dev, mac }: End, port: string, bridge: string | undefined): string[] => [
  shellLine(['ip', 'link', 'add', port, 'type', 'veth', 'peer', 'name', dev, ...address(mac), 'netns', node]),
  ...(bridge === undefined ? [] : [shellLine(['ip', 'link', 'set', port, 'master', bridge])]),
  shellLine(['ip', 'link', 'set', port, 'up']),
  shellLine(['ip', '-n', node, 'link', 'set', dev, 'up']),
]

/** Programs that are services of a machine: a namespace has none. */
const services =
  /^(systemctl|service|\/etc\/init\.d\/|\/usr\/lib\/frr|vtysh|apache2ctl|a2en|supervisord|named|dhcpd|zebra|sshd|quagga)/

/** A command of a node: in its namespace, or told as one that is left out. */
export function inNode(node: string, line: string): { line: string } | { leftOut: string } {
  const text = line.trim()
  if (services.test(text)) return { leftOut: `${node}: ${text}` }
  const pieces = piecesOf(text)
  const [only] = pieces ?? []
  return {
    line:
      only && pieces?.length === 1 && only.around.length === 0 && !only.words.some(hasRef)
        ? shellLine(['ip', 'netns', 'exec', node, ...only.words])
        : shellLine(['ip', 'netns', 'exec', node, 'sh', '-c', text]),
  }
}
