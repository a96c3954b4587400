/**
 * A worker: asks the manager for numbers, again and again, and brings back their squares. A manager that cannot be reached is
 * asked again.
 *
 *   node worker.mjs http://MANAGER:PORT
 */
import { setTimeout as pause } from 'node:timers/promises'

const [, , manager] = process.argv
const ask = async (path, init) =>
  (await fetch(manager + path, { ...init, signal: AbortSignal.timeout(500) })).json()

for (let met = false; ; ) {
  try {
    const { id, value } = await ask('/task')
    if (!met) console.log('met the manager')
    met = true
    if (id === undefined) await pause(50)
    else await ask('/result', { method: 'POST', body: JSON.stringify({ id, result: value * value }) })
  } catch {
    if (met) console.log('lost the manager')
    met = false
    await pause(100)
  }
}
