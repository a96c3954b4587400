/** Files of a server, seen from this machine: found step by step, so that no link made there leads to a file of this machine. */
import { closeSync, constants, fstatSync, openSync, readSync, writeSync } from 'node:fs'

const { O_APPEND, O_CREAT, O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY } = constants

/** The largest text that is read, in bytes. */
const most = 64 * 2 ** 20

/** Opens a plain file below a folder. Throws what open(2) says, ELOOP for a link. */
function openBelow(root: string, path: string, flags: number): number {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.')
  if (parts.includes('..')) throw new Error(`${path} leads upwards`)
  const name = parts.pop() ?? ''
  let at = openSync(root, O_RDONLY | O_DIRECTORY)
  try {
    for (const part of parts) {
      const next = openSync(`/proc/self/fd/${at}/${part}`, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
      closeSync(at)
      at = next
    }
    // A pipe that nobody writes to would be waited for.
    const file = openSync(`/proc/self/fd/${at}/${name}`, flags | O_NOFOLLOW | O_NONBLOCK, 0o600)
    if (fstatSync(file).isFile()) return file
    closeSync(file)
    throw new Error(`${path} is no plain file`)
  } finally {
    closeSync(at)
  }
}

/** The text of a plain file below a folder; undefined when there is none, or when a link leads to it. */
export function textBelow(root: string, path: string): string | undefined {
  try {
    const file = openBelow(root, path, O_RDONLY)
    try {
      const bytes = Buffer.alloc(Math.min(fstatSync(file).size, most))
      let length = 0
      for (let read = -1; read !== 0 && length < bytes.length; length += read)
        read = readSync(file, bytes, length, bytes.length - length, length)
      return bytes.toString('utf8', 0, length)
    } finally {
      closeSync(file)
    }
  } catch {
    return undefined
  }
}

/** Writes at the end of a plain file below a folder, which is made when it is not there. Throws where a link leads to it. */
export function appendBelow(root: string, path: string, text: string): void {
  const file = openBelow(root, path, O_WRONLY | O_APPEND | O_CREAT)
  try {
    writeSync(file, text)
  } finally {
    closeSync(file)
  }
}
