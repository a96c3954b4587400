/** What happens when a run is cut off: by Ctrl-C, a signal, or a defect. */
import { constants } from 'node:os'

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** A run was ended by a signal; `exitCode` is what a shell calls it: 130 for Ctrl-C, 143, 129. */
export class Interrupted extends Error {
  readonly exitCode: number
  constructor(signal: (typeof signals)[number]) {
    super(`interrupted by ${signal}`)
    this.exitCode = 128 + constants.signals[signal]
  }
}

/**
 * Does the work; stops waiting for it as soon as a signal comes. When it fails or is cut off, cleans up and rejects;
 * a further signal during the clean-up changes nothing.
 */
export async function guarded<T>(
  work: () => Promise<T>,
  cleanUp: () => Promise<void> = async () => {},
): Promise<T> {
  let interrupt = (_: Error) => {}
  const interrupted = new Promise<never>((_, reject) => {
    interrupt = reject
  })
  interrupted.catch(() => {})
  const defect = (error: unknown) => interrupt(error instanceof Error ? error : new Error(String(error)))
  const handlers: ReadonlyArray<readonly [string, (reason: unknown) => void]> = [
    ...signals.map((signal) => [signal, () => interrupt(new Interrupted(signal))] as const),
    ['uncaughtException', defect],
    ['unhandledRejection', defect],
  ]
  process.setMaxListeners(process.getMaxListeners() + 1) // of several labs at once each listens
  for (const [event, handler] of handlers) process.on(event, handler)
  try {
    return await Promise.race([work(), interrupted])
  } catch (error) {
    await cleanUp()
    throw error
  } finally {
    for (const [event, handler] of handlers) process.off(event, handler)
    process.setMaxListeners(process.getMaxListeners() - 1)
  }
}
