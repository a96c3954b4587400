/** Where exactly did the packet die? Sends one probe through a running lab and finds out. */
import { BadInput } from '../errors.ts'
import { port as portNumber } from '../language/names.ts'
import { enter } from '../server/enter.ts'
import { finished, sleep } from '../server/process.ts'
import type { LabRecord } from '../server/state.ts'
import { familyOf } from './address.ts'
import { networksOf } from './containers.ts'
import { type Evidence, type Leg, linkOf, stackOf } from './evidence.ts'
import { explain } from './explain.ts'
import { type Facts, facts } from './facts.ts'
import { complete, type Journey, journeys } from './journey.ts'
import { withKernel } from './kernel.ts'
import { listen } from './monitor.ts'
import { recording } from './record.ts'
import { newMark, type Seen, send, sendUnseen } from './send.ts'
import { called, type Inside, inside, lookAt, type Stack, type View, wiring } from './stacks.ts'
import { type Way, waysOf } from './steps.ts'
import { isOpen, talkOf, withTalk } from './talk.ts'
import { mustBeNamed, type Target, targetOf } from './target.ts'
import type { Verdict } from './verdict.ts'
import type { Probe } from './watch.ts'

export interface Question {
  /** The name of a place. */
  from: string
  /** The name of a place, an address, or a name to be resolved. */
  to: string
  /** A TCP port; with `udp` a UDP port. Without one it is a ping. */
  port?: number
  udp?: boolean
  /** `to` is a name that must be resolved first, even when a place is called so. */
  dns?: boolean
  /** A ping of so many bytes, behind its header. */
  size?: number
  /** It may not be cut into pieces. */
  df?: boolean
}

export interface Report {
  lab: string
  question: Question & { address?: string }
  ways: Way[]
  verdict: Verdict
  /** What each family of addresses was told, where a place has both. */
  families?: { 4: Verdict; 6: Verdict }
  /** The smallest MTU of the way. */
  mtu?: { mtu: number; dev: string; place: string }
  /** The captures that were kept, one a place. */
  kept?: string[]
  /** What could not be seen here, in words. */
  blind?: string
  ms: number
}

export interface Options {
  /** Without it, it makes do with what kernels before 5.16 show. Default: true. */
  egress?: boolean
  /** Keeps what moved, as files for Wireshark: one a place. */
  pcap?: string | undefined
  /** Is shown the stacks of the lab as they were when it was asked. */
  look?(stacks: readonly Stack[]): void
}

/** What all probes of one question have in common. */
export interface Context {
  lab: LabRecord
  into: Inside
  view: View
  asks: Facts
  options: Options
}

/** What became of one probe. */
interface Outcome {
  verdict: Verdict
  ways: Way[]
  mtu?: NonNullable<Report['mtu']>
  kept?: string[]
  blind?: string
}

/** How often a question may ask another one. */
const depth = 2

/** Why `to` answers, or does not, when `from` asks. A tool that fails throws: that is no verdict. */
export async function why(lab: LabRecord, question: Question, options: Options = {}): Promise<Report> {
  const began = performance.now()
  mustBeAskable(question)
  const into = inside(lab)
  const context: Context = { lab, into, view: await lookAt(lab), asks: facts(into), options }
  const { view, asks } = context
  options.look?.(view.stacks)
  const report = (outcome: Outcome, more: Partial<Report> = {}, address?: string): Report => ({
    lab: lab.name,
    question: { ...question, ...(address === undefined ? {} : { address }) },
    ...outcome,
    ...more,
    ms: Math.round(performance.now() - began),
  })
  const from = mustBeNamed(view, lab.name, question.from)
  if (!('links' in from)) return report({ ways: [], verdict: from })
  const target = await targetOf(into, asks, view, from, question, (leg) => again(context, leg, 1))
  if (!('addresses' in target)) return report({ ways: [], verdict: target })

  const [first = '', second] = target.addresses
  const one = await askPatiently(context, from, first, question, target)
  if (second === undefined) return report(one, {}, first)
  const two = await askPatiently(context, from, second, question, target)
  const { worse, verdict } = ofBoth(one, two)
  return report(
    { ...worse, verdict },
    { families: { 4: one.verdict, 6: two.verdict } },
    worse === one ? first : second,
  )
}

/** What may only be late: the kernel asks "who has?" once a second, and a link that was just switched on needs a moment. */
const mayBeLate = ({ cause, code }: Verdict): boolean =>
  cause === 'vanished' || (cause === 'ARP unanswered' && code !== 'arp-policy')

/** Asks; and once more, a second later, before what may only be late counts as dead. A datagram is not sent twice. */
async function askPatiently(
  context: Context,
  from: Stack,
  to: string,
  question: Omit<Question, 'from' | 'to'>,
  target: Target,
): Promise<Outcome> {
  const first = await ask(context, from, to, question, target, 0)
  if (question.udp || !mayBeLate(first.verdict)) return first
  // While the kernel still waits for an answer to an older question it asks anew once a second: what became of a
  // question that was seen tells more than that nobody answered.
  for (const wait of [1000, 600, 700]) {
    await sleep(wait)
    const next = await ask(context, from, to, question, target, 0)
    if (next.verdict.status === 'delivered' || !mayBeLate(next.verdict)) return next
    if (!isUnseen(first.verdict)) break
  }
  return first
}

/** Whether the question that nobody answered was not seen itself. */
const isUnseen = ({ cause, says }: Verdict): boolean =>
  cause === 'ARP unanswered' && / has asked for /.test(says)

function mustBeAskable({ to, port, udp, size }: Question): void {
  if (udp && port === undefined)
    throw new BadInput('--udp needs a port', { where: undefined, hint: `As in ${to}:53` })
  if (size !== undefined && port !== undefined)
    throw new BadInput('--size is for pings', { where: undefined, hint: 'Leave out the port.' })
}

/** Of two families the one that has a fault; and what is said of both. */
function ofBoth(one: Outcome, two: Outcome): { worse: Outcome; verdict: Verdict } {
  const works = ({ verdict }: Outcome) => verdict.status === 'delivered'
  const worse = works(one) && !works(two) ? two : one
  const name = worse === one ? 'IPv4' : 'IPv6'
  const other = worse === one ? two : one
  if (works(one) && works(two))
    return { worse: one, verdict: { ...one.verdict, says: `${one.verdict.says}, by IPv4 and by IPv6` } }
  const hint = works(other)
    ? `By ${worse === one ? 'IPv6' : 'IPv4'} it is delivered.`
    : `By ${worse === one ? 'IPv6' : 'IPv4'}: ${other.verdict.says}`
  return {
    worse,
    verdict: {
      ...worse.verdict,
      says: `by ${name}: ${worse.verdict.says}`,
      hints: [...(worse.verdict.hints ?? []), hint],
    },
  }
}

/** One more probe, to explain another one. */
async function again(context: Context, leg: Leg, deep: number): Promise<Verdict | undefined> {
  const from = context.view.stacks.find(({ place }) => place.name === leg.from)
  if (!from || deep > depth) return undefined
  const { verdict } = await ask({ ...context, options: {} }, from, leg.to, leg, { addresses: [leg.to] }, deep)
  return verdict
}

/** The probe of a question. */
function probeOf({ port, udp, size, df }: Omit<Question, 'from' | 'to'>, address: string): Probe {
  return {
    protocol: port === undefined ? 'icmp' : udp ? 'udp' : 'tcp',
    mark: newMark(),
    family: familyOf(address),
    ...(port === undefined ? {} : { port: portNumber(port) }),
    ...(size === undefined ? {} : { size }),
    ...(df ? { whole: true } : {}),
  }
}

/** Sends one probe, watches it in all places, and finds out what became of it. */
async function ask(
  context: Context,
  from: Stack,
  to: string,
  question: Omit<Question, 'from' | 'to'>,
  { named }: Target,
  deep: number,
): Promise<Outcome> {
  const { into, view, asks, options } = context
  const { stacks } = view
  const target = to.split('%')[0] ?? to
  const probe = probeOf(question, target)
  const legacy = await legacyRules(stacks, asks)
  const record = await recording(into, stacks, options.pcap)
  const monitor = await listen(into, stacks, probe, options.egress ?? true)
  const wires = wiring(stacks)
  const home = from.place.name
  const ways = () => journeys(monitor.passages, probe, home, wires)
  const talk = () => talkOf(monitor.passages, probe, home, wires)
  const seen: Seen = {
    open: () => complete(ways(), home, wires) && isOpen(probe, ways()),
    home: () => complete(ways(), home, wires) && (!isOpen(probe, ways()) || talk().heard || talk().ended),
  }
  // The tables go while the verdict is found.
  let stopped: Promise<unknown> | undefined
  const stop = () => {
    stopped ??= Promise.all([monitor.stop(), record.stop()])
    return stopped
  }
  try {
    const said = await send(into, from, probe, to, monitor, seen)
    const opening = ways()
    monitor.mustHaveHeard(complete(opening, home, wires))
    const { found, heard } = withTalk(opening, isOpen(probe, opening) ? talk() : undefined, home)
    void stop()
    const evidence: Evidence = {
      ...{ stacks, containers: view.containers, probe, from, target, said, legacy, facts: asks },
      ...{ journeys: found, passages: monitor.passages, ...(named ? { named } : {}) },
      ...(heard ? { talk: heard } : {}),
      ...(question.udp ? {} : { resend: () => sendUnseen(into, from, probe, to) }),
      ...more(context, deep),
    }
    const [verdict, steps] = await Promise.all([
      explain(evidence).then((told) => withKernel(into, stacks, told)),
      waysOf(found, stacks, asks),
    ])
    const mtu = smallest(found, stacks, from)
    const blind = [...(monitor.egress ? [] : [noEgress]), ...view.silent]
    return {
      ...{ verdict, ways: steps },
      ...(mtu ? { mtu } : {}),
      ...(record.files ? { kept: record.files } : {}),
      ...(blind.length > 0 ? { blind: blind.join(' ') } : {}),
    }
  } finally {
    await stop()
  }
}

const noEgress =
  'This kernel does not show what leaves an interface: bridge ports and ARP requests were not seen.'

/** What else may be asked, where a cause needs it: of the engine, of the programs of a server, of the network once more. */
export function more(context: Context, deep: number): Pick<Evidence, 'networks' | 'programs' | 'ask'> {
  const { lab } = context
  const server = (name: string) => lab.servers.find((one) => one.name === name)
  return {
    networks: async (name) => {
      const one = server(name)
      return one?.engine ? networksOf(one) : []
    },
    programs: async (name, word) => {
      const one = server(name)
      const argv = ['pgrep', '-a', '-f', word]
      return one ? (await finished(enter({ lab, server: one }, argv))).stdout.split('\n').filter(Boolean) : []
    },
    ask: (leg) => again(context, leg, deep + 1),
  }
}

/** The smallest MTU of the interfaces that a request passed. */
function smallest(found: readonly Journey[], stacks: readonly Stack[], from: Stack): Report['mtu'] {
  const request = found.find(({ packet }) => packet === 'request')
  const all = (request?.visits ?? []).flatMap(({ place, passages }) => {
    const stack = stackOf({ stacks, from }, place)
    return passages.flatMap(({ iif, oif }) => {
      const link = linkOf(stack, oif ?? iif)
      return link?.mtu && link.name !== 'lo'
        ? [{ mtu: link.mtu, dev: link.name, place: called(stack.place) }]
        : []
    })
  })
  return all.sort((a, b) => a.mtu - b.mtu)[0]
}

/** What iptables-legacy counts before the probe, where it has rules: no trace shows them. */
export async function legacyRules(stacks: readonly Stack[], asks: Facts): Promise<Map<Stack, string>> {
  const mixed = stacks.filter(({ legacy }) => legacy)
  return new Map(await Promise.all(mixed.map(async (stack) => [stack, await asks.legacy(stack)] as const)))
}
