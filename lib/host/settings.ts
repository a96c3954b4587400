/** Settings of this machine: read before they are changed, and put back by the last lab that changed them. */
import { type Command, OLD } from '../command.ts'
import { Unable } from '../errors.ts'
import { onServer } from '../render/argv.ts'
import { shellLine } from '../render/shell.ts'
import type { Intent } from '../run/journal.ts'
import type { RunningServer } from '../sandbox/sandbox.ts'

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

/** The words on the machine that put the old value back; undefined when there was none to put back. */
export function restoreWords({ place, undo, old }: Intent): string[] | undefined {
  if (!undo) return undefined
  const { argv, read } = undo
  const words = read?.found && old ? read.found : argv
  if (old === undefined || !words.some((word) => word.includes(OLD))) return onServer(place, words)
  return old === '' ? undefined : onServer(place, words).map((word) => word.replace(OLD, old))
}
