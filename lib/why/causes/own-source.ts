/** What comes with the receiver's own address as source, or is taken for its own: the kernel throws it away, or keeps it. */
import { bitsOf, isLoopback, within } from '../address.ts'
import type { Visit } from '../journey.ts'
import { chainLines, ruleText } from '../rules.ts'
import type { CauseClass, Situation } from '../situation.ts'
import { called, ownerOf, ownersOf, type Stack } from '../stacks.ts'
import { mend, typed, verdict } from '../verdict.ts'
import { hopOf } from './hop.ts'

/** A router's NAT sent it back to who sent it, with the sender's own address as source. */
export const backToSender: CauseClass = {
  at: ['entered'],
  find({ evidence, stack, header, packet, request }) {
    const { src, dst } = header
    if (packet === 'reply' || stack !== evidence.from || !ownerOf([stack], src) || !ownerOf([stack], dst))
      return undefined
    const router = request?.visits.find(
      ({ place, passages }) =>
        place !== stack.place.name && passages[0]?.header.dst !== passages.at(-1)?.header.dst,
    )
    const at = router && evidence.stacks.find(({ place }) => place.name === router.place)
    if (!at || src.includes(':')) return undefined
    const me = called(stack.place)
    return verdict(stack, packet, {
      cause: 'own address as source',
      says: `${called(at.place)} sent it on to ${dst} (DNAT), which is ${me} itself, with the source ${src}, the address of ${me}, too: what seems to come from itself is thrown away. ${called(at.place)} must rewrite the source, too (hairpin NAT)`,
      see: typed(at.place, ['iptables', '-t', 'nat', '-L', '-n', '-v', '--line-numbers']),
      ...mend(at.place, [
        ...['iptables', '-t', 'nat', '-A', 'POSTROUTING', '-s', src, '-d', dst, '-j', 'MASQUERADE'],
      ]),
    })
  },
}

/** A whole subnet on lo: it takes for its own what is for all others of it. */
export const subnetOnLo: CauseClass = {
  at: ['unanswered'],
  find({ evidence, stack, header, packet }) {
    const { dst } = header
    if (packet !== 'reply' || stack === evidence.from || isLoopback(dst) || ownerOf([stack], dst))
      return undefined
    const lo = stack.links.find(({ name }) => name === 'lo')
    const one = lo?.addresses.find(
      ({ local, prefixlen }) => !isLoopback(local) && within(dst, `${local}/${prefixlen}`),
    )
    if (!one) return undefined
    const { place } = stack
    const bits = bitsOf(dst)
    return verdict(stack, packet, {
      cause: 'wrong subnet mask',
      says: `${called(place)} takes the reply to ${dst} for itself: lo has ${one.local}/${one.prefixlen}, and of lo the whole subnet is its own. Meant is /${bits}`,
      see: typed(place, ['ip', 'route', 'show', 'table', 'local', 'dev', 'lo']),
      ...mend(
        place,
        ['ip', 'addr', 'add', `${one.local}/${bits}`, 'dev', 'lo'],
        ['ip', 'addr', 'del', `${one.local}/${one.prefixlen}`, 'dev', 'lo'],
      ),
    })
  },
}

/** A router's NAT gave a packet a source that is the receiver's own. */
export const sourceIsOwn: CauseClass = {
  at: ['entered', 'unsent'],
  async find(situation) {
    const { evidence, header, packet, stage, request, reply } = situation
    const stack = stage === 'unsent' ? (await hopOf(situation))?.owner?.stack : situation.stack
    const { src } = header
    const made = (packet === 'request' ? request : reply)?.visits[0]?.passages[0]?.header
    if (
      !stack ||
      stack === situation.evidence.from ||
      !ownersOf([stack], src)[0] ||
      made === undefined ||
      made.src === src
    )
      return undefined
    const visits = (packet === 'request' ? request : reply)?.visits ?? []
    const router = visits.find(
      ({ passages }) => passages[0]?.header.src !== src && passages.at(-1)?.header.src === src,
    )
    const at = router && evidence.stacks.find(({ place }) => place.name === router.place)
    const by = at ? called(at.place) : 'NAT'
    return verdict(stack, packet, {
      cause: 'own address as source',
      says: `the ${packet} comes to ${called(stack.place)} with the source ${src}, which is its own address: ${by} rewrote the source (SNAT), and what seems to come from itself is thrown away`,
      see: typed((at ?? stack).place, [
        'iptables',
        '-t',
        'nat',
        '-L',
        'POSTROUTING',
        '-n',
        '-v',
        '--line-numbers',
      ]),
      hints: [`${by} should give it an address of its own: -j MASQUERADE`],
      ...(at && router ? await masqueraded(situation, at, router) : {}),
    })
  },
}

/** The rule that gave a packet its source, with an address of the router's own instead. */
async function masqueraded({ evidence }: Situation, stack: Stack, { passages }: Visit) {
  const by = passages
    .flatMap(({ matches }) => matches)
    .find(({ table, text }) => table === 'nat' && / snat to /i.test(` ${text} `))
  if (!by) return {}
  const { json, save } = await evidence.facts.rules(stack, by.family, by.table)
  const { chain, number, text } = ruleText(by, json, save)
  const words = number === undefined ? [] : (chainLines(save, 'nat', chain)[number - 1]?.split(' ') ?? [])
  const jump = words.indexOf('-j')
  // A rule with text in quotes is left to who wrote it.
  if (words[jump + 1] !== 'SNAT' || /["'\\]/.test(text)) return {}
  const program = by.family === 'ip6' ? 'ip6tables' : 'iptables'
  return mend(stack.place, [
    ...[program, '-t', 'nat', '-R', chain, String(number), ...words.slice(2, jump)],
    ...['-j', 'MASQUERADE'],
  ])
}
