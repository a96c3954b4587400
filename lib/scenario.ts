/** How a file becomes a scenario, and a program that runs it: scenario(). */
import { readFileSync, realpathSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { BadInput, explain } from './errors.ts'
import type { Lab, Scenario } from './lab/lab.ts'
import { oneLine } from './language/values.ts'

/**
 * Makes a scenario. When its file is the program that was started, it runs: `node scripts/start.mjs scenarios/net1.ts [verb]`.
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
  const words = wordsFor(file)
  if (words) {
    // After the module is evaluated: the scenario is its default export.
    setImmediate(async () => {
      const { main } = await import('./cli/cli.ts')
      await main(words, value)
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

/** The words behind a file that was started, by itself or by a runner such as zx; undefined when it was only imported. */
function wordsFor(file: string): string[] | undefined {
  const [, started = '', ...words] = process.argv
  if (sameFile(started, file)) return words
  if (!realOf(started).includes('/node_modules/')) return undefined
  const at = words.findIndex((word) => !word.startsWith('-'))
  return sameFile(words[at] ?? '', file) ? words.slice(at + 1) : undefined
}

/** Whether the program that was started is a scenario's file: it says so in its text, before anything of it runs. */
function scenarioStarted(): boolean {
  const [, started = '', ...words] = process.argv
  const file = realOf(started).includes('/node_modules/')
    ? (words.find((word) => !word.startsWith('-')) ?? '')
    : started
  try {
    return /\bscenario\(\s*import\.meta\b/.test(readFileSync(file, 'utf8'))
  } catch {
    return false
  }
}

// A slip outside of a scenario's function, as in lan(…).plug(…), is thrown while its file is loaded: it is
// explained like any other. In every other program errors are that program's own.
if (scenarioStarted()) {
  const explainAndEnd = (error: unknown): void => {
    process.stderr.write(`error: ${explain(error)}\n`)
    process.exit(2)
  }
  process.on('uncaughtException', explainAndEnd)
  setImmediate(() => process.off('uncaughtException', explainAndEnd))
}

function realOf(file: string): string {
  try {
    return realpathSync(file)
  } catch {
    return ''
  }
}

const sameFile = (one: string, other: string): boolean => realOf(one) !== '' && realOf(one) === realOf(other)
