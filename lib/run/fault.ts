/**
 * Faults on purpose, for the tests of what a crash leaves: VETHLAB_FAULT='kill 7' ends this process right after the
 * seventh command has run, before that is written down. Without that variable nothing here does anything.
 */
const [kind = '', at = ''] = (process.env.VETHLAB_FAULT ?? '').split(' ')
const signals: Readonly<Record<string, NodeJS.Signals>> = { kill: 'SIGKILL', int: 'SIGINT', term: 'SIGTERM' }

/** Strikes when the command of that number is among those that have just run. */
export function strike(first: number, count: number): void {
  const signal = signals[kind]
  if (signal && Number(at) >= first && Number(at) < first + count) process.kill(process.pid, signal)
}

/** Whether the command of that number is to fail in place of being run: `fail 7`. */
export const mustFail = (number: number): boolean => kind === 'fail' && Number(at) === number

/** What such a command says. */
export const failsOnPurpose = { code: 1, stdout: '', stderr: 'it fails on purpose (VETHLAB_FAULT)' }
