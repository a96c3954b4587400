/** Which commands of a step may run side by side: those whose places do not touch each other. Pure. */
import type { Command } from '../language/command.ts'
import { type Effect, livesIn } from '../language/effects.ts'
import { needsEngine } from '../language/on-server.ts'

/** Stands for all places. */
const everywhere = '*'

const keyOf = (server: string, netns?: string): string =>
  netns === undefined ? server : `${server}/${netns}`

/** The place where a command runs, as a key. */
export const placeKey = ({ place: { kind, name, server } }: Command): string =>
  kind === 'server' ? keyOf(server) : `${kind === 'netns' ? '' : `${kind}:`}${keyOf(server, name)}`

/**
 * The places that an effect touches beside its command's own. A network namespace keeps to itself, so that what changes
 * its links, addresses, routes, rules or parameters is nobody else's business, but for what makes or removes a
 * namespace, or a link that may have its other end elsewhere.
 */
function touchedBy(effect: Effect, server: string): string[] {
  switch (effect.does) {
    case 'moves':
      return effect.netns === undefined ? [] : [keyOf(server, effect.netns)]
    case 'plugs':
    case 'looks':
    case 'unknown':
      return [everywhere]
    default:
      if (effect.kind === 'netns') return [keyOf(server, effect.name)]
      if (effect.kind === 'link')
        return effect.does === 'removes' ? [everywhere] : effect.netns ? [keyOf(server, effect.netns)] : []
      return livesIn[effect.kind] === 'network' ? [] : [everywhere]
  }
}

/** The places that a command touches beside its own. Of other programs nothing is known. */
export function touches(command: Command): string[] {
  const { does, place, background, shows } = command
  // Nobody waits for it to do anything: there is no order to keep but that of its own place.
  if (background) return []
  if (shows || command.needs?.some(({ needs }) => needs === 'link up')) return [everywhere]
  if (needsEngine(command) || place.kind === 'lan') return [everywhere]
  return does.flatMap((effect) => touchedBy(effect, place.server))
}

/**
 * Orders commands into waves, to be run one after the other. A wave holds a chain of commands for each of some
 * places, and its chains may run side by side. The order within a place, and between two commands of which one
 * touches the place of the other, is kept.
 */
export function waves(commands: readonly Command[]): Command[][][] {
  const found: Array<Map<string, Command[]>> = []
  /** For each place: the last wave with a command that is in it or touches it, by the place of that command. */
  const last = new Map<string, Map<string, number>>()
  /** The first wave that a command of place `own` may be in, as far as that place is concerned. */
  const after = (own: string, place: string): number =>
    Math.max(0, ...[...(last.get(place) ?? [])].map(([by, wave]) => (by === own ? wave : wave + 1)))
  for (const command of commands) {
    const own = placeKey(command)
    const touched = [own, ...touches(command)]
    const places = touched.includes(everywhere) ? [...last.keys(), own] : [...touched, everywhere]
    const wave = Math.max(...places.map((place) => after(own, place)))
    for (const place of touched) {
      const by = last.get(place) ?? new Map<string, number>()
      last.set(place, by.set(own, wave))
    }
    found[wave] ??= new Map()
    const chains = found[wave]
    const chain = chains.get(own) ?? []
    chain.push(command)
    chains.set(own, chain)
  }
  return found.map((chains) => [...chains.values()])
}
