/** scenario(): how a file becomes a scenario, and a program that runs it. */
import { realpathSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { BadInput, explain } from './errors.ts'
import type { Lab, Scenario } from './lab/lab.ts'
import { oneLine } from './language/values.ts'

/**
 * Makes a scenario. When its file is the program that was started, it runs: `npx tsx scenarios/net1.ts [verb]`.
 * The first argument is always `import.meta`.
 */
export function scenario(meta: { url: string }, title: string, body: (lab: Lab) => Promise<void>): Scenario {
  if (typeof title !== 'string' || typeof body !== 'function')
    throw new BadInput('a scenario is: scenario(import.meta, a title, async (lab) => { … })')
  oneLine(title, 'the title of a scenario')
  const file = fileOf(meta)
  const value: Scenario = Object.freeze({
    name: basename(file).replace(/\.[cm]?[jt]s$/, ''),
    title,
    file,
    body,
  })
  const started = process.argv[1]
  if (started !== undefined && sameFile(started, file)) {
    // After the module is evaluated: the scenario is its default export.
    setImmediate(async () => {
      const { main } = await import('./cli/cli.ts')
      await main(process.argv.slice(2), value)
    })
  }
  return value
}

function fileOf(meta: { url: string }): string {
  try {
    return fileURLToPath(meta.url)
  } catch {
    throw new BadInput('the first argument of scenario() is always import.meta')
  }
}

// A slip outside of a scenario's function, as in lan(…).plug(…), is thrown while its file is loaded: it is
// explained like any other. When all files are loaded, errors are for who called.
const explainAndEnd = (error: unknown): void => {
  process.stderr.write(`error: ${explain(error)}\n`)
  process.exit(2)
}
process.on('uncaughtException', explainAndEnd)
setImmediate(() => process.off('uncaughtException', explainAndEnd))

function sameFile(one: string, other: string): boolean {
  try {
    return realpathSync(one) === realpathSync(other)
  } catch {
    return false
  }
}
