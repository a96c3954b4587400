/** Before a lab changes this machine: what is taken is found, what will be changed is told, and the user is asked. */
import { hostname } from 'node:os'
import { Unable } from '../errors.ts'
import type { Listener } from '../lab/events.ts'
import { onMachine, type Plan } from '../lab/plan.ts'
import { type Command, command } from '../language/command.ts'
import { needsEngine } from '../language/on-server.ts'
import { ownImage } from '../needs/needs.ts'
import { typed } from '../server/installed.ts'
import { findCompose } from '../server/path.ts'
import type { RunningServer, Servers } from '../server/servers.ts'
import { label } from '../server/state.ts'
import { builtFile } from '../virtual/image.ts'
import { agreed } from './agreed.ts'
import { changesText, type Setting } from './changes.ts'
import { mustBeDockers } from './firewall.ts'
import { ownThings } from './own.ts'
import { currentValue, readWords } from './settings.ts'
import { inProjects, taken } from './taken.ts'
import { usesOf } from './uses.ts'

/** How the user is asked before anything is changed. */
export interface Asking {
  /** Do not ask. */
  yes: boolean
  tell: Listener
}

/** The image of a lab's containers in this machine's own engine: one of its own name, removed with the lab. */
export const imageOf = (lab: string): string => (ownImage() ? `vethlab:${lab}` : (process.env.IMAGE ?? ''))

/** The command that gives this machine's engine the image that set-up has built. */
function importImage(machine: string, lab: string): Command {
  const place = { kind: 'server', name: machine, server: machine } as const
  const [file, image, change] = [builtFile(), imageOf(lab), `LABEL ${label}=${lab}\nCMD ["sh"]`]
  const words = change.split('\n').flatMap((one) => ['--change', one])
  return command(
    place,
    ['docker', 'import', ...words, file, image],
    [{ does: 'makes', kind: 'image', name: image }],
    {
      undo: { argv: ['docker', 'image', 'rm', image] },
      api: { call: 'image import', file, image, change },
    },
  )
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
export async function prepare(
  box: Servers,
  machine: string,
  planned: Plan,
  name: string,
  asking: Asking,
): Promise<Command[]> {
  const commands = onMachine(planned, machine)
  const engine = commands.some(needsEngine)
  const here = await box.server(machine, engine)
  if (engine) await mustBeDockers(here.run, box.record.path)
  const uses = await inProjects(usesOf(commands, machine), findCompose(), here)
  const image = engine && ownImage() ? importImage(machine, name) : undefined
  const there = await taken(uses, here, image && imageOf(name))
  if (there.length > 0)
    throw new Unable(`this machine has already:\n${there.map((one) => `  ${one}`).join('\n')}`, {
      hint: `Nothing was changed. Remove that, or copy the scenario (${typed('new')}) and use other names in it.`,
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
