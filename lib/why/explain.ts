/** From the ways of the packets to the verdict: what was seen decides; what no trace shows is asked of the kernel. */
import type { Place } from '../command.ts'
import { inside as insideSubnet } from '../names.ts'
import { onServer } from '../render/argv.ts'
import { shellLine } from '../render/shell.ts'
import type { Facts } from './facts.ts'
import { arrived, cameHome, type Journey, killer, lastOut, type Visit } from './journey.ts'
import { grownLegacy, policyText, type RuleText, ruleText } from './rules.ts'
import { called, isChild, type Link, ownerOf, type Stack } from './stacks.ts'
import type { Passage } from './trace.ts'
import type { Verdict } from './verdict.ts'
import type { Probe } from './watch.ts'

/** All that is known when the probe is over. */
export interface Evidence {
  stacks: readonly Stack[]
  probe: Probe
  from: Stack
  /** The address that was asked. */
  target: string
  journeys: readonly Journey[]
  /** Everything that was seen, ARP too. */
  passages: readonly Passage[]
  /** The rules of iptables-legacy, with counters, before the probe: by place. */
  legacy: ReadonlyMap<Stack, string>
  facts: Facts
}

type Found = Pick<Verdict, 'cause' | 'says'> & Partial<Verdict>

/** A command as a person would type it on the server of a place. Where a container has no such tool, nsenter brings it. */
function typed(place: Place, argv: readonly string[]): string {
  if (place.kind !== 'container') return shellLine(onServer(place, argv))
  return `nsenter -t "$(docker inspect -f '{{.State.Pid}}' ${place.name})" -n ${shellLine(argv)}`
}

const network = (link: Link): string[] =>
  link.addresses.map(({ local, prefixlen }) => `${local}/${prefixlen}`)
const onLink = (link: Link, address: string): boolean =>
  network(link).some((subnet) => insideSubnet(address, subnet))
const linkOf = (stack: Stack, dev: string | undefined): Link | undefined =>
  stack.links.find(({ name }) => name === dev)

/** Finds out what became of a probe. */
export async function explain(evidence: Evidence): Promise<Verdict> {
  const { stacks, journeys, from, target, facts } = evidence
  const stackOf = (name: string): Stack => stacks.find(({ place }) => place.name === name) ?? from
  const request = journeys.find(({ packet }) => packet === 'request')
  const reply = journeys.find(({ packet }) => packet === 'reply')

  const verdict = (stack: Stack, packet: Verdict['packet'], found: Found): Verdict => ({
    status: 'died',
    place: called(stack.place),
    packet,
    ...found,
  })

  const byRule = (
    stack: Stack,
    packet: Verdict['packet'],
    cause: 'rule' | 'policy' | 'rejected',
    rule: RuleText,
  ) => {
    const where = `${rule.table} ${rule.chain}`
    const says =
      cause === 'policy'
        ? `no rule of ${where} took the ${packet}, and the policy is DROP`
        : `rule ${rule.number ?? ''} of ${where} ${cause === 'rejected' ? 'rejected' : 'dropped'} the ${packet}`
    const place = stack.place
    return verdict(stack, packet, {
      cause,
      says,
      rule,
      see: typed(place, rule.see),
      undo: typed(place, rule.undo),
    })
  }

  /** A rule or a policy that the trace shows. */
  const killed = async (journey: Journey, packet: Verdict['packet']): Promise<Verdict | undefined> => {
    const found = killer(journey)
    if (!found) return undefined
    const { passage, by } = found
    const stack = stackOf(passage.place)
    if (by === 'policy') return byRule(stack, packet, 'policy', policyText(passage.table, passage.chain))
    const { json, save } = await facts.rules(stack, by.table)
    const rule = ruleText(by, json, save)
    const told = byRule(
      stack,
      packet,
      /REJECT|reject/.test(`${rule.text} ${by.text}`) ? 'rejected' : 'rule',
      rule,
    )
    const way = isDockers(rule) ? wayPast(rule, passage) : undefined
    return way ? { ...told, undo: typed(stack.place, way) } : told
  }

  const noRoute = (stack: Stack, packet: Verdict['packet'], to: string, said: string): Verdict => {
    const place = stack.place
    const off = stack.links.find((link) => !link.up && onLink(link, to))
    if (off)
      return verdict(stack, packet, {
        cause: 'link down',
        says: `${off.name} of ${called(place)}, which leads to ${to}, is down`,
        see: typed(place, ['ip', 'link', 'show', 'dev', off.name]),
        undo: typed(place, ['ip', 'link', 'set', 'dev', off.name, 'up']),
      })
    return verdict(stack, packet, {
      cause: packet === 'reply' ? 'no route back' : 'no route',
      says: `${called(place)} has no route ${packet === 'reply' ? 'back ' : ''}to ${to}: ${said}`,
      see: typed(place, ['ip', 'route', 'get', to]),
      undo: `${typed(place, ['ip', 'route', 'add', to, 'via'])} GATEWAY`,
    })
  }

  const vanished = (stack: Stack, packet: Verdict['packet'], between: string): Verdict =>
    verdict(stack, packet, {
      cause: 'vanished',
      says: `the ${packet} vanished ${between}, and nothing tells why`,
      see: typed(stack.place, ['ip', '-s', 'link']),
    })

  /** A rule of iptables-legacy, whose counter grew meanwhile. */
  const byLegacy = async (stack: Stack, packet: Verdict['packet']): Promise<Verdict | undefined> => {
    const before = evidence.legacy.get(stack)
    const rule = before === undefined ? undefined : grownLegacy(before, await facts.legacy(stack))
    return rule && byRule(stack, packet, rule.number === undefined ? 'policy' : 'rule', rule)
  }

  /** It came in, and was neither forwarded nor taken: routing refused it. */
  const notRouted = async (stack: Stack, packet: Verdict['packet'], last: Passage): Promise<Verdict> => {
    const { src, dst, ttl } = last.header
    const { place } = stack
    const iif = last.iif ?? ''
    if (ttl !== undefined && ttl <= 1 && !ownerOf([stack], dst))
      return verdict(stack, packet, {
        cause: 'TTL exceeded',
        says: `the ${packet} had passed as many routers as its TTL allows when it came to ${called(place)}: a loop?`,
        see: typed(place, ['ip', 'route', 'get', dst]),
      })
    const route = await facts.route(stack, dst, { from: src, iif })
    const key = (name: string) => `net.ipv4.conf.${iif}.${name}`
    const forwards = ownerOf([stack], dst) || (await facts.value(stack, key('forwarding'))) !== '0'
    if (!forwards)
      return verdict(stack, packet, {
        cause: 'forwarding off',
        says: `${called(place)} does not forward: the ${packet} was not for itself, and ip_forward is 0`,
        see: typed(place, ['sysctl', 'net.ipv4.ip_forward']),
        undo: typed(place, ['sysctl', '-w', 'net.ipv4.ip_forward=1']),
      })
    if (!route.ok && /Invalid/.test(route.said))
      return verdict(stack, packet, {
        cause: 'rp_filter',
        says: `${called(place)} takes nothing from ${src} on ${iif}: its own way there is another one (rp_filter)`,
        see: typed(place, ['sysctl', key('rp_filter'), 'net.ipv4.conf.all.rp_filter']),
        undo: typed(place, ['sysctl', '-w', key('rp_filter').concat('=0'), 'net.ipv4.conf.all.rp_filter=0']),
      })
    if (!route.ok) return noRoute(stack, packet, dst, route.said)
    return (await byLegacy(stack, packet)) ?? vanished(stack, packet, `in ${called(place)}, after ${iif}`)
  }

  /** It was to leave by an interface, and did not: the next hop does not answer, or the link is down. */
  const notSent = async (
    stack: Stack,
    packet: Verdict['packet'],
    to: string,
    dev: string,
  ): Promise<Verdict> => {
    const { place } = stack
    const link = linkOf(stack, dev)
    const route = await facts.route(stack, to)
    const hop = (route.ok && route.via) || to
    const owner = ownerOf(stacks, hop)
    const down = (where: Stack, name: string, says: string) =>
      verdict(stack, packet, {
        cause: 'link down',
        says,
        see: typed(where.place, ['ip', 'link', 'show', 'dev', name]),
        undo: typed(where.place, ['ip', 'link', 'set', 'dev', name, 'up']),
      })
    if (link && !link.up) return down(stack, dev, `${dev} of ${called(place)} is down`)
    if (owner && !owner.link.up)
      return down(
        owner.stack,
        owner.link.name,
        `${owner.link.name} of ${called(owner.stack.place)}, which has ${hop}, is down`,
      )

    const asked = typed(place, ['ip', 'neigh', 'show', 'dev', dev])
    const arp = (cause: Verdict['cause'], says: string, more: Partial<Verdict> = {}) =>
      verdict(stack, packet, { cause, says, see: asked, ...more })
    const nobody = `"who has ${hop}?" went out of ${dev} of ${called(place)}, and nobody answered`
    if (!owner)
      return hop === target
        ? arp('no such address', `no place has ${hop}: ${nobody}`)
        : arp('ARP unanswered', `the gateway ${hop} is not there: ${nobody}`)
    if (link && related(link, owner.link) && owner.stack !== stack)
      return arp(
        'macvlan and its parent',
        `a macvlan interface and its parent never talk to each other: ${hop} is on ${owner.link.name} of ${called(owner.stack.place)}`,
        { see: typed(place, ['ip', '-d', 'link', 'show', 'dev', dev]) },
      )
    const denied = await deniedAtSwitch(evidence, hop, link)
    if (denied) return verdict(stackOf(denied.place.name), packet, denial(denied, owner.stack, stack))
    const theirs = network(owner.link).join(', ')
    const sameSubnet = link?.addresses.some(({ local }) => onLink(owner.link, local))
    if (link && onLink(link, hop) && !sameSubnet)
      return arp(
        'wrong subnet mask',
        `${called(place)} takes ${hop} to be on its own link (${network(link).join(', ')} on ${dev}), but it is ${theirs} on ${owner.link.name} of ${called(owner.stack.place)}`,
        { see: typed(place, ['ip', 'addr', 'show', 'dev', dev]) },
      )
    if (!link?.carrier) return down(stack, dev, `the other end of ${dev} of ${called(place)} is down`)
    const legacy = await byLegacy(stack, packet)
    if (legacy) return legacy
    const state = await facts.neighbour(stack, hop, dev)
    return /FAILED|INCOMPLETE/.test(state) || state === ''
      ? arp('ARP unanswered', `${nobody}, though ${called(owner.stack.place)} has that address`)
      : vanished(stack, packet, `in ${called(place)}, on its way out of ${dev}`)
  }

  const denial = (at: { place: Place; port: string }, sender: Stack, receiver: Stack): Found => ({
    cause: 'promiscuous mode denied',
    says: `the switch does not know the MAC address of ${called(receiver.place)}, and was told to deliver only what is for one that it knows: what ${called(sender.place)} sends there ends at ${at.port}`,
    see: `bridge -d link show dev ${at.port}`,
    undo: `bridge link set dev ${at.port} learning on flood on`,
  })

  /** The packet is not where it should be: what was its last sign? */
  const lost = async (journey: Journey, packet: Verdict['packet']): Promise<Verdict> => {
    const visit = journey.visits.at(-1)
    const last = visit?.passages.at(-1)
    if (!visit || !last) return vanished(from, packet, 'before it was seen')
    const stack = stackOf(visit.place)
    const out = lastOut(journey)
    if (out) {
      const dev = out.oif ?? ''
      const link = linkOf(stack, dev)
      if (link && !link.carrier)
        return verdict(stack, packet, {
          cause: 'link down',
          says: `the other end of ${dev} of ${called(stack.place)} is down`,
          see: typed(stack.place, ['ip', 'link', 'show', 'dev', dev]),
        })
      const owner = ownerOf(stacks, out.header.dst)
      return vanished(
        stack,
        packet,
        `between ${dev} of ${called(stack.place)} and ${owner ? called(owner.stack.place) : out.header.dst}`,
      )
    }
    const routed = visit.passages.findLast(({ oif, family }) => oif !== undefined && family !== 'netdev')
    if (routed) return notSent(stack, packet, routed.header.dst, routed.oif ?? '')
    const came = visit.passages.find(({ iif }) => iif !== undefined) ?? last
    const link = linkOf(stack, came.iif)
    if (link?.master !== undefined) {
      if (await facts.denies(stack, link.name)) {
        const owner = ownerOf(stacks, came.header.dst)
        const source = ownerOf(stacks, came.header.src)
        return verdict(
          stack,
          packet,
          denial({ place: stack.place, port: link.name }, source?.stack ?? from, owner?.stack ?? stack),
        )
      }
      return vanished(stack, packet, `in the switch ${link.master}, after ${link.name}`)
    }
    const mac = came.header.mac
    if (
      link &&
      mac !== undefined &&
      mac !== link.mac &&
      !visit.passages.some(({ family }) => family === 'ip')
    )
      return verdict(stack, packet, {
        cause: 'wrong MAC address',
        says: `the ${packet} came to ${came.iif} of ${called(stack.place)} for ${mac}, which is not its MAC address`,
        see: typed(stack.place, ['ip', 'link', 'show', 'dev', link.name]),
      })
    return notRouted(stack, packet, came)
  }

  /** The packet as it was at the end of its way, and where that was. A journey has a visit, and a visit a passage. */
  const endOf = ({ visits }: Journey): [Passage['header'], Stack] => {
    const { place, passages } = visits.at(-1) as Visit
    return [(passages.at(-1) as Passage).header, stackOf(place)]
  }

  /** The request arrived, and no answer was made. */
  const unanswered = async (request: Journey): Promise<Verdict> => {
    const [header, stack] = endOf(request)
    const { place } = stack
    const { protocol, port: asked = 0 } = evidence.probe
    const port = header.dport ?? asked
    const route = await facts.route(stack, header.src)
    if (!route.ok) return noRoute(stack, 'reply', header.src, route.said)
    if (protocol === 'icmp') {
      if ((await facts.value(stack, 'net.ipv4.icmp_echo_ignore_all')) === '1')
        return verdict(stack, 'request', {
          cause: 'ignores pings',
          says: `the request arrived, but ${called(place)} answers no pings`,
          see: typed(place, ['sysctl', 'net.ipv4.icmp_echo_ignore_all']),
          undo: typed(place, ['sysctl', '-w', 'net.ipv4.icmp_echo_ignore_all=0']),
        })
    } else {
      const open = (await facts.listeners(stack, protocol)).filter((one) => one.port === port)
      if (protocol === 'udp' && open.some(({ address }) => !address.startsWith('127.')))
        return verdict(stack, 'request', {
          status: 'delivered',
          cause: 'delivered',
          says: `the datagram arrived at a listener of ${called(place)}; UDP itself gives no receipt`,
        })
      if (open.every(({ address }) => address.startsWith('127.'))) return notListening(stack, open, port)
    }
    return (
      (await byLegacy(stack, 'request')) ??
      vanished(stack, 'request', `in ${called(place)}, after it had arrived`)
    )
  }

  /** It arrived, and nobody takes it at that port. */
  const notListening = (stack: Stack, open: ReadonlyArray<{ address: string }>, port: number): Verdict => {
    const { place } = stack
    const { protocol } = evidence.probe
    const local = open[0]
    return verdict(stack, 'request', {
      status: 'refused',
      cause: local ? 'listens on 127.0.0.1 only' : 'nobody listens',
      says: local
        ? `it arrived, but on ${protocol} port ${port} of ${called(place)} somebody listens on ${local.address} only`
        : `it arrived, but nobody listens on ${protocol} port ${port} of ${called(place)}`,
      see: typed(place, ['ss', protocol === 'tcp' ? '-ltn' : '-lun']),
    })
  }

  const refused = async (request: Journey): Promise<Verdict> => {
    const [header, stack] = endOf(request)
    const port = header.dport ?? evidence.probe.port ?? 0
    const protocol = evidence.probe.protocol === 'udp' ? 'udp' : 'tcp'
    const open = (await facts.listeners(stack, protocol)).filter((one) => one.port === port)
    return notListening(
      stack,
      open.filter(({ address }) => address.startsWith('127.')),
      port,
    )
  }

  if (!request) {
    const route = await facts.route(from, target)
    if (!route.ok) return noRoute(from, 'request', target, route.said)
    return notSent(from, 'request', target, route.dev)
  }
  // An answer that is home proves that all went well, whatever was not seen on the way.
  if (cameHome(reply, from.place.name)) {
    const reset = reply?.visits.some(({ passages }) =>
      passages.some(({ header }) => header.flags?.includes('rst')),
    )
    const rejected = reset ? await killed(request, 'request') : undefined
    if (rejected) return rejected
    if (reset) return refused(request)
    return verdict(endOf(request)[1], 'reply', {
      status: 'delivered',
      cause: 'delivered',
      says: 'the request arrived, and the reply came back',
    })
  }
  const dead = await killed(request, 'request')
  if (dead) return dead
  if (!arrived(request)) return lost(request, 'request')
  if (reply) return (await killed(reply, 'reply')) ?? lost(reply, 'reply')
  if (evidence.probe.protocol === 'udp' && journeys.some(({ packet }) => packet === 'error'))
    return refused(request)
  return unanswered(request)
}

/** A rule of Docker's own, which the engine would put back: what is deleted comes again, what stands before it stays. */
const isDockers = ({ table, chain, text }: RuleText): boolean =>
  (/^DOCKER/.test(chain) && chain !== 'DOCKER-USER') ||
  (table === 'raw' && / -d \S+ ! -i \S+ -j DROP$/.test(text))

/** What lets a packet past a rule of Docker's: as the recipe `gateway()` does. */
function wayPast({ table }: RuleText, { iif, oif, header }: Passage): string[] | undefined {
  if (iif === undefined) return undefined
  if (table === 'raw')
    return ['iptables', '-t', 'raw', '-I', 'PREROUTING', '-i', iif, '-d', header.dst, '-j', 'ACCEPT']
  return oif === undefined
    ? undefined
    : ['iptables', '-I', 'DOCKER-USER', '-i', iif, '-o', oif, '-j', 'ACCEPT']
}

/** Whether two links are a macvlan and its parent. */
const related = (one: Link, other: Link): boolean => isChild(one, other) || isChild(other, one)

/** The switch where the answer to "who has?" ended, if one did: it came in there, and went out nowhere. */
async function deniedAtSwitch(
  { stacks, passages, facts }: Evidence,
  address: string,
  asker: Link | undefined,
): Promise<{ place: Place; port: string } | undefined> {
  if (!asker) return undefined
  const arp = passages.filter(({ header }) => header.arp !== undefined)
  const answered = arp.some(
    ({ header, oif }) => header.arp === 'reply' && oif !== undefined && header.src === address,
  )
  // While the kernel waits for an answer it does not ask again: then there is nothing to be seen.
  const asked = arp.some(
    ({ header, oif }) => header.arp === 'request' && oif !== undefined && header.dst === address,
  )
  if (!answered && asked) return undefined
  for (const stack of stacks) {
    const here = arp.filter(({ place, header }) => place === stack.place.name && header.arp === 'reply')
    const came = here.find(({ iif, header }) => iif !== undefined && header.mac === asker.mac)
    if (here.some(({ oif, header }) => oif !== undefined && header.src === address)) continue
    const ports = stack.links.filter(
      ({ name, master }) => master !== undefined && (asked ? name === came?.iif : true),
    )
    for (const port of stack.place.kind === 'lan' ? ports : [])
      if ((await facts.denies(stack, port.name)) && !(await facts.knows(stack, asker.mac)))
        return { place: stack.place, port: port.name }
  }
  return undefined
}
