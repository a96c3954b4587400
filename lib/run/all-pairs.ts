/** All pairs of many places: one fping for each place that asks, side by side. */
import { readFileSync } from 'node:fs'
import { type Check, holds, type Observed, silence } from '../language/checks/check.ts'
import { findProgram } from '../server/path.ts'
import type { Servers } from '../server/servers.ts'
import {
  forgetScript,
  isPlainPair,
  pairAnswers,
  pairsScript,
  type Question,
  roundsOf,
} from './all-pairs-script.ts'

/** How many programs ask side by side. */
export const sideBySide = 32

/** From so many questions of one place on, one fping is less than a ping for each. */
const many = 6

/**
 * How many neighbours the machine's table of a family takes, and has (of ARP, of neighbour discovery): one for all
 * network namespaces, whose limit only the machine itself can set (gc_thresh3 in arp(7), 1024 by default). Who talks to
 * whom is an entry for each, and the packets of those that it has no room for are dropped without a word.
 */
function neighbours(family: 4 | 6): { most: number; used: number } {
  const read = (file: string, found: RegExp, base: number): number | undefined => {
    try {
      const [, number] = readFileSync(file, 'utf8').match(found) ?? []
      return number === undefined ? undefined : Number.parseInt(number, base)
    } catch {
      return undefined // not to be seen from inside a container
    }
  }
  return {
    most: read(`/proc/sys/net/ipv${family}/neigh/default/gc_thresh3`, /(\d+)/, 10) ?? 1024,
    used:
      read(`/proc/net/stat/${family === 4 ? 'arp' : 'ndisc'}_cache`, /\n([0-9a-f]+)/, 16) ??
      Number.POSITIVE_INFINITY,
  }
}

/** What of the table is used at most: others on the machine have neighbours, too. */
const share = 7 / 8

const placeOf = ({ from }: Check): string => `${from.server}/${from.name}`

/** The checks by a key, in the order of their first. */
function grouped<K>(checks: readonly Check[], keyOf: (check: Check) => K): Map<K, Check[]> {
  const groups = new Map<K, Check[]>()
  for (const check of checks) {
    const group = groups.get(keyOf(check))
    if (group) group.push(check)
    else groups.set(keyOf(check), [check])
  }
  return groups
}

/** Those of the checks that are asked so: of places with many questions. None where there is no fping. */
export function pairsToAsk({ record }: Servers, checks: readonly Check[]): Check[] {
  const groups = [...grouped(checks.filter(isPlainPair), placeOf).values()]
  const found = groups.filter((group) => group.length >= many).flat()
  return found.length > 0 && findProgram('fping', record.path) ? found : []
}

/**
 * Asks them all, and twice more those that have to reply and did not: other labs on the machine fill the same table of
 * neighbours. What is left out of the answers is to be asked by itself, so that it is told in which way it fails: unless
 * there are many of them.
 */
export async function askPairs(sandbox: Servers, checks: readonly Check[]): Promise<Map<Check, Observed>> {
  const answers = new Map<Check, Observed>()
  const open = () => checks.filter((check) => !holds(check.expected, answers.get(check) ?? ''))
  for (let time = 1; time <= 3 && open().length > 0; time++) await askAll(sandbox, open(), answers, time > 1)
  const failed = open()
  if (failed.length <= sideBySide) for (const check of failed) answers.delete(check)
  return answers
}

/** Asks each once, in rounds that the table of neighbours has room for; `again`: they were asked before, in vain. */
async function askAll(
  sandbox: Servers,
  checks: readonly Check[],
  answers: Map<Check, Observed>,
  again: boolean,
): Promise<void> {
  const names = [...new Set(checks.flatMap(({ pair }) => (pair ? [pair.from, pair.to] : [])))]
  const numbers = new Map(names.map((name, number) => [name, number]))
  const number = (name = '') => numbers.get(name) ?? 0
  // Where both families are asked, the smaller table counts for both.
  const families = ([4, 6] as const).filter((family) =>
    checks.some((check) => target(check).includes(':') === (family === 6)),
  )
  const most = Math.min(...families.map((family) => neighbours(family).most)) * share
  const used = () => Math.max(...families.map((family) => neighbours(family).used))
  const places = [...grouped(checks, placeOf).values()].flatMap(([one]) => (one ? [one.from] : []))

  const onServer = async (server: string, script: string): Promise<string> => {
    const { run } = await sandbox.server(server, false)
    return (await run(['sh', '-c', script])).stdout
  }
  const forget = () =>
    Promise.all(
      [...new Set(places.map(({ server }) => server))].map((server) =>
        onServer(server, forgetScript(places.filter((place) => place.server === server))),
      ),
    )
  const askRound = async ([server, round]: [string, Check[]]): Promise<void> => {
    const asked = [...grouped(round, placeOf).values()]
    const questions = asked.map((mine): Question => {
      const [{ from }] = mine as [Check]
      const wait = mine.some(({ expected }) => expected !== silence) ? 1000 : 300
      return { place: from, addresses: mine.map(target), wait }
    })
    for (const { question, address, replied } of pairAnswers(await onServer(server, pairsScript(questions))))
      for (const check of asked[question] ?? [])
        if (target(check) === address) answers.set(check, replied ? 'replies' : 'no reply')
  }

  if (again || used() + checks.length > most) await forget()
  // What is still in it is that of others. Its size cannot be seen from inside a container: there it counts as empty.
  const others = used()
  const room = Number.isFinite(others) ? most - others : most
  const roundOf = roundsOf(names.length, Math.floor(Math.max(room, most / 8)))
  for (const round of grouped(checks, ({ pair }) => roundOf(number(pair?.from), number(pair?.to))).values()) {
    if (used() + round.length > most) await forget()
    await Promise.all([...grouped(round, ({ from }) => from.server)].map(askRound))
  }
}

const target = (check: Check): string => String(check.target)
