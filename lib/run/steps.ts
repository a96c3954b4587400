/** Runs the commands of steps, one after the other: each is written down before it runs, and told when it is done. */
import { CommandFailed } from '../errors.ts'
import type { Event, Listener } from '../lab/events.ts'
import type { Command } from '../language/command.ts'
import { made, needed } from '../language/effects.ts'
import { undoOf } from '../language/undo.ts'
import type { Servers } from '../server/servers.ts'
import { commandText, execute, failure } from './execute.ts'
import { failsOnPurpose, mustFail } from './fault.ts'
import type { Journal } from './journal.ts'

/** A capture that was started, as a file on a server. */
export interface Captured {
  server: string
  file: string
}

/** What all parts of a run share. */
export interface Run {
  readonly servers: Servers
  readonly written: Journal
  readonly tell: Listener
  /** Those that were started so far. */
  readonly captures: Captured[]
  /** Asks nothing a second time that took long to answer. */
  readonly briefly?: boolean
}

/** Refuses to build on an interface that is missing, or down: nothing would work, and nobody would say why. */
async function mustBeUp({ servers }: Run, command: Command, parent: string): Promise<void> {
  const argv = ['ip', '-o', 'link', 'show', 'dev', parent]
  const done = await execute(servers, { place: command.place, argv })
  const hint = 'The parent must be an interface of the server, and up'
  if (done.code !== 0) throw failure(servers, command, done, { hint: `${hint}: look with ip link.` })
  if (!/[<,]UP[,>]/.test(done.stdout))
    throw new CommandFailed(commandText(servers, command), 1, `${parent} is down`, {
      hint: `${hint}: ip link set dev ${parent} up`,
    })
}

/** What to tell of a command that was done: its words without marks. */
export function eventOf({ servers }: Run, done: Command, ms: number, output?: string): Event {
  const command = done.shownAs ?? done
  const text = commandText(servers, command)
  return { kind: 'command', place: command.place, text, undo: undoOf(command), output, ms }
}

/** Runs a command, and returns what is to be told of it. */
export async function runCommand(run: Run, command: Command): Promise<Event> {
  const { servers, written, captures } = run
  for (const { link } of needed(command, 'link up')) await mustBeUp(run, command, link)
  const old = await servers.before(command)
  const end = written.intent([command], old === undefined ? undefined : new Map([[command, old]]))
  const began = performance.now()
  const done = mustFail(written.count()) ? failsOnPurpose : await execute(servers, command)
  if (done.code !== 0) {
    end('failed')
    throw failure(servers, command, done)
  }
  end('done')
  for (const { name } of made(command, 'capture')) captures.push({ server: command.place.server, file: name })
  return eventOf(run, command, performance.now() - began, command.shows ? done.stdout : undefined)
}

/** Runs a command, then what marks what it made; tells of it. */
export async function runMarked(run: Run, command: Command): Promise<void> {
  const [first = command, ...marks] = run.servers.around(command)
  const event = await runCommand(run, first)
  for (const mark of marks) await runCommand(run, mark)
  run.tell(event)
}
