/**
 * A map as boxes in boxes and lines between them, before anybody knows where they stand: a server holds its interfaces,
 * its bridges, its namespaces and its containers; a LAN is its switch.
 */
import type { MapInterface, MapPlace, NetworkMap } from './model.ts'

export interface Box {
  id: string
  kind: 'server' | 'netns' | 'container' | 'lan' | 'bridge' | 'interface'
  /** The first line is its name. */
  lines: string[]
  down: boolean
  inside: Box[]
  /** The names of the interfaces at its edge, where cables end. */
  ports: Array<{ id: string; name: string; down: boolean }>
}

export interface Line {
  id: string
  from: string
  to: string
  kind: 'cable' | 'child'
  down: boolean
}

export interface Boxes {
  title: string
  boxes: Box[]
  lines: Line[]
}

const kindWord: Readonly<Record<string, string>> = {
  bridge: 'bridge',
  vxlan: 'VXLAN',
  tun: 'tun',
  dummy: 'dummy',
}

/** An interface as lines of text: its name, what it is, its addresses. */
const rows = ({ name, kind, addresses, up, network }: MapInterface): string[] => [
  `${kindWord[kind] ? `${kindWord[kind]} ` : ''}${name}${up ? '' : '  down'}`,
  ...(network === undefined ? [] : [`network ${network}`]),
  ...addresses,
]

/** The interfaces of a place that are drawn at the edge of its box: those where a cable ends. */
const portsOf = (interfaces: readonly MapInterface[], ends: ReadonlySet<string>) =>
  interfaces.filter(({ id }) => ends.has(id)).map(({ id, name, up }) => ({ id, name, down: !up }))

/** The bridges of a place, each with the cables that are plugged into it. */
function bridgesOf({ interfaces }: MapPlace, ends: ReadonlySet<string>): Box[] {
  return interfaces
    .filter(({ kind }) => kind === 'bridge')
    .map((bridge) => ({
      id: `box ${bridge.id}`,
      kind: 'bridge',
      lines: rows(bridge),
      down: !bridge.up,
      inside: [],
      ports: [
        ...portsOf([bridge], ends),
        ...portsOf(
          interfaces.filter(({ master }) => master === bridge.id),
          ends,
        ),
      ],
    }))
}

/** An interface of a server, as a box at which its cable ends. */
const interfaceBox = (one: MapInterface, ends: ReadonlySet<string>): Box => ({
  id: `box ${one.id}`,
  kind: 'interface',
  lines: rows(one),
  down: !one.up,
  inside: [],
  ports: portsOf([one], ends).map((port) => ({ ...port, name: '' })),
})

/** A namespace or a container. What is plugged into a bridge of its own is drawn as on a server. */
function innerBox(place: MapPlace, ends: ReadonlySet<string>): Box {
  const bridges = bridgesOf(place, ends)
  const masters = new Set(place.interfaces.map(({ master }) => master).filter(Boolean))
  const plain = place.interfaces.filter(({ kind, master }) => kind !== 'bridge' && !masters.has(master))
  const base = { id: `box ${place.id}`, kind: place.kind, lines: [place.name], down: false }
  if (bridges.length > 0)
    return { ...base, inside: [...plain.map((one) => interfaceBox(one, ends)), ...bridges], ports: [] }
  const texts = plain.flatMap(({ name, addresses, up }) =>
    addresses.length > 0
      ? addresses.map(
          (address, i) => `${i === 0 ? name : ' '.repeat(name.length)} ${address}${up ? '' : '  down'}`,
        )
      : [`${name}${up ? '' : '  down'}`],
  )
  return {
    ...base,
    lines: [place.name, ...texts],
    inside: [],
    ports: portsOf(plain, ends).map((p) => ({ ...p, name: '' })),
  }
}

/** The boxes and lines of a map. */
export function boxesOf(map: NetworkMap): Boxes {
  const ends = new Set(map.cables.flatMap(({ from, to }) => [from, to]))
  const boxes = map.places
    .filter(({ kind }) => kind === 'server' || kind === 'lan')
    .flatMap((place): Box[] => {
      const bridges = bridgesOf(place, ends)
      if (place.kind === 'lan')
        return bridges.map((box) => ({
          ...box,
          kind: 'lan',
          lines: [`LAN ${box.lines[0]?.replace('bridge ', '')}`, ...box.lines.slice(1)],
        }))
      const own = place.interfaces.filter(({ kind, master }) => kind !== 'bridge' && master === undefined)
      const inner = map.places.filter((other) => other.server === place.name && other !== place)
      const names = [place.name, ...(place.aliases.length > 0 ? [`also: ${place.aliases.join(', ')}`] : [])]
      return [
        {
          id: `box ${place.id}`,
          kind: 'server',
          lines: names,
          down: false,
          inside: [
            ...own.map((one) => interfaceBox(one, ends)),
            ...bridges,
            ...inner.map((one) => innerBox(one, ends)),
          ],
          ports: [],
        },
      ]
    })
  const lines = map.cables.map(({ from, to, kind, up }) => ({
    id: `${from} ${to}`,
    from,
    to,
    kind,
    down: !up,
  }))
  return { title: `${map.lab}  ${map.title}`, boxes, lines }
}
