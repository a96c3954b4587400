/** A run of the command line, from its words to its exit code: 0 all checks hold, 1 a check failed, 2 it could not be done. */
import { writeSync } from 'node:fs'
import { explain } from '../errors.ts'
import type { Scenario } from '../lab/lab.ts'
import { Interrupted, isGuarding } from '../server/guard.ts'
import type { Catalogue } from './catalogue.ts'
import { foreignCache } from './foreign-cache.ts'
import { asksForJson } from './options.ts'
import { allSaid, leave, listenToStreams, say } from './output.ts'
import { run } from './words.ts'

/** The exit code of a run: 0 all checks hold, 1 a check failed, 2 the tool could not do its job. */
export async function main(argv: readonly string[], subject: Scenario | Catalogue): Promise<void> {
  listenToStreams()
  const foreign = foreignCache()
  if (foreign) process.stderr.write(`warning: ${foreign}: remove that folder\n`)
  let code: number
  try {
    code = await Promise.race([run(argv, subject), whatNobodyCatches()])
  } catch (error) {
    code = await told(error, asksForJson(argv))
  }
  try {
    await allSaid()
  } catch (error) {
    code = Math.max(code, await told(error, false))
  }
  // Whatever was still being asked when a run was cut off must not keep the process.
  await leave(code)
}

/** Rejects with what nobody catches, unless that ends work which is guarded, and when nothing is left to wait for. */
const whatNobodyCatches = (): Promise<never> =>
  new Promise((_, reject) => {
    const caught = (error: unknown) => void (isGuarding() || reject(error))
    for (const event of ['unhandledRejection', 'uncaughtException']) process.on(event, caught)
    const never = 'it waits for something that never comes'
    let times = 0
    process.on('beforeExit', () => {
      times += 1
      if (times === 2) reject(new Error(never))
      if (times > 9) {
        // Not even the error can be told: what tells it is waited for, too.
        writeSync(2, `error: ${never}\n`)
        process.exit(2)
      }
      setImmediate(() => {}) // who waits may know more of it, and say so first
    })
  })

/** Tells what went wrong. Returns the exit code for it. */
async function told(error: unknown, json: boolean): Promise<number> {
  if (!(error instanceof Interrupted)) await report(error, json)
  else process.stderr.write(`\ncut off: ${error.left}\n`)
  return error instanceof Interrupted ? error.exitCode : 2
}

async function report(error: unknown, json: boolean): Promise<void> {
  const { moreOf } = await import('../lab/hint-pages.ts')
  const text = explain(error, moreOf)
  if (json) say(`${JSON.stringify({ ok: false, error: text }, null, 2)}\n`)
  const { default: colors } = await import('picocolors')
  process.stderr.write(`${colors.red('error')}: ${text}\n`)
}
