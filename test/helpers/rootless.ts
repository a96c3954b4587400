/** Which scenarios an ordinary user cannot build here, and why: what they need tells it. */
import { join } from 'node:path'
import { commandsOf, plan } from '../../lib/lab/plan.ts'
import { needsRoot } from '../../lib/needs/rights.ts'
import { rootless } from '../../lib/server/enter.ts'
import { root } from './machine.ts'

/** For a test of a scenario: skipped, with the reason, where this user cannot build it. */
export async function unlessItTakesRoot(name: string): Promise<{ skip: string | false }> {
  if (!rootless) return { skip: false }
  const { default: value } = await import(join(root, 'scenarios', `${name}.ts`))
  const why = commandsOf(await plan(value))
    .map((command) => needsRoot(command)?.why)
    .find((reason) => reason !== undefined)
  return { skip: why ? `needs root: ${why}` : false }
}
