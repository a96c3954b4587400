/** It arrived, and the kernel itself keeps silent: pings ignored, a broadcast address, IPsec. */
import { familyOf, within } from '../address.ts'
import type { CauseClass } from '../situation.ts'
import { called, ownerOf } from '../stacks.ts'
import { mend, typed, verdict } from '../verdict.ts'

/** A broadcast address: nobody has to answer for it. */
export const broadcast: CauseClass = {
  at: ['unanswered'],
  find({ stack, header, packet }) {
    if (packet === 'reply' || ownerOf([stack], header.dst)) return undefined
    return verdict(stack, 'request', {
      cause: 'ignores pings',
      says: `${header.dst} is the address of all machines of a subnet of ${called(stack.place)} (broadcast), or of a group, and nobody answers for it`,
      see: typed(stack.place, ['ip', 'addr']),
    })
  },
}

/** The machine was told to answer no pings. */
export const silence: CauseClass = {
  at: ['unanswered'],
  async find({ evidence, stack, header, packet }) {
    if (packet === 'reply' || evidence.probe.protocol !== 'icmp') return undefined
    const key = familyOf(header.dst) === 6 ? 'net.ipv6.icmp.echo_ignore_all' : 'net.ipv4.icmp_echo_ignore_all'
    if ((await evidence.facts.value(stack, key)) !== '1') return undefined
    return verdict(stack, 'request', {
      cause: 'ignores pings',
      says: `the request arrived, but ${called(stack.place)} answers no pings`,
      see: typed(stack.place, ['sysctl', key]),
      ...mend(stack.place, ['sysctl', '-w', `${key}=0`]),
    })
  },
}

/** A policy of IPsec, as `ip xfrm policy` prints it. */
interface Policy {
  src: string
  dst: string
  dir: string
  block: boolean
}

/** Reads `ip xfrm policy`. */
export const policiesOf = (text: string): Policy[] =>
  text
    .split(/\n(?=src )/)
    .map((part) => ({
      src: part.match(/^src (\S+)/)?.[1] ?? '',
      dst: part.match(/ dst (\S+)/)?.[1] ?? '',
      dir: part.match(/\bdir (\S+)/)?.[1] ?? '',
      block: /\baction block\b/.test(part),
    }))
    .filter(({ dir }) => /^(in|out|fwd)$/.test(dir))

/** IPsec throws it away: no rule of a firewall shows that. */
export const ipsec: CauseClass = {
  at: ['unanswered', 'entered', 'unsent', 'unmade', 'sent'],
  async find({ evidence, stack, header, packet, stage }) {
    const all = policiesOf(await evidence.facts.xfrm(stack))
    const dirs = stage === 'unanswered' ? ['in', 'out'] : stage === 'entered' ? ['fwd', 'in'] : ['out', 'fwd']
    const found = all.find(({ src, dst, dir, block }) => {
      // What goes out of one that was asked is the answer.
      const [from, to] =
        stage === 'unanswered' && dir === 'out' ? [header.dst, header.src] : [header.src, header.dst]
      return block && dirs.includes(dir) && (from === '' || within(from, src)) && within(to, dst)
    })
    if (!found) return undefined
    const { src, dst, dir } = found
    return verdict(stack, packet, {
      cause: 'IPsec policy',
      says: `a policy of IPsec (xfrm) in ${called(stack.place)} blocks what goes from ${src} to ${dst} (dir ${dir})`,
      see: typed(stack.place, ['ip', 'xfrm', 'policy']),
      ...mend(stack.place, ['ip', 'xfrm', 'policy', 'delete', 'src', src, 'dst', dst, 'dir', dir]),
    })
  },
}
