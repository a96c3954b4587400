/** Runs one command on a virtual server: the one-by-one executor. */
import type { Command } from '../command.ts'
import { toolMissing } from '../errors.ts'
import { splitRefs } from '../ref.ts'
import { commandArgv, needsEngine } from '../render/argv.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import type { Finished } from './process.ts'

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
  if (command.api || command.place.kind === 'container') {
    const { callEngine, execInContainer } = await import('./engine-api.ts')
    if (command.api) return callEngine(entry.server.pid, fill(command.api, values))
    const { argv, place, background = false } = command
    return execInContainer(entry.server.pid, place.name, fill([...argv], values), background)
  }
  const words = fill(commandArgv(command), values)
  const done = await entry.run(words, command.background ?? false)
  if (done.code === 127 && /: not found$/m.test(done.stderr)) throw toolMissing(words[0] ?? '')
  return done
}
