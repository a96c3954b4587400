/** Takes back what the journal of a lab tells, the last first, and nothing else. */

import { classify } from '../errors.ts'
import { changesEngine, type Effect, made } from '../language/effects.ts'
import { shellLine } from '../language/shell.ts'
import { undoList } from '../language/undo.ts'
import { type IpLink, ipShows } from '../look/ip.ts'
import { execute } from '../run/execute.ts'
import type { Head } from '../run/journal.ts'
import { sleep, until } from '../server/process.ts'
import type { RunningServer, Servers } from '../server/servers.ts'
import { type LabRecord, label } from '../server/state.ts'
import { bequeath, bootId, type Done, type LabJournal, others, readLab } from './journal.ts'
import { linkLocal, removalOf, tablesUsed } from './leftovers.ts'
import { markOf } from './mark.ts'
import { hostServers } from './servers.ts'
import { readWords, restoreWords } from './settings.ts'
import { endStartedFor } from './started.ts'

/** What became of one thing that was to be taken back. */
export interface Undone {
  text: string
  /** `gone`: it was not there any more. `left`: it is there, but not ours, or another lab needs it. */
  what: 'undone' | 'gone' | 'left' | 'failed'
  said?: string
}

const isGone = (said: string): boolean =>
  classify(said)?.cause === 'not found' || /not found|is not connected|No such (image|device)/i.test(said)

/**
 * Takes a lab off this machine. What fails is told, and the rest is taken back all the same. The folder of the lab
 * stays: to be removed by who has seen that nothing failed.
 */
export async function undo(record: LabRecord): Promise<Undone[]> {
  const { head, commands } = readLab(record.name)
  const machine = record.servers.find(({ host }) => host)?.name ?? ''
  const rebooted = head.boot !== bootId()
  await endStartedFor(record)

  const here = commands.filter((one) => {
    if (one.place.server !== machine || one.place.kind === 'lan' || one.end === 'skipped') return false
    // Of what failed only Docker leaves parts; what a reboot took, all but Docker's objects, needs no undo.
    return changesEngine(one) || (one.end !== 'failed' && !rebooted)
  })
  // An engine that was just being asked may go on for a moment after the one who asked has gone.
  if (here.some((one) => changesEngine(one) && one.end === undefined)) await sleep(500)

  const box = hostServers(record)
  const result: Undone[] = []
  const taken = settled(record.name, here, head)
  for (const { command, argv } of undoList(here)) {
    const one = command as Done
    const words = restoreWords(one, argv)
    if (words === undefined) continue
    const text = shellLine(words)
    const heir = taken.get(one)
    if (heir !== undefined) {
      result.push({ text, what: 'left', said: `${heir} has set it, too, and will put it back` })
      continue
    }
    try {
      const why = await notOurs(box, machine, one, words, here)
      result.push(why === undefined ? await takeBack(box, machine, words) : { text, ...why })
    } catch (error) {
      result.push({ text, what: 'failed', said: (error as Error).message })
    }
  }
  if (rebooted) return result
  const { run } = await box.server(machine, false)
  const tables = await leftTables(run, here, head)
  const addresses = here.some(changesEngine) ? await leftAddresses(run, head) : []
  for (const words of [...tables, ...addresses]) result.push(await takeBack(box, machine, words))
  return result
}

/**
 * The words that remove the tables of the firewall that came with our rules, or with Docker's for our networks (Engine 28
 * has some in raw), and are empty now.
 */
async function leftTables(run: RunningServer['run'], here: readonly Done[], head: Head): Promise<string[][]> {
  const used = here.filter(({ place }) => place.kind === 'server').flatMap(tablesUsed)
  const all = here.some(changesEngine) ? [...used, 'raw'] : used
  const ours = [...new Set(all)].filter((table) => !head.tables.includes(table))
  const words = await Promise.all(ours.map((table) => removalOf(table, run)))
  return words.filter((one) => one !== undefined)
}

/**
 * The words that take away the IPv6 address, and what came with it, that the kernel gave to Docker's own bridge with its
 * first container, where none is plugged in any more: off and on again, IPv6 is there as it was before.
 */
async function leftAddresses(run: RunningServer['run'], head: Head): Promise<string[][]> {
  const candidates = async () =>
    (await linkLocal(run)).filter(
      ({ dev, only, ports }) => dev === 'docker0' && only && ports === 0 && head.bare.includes(dev),
    )
  // The kernel tells of a lost carrier up to a second later (linkwatch); with one it would give the address again.
  await until(async () => (await candidates()).every(({ carrier }) => !carrier), 2000, 20)
  return (await candidates())
    .filter(({ carrier }) => !carrier)
    .flatMap(({ dev }) =>
      ['1', '0'].map((off) => ['sysctl', '-w', `net/ipv6/conf/${dev}/disable_ipv6=${off}`]),
    )
}

/** Runs the words on the machine. */
async function takeBack(box: Servers, machine: string, argv: readonly string[]): Promise<Undone> {
  const place = { kind: 'server', name: machine, server: machine } as const
  const text = shellLine(argv)
  const { code, stdout, stderr } = await execute(box, { place, argv })
  if (code === 0) return { text, what: 'undone' }
  const said = (stderr || stdout).trim()
  return isGone(said) ? { text, what: 'gone' } : { text, what: 'failed', said }
}

/** Whether a thing with our name is not ours: then it is left. What is not there any more is `gone`. */
async function notOurs(
  box: Servers,
  machine: string,
  one: Done,
  words: readonly string[],
  here: readonly Done[],
): Promise<Pick<Undone, 'what' | 'said'> | undefined> {
  const { run } = await box.server(machine, false)
  const { name } = box.record
  if (made(one, 'link').length > 0) {
    const link = words[words.indexOf('dev') + 1] ?? ''
    const enter = one.place.kind === 'netns' ? ['-n', one.place.name] : []
    const [there] = await ipShows<IpLink>(run, [...enter, '-j', 'link', 'show', 'dev', link])
    if (!there) return { what: 'gone' }
    const { ifalias = '' } = there
    if (ifalias === markOf(name)) return undefined
    // Without a mark it is ours when the run was cut off before the mark: the name was free when it began.
    const marked = here.some(({ does, end }) => end === 'done' && does.some((effect) => marks(effect, link)))
    const attempt = one.does.some((effect) => effect.does === 'removes') // which takes itself back
    const goneByItself = attempt && one.end === 'done'
    if (ifalias === '' && !marked && !goneByItself) return undefined
    return { what: 'left', said: `it does not bear our mark, ${markOf(name)}` }
  }
  for (const kind of ['container', 'network'] as const)
    for (const thing of made(one, kind)) {
      const labels = await labelsOf(kind, thing.name)
      if (labels === undefined) return { what: 'gone' }
      if (labels[label] !== name) return { what: 'left', said: `it does not bear the label ${label}=${name}` }
    }
  return undefined
}

/** Whether an effect is to mark a link as made by a lab. */
const marks = (effect: Effect, link: string): boolean =>
  effect.does === 'sets' && effect.kind === 'link' && effect.name === link && effect.key === 'alias'

/** The labels of a Docker object; undefined when it is not there, or when the engine does not tell. */
async function labelsOf(
  kind: 'container' | 'network',
  name: string,
): Promise<Record<string, string> | undefined> {
  const { client, thisMachine } = await import('../server/engine-api.ts')
  const docker = client(thisMachine)
  try {
    if (kind === 'network') return (await docker.getNetwork(name).inspect()).Labels ?? {}
    return (await docker.getContainer(name).inspect()).Config.Labels ?? {}
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === 404) return undefined
    throw error
  }
}

/**
 * The settings that another lab has changed after this one: what was there before both is left to that lab, so that the
 * last one puts it back. Returns those that are not to be put back now, each with who will do it.
 */
function settled(lab: string, here: readonly Done[], began: Head): Map<Done, string> {
  const kept = new Map<Done, string>()
  const mine = new Map<string, Done[]>()
  for (const one of here) {
    const words = one.old === undefined ? undefined : readWords(one)
    if (words !== undefined) mine.set(words, [...(mine.get(words) ?? []), one])
  }
  if (mine.size === 0) return kept
  const later = others(lab)
    .filter(({ head }) => head.boot === began.boot && head.uptime > began.uptime)
    .sort((a, b) => a.head.uptime - b.head.uptime)
  for (const [words, ones] of mine) {
    const hasIt = ({ commands }: LabJournal) =>
      commands.find((one) => one.old !== undefined && readWords(one) === words)
    const heir = later.find(hasIt)
    const its = heir && hasIt(heir)
    if (!heir || !its) continue
    bequeath(heir.head.lab, its.number, ones[0]?.old ?? '')
    for (const one of ones) kept.set(one, heir.head.lab)
  }
  return kept
}
