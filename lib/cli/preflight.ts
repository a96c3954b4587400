/** What is missing, or wrong, is found before anything starts. */
import { existsSync } from 'node:fs'
import { BadInput, Unable } from '../errors.ts'
import { commandsOf, type Plan } from '../lab/plan.ts'
import type { Command } from '../language/command.ts'
import { needed } from '../language/effects.ts'
import { needsEngine } from '../language/on-server.ts'
import { compose, image, kernel, mustHold, oldEngine, ownImage, tools } from '../needs/needs.ts'
import { mustBeAllowed } from '../needs/rights.ts'
import { rootless } from '../server/enter.ts'
import { findProgram } from '../server/path.ts'
import { cacheRoot } from '../server/state.ts'
import { chosenFirewall, noSwarm } from '../virtual/firewall.ts'

/** Finds what is wrong with the engine that servers would run. */
function mustBeFit(commands: readonly Command[], path: string): void {
  mustHold(tools(path, ['dockerd', 'docker', ...(rootless ? ['nc'] : [])]))
  const dockerd = findProgram('dockerd', path) ?? ''
  // Those that were fetched are known, and to ask takes time.
  const old = dockerd.startsWith(cacheRoot()) ? undefined : oldEngine(dockerd)
  if (old) mustHold([old])
  const firewall = process.env.FIREWALL && chosenFirewall(path)
  const swarm = commands.some(({ does }) => does.some((one) => 'kind' in one && one.kind === 'swarm'))
  if (firewall === 'nftables' && swarm)
    throw new Unable(`FIREWALL=nftables: ${noSwarm}`, {
      hint: 'Leave FIREWALL out for this scenario.',
    })
}

/** Finds what is missing before anything starts: the rights, the kernel, programs, files, an engine, an image. */
export function preflight(planned: Plan, path: string): void {
  mustHold(kernel())
  const commands = commandsOf(planned)
  mustBeAllowed(commands, path)
  const programs = new Set(['unshare', 'nsenter', 'setpriv', 'mount', 'busybox', 'tini', 'ip'])
  for (const command of commands) {
    if (command.place.kind !== 'container') programs.add(command.argv[0] ?? '')
    for (const { path: file } of needed(command, 'file'))
      if (!existsSync(file)) throw new BadInput(`${file}: no such file`, { where: undefined })
  }
  const engines = commands.some(needsEngine)
  if (engines) mustBeFit(commands, path)
  if (engines && ownImage()) mustHold(image())
  if (
    commands.some((command) => command.does.some((effect) => 'kind' in effect && effect.kind === 'project'))
  )
    mustHold(compose())
  mustHold(tools(path, [...programs]))
}
