/** Labs on this machine itself: building them, and taking them off it again. */

import { BadInput, explain, Unable } from '../errors.ts'
import { howTo } from '../lab/hints.ts'
import { hasLan, type Plan, serversOf } from '../lab/plan.ts'
import type { Command } from '../language/command.ts'
import { plugged } from '../language/effects.ts'
import { close } from '../run/journal.ts'
import { rootless } from '../server/enter.ts'
import { guarded } from '../server/guard.ts'
import { findLab } from '../server/labs.ts'
import { until } from '../server/process.ts'
import type { Servers } from '../server/servers.ts'
import { type LabRecord, type ServerRecord, saveLab } from '../server/state.ts'
import { type About, endWorld, inNewWorld } from '../virtual/world.ts'
import { claimFolder, cleanUp, forget } from './folder.ts'
import { journalFile, readLab } from './journal.ts'
import { bareLinks, tablesOf } from './leftovers.ts'
import { locked } from './lock.ts'
import { type Asking, imageOf, prepare } from './prepare.ts'
import { hostServers } from './servers.ts'
import { endStartedFor } from './started.ts'
import { type Undone, undo } from './undo.ts'

/** Refuses what runs in a lab alone. */
function mustHaveNoShell({ shells: [line] }: Plan): void {
  if (line !== undefined)
    throw new BadInput('lab.$ runs in what a lab made, and never on this machine itself', {
      where: undefined,
      command: line,
      hint: 'As a step it can be run here: place.sh`…`; as a fact: lab.read(place.sh`…`).',
    })
}

/**
 * Builds a lab whose first server is this machine itself; its other servers are virtual, on a LAN that this machine is
 * plugged into. When the work fails, or is cut off by a signal, all is taken back.
 */
export async function onHost<T>(
  about: Pick<About, 'name' | 'title' | 'file' | 'path' | 'steps'>,
  planned: Plan,
  asking: Asking,
  work: (box: Servers, before: Command[]) => Promise<T>,
): Promise<T> {
  if (rootless)
    throw new Unable('only root may change this machine itself', {
      hint: 'sudo, or leave --on host out: then it runs on virtual servers.',
    })
  mustHaveNoShell(planned)
  return locked(`up ${about.name}`, async () => {
    cleanUp()
    const [machine = '', ...virtual] = serversOf(planned).keys()
    const server: ServerRecord = { name: machine, pid: process.pid, engine: false, host: true }
    const record: LabRecord = {
      ...about,
      version: 1,
      pid: process.pid,
      born: '',
      state: 'starting',
      since: new Date().toISOString(),
      image: imageOf(about.name),
      servers: [server],
      on: 'host',
    }
    const before = await prepare(hostServers(record), machine, planned, about.name, asking)
    const { run } = await hostServers(record).server(machine, false)
    claimFolder(record, { tables: await tablesOf(run), bare: await bareLinks(run) })
    const build = async (made: LabRecord): Promise<T> => {
      saveLab(made)
      return work(hostServers(made), before)
    }
    const world = virtual.length > 0 || hasLan(planned)
    return guarded(
      () =>
        world
          ? inNewWorld({ ...about, servers: virtual }, async ({ record: { pid, born, servers }, keep }) => {
              const value = await build({ ...record, pid, born, servers: [server, ...servers] })
              keep()
              return value
            })
          : build(record),
      async () => {
        close(journalFile(record.name))
        try {
          await takeOff(record)
        } catch (error) {
          // The first cause is what the user is told; this is told before it.
          asking.tell({ kind: 'warning', text: explain(error) })
        }
      },
    )
  })
}

/** Takes a lab off this machine, and forgets it when nothing failed. Throws Unable with what failed. */
async function takeOff(record: LabRecord): Promise<Undone[]> {
  const { name } = record
  const { commands } = readLab(name)
  const result = await undo(record)
  await endWorld(name)
  // The cables of the LAN go with its switch, in a moment.
  const plugs = commands.flatMap((command) =>
    plugged(command).flatMap(({ server, link }) => (server === record.servers[0]?.name ? [link] : [])),
  )
  const { run } = await hostServers(record).server(record.servers[0]?.name ?? '', false)
  for (const link of plugs)
    await until(async () => (await run(['ip', 'link', 'show', 'dev', link])).code !== 0, 5000)
  const failed = result.filter(({ what }) => what === 'failed')
  if (failed.length > 0)
    throw new Unable(
      `${name} could not be taken back whole:\n${failed.map(({ text, said }) => `  ${text}\n    ${said}`).join('\n')}`,
      { hint: `The rest is taken back. Mend the cause, then once more: ${howTo('down', name)}` },
    )
  await endStartedFor(record) // the shell that has done all this
  forget(name)
  return result
}

/**
 * Takes a lab off this machine. Returns what became of each thing; nothing when there is no such lab, or when another
 * process was faster.
 */
export const offHost = (name: string): Promise<Undone[]> =>
  locked(`down ${name}`, async () => {
    const record = findLab(name)
    if (record?.on === 'host') return takeOff(record)
    cleanUp()
    return []
  })
