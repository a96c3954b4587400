/**
 * A shell that stays in a server and runs one command after the other. A program started from there costs a
 * quarter of one that has to enter the server first.
 *
 * It reads a command from its stdin, then `printf '%s %s\n' MARK $?; echo MARK >&2`. So the end of a command is where
 * both streams end with the mark; what stands before it is the command's own output.
 */
import { randomBytes } from 'node:crypto'
import { toolMissing, Unable } from '../errors.ts'
import { shellLine } from '../render/shell.ts'
import { type Entry, enter } from './enter.ts'
import type { Finished } from './process.ts'

export interface Resident {
  /** Runs a command; undefined when another one is running: there is one shell only. */
  run(argv: readonly string[], background: boolean): Promise<Finished> | undefined
}

/** Starts the shell. It ends with its server, or with this process. */
export function resident(entry: Entry): Resident {
  const shell = enter(entry, ['sh'], { stdio: 'pipe' })
  // Written after each command's output; no output has it by chance.
  const mark = randomBytes(12).toString('hex')
  const end = new RegExp(`${mark} (\\d+)\n$`)
  let stdout = ''
  let stderr = ''
  let waiting: { done(finished: Finished): void; failed(error: Error): void } | undefined
  let ended: Error | undefined

  const look = () => {
    const code = stdout.match(end)
    if (!waiting || !code || !stderr.endsWith(`${mark}\n`)) return
    const finished = {
      code: Number(code[1]),
      stdout: stdout.slice(0, code.index),
      stderr: stderr.slice(0, -mark.length - 1),
    }
    const { done } = waiting
    waiting = undefined
    stdout = stderr = ''
    done(finished)
  }
  shell.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
    look()
  })
  shell.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
    look()
  })
  const gone = (error: Error) => {
    ended = error
    waiting?.failed(error)
  }
  shell.once('error', () => gone(toolMissing('nsenter')))
  shell.once('close', () =>
    gone(new Unable('the virtual server has ended', { hint: 'Was the lab taken down meanwhile?' })),
  )
  shell.stdin?.on('error', () => {}) // `close` follows

  return {
    run(argv, background) {
      if (waiting) return undefined
      return new Promise((done, failed) => {
        if (ended) return failed(ended)
        waiting = { done, failed }
        const to = background ? '>/dev/null 2>&1 &' : ''
        const marks = `printf '%s %s\\n' ${mark} $?; echo ${mark} >&2`
        shell.stdin?.write(`${shellLine(argv)} </dev/null ${to}\n${marks}\n`)
      })
    },
  }
}
