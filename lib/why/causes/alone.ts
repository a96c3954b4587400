/** What lets one packet and its answer past a rule, so that the rule stays for all others. */
import { killer } from '../journey.ts'
import type { RuleText } from '../rules.ts'
import type { Situation } from '../situation.ts'
import type { Fix } from '../verdict.ts'

/** What lets this packet and its answer past a rule of iptables, and leaves the rule to all others. */
export function alone(
  { header, stack, passages, evidence }: Situation,
  { table, chain, number }: RuleText,
): Fix | undefined {
  const killed = killer({ packet: 'request', visits: [{ place: stack.place.name, passages: [...passages] }] })
  const family = killed?.passage.family
  if (number === undefined || table !== 'filter' || (family !== 'ip' && family !== 'ip6')) return undefined
  const { protocol, family: six, mark } = evidence.probe
  const icmp = six === 6 ? ['icmpv6', '--icmpv6-type'] : ['icmp', '--icmp-type']
  const { src, dst, sport, dport } = header
  const asks = dport !== mark && header.type !== 'echo-reply'
  // As it is here: nat may have changed it on its way.
  const port = (asks ? dport : sport) ?? evidence.probe.port
  const line = (src: string, dst: string, type: string, end: string): string[] => [
    ...[family === 'ip6' ? 'ip6tables' : 'iptables', '-I', chain, '-s', src, '-d', dst, '-p'],
    ...(protocol === 'icmp' ? [...icmp, type] : [protocol, end, String(port)]),
    ...['-j', 'ACCEPT'],
  ]
  const one = asks ? line(src, dst, 'echo-request', '--dport') : line(src, dst, 'echo-reply', '--sport')
  const other = asks ? line(dst, src, 'echo-reply', '--sport') : line(dst, src, 'echo-request', '--dport')
  return { place: stack.place, lines: /^(INPUT|OUTPUT)$/.test(chain) ? [one] : [one, other] }
}
