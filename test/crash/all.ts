/** Does cases on several machines at once. A machine that a case left changed is given up for a new one. */
import { readdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { root } from '../helpers/machine.ts'
import { attempt, count } from './attempt.ts'
import type { Look } from './changes.ts'
import { type Case, casesOf, type Fault, type On, type Tried } from './faults.ts'
import { type Machine, withMachine } from './machine.ts'

/** Most of a run is waiting for replies that must not come: more machines than processors pay. */
const machines = Number(process.env.MACHINES ?? 2 * availableParallelism())

/** Does the work for each item, each on a machine that is as it was at first; `false` asks for a new one. */
async function onMachines<T>(
  items: readonly T[],
  work: (item: T, machine: Machine, before: Look) => Promise<boolean>,
): Promise<void> {
  const left = [...items]
  const worker = async () => {
    while (left.length > 0)
      await withMachine(async (machine) => {
        const before = await machine.look()
        for (let item = left.shift(); item !== undefined; item = left.shift())
          if (!(await work(item, machine, before))) return
      })
  }
  const ended = await Promise.allSettled(Array.from({ length: Math.min(machines, items.length) }, worker))
  for (const end of ended) if (end.status === 'rejected') throw end.reason
}

/** The names of all scenarios. */
export const allScenarios = readdirSync(join(root, 'scenarios'))
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.slice(0, -3))

export interface Wanted {
  where: readonly On[]
  scenarios: readonly string[]
  faults: readonly Fault[]
  /** Takes every n-th command only. */
  nth?: number
}

/** All cases that are wanted. Each scenario is built once, to count its commands; what cannot be built fails in each. */
export async function allCases({ where, scenarios, faults, nth = 1 }: Wanted): Promise<Case[]> {
  const items = where.flatMap((on) => scenarios.map((scenario) => ({ on, scenario })))
  const counts = new Map<string, number>()
  await onMachines(items, async (item, machine) => {
    const commands = await count(machine, item)
    counts.set(`${item.on} ${item.scenario}`, commands ?? 0)
    return commands !== undefined
  })
  return items.flatMap(({ on, scenario }) =>
    faults.flatMap((fault) => casesOf(on, scenario, counts.get(`${on} ${scenario}`) ?? 0, fault, nth)),
  )
}

/** Does the cases, and tells of each as it ends. */
export async function tryAll(
  cases: readonly Case[],
  tell: (tried: Tried, done: number) => void = () => {},
): Promise<Tried[]> {
  const tried: Tried[] = []
  await onMachines(cases, async (one, machine, before) => {
    const wrong = await attempt(machine, one, before)
    tried.push({ ...one, wrong })
    tell({ ...one, wrong }, tried.length)
    return wrong.length === 0
  })
  return tried
}
