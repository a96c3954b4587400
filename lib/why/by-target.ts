/** Packets that arrived, and got no answer, or a refusal. */
import { noRoute } from './by-route.ts'
import { killedByLegacy } from './by-rule.ts'
import { type Evidence, endOf } from './evidence.ts'
import type { Journey } from './journey.ts'
import { called, type Stack } from './stacks.ts'
import { typed, type Verdict, vanished, verdict } from './verdict.ts'

const isLocal = ({ address }: { address: string }): boolean => address.startsWith('127.')

/** The listeners at the port of a probe, where it arrived. */
async function listeners({ facts, probe }: Evidence, stack: Stack, port: number | undefined) {
  const number = port ?? probe.port ?? 0
  const all = await facts.listeners(stack, probe.protocol === 'udp' ? 'udp' : 'tcp')
  return { number, open: all.filter((one) => one.port === number) }
}

function notListening({ probe }: Evidence, stack: Stack, port: number, local: string | undefined): Verdict {
  const { place } = stack
  const where = `${probe.protocol} port ${port} of ${called(place)}`
  return verdict(stack, 'request', {
    status: 'refused',
    cause: local ? 'listens on 127.0.0.1 only' : 'nobody listens',
    says: local
      ? `it arrived, but on ${where} somebody listens on ${local} only`
      : `it arrived, but nobody listens on ${where}`,
    see: typed(place, ['ss', probe.protocol === 'tcp' ? '-ltn' : '-lun']),
  })
}

/** It was turned away: by a TCP reset, or by ICMP port unreachable. */
export async function refused(evidence: Evidence, request: Journey): Promise<Verdict> {
  const [header, stack] = endOf(evidence, request)
  const { number, open } = await listeners(evidence, stack, header.dport)
  return notListening(evidence, stack, number, open.find(isLocal)?.address)
}

/** No answer was made. */
export async function unanswered(evidence: Evidence, request: Journey): Promise<Verdict> {
  const { facts, probe } = evidence
  const [header, stack] = endOf(evidence, request)
  const { place } = stack
  const route = await facts.route(stack, header.src)
  if (!route.ok) return noRoute(stack, 'reply', header.src, route.said)
  if (!stack.links.some(({ addresses }) => addresses.some(({ local }) => local === header.dst)))
    return verdict(stack, 'request', {
      cause: 'ignores pings',
      says: `${header.dst} is the broadcast address of a subnet of ${called(place)}, and nobody answers for it`,
      see: typed(place, ['ip', 'addr']),
    })
  if (probe.protocol === 'icmp') {
    if ((await facts.value(stack, 'net.ipv4.icmp_echo_ignore_all')) === '1')
      return verdict(stack, 'request', {
        cause: 'ignores pings',
        says: `the request arrived, but ${called(place)} answers no pings`,
        see: typed(place, ['sysctl', 'net.ipv4.icmp_echo_ignore_all']),
        undo: typed(place, ['sysctl', '-w', 'net.ipv4.icmp_echo_ignore_all=0']),
      })
  } else {
    const { number, open } = await listeners(evidence, stack, header.dport)
    if (open.every(isLocal)) return notListening(evidence, stack, number, open[0]?.address)
    if (probe.protocol === 'udp')
      return verdict(stack, 'request', {
        status: 'delivered',
        cause: 'delivered',
        says: `the datagram arrived at a listener of ${called(place)}; UDP itself gives no receipt`,
      })
  }
  return (
    (await killedByLegacy(evidence, stack, 'request')) ??
    vanished(stack, 'request', `in ${called(place)}, after it had arrived`)
  )
}
