/**
 * The batch executor: what one process can do is done by one (batch.ts), and places that do not touch each
 * other work side by side (waves.ts).
 */
import { realpathSync } from 'node:fs'
import { basename } from 'node:path'
import { CommandFailed } from '../errors.ts'
import type { Event, Listener } from '../lab/events.ts'
import type { Command } from '../language/command.ts'
import { findProgram } from '../server/path.ts'
import { mostResidents } from '../server/resident.ts'
import type { Servers } from '../server/servers.ts'
import { batch, type End, pieces, type Restore } from './batch.ts'
import { bounded } from './bounded.ts'
import { commandText, failure, runOn } from './execute.ts'
import type { Journal } from './journal.ts'
import { waves } from './waves.ts'

/** `iptables-restore` as the very program that is called `iptables`: it changes the same firewall, nft or legacy. */
function restoreOf(path: string): Restore {
  const iptables = findProgram('iptables', path)
  const program = iptables && realpathSync(iptables)
  return program && /-multi$/.test(basename(program)) ? [program, 'iptables-restore'] : undefined
}

export interface Together {
  sandbox: Servers
  written: Journal
  tell: Listener
  /** Runs a command that no batch can hold. Returns what is to be told of it. */
  alone(command: Command): Promise<Event>
  /** What is to be told of a command that a batch has done, with its share of the time. */
  eventOf(command: Command, ms: number): Event
}

/**
 * Runs the commands of a step, and tells of them wave by wave, in the order of the step. Of those that fail, the one that
 * comes first in the step is thrown.
 */
export async function together(
  given: readonly Command[],
  { sandbox, written, tell, alone, eventOf }: Together,
): Promise<void> {
  const commands = given.map((one) => ({ ...one })) // each for itself, also when one value is given twice
  const restore = restoreOf(sandbox.record.path)
  const failures = new Map<Command, unknown>()
  const done = new Map<Command, Event>()

  const runPiece = async (piece: readonly Command[]): Promise<void> => {
    const [first] = piece as readonly [Command]
    const single = async (command: Command) => {
      try {
        done.set(command, await alone(command))
      } catch (error) {
        failures.set(command, error)
        throw error
      }
    }
    if (piece.length === 1) return single(first)
    const { argv, input, ends } = batch(piece, restore)
    const end = written.intent(piece)
    const began = performance.now()
    const said = await runOn(await sandbox.server(first.place.server, false), argv, { input })
    const ms = (performance.now() - began) / piece.length
    const each: ReturnType<typeof ends> = said.code === 0 ? piece.map((): End => 'done') : ends(said)
    if (each === 'nothing') {
      end('failed')
      for (const command of piece) await single(command)
      return
    }
    if (each === 'unknown') {
      const hint = `It is one of ${piece.length}, from the first shown here: --no-batch tells which.`
      failures.set(first, new CommandFailed(commandText(sandbox, first), said.code, said.stderr, { hint }))
      throw failures.get(first)
    }
    end(each.map((one) => (typeof one === 'string' ? one : 'failed')))
    piece.forEach((command, index) => {
      const one = each[index]
      if (one === 'done') done.set(command, eventOf(command, ms))
      else if (typeof one === 'object')
        failures.set(command, failure(sandbox, command, { ...said, stderr: one.failed }))
    })
    for (const failed of piece) if (failures.has(failed)) throw failures.get(failed)
  }

  const tellDone = () => {
    for (const command of commands) {
      const event = done.get(command)
      if (event) tell(event)
      done.delete(command)
    }
  }
  for (const wave of waves(commands)) {
    try {
      await bounded(mostResidents, wave, async (chain) => {
        for (const piece of pieces(chain, restore)) await runPiece(piece)
      })
    } catch (error) {
      const first = commands.find((command) => failures.has(command))
      throw first ? failures.get(first) : error
    } finally {
      tellDone()
    }
  }
}
