/** The narrow fix of a rule that killed a packet: what opens no more than the question needs stands first. */
import { familyOf } from '../address.ts'
import { type Evidence, linkOf } from '../evidence.ts'
import { killer } from '../journey.ts'
import type { Header } from '../packet.ts'
import { chainLines, inTable, type RuleText } from '../rules.ts'
import type { Situation } from '../situation.ts'
import { called, ownerOf } from '../stacks.ts'
import { mend, type Verdict } from '../verdict.ts'
import { alone } from './alone.ts'
import { inDockerBridges, isDockerBridges } from './docker-bridges.ts'

/** A rule of Docker's own, which the engine would put back: what is deleted comes again, what stands before it stays. */
const isDockers = ({ table, chain, text }: RuleText, bridges: readonly string[]): boolean =>
  isDockerBridges({ table }) ||
  (/^DOCKER/.test(chain) && chain !== 'DOCKER-USER') ||
  (table === 'raw' && / -d \S+ ! -i \S+ -j DROP$/.test(text)) ||
  (chain === 'FORWARD' && bridges.some((bridge) => text.includes(`-i ${bridge} -o ${bridge} `)))

/** The containers that the packet is from and for, where both are known to one engine. */
function ends({ stacks }: Evidence, { src, dst }: Header) {
  const [one, other] = [src, dst].map((address) => ownerOf(stacks, address)?.stack)
  return one?.container && other?.container && one.place.server === other.place.server
    ? { from: { stack: one, container: one.container }, to: { stack: other, container: other.container } }
    : undefined
}

/** Two containers without a common network: Docker keeps networks apart, and one line joins them. */
function joinThem({ evidence, stack, header }: Situation, told: Verdict): Verdict | undefined {
  const both = ends(evidence, header)
  if (!both) return undefined
  const [mine, theirs] = [both.from, both.to].map(({ container }) => Object.keys(container.networks))
  const [from, to] = [both.from, both.to].map((end) => called(end.stack.place))
  const common = theirs?.find((name) => mine?.includes(name))
  if (common !== undefined) {
    const address = both.to.container.networks[common]?.address
    if (!address || address === header.dst) return undefined
    return {
      ...told,
      says: `${told.says}: ${header.dst} is the address of ${to} on another network than ${from}'s; Docker keeps networks apart (isolation)`,
      hints: [`${to} is also on ${common}, the network of ${from}: ask ${address} there.`],
    }
  }
  const network = theirs?.find((name) => name !== 'bridge' && name !== 'host') ?? theirs?.[0]
  if (network === undefined) return undefined
  return {
    ...told,
    says: `${told.says}: ${from} and ${to} have no network in common, and Docker keeps networks apart (isolation)`,
    ...mend({ ...stack.place, kind: 'server' }, [
      'docker',
      'network',
      'connect',
      network,
      both.from.container.name,
    ]),
    hints: [
      `Put both on one network: the line below connects ${from} to ${network}. Rules of one's own would open more than that.`,
    ],
  }
}

/** A network whose containers may not talk to each other: by an option, not by a rule of somebody's. */
async function withoutIcc(
  { evidence, stack, header, passages }: Situation,
  told: Verdict,
): Promise<Verdict | undefined> {
  const passage = killer({
    packet: 'request',
    visits: [{ place: stack.place.name, passages: [...passages] }],
  })?.passage
  const bridge = passage?.iif !== undefined && passage.iif === passage.oif ? passage.iif : undefined
  const both = ends(evidence, header)
  if (!both) return undefined
  const networks = await evidence.networks(stack.place.server)
  const network = networks.find(
    (one) =>
      one.options['com.docker.network.bridge.enable_icc'] === 'false' &&
      (one.bridge === bridge ||
        (one.name in both.from.container.networks && one.name in both.to.container.networks)),
  )
  if (!network) return undefined
  const [from, to] = [both.from, both.to].map((end) => called(end.stack.place))
  const { undo: _, fix: __, ...rest } = told
  const program = familyOf(header.dst) === 6 ? 'ip6tables' : 'iptables'
  const pass = (src: string, dst: string) => [
    ...[program, '-I', 'DOCKER-USER', '-s', src, '-d', dst, '-j', 'ACCEPT'],
  ]
  return {
    ...rest,
    says: `${told.says}: it is Docker's own, because the network ${network.name} was made with enable_icc=false (no inter-container communication)`,
    see: `docker network inspect ${network.name}`,
    ...mend({ ...stack.place, kind: 'server' }, pass(header.src, header.dst), pass(header.dst, header.src)),
    hints: [
      'The line below lets these two alone talk to each other.',
      `Or put ${from} and ${to} on a network that was made without that option: docker network create NET; docker network connect NET ${both.from.container.name}; docker network connect NET ${both.to.container.name}`,
    ],
  }
}

/** Docker's own rule around an internal network: nothing leaves it, and nothing comes in. */
async function ofInternal(
  { evidence, stack, header, passages }: Situation,
  told: Verdict,
): Promise<Verdict | undefined> {
  const passage = killer({
    packet: 'request',
    visits: [{ place: stack.place.name, passages: [...passages] }],
  })?.passage
  const networks = await evidence.networks(stack.place.server)
  const network = networks.find(
    ({ internal, bridge }) => internal && bridge !== '' && [passage?.iif, passage?.oif].includes(bridge),
  )
  if (!network) return undefined
  const { undo: _, fix: __, ...rest } = told
  const inside = [header.src, header.dst]
    .map((address) => ownerOf(evidence.stacks, address)?.stack)
    .find((one) => one?.container && network.name in one.container.networks)
  const name = inside?.container?.name
  return {
    ...rest,
    says: `${told.says}: it is Docker's own, because the network ${network.name} is internal: nothing leaves it, and nothing comes in from outside`,
    see: `docker network inspect ${network.name}`,
    ...(name
      ? mend({ kind: 'server', name: stack.place.server, server: stack.place.server }, [
          ...['docker', 'network', 'connect', 'bridge', name],
        ])
      : {}),
    hints: ['Put who needs it on a second network, that is not internal; the internal one stays as it is.'],
  }
}

/** What lets a packet past a rule of Docker's: as the recipe `gateway()` does. */
function pastDocker({ stack, header, passages }: Situation, told: Verdict): Verdict | undefined {
  const found = killer({
    packet: 'request',
    visits: [{ place: stack.place.name, passages: [...passages] }],
  })?.passage
  if (!found || found.iif === undefined || !told.rule) return undefined
  const { iif, oif } = found
  const argv =
    told.rule.table === 'raw'
      ? ['iptables', '-t', 'raw', '-I', 'PREROUTING', '-i', iif, '-d', header.dst, '-j', 'ACCEPT']
      : oif === undefined
        ? undefined
        : ['iptables', '-I', 'DOCKER-USER', '-i', iif, '-o', oif, '-j', 'ACCEPT']
  return argv && { ...told, ...mend(stack.place, argv) }
}

/** The words of iptables for exactly this packet, in exactly this chain. */
function exactly(
  { header, stack, passages, evidence }: Situation,
  { table, chain, number }: RuleText,
): string[] | undefined {
  const isPolicy = number === undefined
  const passage = killer({
    packet: 'request',
    visits: [{ place: stack.place.name, passages: [...passages] }],
  })?.passage
  if (!passage || !['ip', 'ip6'].includes(passage.family)) return undefined
  const program = familyOf(header.dst) === 6 ? 'ip6tables' : 'iptables'
  const { protocol } = evidence.probe
  const port = header.dport !== undefined && header.dport === evidence.probe.mark ? undefined : header.dport
  return [
    // Behind all rules comes the policy: what stands last passes none of them by.
    ...[program, ...inTable(table), isPolicy ? '-A' : '-I', chain],
    ...(passage.iif && chain !== 'OUTPUT' && chain !== 'POSTROUTING' ? ['-i', passage.iif] : []),
    ...(passage.oif && chain !== 'INPUT' && chain !== 'PREROUTING' ? ['-o', passage.oif] : []),
    ...(['FORWARD', 'INPUT'].includes(chain) ? ['-d', header.dst] : []),
    ...['-p', protocol === 'icmp' && program === 'ip6tables' ? 'icmpv6' : protocol],
    ...(port === undefined || protocol === 'icmp' ? [] : ['--dport', String(port)]),
    ...['-j', 'ACCEPT'],
  ]
}

/** An answer that is dropped, where the question was let through: what belongs to it should pass, and nothing else. */
const established = ({ header }: Situation, { table, chain, number }: RuleText): string[] => [
  ...[familyOf(header.dst) === 6 ? 'ip6tables' : 'iptables', ...inTable(table)],
  ...[number === undefined ? '-A' : '-I', chain],
  ...['-m', 'conntrack', '--ctstate', 'ESTABLISHED,RELATED', '-j', 'ACCEPT'],
]

/** The rule of raw that takes packets out of connection tracking here: no answer belongs to a connection then. */
async function untracking({ evidence: { facts }, stack, header }: Situation): Promise<string | undefined> {
  if (familyOf(header.dst) === 6) return undefined
  const lines = (await facts.saved(stack, 'raw')).split('\n')
  return lines.find((line) => / -j (NOTRACK\b|CT .*--notrack)/.test(line))
}

/** Whether a chain has a rule for what belongs to a connection. */
async function letsAnswersPass(
  { evidence: { facts }, stack, header }: Situation,
  { table, chain }: RuleText,
): Promise<boolean> {
  const { save } = await facts.rules(stack, familyOf(header.dst) === 6 ? 'ip6' : 'ip', table)
  return chainLines(save, table, chain).some((line) => /ESTABLISHED.*-j ACCEPT/.test(line))
}

/** What the rule in question keeps out, besides this packet, is worth keeping out. */
const isProtection = ({ text, chain }: RuleText): boolean =>
  !/ -[sd] | --dport | --sport | -p icmp/.test(text) || chain === 'DOCKER-USER'

/** Frames that are bridged, and pass iptables all the same: br_netfilter. */
const isBridged = ({ stack, passages }: Situation): boolean => {
  const came = passages.find(({ family, iif }) => family === 'netdev' && iif !== undefined)
  const passage = passages.findLast(({ chain }) => chain === 'routed' || /FORWARD/.test(chain))
  return (
    linkOf(stack, came?.iif)?.master !== undefined &&
    passage?.iif !== undefined &&
    passage.iif === passage.oif &&
    came?.header.ttl === passage.header.ttl
  )
}

function bridged(situation: Situation, told: Verdict): Verdict {
  const { stack, header, evidence } = situation
  const six = familyOf(header.dst) === 6
  const key = `net.bridge.bridge-nf-call-ip${six ? '6' : ''}tables`
  const docker = evidence.containers.some(({ server }) => server === stack.place.server)
  const exact = told.rule && exactly(situation, told.rule)
  return {
    ...told,
    says: `${told.says}: the frame was bridged, and br_netfilter shows bridged frames to iptables`,
    ...mend(stack.place, docker && exact ? exact : ['sysctl', '-w', `${key}=0`]),
    hints: [
      `${key} is 1: Docker sets it. ${docker ? 'Its networks need it, so that a rule for this packet alone is the narrow way.' : 'Where no network of Docker needs it, 0 takes bridged frames out of iptables.'}`,
    ],
  }
}

/** The verdict on a rule, with the fix that opens least; and one for this packet alone, where the fix opens more. */
export async function narrow(situation: Situation, told: Verdict): Promise<Verdict> {
  const found = await narrowed(situation, told)
  const deletes = found.fix?.lines.some((line) => /^ip6?tables$/.test(line[0] ?? '') && line.includes('-D'))
  const narrower = deletes && told.rule ? alone(situation, told.rule) : undefined
  return narrower ? { ...found, narrower } : found
}

async function narrowed(situation: Situation, told: Verdict): Promise<Verdict> {
  const { rule } = told
  const { stack, packet, evidence } = situation
  if (!rule) return told
  const icc = await withoutIcc(situation, told)
  if (icc) return icc
  const quiet = await ofInternal(situation, told)
  if (quiet) return quiet
  const bridges = stack.links.filter(({ kind }) => kind === 'bridge').map(({ name }) => name)
  if (isDockers(rule, bridges)) {
    if (!isDockerBridges(rule)) return joinThem(situation, told) ?? pastDocker(situation, told) ?? told
    const { undo: _, fix: __, ...rest } = told
    return joinThem(situation, rest) ?? inDockerBridges(situation, rest)
  }
  if (told.cause === 'rejected' && !isProtection(rule)) return told
  if (isBridged(situation)) return bridged(situation, told)
  if (told.cause === 'policy' || (isProtection(rule) && rule.chain === 'DOCKER-USER')) {
    const isAnswer = packet === 'reply' && evidence.probe.protocol !== 'udp'
    const free = isAnswer ? await untracking(situation) : undefined
    if (free)
      return {
        ...told,
        ...mend(stack.place, ['iptables', '-t', 'raw', ...free.replace(/^-A/, '-D').split(' ')]),
        hints: [
          `A rule of raw takes it out of connection tracking (${free}): so no answer belongs to a connection, and no rule for ESTABLISHED takes it.`,
        ],
      }
    const argv = isAnswer ? established(situation, rule) : exactly(situation, rule)
    if (!argv || !['iptables', 'ip6tables'].includes(rule.text.split(' ')[0] ?? '')) return told
    if (rule.chain === 'DOCKER-USER' && packet === 'request') return told
    // What is handed on one way has an answer, which passes the same chain.
    const both = !isAnswer && rule.chain === 'FORWARD' && !(await letsAnswersPass(situation, rule))
    const lines = both ? [established(situation, rule), argv] : [argv]
    return {
      ...told,
      ...mend(stack.place, ...lines),
      hints: [
        isAnswer
          ? 'It lets in what belongs to a connection, and nothing else.'
          : `It lets in this${both ? ', and what answers' : ''}, and nothing else.`,
      ],
    }
  }
  return told
}
