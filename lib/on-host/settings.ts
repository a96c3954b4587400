/** Settings of this machine: read before they are changed, and put back by the last lab that changed them. */

import { Unable } from '../errors.ts'
import { type Command, OLD } from '../language/command.ts'
import { onServer } from '../language/on-server.ts'
import { shellLine } from '../language/shell.ts'
import type { Intent } from '../run/journal.ts'
import type { RunningServer } from '../virtual/sandbox.ts'

/** The words that read a setting on the machine; they name it, too: two labs that change it have these in common. */
export function readWords({ place, undo }: Pick<Command, 'place' | 'undo'>): string | undefined {
  if (!undo?.read) return undefined
  const { argv, filter } = undo.read
  return shellLine(onServer(place, argv)) + (filter ? ` | ${filter}` : '')
}

/** Knows which settings are of the machine, and not of a thing that the same lab made: those go with it. */
export function ownThings(): { note(command: Command): void; isOf(command: Command): boolean } {
  const namespaces = new Set<string>()
  const links = new Set<string>()
  const on = ({ place }: Command, link: string) => `${place.kind === 'netns' ? place.name : ''}/${link}`
  return {
    note(command) {
      const { makes, moves, plugs } = command
      if (makes && 'netns' in makes) namespaces.add(makes.netns)
      if (makes && 'links' in makes) for (const link of makes.links) links.add(on(command, link))
      if (moves && links.has(on(command, moves.link))) links.add(`${moves.netns}/${moves.link}`)
      if (plugs) links.add(`/${plugs.link}`)
    },
    isOf: (command) =>
      (command.place.kind === 'netns' && namespaces.has(command.place.name)) ||
      (command.about !== undefined && links.has(on(command, command.about))),
  }
}

/** The value that a setting has now. */
export async function currentValue(words: string, machine: RunningServer): Promise<string> {
  const { code, stdout, stderr } = await machine.run(['sh', '-c', words])
  if (code !== 0) throw new Unable(stderr.trim(), { command: words })
  return stdout.trim()
}

/**
 * The words that put the old value of a setting back, from those of its undo on the machine. Undefined when there is
 * nothing to put back: there was no value, or it is a setting of a thing that goes as a whole.
 */
export function restoreWords({ place, undo, old }: Intent, argv: readonly string[]): string[] | undefined {
  const found = undo?.read?.found
  const words = found && old ? onServer(place, found) : [...argv]
  if (!words.some((word) => word.includes(OLD))) return words
  return old ? words.map((word) => word.replace(OLD, old)) : undefined
}
