/** Runs one command on a virtual server: the one-by-one executor. */
import type { Command } from '../command.ts'
import { toolMissing } from '../errors.ts'
import { splitRefs } from '../ref.ts'
import { commandArgv, needsEngine } from '../render/argv.ts'
import { enter } from '../sandbox/enter.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import { callEngine, execInContainer } from './engine-api.ts'
import { type Finished, finished } from './process.ts'

export type Values = Readonly<Record<string, string>>

/** Puts the values in the place of the refs, in any data. */
export function fill<T>(data: T, values: Values): T {
  if (typeof data === 'string')
    return splitRefs(data)
      .map((part, i) => (i % 2 ? (values[part] ?? '') : part))
      .join('') as T
  if (Array.isArray(data)) return data.map((item) => fill(item, values)) as T
  if (data !== null && typeof data === 'object')
    return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, fill(value, values)])) as T
  return data
}

/** Runs a command in its place. Does not throw when the command fails: that is for the caller to judge. */
export async function execute(sandbox: Sandbox, command: Command): Promise<Finished> {
  const entry = await sandbox.server(command.place.server, needsEngine(command))
  const values = { IMAGE: sandbox.record.image }
  if (command.api) return callEngine(entry.server.pid, fill(command.api, values))
  const { place, background = false } = command
  const argv = fill([...command.argv], values)
  if (place.kind === 'container') return execInContainer(entry.server.pid, place.name, argv, background)

  const words = fill(commandArgv(command), values)
  const done = await finished(
    enter(entry, background ? ['sh', '-c', '"$@" >/dev/null 2>&1 &', 'sh', ...words] : words),
  )
  if (done.code === 127 && /failed to execute/.test(done.stderr)) throw toolMissing(words[0] ?? '')
  return done
}
