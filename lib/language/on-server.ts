/** How a command is typed on its server: in a namespace, or in a container, with other words before it. */
import type { Line, Place } from './command.ts'
import { needed } from './effects.ts'
import { shellLine } from './shell.ts'

/** The words of a command as typed on its server: `ip -n net1 …`, `ip netns exec net1 …`, `docker exec a1 …`. */
export function onServer(place: Place, argv: readonly string[], background = false): string[] {
  switch (place.kind) {
    case 'server':
    case 'lan':
      return [...argv]
    case 'netns':
      return argv[0] === 'ip'
        ? ['ip', '-n', place.name, ...argv.slice(1)]
        : ['ip', 'netns', 'exec', place.name, ...argv]
    case 'container':
      return ['docker', 'exec', ...(background ? ['-d'] : []), place.name, ...argv]
  }
}

/** The words of a command as typed on its server. */
export const commandArgv = (command: Line): string[] =>
  onServer(command.place, command.argv, command.background)

/** A command as one shell line on its server. */
export const toShell = (command: Line): string =>
  shellLine(commandArgv(command)) + (command.background && command.place.kind !== 'container' ? ' &' : '')

/** A line of shell may call docker as well as a command does. */
const callsDocker = (argv: readonly string[]): boolean =>
  argv[0] === 'docker' || (argv[1] === '-c' && /(^|[\s;&|(!])docker\s/.test(argv[2] ?? ''))

/** Whether a command needs the server's Docker Engine. */
export const needsEngine = (command: Line): boolean =>
  command.place.kind === 'container' || callsDocker(command.argv) || needed(command, 'engine').length > 0
