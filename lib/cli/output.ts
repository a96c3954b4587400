/** The one place that writes to stdout: what is said arrives whole, or the run tells that it did not. */
import { closeSync, fstatSync, openSync, writeSync } from 'node:fs'
import { isatty } from 'node:tty'
import { Unable } from '../errors.ts'

/** A reader that went away, as `head -1` does, or a terminal that was closed: nobody is left to be told. */
const goneAway = ['EPIPE', 'EIO', 'ECONNRESET', 'ERR_STREAM_DESTROYED']

let gone = false
let lost: Error | undefined

const trouble = (error: NodeJS.ErrnoException): void => {
  if (goneAway.includes(error.code ?? '')) gone = true
  else lost ??= error
}

/** Files, and devices as /dev/full, are written here: Node.js takes a part for the whole when a disk gets full. */
const isFile = (fd: number): boolean => {
  const found = fstatSync(fd)
  return found.isFile() || (found.isCharacterDevice() && !isatty(fd))
}

function writeWhole(fd: number, text: string): void {
  let bytes = Buffer.from(text)
  while (bytes.length > 0) bytes = bytes.subarray(writeSync(fd, bytes))
}

/** Writes to stdout. A reader that has gone stops only the writing. */
export function say(text: string): void {
  if (gone || lost) return
  try {
    if (isFile(1)) writeWhole(1, text)
    else process.stdout.write(text)
  } catch (error) {
    trouble(error as NodeJS.ErrnoException)
  }
}

/** Writes a line to stdout. */
export const sayLine = (line = ''): void => say(`${line}\n`)

/** To be called before anything is written: without a listener a stream's error ends the process. */
export function listenToStreams(): void {
  process.stdout.on('error', trouble)
  process.stderr.on('error', () => {}) // there is nowhere left to say it
}

const drained = (stream: NodeJS.WriteStream): Promise<void> =>
  new Promise((resolve) => stream.write('', () => resolve()))

/** Waits until all that was said has been taken, as by a slow pipe. Throws when some of it is lost. */
export async function allSaid(): Promise<void> {
  if (!gone && !isFile(1)) await drained(process.stdout)
  if (lost)
    throw new Unable(`stdout: ${lost.message}`, {
      hint: 'All else was done: only its output is lost. Is the disk full?',
    })
}

/** Ends the process when stderr, too, has been taken. */
export async function leave(code: number): Promise<never> {
  if (!isFile(2)) await drained(process.stderr)
  // Node.js sets each terminal as it was, and aborts when one has been closed: it is to find none there.
  for (const fd of [0, 1, 2])
    if (fstatSync(fd).isCharacterDevice() && !isatty(fd)) {
      closeSync(fd)
      openSync('/dev/null', 'r+')
    }
  process.exit(code)
}
