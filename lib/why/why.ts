/** Where exactly did the packet die? Sends one probe through a running lab and finds out. */
import { BadInput } from '../errors.ts'
import { port as portNumber } from '../language/names.ts'
import type { LabRecord } from '../server/state.ts'
import { explain } from './explain.ts'
import { type Facts, facts } from './facts.ts'
import { complete, journeys } from './journey.ts'
import { listen } from './monitor.ts'
import { recording } from './record.ts'
import { newMark, send } from './send.ts'
import { inside, type Stack, silentServers, stacksOf, wiring } from './stacks.ts'
import { type Way, waysOf } from './steps.ts'
import { addressFor, mustBeNamed } from './target.ts'
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
  /** The captures that were kept, one a place. */
  kept?: string[]
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
  const from = mustBeNamed(stacks, lab.name, question.from)
  const report = (ways: Way[], verdict: Verdict, address?: string, blind?: string): Report => ({
    lab: lab.name,
    question: { ...question, ...(address === undefined ? {} : { address }) },
    ways,
    verdict,
    ...(blind === undefined ? {} : { blind }),
    ms: Math.round(performance.now() - began),
  })

  const address = await addressFor(into, stacks, from, question, strict)
  if (typeof address !== 'string') return report([], address)

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
  // The tables go while the verdict is found.
  let stopped: Promise<unknown> | undefined
  const stop = () => {
    stopped ??= Promise.all([monitor.stop(), record.stop()])
    return stopped
  }
  try {
    await send(into, from, probe, address, monitor, () => complete(ways(), from.place.name, wires))
    const found = ways()
    monitor.mustHaveHeard()
    void stop()
    const evidence = {
      ...{ stacks, probe, from, target: address, journeys: found, passages: monitor.passages },
      ...{ legacy, facts: asks },
    }
    const [verdict, steps] = await Promise.all([explain(evidence), waysOf(found, stacks, asks)])
    const gaps = [
      ...(monitor.egress
        ? []
        : [
            'This kernel does not show what leaves an interface: bridge ports and ARP requests were not seen.',
          ]),
      ...silentServers(stacks).map(
        (server) => `The Docker Engine of ${server} does not answer: its containers have no names here.`,
      ),
    ]
    const blind = gaps.length > 0 ? gaps.join(' ') : undefined
    return { ...report(steps, verdict, address, blind), ...(record.files ? { kept: record.files } : {}) }
  } finally {
    await stop()
  }
}

/** What iptables-legacy counts before the probe, where it has rules: no trace shows them. */
async function legacyRules(stacks: readonly Stack[], asks: Facts): Promise<Map<Stack, string>> {
  const mixed = stacks.filter(({ legacy }) => legacy)
  return new Map(await Promise.all(mixed.map(async (stack) => [stack, await asks.legacy(stack)] as const)))
}
