/** The command line of all scenarios: `node scripts/start.mjs scripts/vethlab.ts up net1`. */
import { spawn } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { main } from '../lib/cli/cli.ts'
import { BadInput } from '../lib/errors.ts'
import type { Scenario } from '../lib/lab/lab.ts'
import { type Finished, finished } from '../lib/server/process.ts'

const folder = new URL('../scenarios/', import.meta.url)

const names = (): string[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.ts'))
    .map((file) => file.slice(0, -3))

const fileOf = (name: string): string => fileURLToPath(new URL(`${name}.ts`, folder))

const unknown = (name: string): BadInput =>
  new BadInput(`there is no scenario ${JSON.stringify(name)}`, {
    where: undefined,
    hint: `Scenarios: ${names().join(', ')}`,
  })

async function load(name: string): Promise<Scenario> {
  if (!names().includes(name)) throw unknown(name)
  return (await import(new URL(`${name}.ts`, folder).href)).default
}

const test = (name: string): Promise<Finished> =>
  finished(
    spawn(
      process.execPath,
      [fileURLToPath(new URL('start.mjs', import.meta.url)), fileOf(name), 'test', '--json'],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    ),
  )

function copy(from: string, name: string): string {
  if (!names().includes(from)) throw unknown(from)
  if (!/^[a-z][a-z0-9-]{0,29}$/.test(name))
    throw new BadInput(`${JSON.stringify(name)} cannot be the name of a scenario`, {
      where: undefined,
      hint: 'Small letters, digits and "-", at most 30.',
    })
  const text = readFileSync(fileOf(from), 'utf8').replace(`* ${from}: `, `* ${name}: `)
  const file = fileOf(name)
  try {
    writeFileSync(file, text, { flag: 'wx' })
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const there = code === 'EEXIST'
    throw new BadInput(there ? `${relative('.', file)} is there already` : message, {
      where: undefined,
      ...(there ? { hint: 'Choose another name, or edit that one.' } : {}),
    })
  }
  return relative('.', file)
}

await main(process.argv.slice(2), { names, load, test, copy })
