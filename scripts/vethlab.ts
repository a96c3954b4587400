/** The command line of all scenarios: `node scripts/start.mjs scripts/vethlab.ts up net1`. */
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { main } from '../lib/cli/cli.ts'
import { BadInput } from '../lib/errors.ts'
import type { Scenario } from '../lib/lab/lab.ts'
import type { Exercise } from '../lib/learn/exercise.ts'
import { home, installed, verbWords } from '../lib/server/installed.ts'
import type { Finished } from '../lib/server/process.ts'

const folder = new URL('../scenarios/', import.meta.url)

const names = (): string[] =>
  readdirSync(folder)
    .filter((file) => /^[^.]+\.ts$/.test(file))
    .map((file) => file.slice(0, -3))

const fileOf = (name: string): string => fileURLToPath(new URL(`${name}.ts`, folder))

const unknown = (name: string): BadInput =>
  new BadInput(`there is no scenario ${JSON.stringify(name)}`, {
    where: undefined,
    hint: `Scenarios: ${names().join(', ')}`,
  })

/** What starts a program: few verbs do. */
const programs = async () => ({
  ...(await import('node:child_process')),
  ...(await import('../lib/server/process.ts')),
})

async function load(name: string): Promise<Scenario> {
  if (!names().includes(name)) throw unknown(name)
  return (await import(new URL(`${name}${installed ? '.js' : '.ts'}`, folder).href)).default
}

async function test(name: string): Promise<Finished> {
  const { finished, spawn } = await programs()
  const words = installed ? ['test', name, '--json'] : [fileOf(name), 'test', '--json']
  const [program = '', ...rest] = verbWords(words)
  return finished(spawn(program, rest, { stdio: ['ignore', 'pipe', 'pipe'] }))
}

/** The file of a copy: beside the scenarios of a checkout, or, where a file is named or all is installed, where one is. */
function fileOfCopy(given: string): string {
  if (given.endsWith('.ts')) return resolve(given)
  return installed ? resolve(`${given}.ts`) : fileOf(given)
}

function copy(from: string, given: string): string {
  if (!names().includes(from)) throw unknown(from)
  const file = fileOfCopy(given)
  const name = given.endsWith('.ts') ? basename(file, '.ts') : given
  if (!/^[a-z][a-z0-9-]{0,29}$/.test(name))
    throw new BadInput(`${JSON.stringify(name)} cannot be the name of a scenario`, {
      where: undefined,
      hint: 'Small letters, digits and "-", at most 30.',
    })
  const text = readFileSync(fileOf(from), 'utf8').replace(`* ${from}: `, `* ${name}: `)
  try {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text, { flag: 'wx' })
    for (const [, beside = ''] of text.matchAll(/new URL\('([^']+)', import\.meta\.url\)/g))
      copyBeside(beside, dirname(file))
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

/** A file that a scenario reads goes along with its copy; one that is there already is taken as it is. */
function copyBeside(name: string, to: string): void {
  const target = join(to, name)
  if (existsSync(target)) return
  mkdirSync(dirname(target), { recursive: true })
  copyFileSync(new URL(name, folder), target)
}

/** Set-up, and the doctor with the words behind it, on this terminal. */
async function tool(name: 'setup' | 'doctor'): Promise<number> {
  const { spawn } = await programs()
  const rest = process.argv.slice(process.argv.indexOf(name) + 1)
  const file = `${home}scripts/${name}`
  const doctor = installed ? [`${file}.js`] : [`${home}scripts/start.mjs`, `${file}.ts`]
  const [program, words] =
    name === 'setup' ? (['sh', [`${file}.sh`]] as const) : ([process.execPath, [...doctor, ...rest]] as const)
  return new Promise((resolve, reject) =>
    spawn(program, words, { stdio: 'inherit' })
      .once('error', reject)
      .once('close', (code) => resolve(code ?? 2)),
  )
}

const exerciseFolder = new URL('../exercises/', import.meta.url)

const ending = installed ? '.js' : '.ts'

const exercises = {
  copy: (from: string, name: string): string => copyExercise(from, name),
  names: (): string[] =>
    readdirSync(exerciseFolder)
      .filter((file) => /^[^.]+\.[jt]s$/.test(file) && file.endsWith(ending))
      .map((file) => file.slice(0, -3)),
  async load(name: string): Promise<Exercise> {
    if (!exercises.names().includes(name))
      throw new BadInput(`there is no exercise ${JSON.stringify(name)}`, {
        where: undefined,
        hint: `Exercises: ${exercises.names().join(', ')}`,
      })
    return (await (installed ? import(`../exercises/${name}.js`) : import(`../exercises/${name}.ts`))).default
  },
}

/** Copies an exercise under a new name, beside the others. */
function copyExercise(from: string, name: string): string {
  if (installed)
    throw new BadInput('an exercise of your own lies beside the others, in a checkout', {
      where: undefined,
      hint: 'There: make new NAME=mine ARGS=--exercise',
    })
  if (!exercises.names().includes(from))
    throw new BadInput(`there is no exercise ${JSON.stringify(from)}`, {
      where: undefined,
      hint: `Exercises: ${exercises.names().join(', ')}`,
    })
  if (!/^[a-z][a-z0-9-]{0,19}$/.test(name))
    throw new BadInput(`${JSON.stringify(name)} cannot be the name of an exercise`, {
      where: undefined,
      hint: 'Small letters, digits and "-", at most 20.',
    })
  const path = (one: string): string => fileURLToPath(new URL(`${one}.ts`, exerciseFolder))
  const file = relative('.', path(name))
  try {
    writeFileSync(path(name), readFileSync(path(from), 'utf8').replace(`/** ${from}: `, `/** ${name}: `), {
      flag: 'wx',
    })
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw new BadInput(code === 'EEXIST' ? `${file} is there already` : message, {
      where: undefined,
      hint: 'Choose another name, or edit that one.',
    })
  }
  return file
}

await main(process.argv.slice(2), { names, load, test, tool, copy, exercises })
