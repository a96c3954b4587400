/** The record of what was done to a lab: for each command, the intent before and the end after. */
import { appendFileSync, existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Command } from '../command.ts'
import { toShell } from '../render/shell.ts'
import { labFolder, writing } from '../sandbox/state.ts'
import { strike } from './fault.ts'

export interface JournalLine {
  number: number
  /** `skipped`: never begun, since one before it in its batch failed. An intent without an end may have been done. */
  what: 'intent' | 'done' | 'failed' | 'skipped'
  place?: Command['place']
  argv?: readonly string[]
  undo?: Command['undo']
}

export interface Journal {
  /** How many commands it holds. */
  count(): number
  /**
   * Records commands that are about to be begun together. What is returned records how they ended: each by itself, or
   * all alike.
   */
  intent(commands: readonly Command[]): (ends: Ended | readonly Ended[]) => void
}
type Ended = 'done' | 'failed' | 'skipped'

/** The journal of a lab: one JSON document a line. */
export function journal(lab: string): Journal {
  const file = join(labFolder(lab), 'journal')
  const write = (lines: ReadonlyArray<JournalLine & { text?: string }>) => {
    // When the lab was taken down meanwhile its folder is gone, and there is nothing to record.
    if (!existsSync(dirname(file))) return
    const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('')
    writing(() => appendFileSync(file, text, { mode: 0o600 }))
  }
  let number = 0
  return {
    count: () => number,
    intent(commands) {
      const first = number + 1
      number += commands.length
      write(
        commands.map((command, index) => {
          const { place, argv, undo } = command
          const text = toShell(command)
          return { number: first + index, what: 'intent', place, argv, ...(undo ? { undo } : {}), text }
        }),
      )
      return (ends) => {
        strike(first, commands.length)
        write(
          commands.map((_, index) => {
            const what = typeof ends === 'string' ? ends : (ends[index] as Ended)
            return { number: first + index, what }
          }),
        )
      }
    },
  }
}
