/** Records a scenario without running anything: what it does, in order. */

import { isDeepStrictEqual } from 'node:util'
import { BadInput, rememberCaller } from '../errors.ts'
import type { Check } from '../language/checks/check.ts'
import { type Command, forgottenIn, type Inquiry, type Read, type Stray, used } from '../language/command.ts'
import type { DaemonOptions } from '../language/daemon.ts'
import { onlyLooks, plugged } from '../language/effects.ts'
import { needsEngine } from '../language/on-server.ts'
import { ref } from '../language/ref.ts'
import { settling } from '../language/settle.ts'
import type { Lab, Scenario } from './lab.ts'
import { asList, flatten, play } from './misuse.ts'
import { noShell, orNothing } from './shell-lines.ts'

export interface StepEntry {
  kind: 'step'
  title: string
  commands: readonly Command[]
  where: () => string | undefined
}
export interface ReadEntry {
  kind: 'read'
  read: Read
  /** The scenario asked for it, and not a check for its target. */
  own?: true
}
export interface CheckEntry {
  kind: 'check'
  check: Check
  /** The command, with a ref for an address that must be read. */
  command: Command
  why: string
  where: () => string | undefined
}
export type Entry = StepEntry | ReadEntry | CheckEntry

export interface Plan {
  entries: Entry[]
  /** Commands that were built and never given to the lab. */
  forgotten: Array<Stray<Command>>
  /** Questions that were asked, and whose answer was never given to the lab. */
  unasked: Array<Stray<Inquiry>>
  /** The lines of `lab.$`, which run in the lab alone. */
  shells: readonly string[]
}

/**
 * A variable for each fact: its own name, or, where another fact has that already, the name with a number. What a line of
 * shell prints is another fact each time.
 */
function variables(): (read: Read) => string {
  const factOf = new Map<string, string>()
  return (read) => {
    const { place, argv, variable } = read
    const fact = JSON.stringify([place.server, place.kind, place.name, argv, onlyLooks(read) || factOf.size])
    let name = variable
    for (let number = 2; (factOf.get(name) ?? fact) !== fact; number++) name = `${variable}_${number}`
    factOf.set(name, fact)
    return name
  }
}

/** What a scenario will do. Throws BadInput when one of its values cannot be right. */
export async function plan(scenario: Pick<Scenario, 'body'>): Promise<Plan> {
  const entries: Entry[] = []
  const known = new Set<string>()
  const variableOf = variables()
  const waitsOf = settling()

  const readOnce = (read: Read, own: { own?: true } = {}): string => {
    used(read)
    const variable = variableOf(read)
    if (!known.has(variable)) {
      known.add(variable)
      entries.push({ kind: 'read', read: variable === read.variable ? read : { ...read, variable }, ...own })
    }
    return ref(variable)
  }

  const shells: string[] = []
  const lab: Lab = {
    live: false,
    $: (place) => noShell(place, (line) => shells.push(line)),
    async step(title, ...commands) {
      const all = flatten(commands)
      for (const command of all) used(command)
      if (all.some(needsEngine)) known.clear() // a container may have another address now
      entries.push({ kind: 'step', title, commands: [...all, ...waitsOf(all)], where: rememberCaller() })
    },
    async check(checks, why) {
      const where = rememberCaller()
      for (const check of asList(checks)) {
        used(check.inquiry)
        const address = typeof check.target === 'string' ? check.target : readOnce(check.target)
        const command = check.command(address)
        used(command)
        entries.push({ kind: 'check', check, command, why, where })
      }
    },
    async read<T extends string>(read: Read<T>) {
      return readOnce(read as unknown as Read, { own: true }) as T
    },
  }
  const strays = await forgottenIn(() => play(lab, scenario.body)).catch((error) => {
    throw shells.length > 0 ? orNothing(error) : error
  })
  return {
    entries,
    shells,
    ...sorted(strays),
  }
}

/** What was forgotten, apart: commands, and questions that nobody asked. */
export function sorted(strays: ReadonlyArray<Stray<Command | Inquiry>>): Pick<Plan, 'forgotten' | 'unasked'> {
  const isCommand = (stray: Stray<Command | Inquiry>): stray is Stray<Command> => 'argv' in stray.value
  return {
    // Commands that only look do not count: asking a container builds the read of its address, used or not.
    forgotten: strays.filter(isCommand).filter(({ value }) => !value.shows),
    unasked: strays.filter((stray): stray is Stray<Inquiry> => !isCommand(stray)),
  }
}

/** All commands of a plan, in order: those of steps, reads and checks. */
export const commandsOf = (plan: Plan): Command[] =>
  plan.entries.flatMap((entry) =>
    entry.kind === 'step' ? entry.commands : entry.kind === 'read' ? [entry.read] : [entry.command],
  )

/** The commands that are about a machine: run on it, in a namespace or container of it, or putting a cable into it. */
export const onMachine = (plan: Plan, machine: string): Command[] =>
  commandsOf(plan).filter(
    (command) =>
      command.place.server === machine || plugged(command).some(({ server }) => server === machine),
  )

/** Whether a scenario has a LAN: a switch outside of its servers. */
export const hasLan = (plan: Plan): boolean => commandsOf(plan).some(({ place }) => place.kind === 'lan')

/** What a plan tells of a server. */
export interface PlannedServer {
  engine: boolean
  /** Options of its Docker daemon. */
  daemon?: DaemonOptions
}

/** The servers of a scenario, in the order of appearance, and whether each needs its engine. */
export function serversOf(plan: Plan): Map<string, PlannedServer> {
  const servers = new Map<string, PlannedServer>()
  for (const command of commandsOf(plan)) {
    if (command.place.kind === 'lan') continue
    const { server: name, daemon } = command.place
    const known = servers.get(name)
    if (known?.daemon && daemon && !isDeepStrictEqual(known.daemon, daemon))
      throw new BadInput(`${name} has two sets of options for its daemon`)
    const options = known?.daemon ?? daemon
    servers.set(name, {
      engine: known?.engine || needsEngine(command),
      ...(options && { daemon: options }),
    })
  }
  return servers
}

/**
 * Which checks still hold when all steps are done: of those that ask the same, the last. Returns their numbers in
 * the order of the plan.
 */
export function lastingChecks(plan: Plan): Set<number> {
  const last = new Map<string, number>()
  let number = 0
  for (const entry of plan.entries) {
    if (entry.kind !== 'check') continue
    const { from, to, observer, look } = entry.check
    last.set(JSON.stringify([from.server, from.kind, from.name, observer, to, look]), number++)
  }
  return new Set(last.values())
}

/** The numbers of the checks, in the order of the plan, that need the engine of one of these servers. */
export function checksNeeding(plan: Plan, servers: ReadonlySet<string>): Set<number> {
  const needs = (command: Command) => needsEngine(command) && servers.has(command.place.server)
  const checks = plan.entries.filter((entry) => entry.kind === 'check')
  return new Set(
    checks.flatMap(({ check, command }, number) =>
      needs(command) || (typeof check.target !== 'string' && needs(check.target)) ? [number] : [],
    ),
  )
}

/** Whether the scenario itself reads what only the engine of one of these servers knows. */
export const readsFrom = (plan: Plan, servers: ReadonlySet<string>): boolean =>
  plan.entries.some(
    (entry) =>
      entry.kind === 'read' && entry.own && needsEngine(entry.read) && servers.has(entry.read.place.server),
  )
