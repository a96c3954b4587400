/**
 * zx's own `$` in a place of a lab: pipes, streams, kill, timeout, abort, input, nothrow, json, lines are zx's. Only how a
 * process is started is ours: zx would put a shell of the machine in front of it, which runs what stands behind the first
 * `;` on the machine itself.
 */
import type { SpawnOptions } from 'node:child_process'
import { createRequire } from 'node:module'
import type { $ as Dollar } from 'zx'
import { Unable } from '../errors.ts'
import type { Place } from '../language/command.ts'
import { onServer } from '../language/on-server.ts'
import { enter } from '../server/enter.ts'
import type { Servers } from '../server/servers.ts'

export type Zx = typeof Dollar

/** zx is loaded when it is first used. */
const zx = (): { $: Zx } => createRequire(import.meta.url)('zx')

/** What zx tells its process, but where and with which shell: those are the place's. */
function kept({ shell: _, cwd: __, env: ___, ...options }: SpawnOptions): SpawnOptions {
  return options
}

/**
 * The `$` of a place. Its server must be up: a step, or a command, starts it. Throws Unable when it is not.
 *
 *   const { stdout } = await lab.$(net1)`ip route | grep default`
 */
export function dollarOf(servers: Servers, place: Place): Zx {
  const { record } = servers
  const server = record.servers.find(({ name }) => name === place.server)
  if (!server || (place.kind === 'container' && !server.engine))
    throw new Unable(`${place.server} is not up yet`, {
      hint: 'A step starts it, as one that makes the place: await lab.step(…), then lab.$.',
    })
  const start = (line: string, _words: readonly string[], options: SpawnOptions) => {
    const shell = place.kind === 'container' ? 'sh' : 'bash'
    const words = onServer(place, [shell, '-c', line])
    // docker passes on what it reads only when it is told to.
    const argv = place.kind === 'container' ? ['docker', 'exec', '-i', ...words.slice(2)] : words
    return enter({ lab: record, server }, argv, kept(options))
  }
  // zx writes this before each line: a pipe fails where a part of it fails, as in its own shell.
  const prefix = place.kind === 'container' ? '' : 'set -euo pipefail;'
  return zx().$({ spawn: start as never, prefix, postfix: '', quote: quoted, shell: 'bash' }) as unknown as Zx
}

/** A value as one word of the shell: bash and busybox read it alike. */
const quoted = (value: string): string =>
  /^[\w/.:=@%+-]+$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`
