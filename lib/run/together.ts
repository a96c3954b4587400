/**
 * The batch executor: what one process can do is done by one (batch.ts), and places that do not touch each
 * other work side by side (waves.ts).
 */
import { realpathSync } from 'node:fs'
import { basename } from 'node:path'
import { CommandFailed } from '../errors.ts'
import type { Event } from '../lab/events.ts'
import type { Command } from '../language/command.ts'
import { findProgram } from '../server/path.ts'
import { mostResidents } from '../server/resident.ts'
import { batch, type End, pieces, type Restore } from './batch.ts'
import { bounded } from './bounded.ts'
import { commandText, failure, runOn } from './execute.ts'
import { eventOf, type Run, runCommand } from './steps.ts'
import { waves } from './waves.ts'

/** `iptables-restore` as the very program that is called `iptables`: it changes the same firewall, nft or legacy. */
function restoreOf(path: string): Restore {
  const iptables = findProgram('iptables', path)
  const program = iptables && realpathSync(iptables)
  return program && /-multi$/.test(basename(program)) ? [program, 'iptables-restore'] : undefined
}

/** How one piece of a step went: each command is `done` with what is to be told of it, or has failed. */
interface Outcomes {
  readonly done: Map<Command, Event>
  readonly failures: Map<Command, unknown>
}

/** Runs a command that no batch can hold. */
async function single(run: Run, command: Command, { done, failures }: Outcomes): Promise<void> {
  try {
    done.set(command, await runCommand(run, command))
  } catch (error) {
    failures.set(command, error)
    throw error
  }
}

/** Runs the commands of a piece as one process; throws the error of the first that fails. */
async function runPiece(
  run: Run,
  piece: readonly Command[],
  restore: Restore,
  outcomes: Outcomes,
): Promise<void> {
  const { servers, written } = run
  const { done, failures } = outcomes
  const [first] = piece as readonly [Command]
  if (piece.length === 1) return single(run, first, outcomes)
  const { argv, input, ends } = batch(piece, restore)
  const end = written.intent(piece)
  const began = performance.now()
  const said = await runOn(await servers.server(first.place.server, false), argv, { input })
  const ms = (performance.now() - began) / piece.length
  const each: ReturnType<typeof ends> = said.code === 0 ? piece.map((): End => 'done') : ends(said)
  if (each === 'nothing') {
    end('failed')
    for (const command of piece) await single(run, command, outcomes)
    return
  }
  if (each === 'unknown') {
    const hint = `It is one of ${piece.length}, from the first shown here: --no-batch tells which.`
    failures.set(first, new CommandFailed(commandText(servers, first), said.code, said.stderr, { hint }))
    throw failures.get(first)
  }
  end(each.map((one) => (typeof one === 'string' ? one : 'failed')))
  piece.forEach((command, index) => {
    const one = each[index]
    if (one === 'done') done.set(command, eventOf(run, command, ms))
    else if (typeof one === 'object')
      failures.set(command, failure(servers, command, { ...said, stderr: one.failed }))
  })
  for (const failed of piece) if (failures.has(failed)) throw failures.get(failed)
}

/**
 * Runs the commands of a step, and tells of them wave by wave, in the order of the step. Of those that fail, the one that
 * comes first in the step is thrown.
 */
export async function together(run: Run, given: readonly Command[]): Promise<void> {
  const commands = given.map((one) => ({ ...one })) // each for itself, also when one value is given twice
  const restore = restoreOf(run.servers.record.path)
  const outcomes: Outcomes = { done: new Map(), failures: new Map() }
  const tellDone = () => {
    for (const command of commands) {
      const event = outcomes.done.get(command)
      if (event) run.tell(event)
      outcomes.done.delete(command)
    }
  }
  for (const wave of waves(commands)) {
    try {
      await bounded(mostResidents, wave, async (chain) => {
        for (const piece of pieces(chain, restore)) await runPiece(run, piece, restore, outcomes)
      })
    } catch (error) {
      const first = commands.find((command) => outcomes.failures.has(command))
      throw first ? outcomes.failures.get(first) : error
    } finally {
      tellDone()
    }
  }
}
