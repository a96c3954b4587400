/** A tunnel of VXLAN on the way: where does it send to, and what becomes of the datagrams that carry it? */
import type { CauseClass, Situation } from '../situation.ts'
import { called, type End, ownerOf, type Stack } from '../stacks.ts'
import { mend, typed, type Verdict, verdict } from '../verdict.ts'
import { wireBetween } from '../wire.ts'
import { hopOf } from './hop.ts'
import { receiverOf } from './wire.ts'

/** The two ends of the first tunnel on a wire. */
const tunnelOn = (wire: readonly End[] | undefined): [End, End] | undefined => {
  const at = wire?.findIndex(({ link }, i) => link.vxlan && wire[i + 1]?.link.vxlan) ?? -1
  return at === -1 ? undefined : [wire?.[at] as End, wire?.[at + 1] as End]
}

/** Where a tunnel sends what it knows no MAC address for. */
async function remotes({ evidence: { facts } }: Situation, { stack, link }: End): Promise<string[]> {
  const fdb = (await facts.fdb(stack)).filter(({ dev }) => dev === link.name)
  return fdb.flatMap(({ mac, dst }) => (/^00:00:00:00:00:00$/.test(mac) && dst ? [dst] : []))
}

/** The datagram that carries it, asked as a question of its own. */
async function journeyBelow(
  situation: Situation,
  one: End,
  other: End,
  remote: string,
): Promise<Verdict | undefined> {
  const { vxlan } = one.link
  const told = await situation.evidence.ask({
    from: one.stack.place.name,
    to: remote,
    port: vxlan?.port ?? 4789,
    udp: true,
  })
  if (!told || told.status === 'delivered' || told.status === 'unknown') return undefined
  return {
    ...told,
    says: `the frame travels in VXLAN, UDP port ${vxlan?.port} from ${called(one.stack.place)} to ${remote} (${called(other.stack.place)}), and that datagram died: ${told.says}`,
  }
}

async function broken(situation: Situation, [one, other]: [End, End]): Promise<Verdict | undefined> {
  for (const [a, b] of [
    [one, other],
    [other, one],
  ] as const) {
    const all = await remotes(situation, a)
    const { place } = a.stack
    const theirs = b.stack.links.flatMap(({ addresses }) => addresses.map(({ local }) => local))
    const words = `${a.link.name} of ${called(place)}`
    const { local } = a.link.vxlan ?? {}
    const mine = b.link.vxlan?.remote
    if (local && !ownerOf([a.stack], local))
      return verdict(a.stack, a === one ? 'request' : 'reply', {
        cause: 'VXLAN mismatch',
        says: `${words}, a VXLAN, sends from ${local} (local), which ${called(place)} does not have: it sends nothing`,
        see: typed(place, ['ip', '-d', 'link', 'show', 'dev', a.link.name]),
        ...(mine && ownerOf([a.stack], mine)
          ? mend(place, ['ip', 'link', 'set', 'dev', a.link.name, 'type', 'vxlan', 'local', mine])
          : {}),
      })
    if (!all.some((remote) => theirs.includes(remote)))
      return verdict(a.stack, a === one ? 'request' : 'reply', {
        cause: 'VXLAN mismatch',
        says:
          all.length === 0
            ? `${words}, a VXLAN, knows no remote: its forwarding database (fdb) tells nowhere to send a frame to`
            : `${words}, a VXLAN, sends to ${all.join(', ')}, and not to ${called(b.stack.place)}`,
        see: typed(place, ['bridge', 'fdb', 'show', 'dev', a.link.name]),
        ...mend(place, [
          'bridge',
          'fdb',
          'append',
          '00:00:00:00:00:00',
          'dev',
          a.link.name,
          'dst',
          b.link.vxlan?.local ??
            theirs.find((local) => !local.includes(':') && !local.startsWith('127.')) ??
            'ADDRESS',
        ]),
      })
    const below = await journeyBelow(situation, a, b, all.find((remote) => theirs.includes(remote)) ?? '')
    if (below) return below
  }
  return undefined
}

/** It was to pass a tunnel. */
export const vxlan: CauseClass = {
  at: ['unsent', 'sent', 'switched'],
  async find(situation) {
    const { evidence, stack, link, stage } = situation
    if (!link || !evidence.stacks.some(({ links }) => links.some((one) => one.vxlan))) return undefined
    const receiver = stage === 'unsent' ? undefined : receiverOf(situation)
    const wire =
      stage === 'unsent'
        ? (await hopOf(situation))?.wire
        : receiver && wireBetween(evidence.stacks, { stack, link }, (end) => end.link === receiver.link)
    const tunnel = tunnelOn(wire)
    return tunnel && broken(situation, tunnel)
  },
}

/** The tunnels on the wire between two places. */
export const tunnelsOf = (stack: Stack): End[] =>
  stack.links.filter((link) => link.vxlan).map((link) => ({ stack, link }))
