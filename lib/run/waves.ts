/** Which commands of a step may run side by side: those whose places do not touch each other. Pure. */
import type { Command } from '../language/command.ts'
import { needsEngine } from '../language/on-server.ts'

/** Stands for all places. */
const everywhere = '*'

const keyOf = (server: string, netns?: string): string =>
  netns === undefined ? server : `${server}/${netns}`

/** The place where a command runs, as a key. */
export const placeKey = ({ place: { kind, name, server } }: Command): string =>
  kind === 'server' ? keyOf(server) : `${kind === 'netns' ? '' : `${kind}:`}${keyOf(server, name)}`

/**
 * The places that a command touches beside its own. A network namespace keeps to itself, so that what changes its
 * links, addresses, routes, rules or parameters is nobody else's business, but for what makes or removes a
 * namespace, or a link that may have its other end elsewhere. Of other programs nothing is known.
 */
export function touches(command: Command): string[] {
  const { argv, place, makes, moves, background } = command
  // Nobody waits for it to do anything: there is no order to keep but that of its own place.
  if (background) return []
  if (command.shows || command.parent !== undefined || needsEngine(command) || place.kind === 'lan')
    return [everywhere]
  const [tool, object, verb] = argv
  if (tool === 'iptables' || tool === 'sysctl') return []
  if (tool !== 'ip') return [everywhere]
  if (makes && 'netns' in makes) return [keyOf(place.server, makes.netns)]
  if (moves) return [keyOf(place.server, moves.netns)]
  if (object === 'netns') return [verb === 'del' ? keyOf(place.server, argv[3]) : everywhere]
  return object === 'link' && verb === 'del' ? [everywhere] : []
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
