/** What a router remembers of an older stream, which a new rule of nat does not change: connection tracking. */
import { stackOf } from '../evidence.ts'
import type { Remark, Situation } from '../situation.ts'
import { called } from '../stacks.ts'
import { typed } from '../verdict.ts'

/** One line of `conntrack -L`: the ends as they were asked, and as they answer. */
export interface Remembered {
  src: string
  dst: string
  sport: number
  dport: number
  /** Who answers: another than `dst` where nat sent it on. */
  answers: string
}

/** Reads a line of `conntrack -L`; undefined when it tells of no ports. */
export function rememberedOf(line: string): Remembered | undefined {
  const all = (name: string) =>
    [...line.matchAll(new RegExp(`\\b${name}=(\\S+)`, 'g'))].map(([, value]) => value ?? '')
  const [src, answers] = all('src')
  const [dst] = all('dst')
  const [sport] = all('sport')
  const [dport] = all('dport')
  if (!src || !dst || !answers || !sport || !dport) return undefined
  return { src, dst, answers, sport: Number(sport), dport: Number(dport) }
}

/** A stream between the same two that is older than the rule of nat which this probe met. */
export async function olderStream({ evidence, request }: Situation): Promise<Remark | undefined> {
  const { probe, facts } = evidence
  if (probe.protocol === 'icmp') return undefined
  for (const { place, passages } of request?.visits ?? []) {
    const [was, now] = [passages[0]?.header, passages.at(-1)?.header]
    if (!was || !now || was.dst === now.dst) continue
    const stack = stackOf(evidence, place)
    const lines = await facts.connections(stack, probe.protocol)
    const old = lines
      .flatMap((line) => rememberedOf(line) ?? [])
      .find(
        (one) =>
          one.src === was.src &&
          one.dst === was.dst &&
          one.dport === was.dport &&
          one.sport !== was.sport &&
          one.answers === one.dst,
      )
    if (!old) continue
    const argv = ['conntrack', '-D', '-p', probe.protocol, '-s', old.src, '--sport', String(old.sport)]
    return {
      hints: [
        `A new stream is sent on to ${now.dst}; but ${called(stack.place)} remembers an older one from ${old.src}:${old.sport} without that (connection tracking), which goes on as it began. Make it forget: ${typed(stack.place, argv)}`,
      ],
    }
  }
  return undefined
}
