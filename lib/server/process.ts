/** Waiting for processes, and telling one from a later one of its number. */
import type { ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { collected, tooMuch } from './output.ts'

export interface Finished {
  /** The exit code; 128 + the signal's number when a signal ended it (as a shell says it). */
  code: number
  stdout: string
  stderr: string
  /** The same byte for byte, where that was asked for. */
  bytes?: { stdout: Buffer; stderr: Buffer }
}

/** Waits for a process to end, and returns what it printed. Rejects when it could not be started. */
export function finished(child: ChildProcess, bytes = false): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const [out, err] = [collected(), collected()]
    child.stdout?.on('data', out.add)
    child.stderr?.on('data', err.add)
    child.once('error', reject)
    child.once('close', (code, signal) => {
      if (out.full() || err.full()) return reject(tooMuch(child.spawnargs.join(' ')))
      resolve({
        code: code ?? 128 + (signals[signal as string] ?? 0),
        stdout: out.text(),
        stderr: err.text(),
        ...(bytes ? { bytes: { stdout: out.bytes(), stderr: err.bytes() } } : {}),
      })
    })
  })
}

const signals: Readonly<Record<string, number>> = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 }

/** The first lines that a process prints: as many as asked for, or fewer when its output ends before. */
export function firstLines(child: ChildProcess, count: number): Promise<string[]> {
  return new Promise((resolve, reject) => {
    let text = ''
    const lines = () => text.split('\n').slice(0, -1)
    child.stdout?.on('data', (data: Buffer) => {
      text += data
      if (lines().length >= count) resolve(lines())
    })
    child.once('error', reject)
    child.stdout?.once('close', () => resolve(lines()))
  })
}

/**
 * When a process was born, in clock ticks since the machine started; undefined when there is no such process.
 * Source: proc(5), /proc/pid/stat field 22. The name, field 2, may hold blanks and brackets.
 */
export function bornAt(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  } catch {
    return undefined
  }
}

/** Waits, in milliseconds. */
export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Asks again and again until the answer is true; false when it has not become true after `ms` milliseconds. */
export async function until(
  answer: () => boolean | Promise<boolean>,
  ms: number,
  pause = 5,
): Promise<boolean> {
  const end = performance.now() + ms // the machine's clock may be set meanwhile
  while (!(await answer())) {
    if (performance.now() > end) return false
    await sleep(pause)
  }
  return true
}
