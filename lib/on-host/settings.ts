/** Settings of this machine: read before they are changed, and put back by the last lab that changed them. */

import { Unable } from '../errors.ts'
import { type Command, OLD } from '../language/command.ts'
import { reading } from '../language/effects.ts'
import { onServer } from '../language/on-server.ts'
import { shellLine } from '../language/shell.ts'
import type { Intent } from '../run/journal.ts'
import type { RunningServer } from '../server/servers.ts'

/** The words that read a setting on the machine; they name it, too: two labs that change it have these in common. */
export function readWords(command: Pick<Command, 'place' | 'does'>): string | undefined {
  const { place } = command
  const read = reading(command)
  if (!read) return undefined
  const { argv, filter } = read
  return shellLine(onServer(place, argv)) + (filter ? ` | ${filter}` : '')
}

/** The value that a setting has now. */
export async function currentValue(words: string, machine: Pick<RunningServer, 'run'>): Promise<string> {
  const { code, stdout, stderr } = await machine.run(['sh', '-c', words])
  if (code !== 0) throw new Unable(stderr.trim(), { command: words })
  return stdout.trim()
}

/**
 * The words that put the old value of a setting back, from those of its undo on the machine. Undefined when there is
 * nothing to put back: there was no value, or it is a setting of a thing that goes as a whole.
 */
export function restoreWords({ place, undo, old }: Intent, argv: readonly string[]): string[] | undefined {
  const found = undo?.found
  const words = found && old ? onServer(place, found) : [...argv]
  if (!words.some((word) => word.includes(OLD))) return words
  return old ? words.map((word) => word.replace(OLD, old)) : undefined
}
