/** Folds places that are alike into one box, so that a star of three hundred can be read. */
import type { MapCable, MapInterface, MapPlace, NetworkMap } from './model.ts'

/** From so many places of a kind on they are drawn as one. */
export const foldFrom = 9

/** `n12` is number 12 of the `n`s. */
const numbered = (name: string): { stem: string; number: number } | undefined => {
  const [, stem = '', digits = ''] = name.match(/^(.*?)(\d+)$/) ?? []
  return digits === '' ? undefined : { stem, number: Number(digits) }
}

/** What two places must share to be drawn as one: what they are, and where each of their cables goes. */
function shapeOf(place: MapPlace, cables: readonly MapCable[], places: ReadonlyMap<string, MapInterface>) {
  const name = numbered(place.name)
  const [only, ...more] = place.interfaces
  if (!name || !only || more.length > 0 || !only.up || !['netns', 'container'].includes(place.kind))
    return undefined
  const [cable, ...others] = cables.filter(({ from, to }) => from === only.id || to === only.id)
  if (!cable?.up || others.length > 0) return undefined
  const far = farEnd(cable, only.id)
  const into = cable.kind === 'child' ? far : places.get(far)?.master
  if (into === undefined) return undefined
  return JSON.stringify([place.server, place.kind, name.stem, only.name, cable.kind, into])
}

/** `a` and `z` of a group; both, when it has no more. */
const span = (all: readonly string[]): string =>
  all.length > 1 ? `${all[0]} … ${all.at(-1)}` : (all[0] ?? '')

/** A map in which some boxes stand for others. */
export interface FoldedMap extends NetworkMap {
  /** What is not drawn, and what stands for it: places, their interfaces, and the far ends of their cables. */
  standIns: ReadonlyMap<string, string>
}

/** The end of a cable that is not this one. */
const farEnd = ({ from, to }: MapCable, near: string): string => (from === near ? to : from)

/** The map with each large group of like places as one box, which stands for all of them. */
export function folded(map: NetworkMap): FoldedMap {
  const interfaces = new Map(map.places.flatMap((place) => place.interfaces.map((one) => [one.id, one])))
  const groups = new Map<string, MapPlace[]>()
  for (const place of map.places) {
    const shape = shapeOf(place, map.cables, interfaces)
    if (shape !== undefined) groups.set(shape, [...(groups.get(shape) ?? []), place])
  }
  const gone = new Set<string>()
  const standsFor = new Map<string, MapPlace>()
  const standIns = new Map<string, string>()
  const cableAt = new Map(map.cables.flatMap((cable) => [cable.from, cable.to].map((end) => [end, cable])))
  for (const group of groups.values()) {
    if (group.length < foldFrom) continue
    const sorted = [...group].sort(
      (a, b) => (numbered(a.name)?.number ?? 0) - (numbered(b.name)?.number ?? 0),
    )
    const [first, ...rest] = sorted
    if (!first) continue
    const [only] = first.interfaces as [MapInterface]
    const drawn = cableAt.get(only.id)
    for (const place of rest) {
      const [own] = place.interfaces as [MapInterface]
      const cable = cableAt.get(own.id)
      standIns.set(place.id, first.id).set(own.id, only.id)
      if (cable?.kind === 'cable' && drawn) standIns.set(farEnd(cable, own.id), farEnd(drawn, only.id))
      gone.add(place.id).add(own.id)
    }
    standsFor.set(first.id, {
      ...first,
      name: `${span(sorted.map(({ name }) => name))}  (${sorted.length})`,
      interfaces: [
        { ...only, addresses: [span(sorted.map((place) => place.interfaces[0]?.addresses[0] ?? ''))] },
      ],
    })
  }
  const cables = map.cables.filter(({ from, to }) => !gone.has(from) && !gone.has(to))
  // Ports of a bridge whose cables are folded away would be loose ends.
  const loose = new Set(
    map.cables
      .filter((cable) => !cables.includes(cable))
      .flatMap(({ from, to }) => [from, to])
      .filter((id) => !gone.has(id) && interfaces.get(id)?.master !== undefined),
  )
  return {
    ...map,
    cables,
    standIns,
    places: map.places
      .filter(({ id }) => !gone.has(id))
      .map((place) => standsFor.get(place.id) ?? place)
      .map((place) => ({ ...place, interfaces: place.interfaces.filter(({ id }) => !loose.has(id)) })),
  }
}
