/** What happens when a run is cut off: by Ctrl-C, a signal, or a defect. */
import { constants } from 'node:os'

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
const defects = ['uncaughtException', 'unhandledRejection'] as const

/** A run was ended by a signal; `exitCode` is what a shell calls it: 130 for Ctrl-C, 143, 129. */
export class Interrupted extends Error {
  readonly exitCode: number
  /** What became of the work, in words. */
  readonly left: string
  constructor(signal: (typeof signals)[number], left: string) {
    super(`interrupted by ${signal}`)
    this.exitCode = 128 + constants.signals[signal]
    this.left = left
  }
}

/**
 * Calls `end` when the process that forked this one is gone, as a test runner that was killed: nobody hears any more what
 * comes of it. Looks once a second, where there is such a process, until what is returned is called.
 */
export function whenOrphaned(end: () => void): () => void {
  if (!process.connected) return () => {}
  const { ppid } = process
  const timer = setInterval(() => {
    if (process.ppid === ppid) return
    clearInterval(timer)
    end()
  }, 1000)
  timer.unref()
  return () => clearInterval(timer)
}

let atWork = 0

/** Whether some work is guarded now: what fails beside it ends that. */
export const isGuarding = (): boolean => atWork > 0

/**
 * Does the work; stops waiting for it as soon as a signal comes. When it fails or is cut off, cleans up and rejects;
 * a further signal during the clean-up changes nothing. `left` says what one who cuts it off is left with. What fails
 * beside the work is a defect of a run, and nothing of ours in a program of one's own: that is ended by signals alone.
 */
export async function guarded<T>(
  work: () => Promise<T>,
  cleanUp: () => Promise<void> = async () => {},
  left = 'what it had begun is removed',
  endedBy: 'signals and defects' | 'signals' = 'signals and defects',
): Promise<T> {
  let interrupt = (_: Error) => {}
  const interrupted = new Promise<never>((_, reject) => {
    interrupt = reject
  })
  interrupted.catch(() => {})
  const defect = (error: unknown) => interrupt(error instanceof Error ? error : new Error(String(error)))
  const handlers: ReadonlyArray<readonly [string, (reason: unknown) => void]> = [
    ...signals.map((signal) => [signal, () => interrupt(new Interrupted(signal, left))] as const),
    ...(endedBy === 'signals' ? [] : defects.map((event) => [event, defect] as const)),
  ]
  process.setMaxListeners(process.getMaxListeners() + 1) // of several labs at once each listens
  for (const [event, handler] of handlers) process.on(event, handler)
  atWork++
  try {
    return await Promise.race([work(), interrupted])
  } catch (error) {
    await cleanUp()
    throw error
  } finally {
    atWork--
    for (const [event, handler] of handlers) process.off(event, handler)
    process.setMaxListeners(process.getMaxListeners() - 1)
  }
}
