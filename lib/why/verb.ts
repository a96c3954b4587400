/** `why` on the command line. */
import { existsSync } from 'node:fs'
import { hostname } from 'node:os'
import { createInterface } from 'node:readline/promises'
import { BadInput, Unable } from '../errors.ts'
import { howTo } from '../run/hints.ts'
import { serverPath } from '../sandbox/engine.ts'
import { rootless } from '../sandbox/enter.ts'
import { allLabs, findLab, type LabRecord, labName } from '../sandbox/state.ts'
import { reportText } from './show.ts'
import { stacksOf } from './stacks.ts'
import { stackNamed } from './target.ts'
import { type Question, why } from './why.ts'

export interface WhyOptions {
  json: boolean
  udp: boolean
  dns: boolean
  /** Tells only the place where it ends. */
  hint: boolean
  /** Asks first where one thinks that it ends. */
  guess: boolean
  pcap: string | undefined
  /** The lab, or this machine itself. */
  on: 'lab' | 'host'
}

/** `172.30.10.1:80`, `web:80`, `web` as a question. */
export function questionOf(from: string, to: string, udp = false, dns = false): Question {
  const how = { ...(udp ? { udp } : {}), ...(dns ? { dns } : {}) }
  const [, name = '', port] = to.match(/^([^:]*)(?::([^:]*))?$/) ?? []
  if (!name) throw new BadInput(`${JSON.stringify(to)} is not TO or TO:PORT`, { where: undefined })
  if (port === undefined) return { from, to: name, ...how }
  if (!/^\d+$/.test(port))
    throw new BadInput(`${JSON.stringify(port)} is not a port: 1 to 65535`, { where: undefined })
  return { from, to: name, port: Number(port), ...how }
}

/** The lab that is meant: the one of that name, the only one that is up, or the only one that has the place. */
async function labWith(name: string | undefined, from: string): Promise<LabRecord> {
  const labs = allLabs()
  const up = labs.map((lab) => lab.name).join(', ')
  if (name !== undefined) {
    const lab = findLab(labName(name))
    if (lab) return lab
    throw new Unable(`${name} is not up`, { hint: up ? `Up: ${up}` : `Start it: ${howTo('up', name)}` })
  }
  const [only] = labs
  if (!only) throw new Unable('no lab is up', { hint: 'Start one, as by: make scenario-net1' })
  if (labs.length === 1) return only
  const having = await Promise.all(
    labs.map(async (lab) => (stackNamed(await stacksOf(lab), from) ? [lab] : [])),
  )
  const [lab, ...others] = having.flat()
  if (lab && others.length === 0) return lab
  throw new Unable(`several labs ${lab ? `have a place ${JSON.stringify(from)}` : 'are up'}`, {
    hint: `Say which one by --name: ${
      lab
        ? having
            .flat()
            .map((one) => one.name)
            .join(', ')
        : up
    }`,
  })
}

/** This machine itself in the form of a lab: its own network, its namespaces and its Docker. Nothing in it is changed. */
function machine(): LabRecord {
  if (rootless)
    throw new Unable('asking on this machine itself needs root', { hint: 'sudo, or ask in a lab.' })
  const { pid } = process
  const name = hostname().split('.')[0] ?? 'host'
  const servers = [{ name, pid, engine: existsSync('/run/docker.sock') }]
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

/** Asks where it ends. Returns the answer; empty when there is none. */
async function guess(places: readonly string[]): Promise<string> {
  process.stdout.write(`Where does it end? ${places.join(', ')}, or: it arrives\n`)
  const lines = createInterface({ input: process.stdin })
  for await (const line of lines) {
    lines.close()
    return line.trim()
  }
  return ''
}

/** Asks, and tells the answer. Exit code 0: delivered, 1: not, 2: nothing is known. */
export async function whyVerb(
  name: string | undefined,
  from: string,
  to: string,
  { json, udp, dns, hint, guess: guessing, pcap, on }: WhyOptions,
): Promise<number> {
  const question = questionOf(from, to, udp, dns)
  const lab = on === 'host' ? machine() : await labWith(name, from)
  const guessed = guessing ? await guess((await stacksOf(lab)).map(({ place }) => place.name)) : undefined
  const report = await why(lab, question, { strict: true, pcap })
  const { status, place } = report.verdict
  const truth = status === 'delivered' ? 'it arrives' : place
  if (json) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`)
  else process.stdout.write(reportText(report, hint))
  if (guessed !== undefined && !json)
    process.stdout.write(
      guessed === truth || place.endsWith(`-${guessed}`)
        ? 'You guessed right.\n'
        : `You guessed ${guessed || 'nothing'}; it is: ${truth}.\n`,
    )
  return status === 'delivered' ? 0 : 1
}
