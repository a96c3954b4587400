/** The command line of all scenarios: `node --import tsx/esm scripts/vethlab.ts up net1`. */
import { readdirSync } from 'node:fs'
import { BadInput } from '../lib/errors.ts'
import type { Scenario } from '../lib/lab.ts'
import { main } from '../lib/run/cli.ts'

const folder = new URL('../scenarios/', import.meta.url)

const names = (): string[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.ts'))
    .map((file) => file.slice(0, -3))

async function load(name: string): Promise<Scenario> {
  if (!names().includes(name))
    throw new BadInput(`there is no scenario ${JSON.stringify(name)}`, {
      where: undefined,
      hint: `Scenarios: ${names().join(', ')}`,
    })
  return (await import(new URL(`${name}.ts`, folder).href)).default
}

await main(process.argv.slice(2), { names, load })
