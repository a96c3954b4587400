/** What the steps of a lab did, as its journal tells, and one of them taken back while the lab stays up. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Unable } from '../errors.ts'
import { OLD } from '../language/command.ts'
import { made } from '../language/effects.ts'
import { onServer } from '../language/on-server.ts'
import { shellLine } from '../language/shell.ts'
import { linkDel, type UndoStep, undoList } from '../language/undo.ts'
import { enter } from '../server/enter.ts'
import { finished } from '../server/process.ts'
import { hostFolder, type LabRecord, labFolder } from '../server/state.ts'
import { type Intent, readJournal } from './journal.ts'

export interface DoneStep {
  number: number
  title: string
  commands: Array<{ server: string; text: string }>
  /** The lines that take it back, in their order; none for what cannot be, or is this machine's own. */
  undo: string[]
}

/** What became of one of those lines. */
export interface TakenBack {
  text: string
  ok: boolean
  /** What the tool said of it. */
  said: string
}

/** The commands that were done, in their order; those of one step have its number. */
function doneIn({ name, on }: LabRecord): Intent[] {
  const file = join(on === 'host' ? hostFolder(name) : labFolder(name), 'journal')
  if (!existsSync(file)) return []
  const { lines } = readJournal(file)
  const done = new Set(
    lines.filter(({ what }) => what === 'done').map((line) => 'number' in line && line.number),
  )
  return lines.filter((line): line is Intent => line.what === 'intent' && done.has(line.number))
}

/** A link that another step has moved into a namespace since is deleted there, unless its other end is still here. */
function whereItIs(step: UndoStep, all: readonly Intent[]): UndoStep {
  const { place } = step.command
  const ends = made(step.command, 'link').filter(({ netns }) => netns === undefined)
  const same = (other: Intent['place']) =>
    other.server === place.server && other.kind === place.kind && other.name === place.name
  const moves = all
    .filter((one) => same(one.place))
    .flatMap(({ does }) => does)
    .filter((effect) => effect.does === 'moves')
  const [end] = ends
  const move = moves.find(({ link }) => link === end?.name)
  const here = ends.find(({ name }) => !moves.some(({ link }) => link === name))
  if (here && end !== here) return { ...step, argv: onServer(place, linkDel(here.name)) }
  const netns = all.flatMap((one) => made(one, 'netns')).find(({ name }) => name === move?.netns)
  if (!end || here || !netns) return step
  const there = { kind: 'netns', name: netns.name, server: place.server } as const
  return { ...step, argv: onServer(there, linkDel(move?.name ?? end.name)) }
}

/** What is to be done, the last first. A value that was replaced is known only where it was written down. */
const stepsBack = (commands: readonly Intent[], all: readonly Intent[]): UndoStep[] =>
  undoList(commands)
    .filter(({ argv }) => !argv.some((word) => word.includes(OLD)))
    .map((step) => whereItIs(step, all))

const numberOf = ({ step }: Intent): number => step?.number ?? 0

/** The steps of a lab that is up. */
export function doneSteps(lab: LabRecord): DoneStep[] {
  const all = doneIn(lab)
  return [...new Set(all.map(numberOf))].map((number) => {
    const commands = all.filter((one) => numberOf(one) === number)
    return {
      number,
      title: commands[0]?.step?.title ?? '',
      commands: commands.map(({ place, text }) => ({ server: place.server, text })),
      undo: lab.on === 'host' ? [] : stepsBack(commands, all).map(({ argv }) => shellLine(argv)),
    }
  })
}

/** Takes one step back, the last command first. What fails is told, and the rest is taken back all the same. */
export async function takeBack(lab: LabRecord, number: number): Promise<TakenBack[]> {
  if (lab.on === 'host')
    throw new Unable('a lab on this machine itself is taken back as a whole', {
      hint: `vethlab down ${lab.name} does it, and tells what became of each command.`,
    })
  const all = doneIn(lab)
  const commands = all.filter((one) => numberOf(one) === number)
  const told: TakenBack[] = []
  for (const { command, argv } of stepsBack(commands, all)) {
    const server = lab.servers.find(({ name }) => name === command.place.server)
    if (!server) continue
    const { code, stderr, stdout } = await finished(enter({ lab, server }, argv))
    told.push({ text: shellLine(argv), ok: code === 0, said: code === 0 ? '' : (stderr || stdout).trim() })
  }
  return told
}
