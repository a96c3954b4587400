/** The record of what was done to a lab: for each command, the intent before and the end after. */
import { appendFileSync, existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Command } from '../command.ts'
import { toShell } from '../render/shell.ts'
import { labFolder } from '../sandbox/state.ts'

export interface JournalLine {
  number: number
  what: 'intent' | 'done' | 'failed'
  place?: Command['place']
  argv?: readonly string[]
  undo?: Command['undo']
}

export interface Journal {
  intent(command: Command): { done(): void; failed(): void }
}

/** The journal of a lab: one JSON document a line. */
export function journal(lab: string): Journal {
  const file = join(labFolder(lab), 'journal')
  const write = (line: JournalLine & { text?: string }) => {
    // When the lab was taken down meanwhile its folder is gone, and there is nothing to record.
    if (existsSync(dirname(file))) appendFileSync(file, `${JSON.stringify(line)}\n`, { mode: 0o600 })
  }
  let number = 0
  return {
    intent(command) {
      const mine = ++number
      const { place, argv, undo } = command
      write({ number: mine, what: 'intent', place, argv, ...(undo ? { undo } : {}), text: toShell(command) })
      return {
        done: () => write({ number: mine, what: 'done' }),
        failed: () => write({ number: mine, what: 'failed' }),
      }
    },
  }
}
