/**
 * The record of what was done to a lab: for each command, the intent before and the end after. One JSON document a
 * line; each line holds a sum over itself and all lines before it, so that a line that was changed is noticed.
 */
import { createHash } from 'node:crypto'
import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  truncateSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { Unable } from '../errors.ts'
import type { Command } from '../language/command.ts'
import { toShell } from '../language/on-server.ts'
import { strike } from './fault.ts'

/** What is known of a command beside its words, so that it can be taken back by another process. */
type Facts = Pick<Command, 'undo' | 'does'>

/** A command that is about to be begun. */
export interface Intent extends Facts {
  number: number
  what: 'intent'
  place: Command['place']
  argv: readonly string[]
  text: string
  /** For a setting on the machine itself: the value that was there before. */
  old?: string
  /** The step that it is of; the first has number 1. */
  step?: { number: number; title: string }
}

/** How it ended. `skipped`: never begun, since one before it in its batch failed. */
export interface End {
  number: number
  what: Ended
}

/** What another lab leaves to this one: the value from before both, to be restored by the last of them. */
export interface Inherited {
  what: 'inherited'
  number: number
  old: string
}

/** The first line of a journal on disk. */
export interface Head {
  what: 'journal'
  version: number
  lab: string
  /** /proc/sys/kernel/random/boot_id: what a reboot has removed needs no undo. */
  boot: string
  /** How long the machine had been up then, in seconds: the order of labs, whatever the clock does. */
  uptime: number
  /** The tables of the firewall that were there before this lab and all that stand beside it. */
  tables: string[]
  /** The interfaces that had no IPv6 address of their own by then. */
  bare: string[]
}

export type JournalLine = Head | Intent | End | Inherited
type Ended = 'done' | 'failed' | 'skipped'

export interface Journal {
  /** How many commands it holds. */
  count(): number
  /** What is recorded from now on is of that step. */
  begin(step: NonNullable<Intent['step']>): void
  /**
   * Records commands that are about to be begun together; `olds` are the values that they will replace. What is
   * returned records how they ended: each by itself, or all alike. An intent without an end may have been done.
   */
  intent(
    commands: readonly Command[],
    olds?: ReadonlyMap<Command, string>,
  ): (ends: Ended | readonly Ended[]) => void
}

/** The version of what journals on disk hold. Those of version 1 are read, too: see on-host/version-1.ts. */
export const journalVersion = 2

const sumOf = (before: string, line: string): string =>
  createHash('sha256').update(before).update(line).digest('hex').slice(0, 12)

/** `{"number":1,…,"sum":"0123456789ab"}` */
const withSum = (line: string, sum: string): string => `${line.slice(0, -1)},"sum":"${sum}"}`
const withoutSum = /^(.*),"sum":"([0-9a-f]{12})"\}$/

/** Lines that were read, and the sum of the last: what is appended goes on from there. */
export interface Written {
  lines: JournalLine[]
  sum: string
  /** How long the file is without a last line that was cut off, in bytes. */
  length: number
}

/**
 * Reads a journal. A last line that was cut off, as by a power cut, was never finished: what it was to announce had
 * not begun. Throws Unable when any other line is not as it was written.
 */
export function readJournal(file: string): Written {
  const text = readFileSync(file, 'utf8')
  const whole = text.slice(0, text.lastIndexOf('\n') + 1)
  let sum = ''
  const lines = whole
    .split('\n')
    .slice(0, -1)
    .map((line, index) => {
      const [, start, written] = line.match(withoutSum) ?? []
      sum = sumOf(sum, `${start}}`)
      if (start === undefined || sum !== written) throw changed(file, index + 1)
      return JSON.parse(`${start}}`) as JournalLine
    })
  return { lines, sum, length: Buffer.byteLength(whole) }
}

const changed = (file: string, line: number): Unable =>
  new Unable(`${file}: line ${line} is not as it was written`, {
    hint: 'Nothing was undone. Put the line back, or take back by hand what the lines say ("undo"), the last first, and remove the folder.',
  })

/** The journals of runs that were cut off. */
const closed = new Set<string>()

/** From now on nothing more begins that would be written there: a run that was cut off may still be at work. */
export const close = (file: string): void => void closed.add(file)

/** Opens a journal to write to. On disk (`sync`) each line is there before the function returns. */
export function journal(file: string, { sync = false }: { sync?: boolean } = {}): Journal {
  let sum = ''
  let number = 0
  let step: Intent['step']
  closed.delete(file)
  if (existsSync(file)) {
    const written = readJournal(file)
    sum = written.sum
    truncateSync(file, written.length)
    number = written.lines.filter(({ what }) => what === 'intent').length
  }
  const write = (lines: readonly JournalLine[]) => {
    // When the lab was taken down meanwhile its folder is gone, and there is nothing to record.
    if (!sync && !existsSync(dirname(file))) return
    sum = append(file, lines, sum, sync)
  }
  return {
    count: () => number,
    begin(next) {
      step = next
    },
    intent(commands, olds) {
      if (closed.has(file)) throw new Unable('the run was cut off')
      const first = number + 1
      write(
        commands.map((command, index) => {
          const { place, argv, undo, does } = command
          const old = olds?.get(command)
          return {
            number: first + index,
            what: 'intent',
            place,
            argv,
            does,
            ...(undo ? { undo } : {}),
            ...(old === undefined ? {} : { old }),
            ...(step ? { step } : {}),
            text: toShell(command),
          }
        }),
      )
      number += commands.length
      return (ends) => {
        strike(first, commands.length)
        write(
          commands.map((_, index) => ({
            number: first + index,
            what: typeof ends === 'string' ? ends : (ends[index] as Ended),
          })),
        )
      }
    },
  }
}

/** Appends lines, and returns the sum of the last. Throws Unable when they cannot be written as a whole. */
export function append(file: string, lines: readonly JournalLine[], before: string, sync: boolean): string {
  let sum = before
  const text = lines
    .map((value) => {
      const line = JSON.stringify(value)
      sum = sumOf(sum, line)
      return `${withSum(line, sum)}\n`
    })
    .join('')
  try {
    const fd = openSync(file, 'a', 0o600)
    const { size } = fstatSync(fd)
    try {
      const bytes = Buffer.from(text)
      if (writeSync(fd, bytes) < bytes.length) throw new Error('the disk is full')
      if (sync) fsyncSync(fd)
    } catch (error) {
      ftruncateSync(fd, size) // a full disk may have taken a part of it
      throw error
    } finally {
      closeSync(fd)
    }
  } catch (error) {
    throw new Unable(`cannot write the journal ${file}: ${(error as Error).message}`, {
      hint: 'What is not written down cannot be taken back, so it is not done. Is the disk full?',
    })
  }
  return sum
}
