/** What can be done with a scenario and its lab. Each verb returns the exit code. */
import { existsSync, readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { BadInput, toolMissing, Unable } from '../errors.ts'
import type { Scenario } from '../lab.ts'
import { onServer } from '../render/argv.ts'
import { script } from '../render/script.ts'
import { toShell } from '../render/shell.ts'
import { findCompose, findProgram, serverPath } from '../sandbox/engine.ts'
import { enter } from '../sandbox/enter.ts'
import { attach, sandbox } from '../sandbox/sandbox.ts'
import { allLabs, findLab, type LabRecord, labName, saveLab } from '../sandbox/state.ts'
import { endWorld, inNewWorld } from '../sandbox/world.ts'
import type { CheckResult, Listener } from './events.ts'
import { guarded } from './guard.ts'
import { howTo } from './hints.ts'
import { liveLab } from './live.ts'
import { findPlace, placesOf } from './places.ts'
import { commandsOf, lastingChecks, type Plan, plan, serversOf } from './plan.ts'
import { finished } from './process.ts'

export interface RunOptions {
  /** The name of the lab. Default: the scenario's. */
  name?: string | undefined
  tell: Listener
}

export interface Outcome {
  checks: CheckResult[]
  ms: number
}

/** Finds what is missing before anything starts: programs, files, an engine, the rights. */
function preflight(planned: Plan, path: string): void {
  if (process.platform !== 'linux')
    throw new Unable('vethlab needs Linux: namespaces are a thing of its kernel')
  if (process.getuid?.() !== 0)
    throw new Unable('virtual servers need root', { hint: 'Run it as root, or with sudo.' })
  const programs = new Set(['unshare', 'nsenter', 'mount', 'tini', 'ip'])
  for (const { argv, place, file } of commandsOf(planned)) {
    if (place.kind !== 'container') programs.add(argv[0] ?? '')
    if (argv[0] === 'docker') programs.add('dockerd')
    if (argv[1] === 'compose' && !findCompose())
      throw new Unable('docker compose: version 2 or later not found', { hint: 'make setup fetches it.' })
    if (file !== undefined && !existsSync(file))
      throw new BadInput(`${file}: no such file`, { where: undefined })
  }
  for (const program of programs) if (!findProgram(program, path)) throw toolMissing(program)
}

async function prepared(scenario: Scenario, { tell }: RunOptions): Promise<{ planned: Plan; path: string }> {
  const planned = await plan(scenario)
  for (const { command, where } of planned.forgotten)
    tell({ kind: 'warning', text: `${where}: built and never given to the lab: ${toShell(command)}` })
  const path = serverPath()
  preflight(planned, path)
  return { planned, path }
}

const stepLines = (planned: Plan) =>
  planned.entries.filter((entry) => entry.kind === 'step').map((entry) => entry.where)

/** Builds the lab and checks it. It ends with this process unless it is told to stay. */
async function build(scenario: Scenario, name: string, options: RunOptions, stay: boolean): Promise<Outcome> {
  const { tell } = options
  const began = performance.now()
  const { planned, path } = await prepared(scenario, options)
  const where = stepLines(planned)
  tell({ kind: 'begin', lab: name, title: scenario.title, steps: where.length, again: false })
  return inNewWorld({ name, title: scenario.title, file: scenario.file, path }, async (world) => {
    const box = sandbox(world.record, tell)
    // All servers at once, engines included: the scenario will ask for them one by one.
    await Promise.all([...serversOf(planned)].map(([server, { engine }]) => box.server(server, engine)))
    const { lab, results } = liveLab(box, { tell, where })
    await scenario.body(lab)
    if (stay) {
      saveLab({ ...world.record, state: 'up' })
      world.keep()
    }
    return { checks: results, ms: performance.now() - began }
  })
}

/** Builds the lab, checks it and leaves it up. A lab that is up already is checked again. */
export async function up(scenario: Scenario, options: RunOptions): Promise<Outcome> {
  const name = labName(options.name ?? scenario.name)
  const standing = attach(name, options.tell)
  if (!standing) return build(scenario, name, options, true)
  if (standing.record.state !== 'up')
    throw new Unable(`${name} is just being started, or that was cut off`, {
      hint: `Remove it: ${howTo('down', name)}`,
    })
  const began = performance.now()
  const { planned } = await prepared(scenario, options)
  options.tell({ kind: 'begin', lab: name, title: scenario.title, steps: 0, again: true })
  const { lab, results } = liveLab(standing, { tell: options.tell, where: [], only: lastingChecks(planned) })
  await guarded(() => scenario.body(lab))
  return { checks: results, ms: performance.now() - began }
}

/** Builds the lab under a name of its own, checks it and removes it. */
export async function test(scenario: Scenario, options: RunOptions): Promise<Outcome> {
  const name = labName(options.name ?? `${scenario.name}-test-${process.pid}`)
  if (findLab(name)) throw new Unable(`${name} is up already`, { hint: `Remove it: ${howTo('down', name)}` })
  const outcome = await build(scenario, name, options, false)
  await endWorld(name)
  return outcome
}

/** Removes a lab. Returns what it was; undefined when none of that name is up. */
export async function down(name: string): Promise<LabRecord | undefined> {
  const lab = findLab(labName(name))
  await endWorld(name)
  return lab
}

/** Removes all labs of this user. */
export const downAll = async (): Promise<LabRecord[]> =>
  (await Promise.all(allLabs().map((lab) => down(lab.name)))).filter((lab) => lab !== undefined)

/** The lab of that name, which must be up. */
function standing(name: string): LabRecord {
  const lab = findLab(labName(name))
  if (lab) return lab
  const others = allLabs().map((other) => other.name)
  throw new Unable(`${name} is not up`, {
    hint: others.length > 0 ? `Up: ${others.join(', ')}` : `Start it: ${howTo('up', name)}`,
  })
}

/** One program in a place, with the caller's terminal. Returns its exit code. */
export async function exec(name: string, where: string, argv: readonly string[]): Promise<number> {
  const lab = standing(name)
  const place = await findPlace(lab, where)
  const child = enter({ lab, server: place.record }, onServer(place, argv), { stdio: 'inherit' })
  return (await finished(child)).code
}

/** An interactive shell in a place; by default on the first server. Returns its exit code. */
export async function shell(name: string, where: string | undefined): Promise<number> {
  const lab = standing(name)
  const place = await findPlace(lab, where)
  const prompt = `PS1=${place.name}# `
  const bash = findProgram('bash', lab.path)
  const inside = bash ? ['env', prompt, bash, '--noprofile', '--norc', '-i'] : ['env', prompt, 'sh', '-i']
  const argv =
    place.kind === 'container'
      ? ['docker', 'exec', process.stdin.isTTY ? '-it' : '-i', '-e', prompt, place.name, 'sh']
      : onServer(place, inside)
  process.on('SIGINT', () => {}) // Ctrl-C is for the program in the shell
  const child = enter({ lab, server: place.record }, argv, { stdio: 'inherit' })
  return (await finished(child)).code
}

/** The scenario as a shell script for a real server. */
export async function print(scenario: Scenario): Promise<string> {
  const planned = await plan(scenario)
  const servers = [...serversOf(planned).keys()]
  if (servers.length > 1)
    throw new Unable(`${scenario.name} has several servers (${servers.join(', ')}): it cannot be printed yet`)
  const files = commandsOf(planned).flatMap(({ file }) => (file === undefined ? [] : [file]))
  for (const file of files)
    if (!existsSync(file)) throw new BadInput(`${file}: no such file`, { where: undefined })
  return script(
    scenario,
    planned,
    Object.fromEntries(files.map((file) => [file, readFileSync(file, 'utf8')])),
  )
}

export interface LabStatus {
  name: string
  title: string
  file: string
  state: LabRecord['state']
  since: string
  places: Array<{
    kind: string
    name: string
    server: string
    up: boolean
    addresses: Array<{ dev: string; address: string }>
  }>
}

/** All labs that are up, or the one of that name, with their places and addresses. */
export async function status(name?: string): Promise<LabStatus[]> {
  const labs = allLabs().filter((lab) => name === undefined || lab.name === name)
  return Promise.all(
    labs.map(async (lab) => ({
      name: lab.name,
      title: lab.title,
      file: relative(process.cwd(), lab.file),
      state: lab.state,
      since: lab.since,
      places: (await placesOf(lab)).map(({ kind, name, server, up, addresses }) => ({
        kind,
        name,
        server,
        up,
        addresses,
      })),
    })),
  )
}
