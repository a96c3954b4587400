/** Printing a scenario as a shell script. */
import { existsSync, readFileSync } from 'node:fs'
import { BadInput } from '../errors.ts'
import type { Scenario } from '../lab/lab.ts'
import { commandsOf, plan } from '../lab/plan.ts'
import { needed } from '../language/effects.ts'
import { script } from './script.ts'

/** The scenario as a shell script for a real server. */
export async function print(scenario: Scenario): Promise<string> {
  const planned = await plan(scenario)
  const files = commandsOf(planned).flatMap((command) => needed(command, 'file').map(({ path }) => path))
  for (const file of files)
    if (!existsSync(file)) throw new BadInput(`${file}: no such file`, { where: undefined })
  return script(
    scenario,
    planned,
    Object.fromEntries(files.map((file) => [file, readFileSync(file, 'utf8')])),
  )
}
