/** tc(8) dropped it: the queue of an interface, or a filter at one, which stand between the hooks of the firewall and the wire. */
import type { Queue } from '../facts.ts'
import type { CauseClass, Situation } from '../situation.ts'
import { called, type End } from '../stacks.ts'
import { mend, typed, typedAll, type Verdict, verdict } from '../verdict.ts'
import { hopOf } from './hop.ts'

/** Those that the kernel gives to interfaces by itself: they drop only what a busy link cannot carry. */
const usual = /^(noqueue|pfifo_fast|fq_codel|fq|mq)$/

/** What holds filters, and no packets. */
const holders = /^(ingress|clsact)$/

/** An interface of the way, and a queue of it. */
interface Counted {
  end: End
  queue: Queue
}

/** The queues of interfaces, as they are now. */
async function queuesOf({ evidence: { facts } }: Situation, ends: readonly End[]): Promise<Counted[]> {
  const all = await Promise.all(
    ends.map(async (end) =>
      (await facts.queues(end.stack, end.link.name)).map((queue) => ({ end, queue }) as const),
    ),
  )
  return all.flat().filter(({ queue: { kind } }) => !usual.test(kind))
}

/** The queue that drops what is sent once more. A datagram is not sent twice: there what was dropped before must do. */
async function dropping(situation: Situation, ends: readonly End[]): Promise<Counted | undefined> {
  const before = await queuesOf(situation, ends)
  if (before.length === 0) return undefined
  const { resend } = situation.evidence
  if (!resend) return before.find(({ queue }) => queue.drops > 0)
  await resend()
  const after = await queuesOf(situation, ends)
  return after.find(({ end, queue: { handle, drops } }) => {
    const old = before.find((one) => one.end.link === end.link && one.queue.handle === handle)
    return drops > (old?.queue.drops ?? drops)
  })
}

/** The hooks at which filters of an interface may have dropped it: of clsact both, where nothing tells which. */
export const hooksOf = (kind: string, sends: boolean | undefined): string[] =>
  kind === 'ingress'
    ? ['ingress']
    : sends === undefined
      ? ['ingress', 'egress']
      : [sends ? 'egress' : 'ingress']

/** Whether the packet left by an interface, or came in by it; undefined where it did both. */
function sendsBy({ stack, link }: Situation, { end }: Counted): boolean | undefined {
  if (end.stack === stack && end.link === link) return true
  return end.link.master === undefined && end.link.kind !== 'bridge' ? false : undefined
}

function told(situation: Situation, counted: Counted): Verdict {
  const { stack, packet } = situation
  const { end } = counted
  const { kind, drops } = counted.queue
  const { place } = end.stack
  const dev = end.link.name
  const where = `${dev} of ${called(place)}`
  const hooks = hooksOf(kind, sendsBy(situation, counted))
  if (holders.test(kind))
    return verdict(stack, packet, {
      cause: 'traffic control',
      says: `a filter of tc at ${where} (${kind}) dropped it: its counter of drops grew to ${drops}`,
      see: typedAll(place, ...hooks.map((hook) => ['tc', '-s', 'filter', 'show', 'dev', dev, hook])),
      hints: hooks.map(
        (hook) =>
          `Delete that filter: ${typed(place, ['tc', 'filter', 'del', 'dev', dev, hook, 'pref', 'NUMBER'])}`,
      ),
    })
  return verdict(stack, packet, {
    cause: 'traffic control',
    says: `the queue of ${where} (tc qdisc ${kind}) dropped it: its counter of drops grew to ${drops}`,
    see: typed(place, ['tc', '-s', 'qdisc', 'show', 'dev', dev]),
    ...mend(place, ['tc', 'qdisc', 'del', 'dev', dev, 'root']),
  })
}

/** On its way to the next hop, or that of "who has …?" and its answer. */
export const trafficControl: CauseClass = {
  at: ['unsent', 'sent', 'switched'],
  async find(situation) {
    const { stack, link } = situation
    if (!link) return undefined
    const hop = await hopOf(situation)
    const ends = [{ stack, link }, ...(hop?.wire ?? []), ...(hop?.owner ? [hop.owner] : [])]
    const once = ends.filter((end, i) => ends.findIndex((other) => other.link === end.link) === i)
    const found = await dropping(situation, once)
    return found && told(situation, found)
  },
}
