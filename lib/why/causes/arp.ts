/** Nobody answered "who has?": by a setting of the one who should, or because there is nobody. */
import { familyOf, ipFamily } from '../address.ts'
import { onLink } from '../evidence.ts'
import { isOwnRule, ruleWords } from '../policy-routing.ts'
import type { CauseClass, Situation } from '../situation.ts'
import { called, type End, ownerOf, type Stack } from '../stacks.ts'
import { confKey, mend, typed, type Verdict, vanished, verdict } from '../verdict.ts'
import { wireBetween } from '../wire.ts'
import { besideGateway } from './gateway.ts'
import { type Hop, hopOf } from './hop.ts'
import { isAlone, withoutGateway, wrongMask } from './masks.ts'
import { otherWay } from './other-way.ts'
import { cameBy } from './routes.ts'

/** The larger of what holds for all interfaces, and for one: as the kernel takes it for most of them. */
export async function setting(
  { evidence: { facts } }: Situation,
  stack: Stack,
  dev: string,
  name: string,
): Promise<number> {
  const [all, own] = await Promise.all(['all', dev].map((one) => facts.value(stack, confKey(4, one, name))))
  return Math.max(Number(all), Number(own))
}

/** How to see a setting, and to undo it where it is set. */
async function set(
  { evidence: { facts } }: Situation,
  { place, ...rest }: Stack,
  dev: string,
  name: string,
  value: number,
) {
  const stack = { place, ...rest }
  const keys = ['all', dev].map((one) => confKey(4, one, name))
  const values = await Promise.all(keys.map((key) => facts.value(stack, key)))
  const wrong = keys.filter((_, i) => Number(values[i]) !== value && Number(values[i]) !== 0)
  return {
    see: typed(place, ['sysctl', ...keys]),
    ...mend(place, ['sysctl', '-w', ...(wrong.length > 0 ? wrong : keys).map((key) => `${key}=${value}`)]),
  }
}

/** "Who has?" does not come to the owner: ARP is switched off there, or the port of its switch gets no such frames. */
function unheard({ stack, packet, link }: Situation, { owner, wire, address }: Hop): Verdict | undefined {
  const arrival = wire?.at(-1)
  if (!owner || !wire || !arrival) return undefined
  const quiet = [...(link ? [{ stack, link }] : []), arrival].find((end) => end.link.noArp)
  if (quiet)
    return verdict(stack, packet, {
      cause: 'ARP unanswered',
      code: 'arp-policy',
      says: `ARP is switched off on ${quiet.link.name} of ${called(quiet.stack.place)} (NOARP): ${quiet.stack === stack ? 'it asks nobody' : `it answers no "who has ${address}?"`}`,
      see: typed(quiet.stack.place, ['ip', 'link', 'show', 'dev', quiet.link.name]),
      ...mend(quiet.stack.place, ['ip', 'link', 'set', 'dev', quiet.link.name, 'arp', 'on']),
    })
  const six = familyOf(address) === 6
  const port = wire.find(
    ({ link: { master, port } }, i) =>
      master !== undefined &&
      wire[i - 1]?.link.name === master &&
      (six ? port?.noMulticast : port?.noBroadcast),
  )
  if (!port) return undefined
  const option = six ? 'mcast_flood' : 'bcast_flood'
  return verdict(stack, packet, {
    cause: 'ARP unanswered',
    code: 'arp-policy',
    says: `"who has ${address}?" does not come to ${called(owner.stack.place)}: ${port.link.name}, a port of ${port.link.master} of ${called(port.stack.place)}, gets no ${six ? 'multicasts' : 'broadcasts'} (${option} is off)`,
    see: typed(port.stack.place, ['bridge', '-d', 'link', 'show', 'dev', port.link.name]),
    ...mend(port.stack.place, ['bridge', 'link', 'set', 'dev', port.link.name, option, 'on']),
  })
}

/** IPv6 is switched off on an interface of this wire: it cannot have the address that it had. */
async function switchedOff(situation: Situation, from: End, address: string): Promise<Verdict | undefined> {
  const { evidence, stack, packet } = situation
  if (familyOf(address) !== 6) return undefined
  for (const other of evidence.stacks.filter((one) => one !== stack && one.place.kind !== 'lan'))
    for (const link of other.links.filter(({ name, master }) => name !== 'lo' && master === undefined)) {
      if (!wireBetween(evidence.stacks, from, (end) => end.link === link)) continue
      const key = confKey(6, link.name, 'disable_ipv6')
      if ((await evidence.facts.value(other, key)) !== '1') continue
      return verdict(stack, packet, {
        cause: 'no such address',
        says: `no place has ${address}, and ${called(other.place)} has IPv6 switched off on ${link.name}: disable_ipv6 is 1`,
        see: typed(other.place, ['sysctl', key]),
        ...mend(other.place, ['sysctl', '-w', `${key}=0`]),
        hints: ['It lost its addresses of IPv6 when that was set: give them to it again.'],
      })
    }
  return undefined
}

/** A setting of the owner that keeps it from answering. */
async function policy(situation: Situation, hop: Hop): Promise<Verdict | undefined> {
  const { evidence, stack, packet, header } = situation
  const { owner, wire, address } = hop
  const arrival = wire?.at(-1)
  if (!owner || !arrival || familyOf(address) === 6) return undefined
  const at = owner.stack
  const name = called(at.place)
  const dev = arrival.link.name
  const tell = async (
    setting: string,
    value: number,
    says: string,
    cause: Verdict['cause'] = 'ARP unanswered',
  ) =>
    verdict(stack, packet, {
      ...{ cause, code: cause === 'rp_filter' ? 'rp_filter' : 'arp-policy', says },
      ...(await set(situation, at, dev, setting, value)),
    })
  const ignore = await setting(situation, at, dev, 'arp_ignore')
  const isHere = arrival.link === owner.link
  if (ignore === 8 || (ignore >= 1 && !isHere) || (ignore === 2 && !onLink(arrival.link, header.src)))
    return tell(
      'arp_ignore',
      0,
      `${name} answers no "who has ${address}?" on ${dev}: arp_ignore is ${ignore}${isHere ? '' : `, and the address is on ${owner.link.name}`}`,
    )
  // The kernel asks from the packet's own source, where that is its own.
  const source = ownerOf([stack], header.src)
    ? header.src
    : (stack.links.find(({ name }) => name === situation.dev)?.addresses[0]?.local ?? header.src)
  const back = await evidence.facts.route(at, source)
  const filter = await setting(situation, at, dev, 'rp_filter')
  if (back.ok && back.dev !== dev && filter === 1)
    return tell(
      'rp_filter',
      2,
      `${name} takes nothing from ${source} on ${dev}, not even "who has ${address}?": its own way there is ${back.dev}, and rp_filter is strict (1)`,
      'rp_filter',
    )
  if (back.ok && back.dev !== dev && (await setting(situation, at, dev, 'arp_filter')) === 1)
    return tell(
      'arp_filter',
      0,
      `${name} answers no "who has ${address}?" on ${dev}, as its way to ${source} is ${back.dev}: arp_filter is 1`,
    )
  return undefined
}

/** The address is behind a router on this link, which does not answer in its name. */
async function proxy(situation: Situation, from: End, hop: Hop): Promise<Verdict | undefined> {
  const { evidence, stack, packet } = situation
  const { address, owner } = hop
  if (!owner || hop.wire || hop.gateway) return undefined
  if (!isAlone(owner, address)) return undefined
  for (const router of evidence.stacks) {
    if (router === stack || router === owner.stack) continue
    const wire = wireBetween(
      evidence.stacks,
      from,
      (end) => end.stack === router && end.link.addresses.length > 0,
    )
    const arrival = wire?.at(-1)
    const way = arrival && (await evidence.facts.route(router, address))
    if (!arrival || !way?.ok || way.dev === arrival.link.name) continue
    const name = familyOf(address) === 6 ? 'proxy_ndp' : 'proxy_arp'
    const key = confKey(familyOf(address), arrival.link.name, name)
    if ((await evidence.facts.value(router, key)) === '1') continue
    return verdict(stack, packet, {
      cause: 'ARP unanswered',
      code: 'arp-policy',
      says: `${address} is behind ${called(router.place)}, not on the link of ${situation.dev}, and ${called(router.place)} does not answer for it: ${name} of ${arrival.link.name} is off`,
      see: typed(router.place, ['sysctl', key]),
      ...mend(router.place, ['sysctl', '-w', `${key}=1`]),
    })
  }
  return undefined
}

/** A setting of the one who should have answered; or the address is not on this link at all. */
export const arpPolicy: CauseClass = {
  at: ['unsent'],
  async find(situation) {
    const hop = await hopOf(situation)
    const { stack, link } = situation
    if (!hop || !link) return undefined
    const from = { stack, link }
    return (
      unheard(situation, hop) ??
      (await policy(situation, hop)) ??
      (await proxy(situation, from, hop)) ??
      (hop.wire
        ? undefined
        : (wrongMask(situation, from, hop) ?? (await withoutGateway(situation, from, hop))))
    )
  },
}

/** The place whose NAT gave a packet an address that is asked for now. */
function translator({ evidence, request }: Situation, address: string): Stack | undefined {
  const visit = request?.visits.find(
    ({ passages }) => passages[0]?.header.src !== address && passages.at(-1)?.header.src === address,
  )
  return evidence.stacks.find(({ place }) => place.name === visit?.place)
}

/** Nobody has the next hop's address, or nobody says so. */
export const nobodyAnswers: CauseClass = {
  at: ['unsent'],
  async find(situation) {
    const { evidence, stack, packet, header, dev } = situation
    const { facts, target } = evidence
    const hop = await hopOf(situation)
    const me = called(stack.place)
    if (!hop || !situation.link) return vanished(stack, packet, `in ${me}, on its way out of ${dev}`)
    const { address, owner } = hop
    const state = await facts.neighbour(stack, address, dev)
    const asked = evidence.passages.some(
      ({ place, header: { arp }, oif }) => place === stack.place.name && arp === 'request' && oif === dev,
    )
    const nobody = asked
      ? `"who has ${address}?" went out of ${dev} of ${me}, and nobody answered`
      : `${me} has asked for ${address} on ${dev}, and nobody answered`
    const found = (cause: Verdict['cause'], says: string) =>
      verdict(stack, packet, {
        cause,
        says,
        see: typed(stack.place, ['ip', ...ipFamily(address), 'neigh', 'show', 'dev', dev]),
      })
    if (owner)
      return /FAILED|INCOMPLETE/.test(state.state) || state.state === ''
        ? found(
            'ARP unanswered',
            `${nobody}, though ${called(owner.stack.place)} has that address${hop.wire ? '' : `, on ${owner.link.name}: no cable joins that to ${dev} of ${me}`}`,
          )
        : vanished(stack, packet, `in ${me}, on its way out of ${dev}`)
    const router = translator(situation, address)
    if (router)
      return verdict(stack, packet, {
        cause: 'no such address',
        says: `${address}, which ${called(router.place)} gave the request as its source (SNAT), is on no interface: ${nobody}`,
        see: typed(router.place, 'iptables -t nat -L POSTROUTING -n -v --line-numbers'.split(' ')),
        hints: [`Give ${called(router.place)} that address, or let it take its own: -j MASQUERADE`],
      })
    const off = await switchedOff(situation, { stack, link: situation.link }, address)
    if (off) return off
    const decision = await facts.decision(stack, header.dst, cameBy(situation))
    const chosen =
      decision && isOwnRule(decision.rule)
        ? `; table ${decision.route?.table} was chosen by ip rule "${ruleWords(decision.rule)}"`
        : ''
    if (hop.gateway)
      return {
        ...found('ARP unanswered', `the gateway ${address} is not there: ${nobody}${chosen}`),
        ...(await besideGateway(situation, { stack, link: situation.link }, address)),
        ...otherWay(situation, decision),
      }
    const gone = address === target ? undefined : evidence.containers.find(({ state }) => state !== 'running')
    return found(
      'no such address',
      `no place has ${address}: ${nobody}${chosen}${gone ? `; ${gone.name} is ${gone.state}` : ''}`,
    )
  },
}
