/** What programs print, kept as it comes: bytes, of which each is looked at once. */
import { Unable } from '../errors.ts'

/** How much of one command's output is kept at most: more is a file's business, and would not fit into one text. */
export const mostOutput = 256 * 2 ** 20

/** The error for a command that printed more than that. */
export const tooMuch = (command?: string): Unable =>
  new Unable(`it printed more than ${mostOutput / 2 ** 20} MB`, {
    command,
    hint: 'Let it write to a file in its place, or print less.',
  })

/** Collects what comes from a stream. */
export function collected(most = mostOutput) {
  let parts: Buffer[] = []
  let size = 0
  return {
    add(part: Buffer): void {
      size += part.length
      if (size <= most) parts.push(part)
      else parts = []
    },
    size: () => size,
    full: () => size > most,
    bytes: () => Buffer.concat(parts),
    text: () => Buffer.concat(parts).toString(),
    clear(): void {
      parts = []
      size = 0
    },
  }
}

/** What stood before a mark, and on its line behind it; undefined where it was more than is kept. */
export interface Marked {
  output: string | undefined
  word: string
}

/**
 * Collects what comes from a stream until a line's end behind a mark. The mark may come in parts; only what is new is
 * searched for it. What comes behind that line is nobody's, as from a program that goes on in the background.
 */
export function untilMark(mark: string, most = mostOutput) {
  const before = collected(most)
  const line = collected()
  /** The last bytes, in which the mark may have begun; kept apart from `before` until it is clear that it has not. */
  let open: Buffer = Buffer.alloc(0)
  let begun = false
  let found: Marked | undefined
  const take = (part: Buffer): void => {
    if (found) return
    if (begun) {
      line.add(part)
      const text = line.text()
      if (!text.includes('\n')) return
      found = {
        output: before.full() ? undefined : before.text(),
        word: text.split('\n', 1)[0]?.trim() ?? '',
      }
      return
    }
    const all = open.length > 0 ? Buffer.concat([open, part]) : part
    const at = all.indexOf(mark)
    const clear = at >= 0 ? at : Math.max(0, all.length - mark.length + 1)
    before.add(all.subarray(0, clear))
    open = all.subarray(at >= 0 ? all.length : clear)
    begun = at >= 0
    if (begun) take(all.subarray(at + mark.length))
  }
  return {
    take,
    found: () => found,
    /** What stood before the mark, byte for byte. */
    bytes: () => before.bytes(),
    /** Begins anew, for the next command. */
    reset(): void {
      before.clear()
      line.clear()
      open = Buffer.alloc(0)
      begun = false
      found = undefined
    },
  }
}
