/** What is tried in a lab, and taken back: kept on its first server, so that it ends with the lab. */
import { BadInput, Unable } from '../errors.ts'
import type { Place } from '../language/command.ts'
import { onServer } from '../language/on-server.ts'
import { shellLine } from '../language/shell.ts'
import { appendBelow, textBelow } from '../server/below.ts'
import { enter } from '../server/enter.ts'
import { finished } from '../server/process.ts'
import type { LabRecord } from '../server/state.ts'
import { stacksOf } from '../why/stacks.ts'
import { type Experiment, experimentsIn } from './experiments.ts'
import { exerciseOf } from './typed.ts'

/** Something to try, and whether it is tried now. */
export interface Try extends Pick<Experiment, 'id' | 'title' | 'see'> {
  place: string
  /** The line, as typed on its server. */
  does: string
  /** The line that takes it back, where it is tried now. */
  back?: string
}

/** What was done, as one line of a file: with `back`, that it was tried, without it, that it was taken back. */
interface Line {
  id: string
  title: string
  see: string
  place: Place
  does: string
  back?: string
}

const file = '/run/vethlab-tried'

/** Where the first server keeps its files. Throws Unable for this machine itself, and for the lab of an exercise. */
function rootOf({ name, on, servers: [server] }: LabRecord): string {
  if (!server || server.host || on === 'host')
    throw new Unable(`${name} is on this machine itself: nothing is tried there`, {
      hint: 'Experiments are for virtual servers.',
    })
  if (exerciseOf(name) !== undefined)
    throw new Unable(`${name} is the lab of an exercise: it is broken enough`, {
      hint: 'Try things in the lab of a scenario.',
    })
  return `/proc/${server.pid}/root`
}

const asTyped = (place: Place, line: string): string =>
  shellLine(onServer(place, /^ip [^;]*$/.test(line) ? line.split(' ') : ['sh', '-c', line]))

/** What is tried now, the first first. */
function triedIn(lab: LabRecord): Line[] {
  const lines = (textBelow(rootOf(lab), file) ?? '').split('\n').flatMap((text): Line[] => {
    try {
      return text === '' ? [] : [JSON.parse(text)]
    } catch {
      return []
    }
  })
  const now = new Map<string, Line>()
  for (const line of lines) {
    now.delete(line.id)
    if (line.back !== undefined) now.set(line.id, line)
  }
  return [...now.values()]
}

const told = ({ id, title, see, place, does, back }: Line): Try => ({
  ...{ id, title, see, place: place.name, does: asTyped(place, does) },
  ...(back === undefined ? {} : { back: asTyped(place, back) }),
})

/** All that can be tried, with what is tried now before it. */
export async function tries(lab: LabRecord): Promise<Try[]> {
  const now = triedIn(lab)
  const others = experimentsIn(await stacksOf(lab)).filter(({ id }) => !now.some((one) => one.id === id))
  return [...now.map(told), ...others.map(({ back: _, ...rest }) => told(rest))]
}

/** Runs a line in a place. Throws Unable when it fails. Returns what it printed. */
async function runIn(lab: LabRecord, place: Place, line: string): Promise<string> {
  const server = lab.servers.find(({ name }) => name === place.server)
  if (!server) throw new Unable(`there is no server ${place.server} in ${lab.name}`)
  const { code, stdout, stderr } = await finished(enter({ lab, server }, onServer(place, ['sh', '-c', line])))
  if (code === 0) return stdout
  throw new Unable((stderr || stdout).trim() || `it ended with ${code}`, {
    where: `${place.name} of ${lab.name}`,
    command: line,
    hint: 'Is the place still as it was? tries lists what can be tried now.',
  })
}

/** Tries one thing. Throws BadInput when there is no such thing, or when it is tried already. */
export async function tryOut(lab: LabRecord, id: string): Promise<Try> {
  const root = rootOf(lab)
  if (triedIn(lab).some((one) => one.id === id))
    throw new BadInput(`${id} is tried already`, { where: undefined, hint: 'Take it back first.' })
  const all = experimentsIn(await stacksOf(lab))
  const found = all.find((one) => one.id === id)
  if (!found)
    throw new BadInput(`there is no ${JSON.stringify(id)} to try in ${lab.name}`, {
      where: undefined,
      hint: `There is: ${all.map((one) => one.id).join(', ')}`,
    })
  const back = (await runIn(lab, found.place, found.back)).trim()
  const line: Line = { ...found, back }
  // Written first: what is half done can be taken back.
  appendBelow(root, file, `${JSON.stringify(line)}\n`)
  try {
    await runIn(lab, found.place, found.does)
  } catch (error) {
    appendBelow(root, file, `${JSON.stringify({ ...line, back: undefined })}\n`)
    throw error
  }
  return told(line)
}

/** Takes one thing back, or all that is tried, the last first. Returns what was taken back. */
export async function takenBack(lab: LabRecord, id?: string): Promise<Try[]> {
  const root = rootOf(lab)
  const now = triedIn(lab).filter((one) => id === undefined || one.id === id)
  if (id !== undefined && now.length === 0)
    throw new BadInput(`${id} is not tried now`, {
      where: undefined,
      hint: 'Only what is tried is taken back.',
    })
  for (const line of [...now].reverse()) {
    await runIn(lab, line.place, line.back ?? '')
    appendBelow(root, file, `${JSON.stringify({ ...line, back: undefined })}\n`)
  }
  return now.map(told)
}
