/** Where exactly did the packet die? Sends one probe through a running lab and finds out. */
import { spawn } from 'node:child_process'
import { BadInput, Unable } from '../errors.ts'
import { inside as insideSubnet, ipv4, port as portNumber } from '../names.ts'
import { environment } from '../sandbox/enter.ts'
import { finished, sleep } from '../sandbox/process.ts'
import type { LabRecord } from '../sandbox/state.ts'
import { explain } from './explain.ts'
import { type Facts, facts } from './facts.ts'
import { complete, journeys } from './journey.ts'
import { listen, type Monitor } from './monitor.ts'
import { resolve } from './name.ts'
import { recording } from './record.ts'
import { newMark, probeWords } from './send.ts'
import { type Inside, inside, namesOf, ownerOf, type Stack, stacksOf, wiring } from './stacks.ts'
import { type Way, waysOf } from './steps.ts'
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
}

export interface Report {
  lab: string
  question: Question & { address?: string }
  ways: Way[]
  verdict: Verdict
  /** What could not be seen here, in words. */
  blind?: string
  ms: number
}

export interface Options {
  /** Without it, it makes do with what kernels before 5.16 show. Default: true. */
  egress?: boolean
  /** Refuses an address that is on no subnet of the lab. Default: false. */
  strict?: boolean
  /** Keeps what moved, as files for Wireshark: one a place. */
  pcap?: string | undefined
}

const silence = 150
const patience = 1500

/** Names that are like a word come first: those that begin like it, or hold it. */
const nearest = (word: string, names: readonly string[]): string[] =>
  [...names].sort((a, b) => likeness(word, b) - likeness(word, a))
const likeness = (word: string, name: string): number => {
  let common = 0
  while (common < word.length && word[common] === name[common]) common++
  return common + (name.includes(word) ? word.length : 0)
}

/** The stack of a place; the Compose project of a container may be left out. */
export function stackNamed(stacks: readonly Stack[], name: string): Stack | undefined {
  return (
    stacks.find((stack) => stack.place.name === name || namesOf(stack).includes(name)) ??
    stacks.find((stack) => stack.place.kind === 'container' && stack.place.name.endsWith(`-${name}`))
  )
}

const unknown = (stacks: readonly Stack[], lab: string, what: string, name: string): Unable =>
  new Unable(`${what} ${JSON.stringify(name)} in ${lab}`, {
    hint: `It has: ${nearest(name, stacks.flatMap(namesOf)).join(', ')}`,
  })

/** The address of a place that is asked from another: the one on a subnet that both are on, else its first. */
function addressOf(from: Stack, to: Stack): string {
  const mine = from.links.flatMap(({ addresses }) =>
    addresses.map(({ local, prefixlen }) => `${local}/${prefixlen}`),
  )
  const theirs = to.links
    .flatMap(({ addresses }) => addresses.map(({ local }) => local))
    .filter((one) => !one.startsWith('127.'))
  const [first] = theirs
  if (first === undefined)
    throw new Unable(`${to.place.name} has no address`, { hint: 'Give it one, or ask for an address.' })
  return theirs.find((address) => mine.some((subnet) => insideSubnet(address, subnet))) ?? first
}

/** Whether an address can be one of the lab: of a place, or of a subnet that a place is on. */
const belongs = (stacks: readonly Stack[], address: string): boolean =>
  ownerOf(stacks, address) !== undefined ||
  address.startsWith('127.') ||
  stacks.some(({ links }) =>
    links.some(({ addresses }) =>
      addresses.some(
        ({ local, prefixlen }) => prefixlen > 0 && insideSubnet(address, `${local}/${prefixlen}`),
      ),
    ),
  )

/** Sends the probe and waits: until its answer is home, or for silence. Returns what the sender said. */
async function send(
  into: Inside,
  from: Stack,
  probe: Probe,
  address: string,
  monitor: Monitor,
  home: () => boolean,
) {
  const [file = '', ...rest] = into.words(from, [
    'setpriv',
    '--pdeathsig',
    'KILL',
    ...probeWords(probe, address),
  ])
  const child = spawn(file, rest, { stdio: ['ignore', 'pipe', 'pipe'], env: environment(into.lab) })
  const began = performance.now()
  let ended: number | undefined
  const done = finished(child).then((said) => {
    ended = performance.now()
    return said
  })
  for (;;) {
    await sleep(4)
    await new Promise(setImmediate) // what the monitors have printed meanwhile is read first
    const now = performance.now()
    if (home()) break
    // A busy machine may need long to start the sender: silence counts from its first sign.
    const begun = monitor.passages.length > 0 || ended !== undefined
    if (begun && now - Math.max(monitor.last, began, ended ?? 0) > silence) break
    if (now - began > patience) break
  }
  if (ended === undefined) child.kill('SIGTERM')
  return done
}

/** Why `to` answers, or does not, when `from` asks. A tool that fails throws: that is no verdict. */
export async function why(
  lab: LabRecord,
  question: Question,
  { egress = true, strict = false, pcap }: Options = {},
): Promise<Report> {
  const began = performance.now()
  const stacks = await stacksOf(lab)
  const into = inside(lab)
  const asks = facts(into)
  const from = stackNamed(stacks, question.from)
  if (!from) throw unknown(stacks, lab.name, 'there is no place', question.from)
  const report = (ways: Way[], verdict: Verdict, address?: string, blind?: string): Report => ({
    lab: lab.name,
    question: { ...question, ...(address === undefined ? {} : { address }) },
    ways,
    verdict,
    ...(blind === undefined ? {} : { blind }),
    ms: performance.now() - began,
  })

  const place = question.dns ? undefined : stackNamed(stacks, question.to)
  const isAddress = /^[\d.]+$/.test(question.to)
  if (!place && !isAddress && !/^[a-z][a-z0-9.-]*$/i.test(question.to))
    throw unknown(stacks, lab.name, 'there is no place', question.to)
  let address: string
  if (place) address = addressOf(from, place)
  else if (isAddress) address = ipv4(question.to)
  else {
    const found = await resolve(into, from, question.to)
    if (typeof found !== 'string') return report([], found)
    address = found
  }
  if (strict && !belongs(stacks, address))
    throw unknown(stacks, lab.name, 'no place has the address', address)

  const protocol = question.port === undefined ? 'icmp' : question.udp ? 'udp' : 'tcp'
  if (question.udp && question.port === undefined)
    throw new BadInput('--udp needs a port', { where: undefined, hint: `As in ${question.to}:53` })
  const probe: Probe = {
    protocol,
    mark: newMark(),
    ...(question.port === undefined ? {} : { port: portNumber(question.port) }),
  }
  const legacy = await legacyRules(stacks, asks)
  const record = await recording(into, stacks, pcap)
  const monitor = await listen(into, stacks, probe, egress)
  const wires = wiring(stacks)
  const ways = () => journeys(monitor.passages, probe, from.place.name, wires)
  const home = () => complete(ways(), from.place.name, wires)
  try {
    const said = await send(into, from, probe, address, monitor, home)
    if (/invalid option|unrecognized option|illegal option|not found|failed to execute/i.test(said.stderr))
      throw new Unable(said.stderr.trim(), {
        command: probeWords(probe, address).join(' '),
        hint: 'It takes the ping of iputils 20211215 or later, and the nc of OpenBSD.',
      })
    const found = ways()
    const evidence = {
      ...{ stacks, probe, from, target: address, journeys: found, passages: monitor.passages },
      ...{ legacy, facts: asks },
    }
    const [verdict, steps] = await Promise.all([explain(evidence), waysOf(found, stacks, asks)])
    const blind = monitor.egress
      ? undefined
      : 'This kernel does not show what leaves an interface: bridge ports and ARP requests were not seen.'
    return report(steps, verdict, address, blind)
  } finally {
    await Promise.all([monitor.stop(), record.stop()])
  }
}

/** What iptables-legacy counts before the probe, where it has rules: no trace shows them. */
async function legacyRules(stacks: readonly Stack[], asks: Facts): Promise<Map<Stack, string>> {
  const mixed = stacks.filter(({ legacy }) => legacy)
  return new Map(await Promise.all(mixed.map(async (stack) => [stack, await asks.legacy(stack)] as const)))
}
