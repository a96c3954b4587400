/** What takes a list of commands back: in reverse order, and without what goes by itself. */
import type { Command, Undo } from './command.ts'
import { OLD } from './command.ts'
import { onServer } from './on-server.ts'
import { quote, shellLine } from './shell.ts'

export interface UndoStep {
  command: Command
  /** The words on the server; may hold OLD, the value that `read` found before. */
  argv: string[]
  read: { argv: string[]; filter?: string } | undefined
}

const onItsServer = (command: Command, undo: Undo): UndoStep => ({
  command,
  argv: onServer(command.place, undo.argv),
  read: undo.read && { ...undo.read, argv: onServer(command.place, undo.read.argv) },
})

/**
 * The undo of each command, last first. Left out is what goes with a thing that the same list made: all that was
 * done inside a namespace goes with the namespace, all that was done to a link goes with the link. A cable is
 * deleted at an end that is still on the server. When both ends were moved away it goes with the namespaces, and
 * its own undo finds nothing; it is kept for the case that the moves never happened.
 */
export function undoList(commands: readonly Command[]): UndoStep[] {
  const namespaces = new Set<string>()
  const links = new Set<string>()
  const moved = new Set<string>()
  const on = (command: Command, name: string) =>
    `${command.place.server}/${command.place.kind === 'netns' ? command.place.name : ''}/${name}`
  for (const command of commands) {
    const { makes, moves } = command
    if (makes && 'netns' in makes) namespaces.add(`${command.place.server}/${makes.netns}`)
    if (makes && 'links' in makes) for (const link of makes.links) links.add(on(command, link))
    if (moves) moved.add(on(command, moves.link))
  }
  const goesByItself = (command: Command): boolean => {
    const { place, about } = command
    if (place.kind === 'netns' && namespaces.has(`${place.server}/${place.name}`)) return true
    return about !== undefined && links.has(on(command, about))
  }
  return [...commands].reverse().flatMap((command) => {
    const { undo, makes } = command
    if (!undo || goesByItself(command)) return []
    if (makes && 'links' in makes) {
      const here = makes.links.find((link) => !moved.has(on(command, link))) ?? makes.links[0] ?? ''
      return [onItsServer(command, { argv: [...undo.argv.slice(0, -1), here] })]
    }
    return [onItsServer(command, undo)]
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
