/** What takes a list of commands back: in reverse order, and without what goes by itself. */
import type { Command, Undo } from './command.ts'
import { OLD } from './command.ts'
import { linkOf, made, reading } from './effects.ts'
import { onServer } from './on-server.ts'
import { quote, shellLine } from './shell.ts'

export interface UndoStep {
  command: Command
  /** The words on the server; may hold OLD, the value that `read` found before. */
  argv: string[]
  read: { argv: string[]; filter?: string } | undefined
}

const onItsServer = (command: Command, undo: Undo): UndoStep => {
  const read = reading(command)
  return {
    command,
    argv: onServer(command.place, undo.argv),
    read: read && { ...read, argv: onServer(command.place, read.argv) },
  }
}

/** The words that delete a link. */
export const linkDel = (link: string): string[] => ['ip', 'link', 'del', 'dev', link]

/**
 * The undo of each command, last first. Left out is what goes with a thing that the same list made: all that was
 * done inside a namespace goes with the namespace, all that was done to a link goes with the link. A cable is
 * deleted at an end that is still on the server. When both ends were moved away it goes with the namespaces, and
 * its own undo finds nothing; it is kept for the case that the moves never happened. What is given is nobody's to take back.
 */
export function undoList(commands: readonly Command[]): UndoStep[] {
  const namespaces = new Set<string>()
  const links = new Set<string>()
  const moved = new Set<string>()
  const on = ({ place }: Command, link: string, netns = place.kind === 'netns' ? place.name : '') =>
    `${place.server}/${netns}/${link}`
  for (const command of commands.filter(({ given }) => !given)) {
    for (const { name } of made(command, 'netns')) namespaces.add(`${command.place.server}/${name}`)
    for (const { name, netns } of made(command, 'link')) links.add(on(command, name, netns))
    for (const effect of command.does) if (effect.does === 'moves') moved.add(on(command, effect.link))
  }
  const goesByItself = (command: Command): boolean => {
    const { place, does } = command
    if (place.kind === 'netns' && namespaces.has(`${place.server}/${place.name}`)) return true
    const about = does.map(linkOf)
    return about.length > 0 && about.every((link) => link !== undefined && links.has(on(command, link)))
  }
  return [...commands].reverse().flatMap((command) => {
    if (!command.undo || command.given || goesByItself(command)) return []
    const ends = made(command, 'link').filter(({ netns }) => netns === undefined)
    const here = ends.find(({ name }) => !moved.has(on(command, name)))
    return [onItsServer(command, ends.length > 1 && here ? { argv: linkDel(here.name) } : command.undo)]
  })
}

/** One word of an undo for a shell: OLD becomes a command substitution that reads the value. */
export function undoWord(word: string, read: UndoStep['read']): string {
  const [before, after] = word.split(OLD)
  if (after === undefined || !read) return quote(word)
  const filter = read.filter ? ` | ${read.filter}` : ''
  const prefix = before ? quote(before) : ''
  return `${prefix}"$(${shellLine(read.argv)}${filter})"${after ? quote(after) : ''}`
}

/** The undo of one command as a shell line on its server; undefined when it has none. */
export function undoOf(command: Command): string | undefined {
  if (!command.undo) return undefined
  const { argv, read } = onItsServer(command, command.undo)
  return argv.map((word) => undoWord(word, read)).join(' ')
}
