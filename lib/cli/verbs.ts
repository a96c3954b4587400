/** Building, checking and removing labs. */
import { createHash } from 'node:crypto'
import { copyFileSync } from 'node:fs'
import { join, parse } from 'node:path'
import { Unable } from '../errors.ts'
import type { CheckResult, Listener } from '../lab/events.ts'
import { howTo } from '../lab/hints.ts'
import type { Scenario } from '../lab/lab.ts'
import { play } from '../lab/misuse.ts'
import { checksNeeding, lastingChecks, type Plan, plan, readsFrom, serversOf } from '../lab/plan.ts'
import { slipIn, straysOf } from '../lab/slips.ts'
import type { Command } from '../language/command.ts'
import type { Undone } from '../on-host/undo.ts'
import { remember } from '../prove/proof.ts'
import { type Snapshot, snapshot } from '../prove/snapshot.ts'
import type { Captured } from '../run/steps.ts'
import { answers, silentEngine } from '../server/engine-life.ts'
import { rootless } from '../server/enter.ts'
import { guarded } from '../server/guard.ts'
import { allLabs, findLab, type Lost, lostLabs } from '../server/labs.ts'
import { serverPath } from '../server/path.ts'
import type { Servers } from '../server/servers.ts'
import {
  hostFolder,
  type LabRecord,
  labFolder,
  labName,
  ownerLives,
  ownerOf,
  saveLab,
} from '../server/state.ts'
import { endWorld, inNewWorld } from '../virtual/world.ts'
import { preflight } from './preflight.ts'
import type { Options } from './verb.ts'

/** What a run is told: some of the options of the command line, and who listens. */
export interface RunOptions extends Partial<Pick<Options, 'name' | 'pcap' | 'why' | 'batch' | 'on' | 'yes'>> {
  tell: Listener
  /** Looks at the lab when its run is over, also when that failed; the lab still stands. */
  look?: ((lab: LabRecord) => Promise<void>) | undefined
  /** What the machine was like, where the caller has looked already. */
  seen?: Promise<Snapshot> | undefined
}

export interface Outcome {
  checks: CheckResult[]
  ms: number
  /** The lab was up already, and was only checked. */
  again?: boolean
}

async function prepared(scenario: Scenario, { tell }: RunOptions): Promise<{ planned: Plan; path: string }> {
  const planned = await guarded(() => plan(scenario), undefined, 'nothing was begun')
  for (const text of straysOf(planned)) tell({ kind: 'warning', text })
  const path = serverPath()
  preflight(planned, path)
  return { planned, path }
}

const stepLines = (planned: Plan) =>
  planned.entries.filter((entry) => entry.kind === 'step').map((entry) => entry.where)

const liveModules = async () => ({
  ...(await import('../virtual/servers.ts')),
  ...(await import('../run/live.ts')),
})

/** Copies the captures out of the servers: one to the very file, several to files named after where they were made. */
async function keepCaptures(file: string, servers: Servers, captures: readonly Captured[]): Promise<void> {
  if (captures.length === 0)
    throw new Unable('there is no capture to keep: the scenario makes none', { hint: 'Leave --pcap out.' })
  for (const { server, file: inside } of captures) {
    const { dir, name, ext } = parse(file)
    const place = parse(inside).name.replace(/^vethlab-/, '')
    const target = captures.length === 1 ? file : join(dir, `${name}-${place}${ext}`)
    try {
      copyFileSync((await servers.server(server, false)).file(inside), target)
    } catch (error) {
      throw new Unable(`cannot write ${target}: ${(error as Error).message}`)
    }
  }
}

/** Builds the lab and checks it. It ends with this process unless it is told to stay. */
async function build(scenario: Scenario, name: string, options: RunOptions, stay: boolean): Promise<Outcome> {
  const { tell } = options
  const began = performance.now()
  const { planned, path } = await prepared(scenario, options)
  const where = stepLines(planned)
  const on = options.on === 'host' ? { on: options.on } : {}
  tell({ kind: 'begin', lab: name, title: scenario.title, again: false, rootless, ...on })
  const loading = liveModules() // while the world starts
  const seen = stay ? (options.seen ?? snapshot()) : undefined // of the machine, for `down --prove`
  const servers = serversOf(planned)
  const known = { name, title: scenario.title, file: scenario.file, path, steps: fingerprint(planned) }

  const run = async (box: Servers, before: readonly Command[] = []): Promise<Outcome> => {
    const { liveLab } = await loading
    // All engines at once: the scenario will ask for them one by one.
    await Promise.all([...servers].map(([server, { engine, daemon }]) => box.server(server, engine, daemon)))
    const { why, batch } = options
    // What changes the machine itself waits until that has been looked at; what does not goes on.
    if (seen && options.on === 'host') await remember(hostFolder(name), seen)
    const { lab, first, results, captures } = liveLab(box, {
      ...{ tell, where, why, batch },
      slip: (step) => slipIn(planned, step),
    })
    if (before.length > 0) tell({ kind: 'step', number: 0, title: 'What the machine lacks' })
    for (const command of before) await first(command)
    await play(lab, scenario.body).finally(() => options.look?.(box.record))
    if (options.pcap !== undefined) await keepCaptures(options.pcap, box, captures)
    if (seen && options.on !== 'host') await remember(labFolder(name), seen)
    if (stay) saveLab({ ...box.record, state: 'up' })
    return { checks: results, ms: performance.now() - began }
  }

  if (options.on === 'host') {
    const { onHost } = await import('../on-host/lab.ts')
    return onHost(known, planned, { yes: options.yes ?? false, tell }, run)
  }
  return inNewWorld({ ...known, servers: [...servers.keys()] }, async (world) => {
    const { virtualServers } = await loading
    const outcome = await run(virtualServers(world.record, tell))
    if (stay) world.keep()
    return outcome
  })
}

/** Builds the lab, checks it and leaves it up. A lab that is up already is checked again. */
export async function up(scenario: Scenario, options: RunOptions): Promise<Outcome> {
  const name = labName(options.name ?? scenario.name)
  if (!findLab(name)) return build(scenario, name, options, true)
  const { liveLab } = await liveModules()
  const standing = await attached(name, options.tell)
  if (!standing) return build(scenario, name, options, true)
  if (options.on === 'host' && standing.record.on !== 'host')
    throw new Unable(`${name} is up on virtual servers`, {
      hint: `Remove it, or give this one a name of its own (--name): ${howTo('down', name)}`,
    })
  if (standing.record.state !== 'up')
    throw new Unable(`${name} is just being started, or that was cut off`, {
      hint: `Remove it: ${howTo('down', name)}`,
    })
  const began = performance.now()
  const { planned } = await prepared(scenario, options)
  const { steps = '' } = standing.record
  if (steps !== fingerprint(planned))
    throw new Unable(
      `${name} is up, ${steps.startsWith('2:') ? 'and its steps have changed since' : 'and was built by an older vethlab'}`,
      {
        hint: `Remove it, then build it again: ${howTo('down', name, scenario.file)}`,
      },
    )
  const on = standing.record.on ? { on: standing.record.on } : {}
  options.tell({ kind: 'begin', lab: name, title: scenario.title, again: true, rootless, ...on })
  const silent = await silentEngines(standing.record)
  const [first] = silent
  if (first !== undefined && readsFrom(planned, silent)) throw silentEngine(first)
  const lasting = lastingChecks(planned)
  const unasked = [...checksNeeding(planned, silent)].filter((number) => lasting.delete(number)).length
  const { lab, results } = liveLab(standing, {
    tell: options.tell,
    where: [],
    only: lasting,
    why: options.why,
  })
  const { locked } = await import('../on-host/lock.ts')
  const again = () =>
    guarded(
      () => play(lab, scenario.body).finally(() => options.look?.(standing.record)),
      undefined,
      `${name} was only checked, and is up as before`,
    )
  await (standing.record.on === 'host' ? locked(`up ${name}`, again) : again())
  const missed = silentEngine(first)
  if (unasked > 0)
    throw new Unable(`${missed.message}: ${unasked} of its checks could not be asked`, { hint: missed.hint })
  return { checks: results, ms: performance.now() - began, again: true }
}

/** The servers of a lab that is up. */
async function attached(name: string, tell: Listener): Promise<Servers | undefined> {
  const record = findLab(name)
  if (record?.on === 'host') return (await import('../on-host/servers.ts')).hostServers(record, tell)
  return record && (await liveModules()).virtualServers(record, tell)
}

/** The servers of a lab whose engine does not answer. */
async function silentEngines({ servers }: LabRecord): Promise<Set<string>> {
  const engines = servers.filter(({ engine }) => engine)
  const heard = await Promise.all(engines.map(async ({ pid }) => (await answers(pid)) || answers(pid)))
  return new Set(engines.filter((_, i) => !heard[i]).map(({ name }) => name))
}

/** What the steps of a plan do, in short: it changes when the words of one of their commands do. */
const fingerprint = (planned: Plan): string => {
  const steps = planned.entries.flatMap((entry) => (entry.kind === 'step' ? entry.commands : []))
  const lines = steps.map((command) => [command.place, command.argv])
  return `2:${createHash('sha256').update(JSON.stringify(lines)).digest('hex').slice(0, 16)}`
}

/** Builds the lab under a name of its own, checks it and removes it. */
export async function test(scenario: Scenario, options: RunOptions): Promise<Outcome> {
  const name = labName(options.name ?? `${scenario.name.slice(0, 25)}-test-${process.pid}`)
  if (findLab(name)) throw new Unable(`${name} is up already`, { hint: `Remove it: ${howTo('down', name)}` })
  const outcome = await build(scenario, name, options, false)
  await removeLab(name, findLab(name))
  return outcome
}

/** Removes a lab. Returns what became of each thing that it had changed on this machine itself. */
async function removeLab(name: string, lab: LabRecord | undefined): Promise<Undone[]> {
  if (lab?.on === 'host') return (await import('../on-host/lab.ts')).offHost(name)
  const another = ![undefined, process.pid].includes(ownerOf(name))
  // One that has no record yet is just being started, too.
  if (lab?.state !== 'up' && another) throw justStarting(name)
  await endWorld(name)
  return []
}

const justStarting = (name: string): Unable => {
  const owner = ownerOf(name)
  return new Unable(`${name} is just being started by process ${owner}`, {
    hint: `Wait for it, or cut it off: kill ${owner}`,
  })
}

/** A lab that was removed. */
export interface Removed {
  name: string
  /** What it was; undefined when its record could not be read. */
  lab: LabRecord | undefined
  undone: Undone[]
}

/** Removes a lab. Returns what it was; undefined when none of that name is up. */
export async function down(name: string): Promise<Removed | undefined> {
  const [lost] = lostLabs(labName(name))
  if (lost && !lost.removable) throw lost.error
  const lab = lost ? undefined : findLab(name)
  const undone = await removeLab(name, lab)
  return lab || lost ? { name, lab, undone } : undefined
}

/**
 * Removes all labs of this user that stand, also those of which only their processes are known. Those that a process
 * is just working with end with it, and are left; so are those that only another version can remove.
 */
export async function downAll(): Promise<{ removed: Removed[]; left: Array<LabRecord | Lost> }> {
  const labs = allLabs()
  const lost = lostLabs()
  const left = labs.filter((lab) => lab.state === 'starting' && ownerLives(lab.name))
  const removable = labs.filter((lab) => !left.includes(lab))
  const lostOnes = lost.filter((one) => one.removable && !ownerLives(one.name))
  const virtual = [...removable.filter(({ on }) => on !== 'host'), ...lostOnes]
  const done = await Promise.allSettled(virtual.map(({ name }) => down(name)))
  const removed = done.map((one) => (one.status === 'fulfilled' ? one.value : undefined))
  // This machine is changed by one at a time.
  for (const lab of removable.filter(({ on }) => on === 'host').reverse()) removed.push(await down(lab.name))
  const failed = done.find((one) => one.status === 'rejected')
  if (failed) throw failed.reason
  return {
    removed: removed.filter((one) => one !== undefined),
    left: [...left, ...lost.filter((one) => !lostOnes.includes(one))],
  }
}
