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
 * Does the work; rejects as soon as a signal comes, without waiting for the work. The caller cleans up and exits.
 * A second signal during the clean-up changes nothing: it is short.
 */
export async function guarded<T>(work: () => Promise<T>): Promise<T> {
  let interrupt = (_: Error) => {}
  const interrupted = new Promise<never>((_, reject) => {
    interrupt = reject
  })
  interrupted.catch(() => {})
  const handlers = signals.map((signal) => [signal, () => interrupt(new Interrupted(signal))] as const)
  const onDefect = (error: unknown) => interrupt(error instanceof Error ? error : new Error(String(error)))
  for (const [signal, handler] of handlers) process.on(signal, handler)
  process.on('uncaughtException', onDefect)
  process.on('unhandledRejection', onDefect)
  return Promise.race([work(), interrupted])
}
