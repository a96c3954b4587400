/** Does cases on several machines at once. A machine that a case left changed is given up for a new one. */
import { availableParallelism } from 'node:os'
import { attempt, tool } from './attempt.ts'
import { type Case, casesOf, type Fault, type On, type Tried } from './faults.ts'
import { type Look, type Machine, withMachine } from './machine.ts'

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
  await Promise.all(Array.from({ length: Math.min(machines, items.length) }, worker))
}

/** How many commands each scenario has. */
export async function counted(where: readonly On[], scenarios: readonly string[]) {
  const counts: Array<{ on: On; scenario: string; count: number }> = []
  const items = where.flatMap((on) => scenarios.map((scenario) => ({ on, scenario })))
  await onMachines(items, async (item, machine) => {
    counts.push({ ...item, count: await tool(machine, item).count() })
    return true
  })
  return counts
}

export interface Wanted {
  where: readonly On[]
  scenarios: readonly string[]
  faults: readonly Fault[]
  /** Takes every n-th command only. */
  nth?: number
  /** Chooses among the cases of a scenario and a fault. */
  choose?(cases: Case[]): Case[]
}

/** Does all cases that are wanted, and tells of each. */
export async function crashAll(
  { where, scenarios, faults, nth = 1, choose = (cases) => cases }: Wanted,
  tell: (tried: Tried, done: number, all: number) => void = () => {},
): Promise<Tried[]> {
  const cases = (await counted(where, scenarios)).flatMap(({ on, scenario, count }) =>
    faults.flatMap((fault) => choose(casesOf(on, scenario, count, fault, nth))),
  )
  const tried: Tried[] = []
  await onMachines(cases, async (one, machine, before) => {
    const wrong = await attempt(machine, one, before)
    const result = { ...one, wrong }
    tried.push(result)
    tell(result, tried.length, cases.length)
    return wrong.length === 0
  })
  return tried
}
