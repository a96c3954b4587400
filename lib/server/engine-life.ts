/** Whether a Docker Engine answers: it may be stopped or overloaded, and then what asks it would wait for ever. */
import { setTimeout as pause } from 'node:timers/promises'
import { Unable } from '../errors.ts'
import { engineSays, questionLimit } from './engine-ask.ts'
import { engineSocket } from './enter.ts'

/** How long an engine may answer nobody until a command that it has to do is given up, in milliseconds. */
const patience = 12_000

/** The error for an engine that does not answer. */
export const silentEngine = (server?: string): Unable =>
  new Unable(`the Docker Engine${server === undefined ? '' : ` of ${server}`} does not answer`, {
    hint: 'Look on the server: ps -C dockerd -o pid,stat (T: kill -CONT PID), tail /run/vethlab-server/dockerd.log',
  })

/** Whether the API of a server's engine answers within that time: `GET /_ping`. */
export const answers = (pid: number, ms = questionLimit): Promise<boolean> =>
  engineSays(engineSocket(pid), '/_ping', ms).then(
    () => true,
    () => false,
  )

/** Waits for what an engine does, as long as that takes, and gives it up when the engine answers nobody any more. */
export async function whileItAnswers<T>(pid: number, work: Promise<T>): Promise<T> {
  const done = new AbortController()
  const watch = async (): Promise<never> => {
    for (let heard = performance.now(); ; ) {
      await pause(1000, undefined, { signal: done.signal })
      if (await answers(pid)) heard = performance.now()
      else if (performance.now() - heard > patience) throw silentEngine()
    }
  }
  const watching = watch()
  watching.catch(() => {}) // it is over
  work.catch(() => {}) // when it is given up, nobody waits for it any more
  try {
    return await Promise.race([work, watching])
  } finally {
    done.abort()
  }
}
