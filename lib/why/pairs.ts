/** Many pings at once, each followed as a single one is: one listener in each place for all of them. */

import { finished, sleep } from '../server/process.ts'
import type { LabRecord } from '../server/state.ts'
import { familyOf } from './address.ts'
import type { Evidence } from './evidence.ts'
import { explain } from './explain.ts'
import { facts } from './facts.ts'
import { journeys } from './journey.ts'
import { listen, type Monitor } from './monitor.ts'
import { probeWords, sendUnseen } from './send.ts'
import { type Inside, inside, lookAt, type Stack, wiring } from './stacks.ts'
import { ofPlace } from './target.ts'
import type { Verdict } from './verdict.ts'
import { markRange, type Probe } from './watch.ts'
import { type Context, legacyRules, more } from './why.ts'

/** One place that asks another one. */
export interface Pair {
  from: Stack
  to: Stack
  /** What is asked. */
  address: string
}

/** What became of a pair's ping. */
export interface Answer extends Pair {
  verdict: Verdict
}

/** A lab that many questions are asked of. */
export async function contextOf(lab: LabRecord): Promise<Context> {
  const into = inside(lab)
  return { lab, into, view: await lookAt(lab), asks: facts(into), options: {} }
}

/** All pairs of places that have an address, both ways. */
export async function allPairs({ asks, view }: Context): Promise<Pair[]> {
  const places = view.stacks.filter(
    ({ place, links }) =>
      place.kind !== 'lan' && links.some(({ name, addresses }) => name !== 'lo' && addresses.length > 0),
  )
  const pairs = places.flatMap((from) => places.filter((to) => to !== from).map((to) => ({ from, to })))
  return Promise.all(
    pairs.map(async ({ from, to }) => {
      const target = await ofPlace(asks, view, from, to)
      return { from, to, address: ('addresses' in target ? target.addresses[0] : undefined) ?? '' }
    }),
  )
}

/** Pings each address that it is given, all at once, and prints those that reply. */
const pingAll = 'for to; do ping -n -q -c 1 -W 1 "$to" >/dev/null 2>&1 && echo "$to" & done; wait'

/** Which pairs reply: one shell for each place. */
export async function replying({ into }: Context, pairs: readonly Pair[]): Promise<Set<Pair>> {
  const lit = new Set<Pair>()
  const places = [...new Set(pairs.map(({ from }) => from))]
  await inTurn(places, 8, async (from) => {
    const mine = pairs.filter((pair) => pair.from === from)
    const { stdout } = await into.run(from, ['sh', '-c', pingAll, '-', ...mine.map(({ address }) => address)])
    const said = new Set(stdout.split('\n'))
    for (const pair of mine) if (said.has(pair.address)) lit.add(pair)
  })
  return lit
}

/** Does all, so many side by side. */
async function inTurn<T>(all: readonly T[], width: number, work: (one: T) => Promise<void>): Promise<void> {
  const rest = [...all]
  await Promise.all(
    Array.from({ length: width }, async () => {
      for (let one = rest.shift(); one !== undefined; one = rest.shift()) await work(one)
    }),
  )
}

/** So many pings are on their way at once. */
const wave = 48

/** For so long nothing may have been seen, in milliseconds; and nobody waits longer than that. */
const silence = 150
const patience = 4000

/** Sends pings side by side, and waits until nothing more is to be seen of them. Returns what each sender said. */
async function sendAll(
  into: Inside,
  all: ReadonlyArray<{ pair: Pair; probe: Probe }>,
  monitor: Monitor,
): Promise<string[]> {
  const children = all.map(({ pair, probe }) =>
    into.start(pair.from, probeWords(probe, pair.address), ['ignore', 'pipe', 'pipe']),
  )
  const said = children.map(async (child) => {
    const { stdout, stderr } = await finished(child)
    return `${stderr}\n${stdout}`.trim()
  })
  const began = performance.now()
  let [seen, changed, quiet] = [0, began, 0]
  while (quiet < 2 && performance.now() - began < patience) {
    await sleep(10)
    const now = performance.now()
    if (monitor.passages.length !== seen) [seen, changed] = [monitor.passages.length, now]
    quiet = now - changed > silence && monitor.idle() ? quiet + 1 : 0
  }
  for (const child of children) if (child.exitCode === null) child.kill('SIGTERM')
  return Promise.all(said)
}

/** Explains what became of the pings of pairs. */
export async function explainPairs(context: Context, pairs: readonly Pair[]): Promise<Answer[]> {
  const four = pairs.filter(({ address }) => familyOf(address) === 4)
  const six = pairs.filter(({ address }) => familyOf(address) === 6)
  return [...(await ofFamily(context, 4, four)), ...(await ofFamily(context, 6, six))]
}

async function ofFamily(context: Context, family: 4 | 6, pairs: readonly Pair[]): Promise<Answer[]> {
  if (pairs.length === 0) return []
  const { into, view, asks } = context
  const { stacks } = view
  const probeOf = (i: number): Probe => ({
    protocol: 'icmp',
    mark: markRange.first + (i % markRange.count),
    family,
  })
  const legacy = await legacyRules(stacks, asks)
  const monitor = await listen(into, stacks, { ...probeOf(Math.floor(Math.random() * 4000)), several: true })
  const wires = wiring(stacks)
  const answers: Answer[] = []
  try {
    for (let start = 0; start < pairs.length; start += wave) {
      const before = new Set(monitor.passages)
      const these = pairs.slice(start, start + wave).map((pair, i) => ({ pair, probe: probeOf(start + i) }))
      const said = await sendAll(into, these, monitor)
      const passages = monitor.passages.filter((one) => !before.has(one))
      await inTurn(
        these.map((one, i) => ({ ...one, said: said[i] ?? '' })),
        8,
        async ({ pair, probe, said }) => {
          const evidence: Evidence = {
            ...{
              stacks,
              containers: view.containers,
              probe,
              from: pair.from,
              target: pair.address,
              said,
              legacy,
            },
            ...{ facts: asks, journeys: journeys(passages, probe, pair.from.place.name, wires), passages },
            ...{ named: pair.to, ...more(context, 1) },
            resend: () => sendUnseen(into, pair.from, probe, pair.address),
          }
          answers.push({ ...pair, verdict: await explain(evidence) })
        },
      )
    }
  } finally {
    await monitor.stop()
  }
  return answers
}
