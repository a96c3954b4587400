/** A map as text: each server, what is plugged into what, and both ends of each cable. */
import type { MapInterface, MapPlace, NetworkMap } from './model.ts'

const kinds: Readonly<Record<string, string>> = { bridge: 'bridge ', vxlan: 'VXLAN ' }

const described = ({ name, kind, addresses, up, network }: MapInterface): string =>
  [
    `${kinds[kind] ?? ''}${name}`,
    ...(network ? [`network ${network}`] : []),
    ...addresses,
    ...(up ? [] : ['DOWN']),
  ].join('  ')

/** The lines of a map, without colour. A cable is `══`, a macvlan and its parent `··`, one that is down `╳`. */
export function mapText({ places, cables }: NetworkMap): string {
  const at = new Map(
    places.flatMap((place) => place.interfaces.map((one) => [one.id, { place, one }] as const)),
  )

  /** The other ends of what is connected to an interface, as text: `══ eth0 of web  10.0.0.2/24`. */
  const others = (id: string, here: MapPlace): string[] =>
    cables
      .filter(({ from, to }) => from === id || to === id)
      .map(({ from, to, kind, up }) => {
        const other = at.get(from === id ? to : from)
        const sign = up ? (kind === 'cable' ? '══' : '··') : '╳'
        if (!other) return ''
        const where = other.place === here ? '' : ` of ${other.place.name}`
        const [name = '', ...rest] = described(other.one).split('  ')
        return [`${sign} ${name}${where}`, ...rest].join('  ')
      })

  const one = (place: MapPlace, link: MapInterface, indent: string): string[] => {
    const [first, ...more] = others(link.id, place)
    return [
      `${indent}${described(link)}${first ? `  ${first}` : ''}`,
      ...more.map((line) => `${indent}  ${line}`),
    ]
  }
  const ofPlace = (place: MapPlace, indent: string): string[] => {
    const ports = (bridge: MapInterface) => place.interfaces.filter(({ master }) => master === bridge.id)
    const tops = place.interfaces.filter(
      ({ master }) => !place.interfaces.some((bridge) => bridge.id === master),
    )
    return tops.flatMap((link) => [
      ...one(place, link, indent),
      ...ports(link).flatMap((port) => one(place, port, `${indent}  `)),
    ])
  }
  const isOuter = ({ kind }: MapPlace) => kind === 'server' || kind === 'lan'
  const inner = (outer: MapPlace) =>
    places.filter((place) => !isOuter(place) && place.server === outer.server)
  const kindOf = ({ kind }: MapPlace) => (kind === 'netns' ? 'namespace' : kind)
  return places
    .filter(isOuter)
    .flatMap((outer) => [
      `${outer.name}${outer.aliases.length > 0 ? `  (also ${outer.aliases.join(', ')})` : ''}`,
      ...ofPlace(outer, '  '),
      ...inner(outer).flatMap((place) => [
        `  ${kindOf(place)} ${place.name}${place.aliases.length > 0 ? `  (also ${place.aliases.join(', ')})` : ''}`,
        ...ofPlace(place, '    '),
      ]),
    ])
    .join('\n')
}
