/** Labs on this machine itself: building them, and taking them off it again. */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
} from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { type Command, command } from '../command.ts'
import { explain, Unable } from '../errors.ts'
import { needsEngine } from '../render/argv.ts'
import type { Listener } from '../run/events.ts'
import { howTo } from '../run/hints.ts'
import type { Head } from '../run/journal.ts'
import { hasLan, onMachine, type Plan, serversOf } from '../run/plan.ts'
import { findCompose } from '../sandbox/engine.ts'
import { rootless } from '../sandbox/enter.ts'
import { guarded } from '../sandbox/guard.ts'
import { endStartedFor } from '../sandbox/host.ts'
import { builtFile } from '../sandbox/image.ts'
import { ownImage } from '../sandbox/needs.ts'
import { until } from '../sandbox/process.ts'
import { type RunningServer, type Sandbox, sandbox } from '../sandbox/sandbox.ts'
import {
  findLab,
  hostFolder,
  hostRoot,
  type LabRecord,
  type ServerRecord,
  saveLab,
  writeRecord,
} from '../sandbox/state.ts'
import { type About, endWorld, inNewWorld } from '../sandbox/world.ts'
import { changesText, type Setting } from './changes.ts'
import { bareLinks, tablesOf } from './leftovers.ts'
import { locked } from './lock.ts'
import { label } from './mark.ts'
import { currentValue, ownThings, readWords } from './settings.ts'
import { inProjects, taken } from './taken.ts'
import { type Undone, undo } from './undo.ts'
import { usesOf } from './uses.ts'
import { begin, told } from './written.ts'

/** How the user is asked before anything is changed. */
export interface Asking {
  /** Do not ask. */
  yes: boolean
  tell: Listener
}

/** The image of a lab's containers in this machine's own engine: one of its own name, removed with the lab. */
const imageOf = (lab: string): string => (ownImage() ? `vethlab:${lab}` : (process.env.IMAGE ?? ''))

/** The command that gives this machine's engine the image that set-up has built. */
function importImage(machine: string, lab: string): Command {
  const place = { kind: 'server', name: machine, server: machine } as const
  const [file, image, change] = [builtFile(), imageOf(lab), `LABEL ${label}=${lab}\nCMD ["sh"]`]
  const words = change.split('\n').flatMap((one) => ['--change', one])
  return command(place, ['docker', 'import', ...words, file, image], {
    undo: { argv: ['docker', 'image', 'rm', image] },
    api: { call: 'image import', file, image, change },
  })
}

/** A folder that is there at once with all in it, or not at all. */
function claimFolder(record: LabRecord, now: Pick<Head, 'tables' | 'bare'>): void {
  const folder = hostFolder(record.name)
  const draft = join(hostRoot(), `.${record.name}.${process.pid}`)
  try {
    mkdirSync(hostRoot(), { recursive: true, mode: 0o755 })
    mkdirSync(draft, { mode: 0o700 })
    begin(join(draft, 'journal'), record.name, now)
    writeRecord(draft, record)
    renameSync(draft, folder)
    flush(hostRoot())
  } catch (error) {
    rmSync(draft, { recursive: true, force: true })
    sweep()
    throw error instanceof Unable
      ? error
      : new Unable(`cannot write the journal of the lab: ${(error as Error).message}`, {
          hint: 'Nothing was changed. It must be possible to write in /var/lib/vethlab.',
        })
  }
}

/** Writes a folder to the disk: the names in it. */
function flush(folder: string): void {
  const fd = openSync(folder, 'r')
  fsyncSync(fd)
  closeSync(fd)
}

/** Removes what was cut off while it was made or removed, and the folder of all labs when it is empty. */
function sweep(): void {
  if (!existsSync(hostRoot())) return
  for (const name of readdirSync(hostRoot()).filter((name) => name.startsWith('.')))
    rmSync(join(hostRoot(), name), { recursive: true, force: true })
  try {
    rmdirSync(hostRoot())
  } catch {} // other labs are there
}

async function agreed(text: string, { yes, tell }: Asking): Promise<void> {
  tell({ kind: 'notice', text })
  if (yes) return
  if (!process.stdin.isTTY)
    throw new Unable('this changes the machine itself, and there is nobody to ask', {
      hint: 'Nothing was changed. --yes does it without asking.',
    })
  const lines = createInterface({ input: process.stdin, output: process.stdout })
  // Ctrl-C and Ctrl-D end the question without an answer.
  const answer = await new Promise<string>((resolve) => {
    lines.once('close', () => resolve(''))
    lines.question('Type yes to go on: ').then(resolve, () => resolve(''))
  })
  lines.close()
  if (answer.trim().toLowerCase() !== 'yes') throw new Unable('not confirmed: nothing was changed')
}

/** The settings of the machine that the commands change, each with its value now. */
async function settingsNow(commands: readonly Command[], machine: RunningServer): Promise<Setting[]> {
  const own = ownThings()
  const settings: Setting[] = []
  const known = new Set<string>()
  for (const one of commands) {
    own.note(one)
    const words = readWords(one)
    if (words === undefined || own.isOf(one) || one.place.server !== machine.server.name) continue
    settings.push({ command: one, ...(known.has(words) ? {} : { now: await currentValue(words, machine) }) })
    known.add(words)
  }
  return settings
}

/** Says what will be changed, and asks; before that it makes sure that nothing of it is taken. */
async function prepare(box: Sandbox, planned: Plan, name: string, asking: Asking): Promise<Command[]> {
  const [machine = ''] = serversOf(planned).keys()
  const commands = onMachine(planned, machine)
  const engine = commands.some(needsEngine)
  const here = await box.server(machine, engine)
  const uses = await inProjects(usesOf(commands, machine), findCompose(), here)
  const image = engine && ownImage() ? importImage(machine, name) : undefined
  const there = await taken(uses, here, image && imageOf(name))
  if (there.length > 0)
    throw new Unable(`this machine has already:\n${there.map((one) => `  ${one}`).join('\n')}`, {
      hint: 'Nothing was changed. Remove that, or copy the scenario (make new) and use other names in it.',
    })
  const settings = await settingsNow(commands, here)
  await agreed(
    changesText({
      lab: name,
      machine,
      host: hostname(),
      commands,
      uses,
      settings,
      image: image && imageOf(name),
    }),
    asking,
  )
  return image ? [image] : []
}

/**
 * Builds a lab whose first server is this machine itself; its other servers are virtual, on a LAN that this machine is
 * plugged into. When the work fails, or is cut off by a signal, all is taken back.
 */
export async function onHost<T>(
  about: Pick<About, 'name' | 'title' | 'file' | 'path' | 'steps'>,
  planned: Plan,
  asking: Asking,
  work: (box: Sandbox, before: Command[]) => Promise<T>,
): Promise<T> {
  if (rootless)
    throw new Unable('only root may change this machine itself', {
      hint: 'sudo, or leave --on host out: then it runs on virtual servers.',
    })
  return locked(`up ${about.name}`, async () => {
    sweep()
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
    const before = await prepare(sandbox(record), planned, about.name, asking)
    const { run } = await sandbox(record).server(machine, false)
    claimFolder(record, { tables: await tablesOf(run), bare: await bareLinks(run) })
    const build = async (made: LabRecord): Promise<T> => {
      saveLab(made)
      return work(sandbox(made), before)
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
  const { commands } = told(name)
  const result = await undo(record)
  await endWorld(name)
  // The cables of the LAN go with its switch, in a moment.
  const plugs = commands.flatMap(({ plugs }) =>
    plugs && plugs.server === record.servers[0]?.name ? [plugs.link] : [],
  )
  const { run } = await sandbox(record).server(record.servers[0]?.name ?? '', false)
  for (const link of plugs)
    await until(async () => (await run(['ip', 'link', 'show', 'dev', link])).code !== 0, 5000)
  const failed = result.filter(({ what }) => what === 'failed')
  if (failed.length > 0)
    throw new Unable(
      `${name} could not be taken back whole:\n${failed.map(({ text, said }) => `  ${text}\n    ${said}`).join('\n')}`,
      { hint: `The rest is taken back. Mend the cause, then once more: ${howTo('down', name)}` },
    )
  await endStartedFor(record) // the shell that has done all this
  renameSync(hostFolder(name), join(hostRoot(), `.${name}.removed`)) // in one move
  flush(hostRoot())
  sweep()
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
    sweep()
    return []
  })
