/** `why` on the command line. */
import { existsSync } from 'node:fs'
import { isIPv6 } from 'node:net'
import { hostname } from 'node:os'
import { createInterface } from 'node:readline/promises'
import { BadInput, Unable } from '../errors.ts'
import { howTo, makeIsHere } from '../lab/hints.ts'
import { rootless } from '../server/enter.ts'
import { typed } from '../server/installed.ts'
import { allLabs, findLab, lostLabs } from '../server/labs.ts'
import { serverPath } from '../server/path.ts'
import { type LabRecord, labName } from '../server/state.ts'
import type { Proven } from '../trial/trial.ts'
import { keepLast } from '../why/last.ts'
import { called, stacksOf } from '../why/stacks.ts'
import { stackNamed } from '../why/target.ts'
import { type Question, type Report, why } from '../why/why.ts'
import { warn } from './lost.ts'
import { say } from './output.ts'
import type { Options } from './verb.ts'
import { reportText } from './why-report.ts'

/** What the verb is told: some of the options of all verbs, and its own. */
export interface WhyOptions extends Pick<Options, 'json' | 'pcap' | 'report' | 'on' | 'yes'> {
  udp: boolean
  dns: boolean
  /** Tells only the place where it ends. */
  hint: boolean
  /** Asks first where one thinks that it ends. */
  guess: boolean
  /** A ping of so many bytes. */
  size: number | undefined
  /** It may not be cut into pieces. */
  df: boolean | undefined
  /** Takes the cause away, asks again, and puts all back. */
  prove: boolean
  /** A report without names and addresses. */
  redact: boolean
  /** Which command of the scenario broke it. */
  bisect: boolean
  /** Asks again after each change. */
  watch: boolean
  /** Leaves the lab mended. */
  fix: boolean
  /** All pairs of places. */
  all: boolean
}

/** The lab whose pairs are all asked; its name may stand where FROM does. */
async function allOf(name: string | undefined, from: string, on: string): Promise<LabRecord> {
  return on === 'host' ? machine() : labWith(name ?? (from || undefined), '')
}

function portOf(text: string): number {
  const number = Number(text)
  if (!/^\d+$/.test(text) || number < 1 || number > 65535)
    throw new BadInput(`${JSON.stringify(text)} is not a port: 1 to 65535`, { where: undefined })
  return number
}

/** `172.30.10.1:80`, `web:80`, `web`, `fd00::1`, `[fd00::1]:80` as a question. */
export function questionOf(
  from: string,
  to: string,
  udp = false,
  dns = false,
  more: Pick<Question, 'size' | 'df'> = {},
): Question {
  const how = { ...(udp ? { udp } : {}), ...(dns ? { dns } : {}), ...more }
  // An address of IPv6 has colons itself: with a port it stands in brackets.
  const [, six, sixPort] = to.match(/^\[([^\]]+)\](?::(.*))?$/) ?? []
  const bare = six === undefined && isIPv6(to) ? to : undefined
  const [, plainName = '', plainPort] = to.match(/^([^:]*)(?::([^:]*))?$/) ?? []
  const name = six ?? bare ?? plainName
  const port = six === undefined ? (bare === undefined ? plainPort : undefined) : sixPort
  if (!name) throw new BadInput(`${JSON.stringify(to)} is not TO or TO:PORT`, { where: undefined })
  if (port === undefined) return { from, to: name, ...how }
  return { from, to: name, port: portOf(port), ...how }
}

const names = (labs: readonly LabRecord[]): string => labs.map(({ name }) => name).join(', ')

/** The lab that is meant: the one of that name, the only one that is up, or the only one that has the place. */
async function labWith(name: string | undefined, from: string): Promise<LabRecord> {
  const labs = allLabs()
  if (name !== undefined) {
    const lab = findLab(labName(name))
    if (lab) return lab
    throw new Unable(`${name} is not up`, {
      hint: labs.length > 0 ? `Up: ${names(labs)}` : `Start it: ${howTo('up', name)}`,
    })
  }
  for (const one of lostLabs()) warn(one)
  const [only] = labs
  if (!only) throw new Unable('no lab is up', { hint: `Start one, as by: ${typed('scenario-net1')}` })
  if (labs.length === 1) return only
  const has = await Promise.all(labs.map(async (lab) => stackNamed(await stacksOf(lab), from) !== undefined))
  const having = labs.filter((_, i) => has[i])
  const [lab, ...others] = having
  if (lab && others.length === 0) return lab
  const flag = makeIsHere() ? "ARGS='--name NAME'" : '--name'
  throw new Unable(lab ? `several labs have a place ${JSON.stringify(from)}` : 'several labs are up', {
    hint: `Say which one by ${flag}: ${names(lab ? having : labs)}`,
  })
}

/** This machine itself in the form of a lab: its own network, its namespaces and its Docker. Nothing in it is changed. */
function machine(): LabRecord {
  if (rootless)
    throw new Unable('asking on this machine itself needs root', { hint: 'sudo, or ask in a lab.' })
  const { pid } = process
  const name = hostname().split('.')[0] ?? 'host'
  const servers = [{ name, pid, engine: existsSync('/run/docker.sock'), host: true as const }]
  const [title, file, born, since, image] = ['this machine', '', '', '', '']
  return {
    version: 1,
    name: title,
    title,
    file,
    pid,
    born,
    state: 'up',
    since,
    image,
    path: serverPath(),
    servers,
  }
}

const arrives = 'it arrives'

/** Asks where it ends. Returns the answer; empty when there is none. */
async function guess(places: readonly string[]): Promise<string> {
  say(`Where does it end? ${places.join(', ')}, or: ${arrives}\n`)
  const lines = createInterface({ input: process.stdin })
  for await (const line of lines) {
    lines.close()
    return line.trim()
  }
  return ''
}

/** What is said of a guess. */
function judged(guessed: string, { status, place }: Report['verdict']): string {
  const truth = status === 'delivered' ? arrives : place
  if (guessed === '') return `It is: ${truth}.\n`
  const right = guessed === truth || (status === 'delivered' && /^(it )?arrives$/.test(guessed))
  return right ? 'You guessed right.\n' : `You guessed ${guessed}; it is: ${truth}.\n`
}

function sized(size: number | undefined, df: boolean | undefined): Pick<Question, 'size' | 'df'> {
  if (size !== undefined && (!Number.isInteger(size) || size < 0 || size > 65_507))
    throw new BadInput('--size is a number of bytes: 0 to 65507', { where: undefined })
  return { ...(size === undefined ? {} : { size }), ...(df ? { df } : {}) }
}

const redactAlone = (): BadInput =>
  new BadInput('--redact is for a report of JSON', {
    where: undefined,
    hint: 'As in: --report why.json --redact',
  })

/** What is more than one question: undefined when nothing of it was asked for. */
async function inOtherMode(
  lab: LabRecord,
  question: Question,
  {
    bisect,
    watch,
    fix,
    json,
    yes,
    hint,
  }: Pick<WhyOptions, 'bisect' | 'watch' | 'fix' | 'json' | 'yes' | 'hint'>,
): Promise<number | undefined> {
  const text = (report: Report) => reportText(report, hint)
  if (bisect) return (await import('./why-bisect.ts')).whyBisectVerb(lab, question, json)
  if (watch) return (await import('./why-watch.ts')).whyWatchVerb(lab, question, text, json)
  if (fix) return (await import('./why-fix.ts')).whyFixVerb(lab, question, { yes, json })
  return undefined
}

/** Asks, and tells the answer. Exit code 0: delivered, 1: not, 2: nothing is known. */
export async function whyVerb(
  name: string | undefined,
  from: string,
  to: string,
  {
    json,
    udp,
    dns,
    hint,
    guess: guessing,
    pcap,
    report: file,
    size,
    df,
    on,
    prove,
    yes,
    ...modes
  }: WhyOptions,
): Promise<number> {
  if (modes.all) return (await import('./why-all.ts')).whyAllVerb(await allOf(name, from, on), json)
  if (!from || !to)
    throw new BadInput('who asks whom?', { where: undefined, hint: 'As in: make why FROM=net1 TO=web:80' })
  if (guessing && json)
    throw new BadInput('--guess is for people, --json for programs', {
      where: undefined,
      hint: 'Leave one out.',
    })
  const question = questionOf(from, to, udp, dns, sized(size, df))
  const lab = on === 'host' ? machine() : await labWith(name, from)
  await (await import('./why-proven.ts')).sweepTrial(lab)
  const other = await inOtherMode(lab, question, { ...modes, json, yes, hint })
  if (other !== undefined) return other
  const guessed = guessing ? await guess((await stacksOf(lab)).map(({ place }) => called(place))) : undefined
  const bundle = file?.endsWith('.json') ? await import('./why-bundle.ts') : undefined
  if (file !== undefined) bundle?.mustBeWritable(file)
  if (modes.redact && !bundle) throw redactAlone()
  const kept = file === undefined || bundle ? undefined : (await import('./report-file.ts')).reporter(file)
  const ask = async () => {
    const answer = prove
      ? await (await import('./why-proven.ts')).proven(lab, question, { pcap, yes, json })
      : await why(lab, question, { pcap })
    if (on !== 'host') keepLast(lab.name, answer)
    kept?.add(answer)
    if (file !== undefined) await bundle?.writeBundle(file, lab, answer, modes.redact)
    await kept?.look(lab)
    return answer
  }
  const report = await (kept ? kept.written(lab, ask) : ask())
  const { status, place, packet } = report.verdict
  if (json) say(`${JSON.stringify(hint ? { status, place, packet } : report, null, 2)}\n`)
  else say(reportText(report, hint))
  if (prove && !json) say((await import('./why-proven.ts')).provenText(report as Proven))
  if (guessed !== undefined) say(judged(guessed, report.verdict))
  if (pcap !== undefined && !json) say(`What moved is kept in ${report.kept?.join(', ')}\n`)
  return status === 'delivered' ? 0 : 1
}
