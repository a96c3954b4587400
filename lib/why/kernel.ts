/** The kernel's own word: what the counters of a network namespace say of a packet that died there. */
import { countersScript } from './counters.ts'
import { called, type Inside, type Stack } from './stacks.ts'
import type { Verdict } from './verdict.ts'

/** The counters by their names: `Ip.InAddrErrors`, `Ip6InNoRoutes`, `XfrmInPolBlock`. */
export function countersOf(text: string): Map<string, number> {
  const counters = new Map<string, number>()
  let names: string[] = []
  for (const line of text.split('\n')) {
    const words = line.trim().split(/\s+/)
    const [first = '', ...rest] = words
    if (!first.endsWith(':')) {
      if (words.length === 2) counters.set(first, Number(words[1]))
    } else if (names[0] === first) {
      for (const [i, value] of rest.entries())
        counters.set(`${first.slice(0, -1)}.${names[i + 1]}`, Number(value))
      names = []
    } else names = words
  }
  return counters
}

/** What a counter means, in the kernel's words for a drop, and the causes that fit. */
const words: ReadonlyArray<readonly [counter: string, reason: string, fits: RegExp]> = [
  ['TcpExt.IPReversePathFilter', 'IP_RPFILTER', /rp_filter|own address|ARP|unanswered/],
  ['IpExt.InNoRoutes', 'IP_INNOROUTES', /no route|overlapping|delivered/],
  ['Ip.OutNoRoutes', 'IP_OUTNOROUTES', /no route|not sent|link down/],
  ['Ip.InAddrErrors', 'IP_INADDRERRORS', /forwarding|route_localnet|address|wrong MAC|no route|stale|MAC/],
  ['Ip.InHdrErrors', 'IP_INHDR', /TTL/],
  ['Ip.FragFails', 'PKT_TOO_BIG', /big/],
  ['Ip6InNoRoutes', 'IP_INNOROUTES', /no route|overlapping/],
  ['Ip6OutNoRoutes', 'IP_OUTNOROUTES', /no route|not sent|link down/],
  ['Ip6InTooBigErrors', 'PKT_TOO_BIG', /big/],
  ['Ip6InHdrErrors', 'IP_INHDR', /TTL|forwarding/],
  ['Udp.NoPorts', 'NO_SOCKET', /listens|published|running/],
  ['Tcp.OutRsts', 'NO_SOCKET', /listens|published|running/],
  ['TcpExt.ListenOverflows', 'TCP_OVERFLOW', /listens|vanished/],
  ['XfrmInPolBlock', 'XFRM_POLICY', /IPsec/],
  ['XfrmInNoPols', 'XFRM_POLICY', /IPsec/],
  ['XfrmOutPolBlock', 'XFRM_POLICY', /IPsec/],
]

/** Those that no traffic beside it counts, so that they may contradict. */
const plain = new Set(['IP_RPFILTER', 'PKT_TOO_BIG', 'XFRM_POLICY'])

/** What the counters say grew, in the kernel's words. */
export function grown(before: string, after: string): Array<{ reason: string; fits: RegExp }> {
  const [old, now] = [countersOf(before), countersOf(after)]
  return words
    .filter(([counter]) => (now.get(counter) ?? 0) > (old.get(counter) ?? 0))
    .map(([, reason, fits]) => ({ reason, fits }))
}

/** The verdict with the kernel's word, where it has one. Of what is delivered it has none. */
export async function withKernel(into: Inside, stacks: readonly Stack[], told: Verdict): Promise<Verdict> {
  if (told.status === 'delivered') return told
  const vanished = told.cause === 'vanished'
  const asked = stacks.filter(({ place }) => vanished || called(place) === told.place)
  const found = await Promise.all(
    asked.map(async (stack) => {
      const { stdout } = await into.run(stack, ['sh', '-c', countersScript])
      return grown(stack.counters, stdout).map((one) => ({ ...one, place: called(stack.place) }))
    }),
  )
  const all = found.flat()
  const fitting = all.find(({ fits }) => fits.test(told.cause))
  if (fitting && !vanished) return { ...told, kernel: fitting.reason }
  const other = all.find(({ reason }) => plain.has(reason)) ?? (vanished ? all[0] : undefined)
  if (!other) return told
  if (vanished)
    return {
      ...told,
      kernel: other.reason,
      says: told.says.replace(
        /, and nothing tells why$/,
        `; the kernel of ${other.place} counted it as ${other.reason}`,
      ),
    }
  return {
    ...told,
    kernel: other.reason,
    hints: [
      ...(told.hints ?? []),
      `The kernel of ${other.place} counted ${other.reason}, which tells of another cause.`,
    ],
  }
}
