/** Knows which things a lab has made itself: what is done to those, and inside of them, goes with them. */
import type { Command } from '../language/command.ts'
import { type Effect, linkOf, livesIn, made, plugged, type Thing } from '../language/effects.ts'

export interface OwnThings {
  /** A command was done, or is about to be. */
  note(command: Command): void
  /** All that a command does is done inside a namespace of the lab's own, or to a link of its own. */
  isOf(command: Command): boolean
  /** It runs inside a container of the lab's own. */
  inContainer(command: Command): boolean
  /** An effect takes away a thing that the lab has made. */
  takesOwn(command: Command, effect: Effect): boolean
}

const netnsOf = ({ place }: Command): string => (place.kind === 'netns' ? place.name : '')

/** What tells a thing from all others of a machine. */
function keyOf(command: Command, thing: Thing): string {
  const { netns, table = '' } = thing as { netns?: string; table?: string }
  const where = livesIn[thing.kind] === 'network' ? (netns ?? netnsOf(command)) : ''
  return JSON.stringify([thing.kind, where, table, thing.name])
}

/** Knows nothing yet. */
export function ownThings(): OwnThings {
  const namespaces = new Set<string>()
  const containers = new Set<string>()
  const links = new Set<string>()
  const things = new Set<string>()
  const on = (command: Command, link: string, netns = netnsOf(command)) => `${netns}/${link}`
  return {
    note(command) {
      for (const { link } of plugged(command)) links.add(`/${link}`)
      if (command.place.kind === 'lan') return
      for (const { name } of made(command, 'netns')) namespaces.add(name)
      for (const { name } of made(command, 'container')) containers.add(name)
      for (const { name, netns } of made(command, 'link')) links.add(on(command, name, netns))
      for (const effect of command.does) {
        if (effect.does === 'makes') things.add(keyOf(command, effect))
        if (effect.does === 'moves' && links.has(on(command, effect.link)))
          links.add(on(command, effect.name ?? effect.link, effect.netns))
      }
    },
    isOf(command) {
      if (namespaces.has(netnsOf(command))) return true
      const about = command.does.map(linkOf)
      return about.length > 0 && about.every((link) => link !== undefined && links.has(on(command, link)))
    },
    inContainer: ({ place }) => place.kind === 'container' && containers.has(place.name),
    takesOwn(command, effect) {
      if (effect.does === 'flushes' && effect.kind === 'firewall rule')
        return things.has(keyOf(command, { ...effect, kind: 'chain' }))
      return effect.does === 'removes' && things.has(keyOf(command, effect))
    },
  }
}
