/**
 * Runs one command of a lab: the one-by-one executor. There are four ways: a LAN's command runs outside of the
 * servers; what has a call of the Engine API, and what runs in a container, goes to the server's engine; all
 * else is started by a shell that stays in the server (server/resident.ts).
 */

import { CommandFailed, type ErrorParts } from '../errors.ts'
import type { Line } from '../language/command.ts'
import { serverOfProcess } from '../language/lan.ts'
import { commandArgv, needsEngine, toShell } from '../language/on-server.ts'
import { splitRefs } from '../language/ref.ts'
import { whileItAnswers } from '../server/engine-life.ts'
import { toolMissing } from '../server/packages.ts'
import { findCompose } from '../server/path.ts'
import type { Finished } from '../server/process.ts'
import type { Start } from '../server/resident.ts'
import type { RunningServer, Servers } from '../server/servers.ts'

export type Values = Readonly<Record<string, string>>

/** Puts the values in the place of the refs, in any data. */
export function fill<T>(data: T, values: Values): T {
  if (typeof data === 'string')
    return splitRefs(data)
      .map((part, i) => (i % 2 ? (values[part] ?? serverOfProcess(part) ?? part) : part))
      .join('') as T
  if (Array.isArray(data)) return data.map((item) => fill(item, values)) as T
  if (data !== null && typeof data === 'object')
    return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, fill(value, values)])) as T
  return data
}

/** A command as a person would type it on its server, with the lab's image in the place of IMAGE. */
export function commandText(servers: Servers, command: Line): string {
  const argv = fill([...command.argv], { IMAGE: servers.record.image })
  return toShell({ ...command, argv: servers.words(command.place.server, argv) })
}

/** The error for a command that ended with an exit code other than 0. */
export const failure = (sandbox: Servers, command: Line, done: Finished, parts?: ErrorParts): CommandFailed =>
  new CommandFailed(commandText(sandbox, command), done.code, done.stderr || done.stdout, parts)

/** The processes of the servers that a LAN's command names; a server that is not up yet is started for it. */
async function processes(sandbox: Servers, argv: readonly string[]): Promise<Values> {
  const names = argv.flatMap((word) => splitRefs(word).filter((_, i) => i % 2))
  const pairs = names.map(async (name) => {
    const of = serverOfProcess(name)
    if (of === undefined) return []
    const { server } = await sandbox.server(of, false)
    return [[name, String(server.pid)] as const]
  })
  return Object.fromEntries((await Promise.all(pairs)).flat())
}

/** Runs a command in its place. Does not throw when the command fails: that is for the caller to judge. */
export async function execute(sandbox: Servers, command: Line): Promise<Finished> {
  if (command.place.kind === 'lan')
    return sandbox.outside(fill([...command.argv], await processes(sandbox, command.argv)))
  const { server, daemon } = command.place
  const entry = await sandbox.server(server, needsEngine(command), daemon)
  const values = { IMAGE: sandbox.record.image }
  const { api, argv, place, background = false } = command
  if (api) return entry.call(fill(api, values))
  if (place.kind === 'container') return entry.exec(place.name, fill([...argv], values), background)
  const done = runOn(entry, fill(program(command), values), { background })
  return needsEngine(command) ? whileItAnswers(entry.server.pid, done) : done
}

/** The words as they are started: Compose itself, which docker(1) would look for among its plugins first. */
function program(command: Line): string[] {
  const argv = commandArgv(command)
  // Variables may be set before it: env MODE=routed docker compose …
  const at = argv[0] === 'env' ? argv.findIndex((word, i) => i > 0 && !word.includes('=')) : 0
  const compose = argv[at] === 'docker' && argv[at + 1] === 'compose' && findCompose()
  return compose ? [...argv.slice(0, at), compose, ...argv.slice(at + 2)] : argv
}

/** Runs a program on a server. Throws only when there is no such program. */
export async function runOn(
  entry: RunningServer,
  words: readonly string[],
  start?: Start,
): Promise<Finished> {
  const done = await entry.run(words, start)
  if (done.code === 127 && /: not found$/m.test(done.stderr)) throw toolMissing(words[0] ?? '')
  return done
}
