/** The answer finds no way home, because nobody rewrote a private source: the fault is at the sender's side. */
import { isPrivate, within } from '../address.ts'
import { linkOf, stackOf } from '../evidence.ts'
import type { Visit } from '../journey.ts'
import { chainLines } from '../rules.ts'
import type { CauseClass, Situation } from '../situation.ts'
import { called, type Stack } from '../stacks.ts'
import { mend, typed, type Verdict, verdict } from '../verdict.ts'

/** A router that handed a request on, and by which interfaces. */
interface Router {
  stack: Stack
  iif: string
  oif: string
}

/** The routers of a way whose packet kept its source. */
function routers(situation: Situation, source: string): Router[] {
  const found = (visit: Visit): Router | undefined => {
    const routed = visit.passages.find(
      ({ chain, oif, iif }) => chain === 'routed' && oif !== undefined && iif !== undefined,
    )
    const kept = visit.passages.at(-1)?.header.src === source
    // Bridged frames are not routed, though they pass that hook.
    return routed?.iif && routed.oif && routed.iif !== routed.oif && kept
      ? { stack: stackOf(situation.evidence, visit.place), iif: routed.iif, oif: routed.oif }
      : undefined
  }
  return (situation.request?.visits ?? []).flatMap((visit) => found(visit) ?? [])
}

/** The networks of an engine come in by a bridge of its own. */
const isDockers = ({ evidence: { containers } }: Situation, { stack, iif }: Router): boolean => {
  const link = linkOf(stack, iif)
  return containers.some(
    ({ server, networks }) =>
      server === stack.place.server &&
      Object.values(networks).some(({ gateway }) => link?.addresses.some(({ local }) => local === gateway)),
  )
}

function told(
  router: Router,
  source: string,
  line: string | undefined,
  number: number,
  docker: boolean,
): Verdict {
  const { stack, iif, oif } = router
  const { place } = stack
  const other = line?.match(/(?:! )?-o (\S+)/)
  const not = line?.includes('! -o')
  const says = line
    ? `${called(place)} does not rewrite the source ${source}: rule ${number} of nat POSTROUTING has ${other ? `${not ? '! ' : ''}-o ${other[1]}` : 'other conditions'}, but the request came in by ${iif} and left by ${oif}; nobody beyond has a way back to a private address`
    : `${called(place)} does not rewrite the source ${source} (no MASQUERADE for it in nat POSTROUTING): the request left by ${oif} as it was, and nobody beyond has a way back to a private address`
  const subnet = linkOf(stack, iif)?.addresses.find(({ local }) => !local.includes(':'))
  const net = subnet ? networkWords(subnet.local, subnet.prefixlen) : source
  return verdict(stack, 'request', {
    cause: 'not masqueraded',
    says,
    see: typed(place, ['iptables', '-t', 'nat', '-L', 'POSTROUTING', '-n', '-v', '--line-numbers']),
    ...mend(place, [
      ...['iptables', '-t', 'nat', '-A', 'POSTROUTING', '-s', net],
      ...(docker ? ['!', '-o', iif] : ['-o', oif]),
      ...['-j', 'MASQUERADE'],
    ]),
    ...(docker
      ? {
          hints: [
            'Docker makes that rule when it starts: restarting the engine brings all of its rules back.',
          ],
        }
      : {}),
  })
}

/** The subnet of an address. */
export function networkWords(local: string, prefixlen: number): string {
  const bits = local.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0)
  const size = 2 ** (32 - prefixlen)
  const base = Math.floor(bits / size) * size
  return `${[24, 16, 8, 0].map((shift) => Math.floor(base / 2 ** shift) % 256).join('.')}/${prefixlen}`
}

/** Whether the answer died because it had no way to a private source. */
async function noWayBack(situation: Situation, source: string): Promise<boolean> {
  const { evidence, stack, stage, packet, header } = situation
  const { facts } = evidence
  if (packet === 'request' && stage === 'unanswered') return !(await facts.route(stack, header.src)).ok
  if (packet !== 'reply' || header.dst !== source || stage !== 'entered') return false
  return !(await facts.route(stack, header.dst, { from: header.src, iif: situation.dev })).ok
}

/** A router of the sender's side should have rewritten the source. */
export const masquerade: CauseClass = {
  at: ['unanswered', 'entered'],
  async find(situation) {
    const { evidence, request, packet, stack } = situation
    const source = request?.visits.at(-1)?.passages.at(-1)?.header.src
    const far = request?.visits.at(-1)?.passages.at(-1)?.header.dst
    if (
      !source ||
      !far ||
      source.includes(':') ||
      !isPrivate(source) ||
      !(await noWayBack(situation, source))
    )
      return undefined
    const all = routers(situation, source)
    // Where the answer died in a place that the request had passed, only those before it could have rewritten the source.
    const at = packet === 'reply' ? all.findIndex((router) => router.stack === stack) : -1
    for (const router of at === -1 ? all : all.slice(0, at)) {
      const lines = chainLines(await evidence.facts.saved(router.stack, 'nat'), 'nat', 'POSTROUTING')
      // A rule for other sources is not meant for this one.
      const isFor = (line: string) => {
        const subnet = line.match(/ -s (\S+)/)?.[1]
        return subnet === undefined || within(source, subnet)
      }
      const line = lines.findIndex((line) => /-j (MASQUERADE|SNAT)\b/.test(line) && isFor(line))
      const docker = isDockers(situation, router)
      const isBorder =
        !isPrivate(far) && linkOf(router.stack, router.oif)?.addresses.some(({ local }) => !isPrivate(local))
      const meant = line !== -1
      if (docker || isBorder || meant) return told(router, source, lines[line], line + 1, docker)
    }
    return undefined
  },
}

/** Bridged frames whose source a rule of nat rewrote: br_netfilter shows them to iptables. */
export const bridgedNat: CauseClass = {
  at: ['unanswered', 'unsent', 'entered', 'sent'],
  async find(situation) {
    const { evidence, request, stage, packet, stack, header } = situation
    const visit = request?.visits.find(({ passages, place }) => {
      const came = passages.find(({ family, iif }) => family === 'netdev' && iif !== undefined)
      const last = passages.at(-1)?.header
      return (
        came !== undefined &&
        linkOf(stackOf(evidence, place), came.iif)?.master !== undefined &&
        came.header.ttl === last?.ttl &&
        came.header.src !== last?.src
      )
    })
    if (!visit) return undefined
    const [was, now] = [visit.passages[0]?.header.src, visit.passages.at(-1)?.header.src]
    const lost =
      packet === 'request' && stage === 'unanswered'
        ? header.src === now
        : header.dst === now || header.src === now
    if (!lost) return undefined
    const at = stackOf(evidence, visit.place)
    const docker = evidence.containers.some(({ server }) => server === at.place.server)
    const key = 'net.bridge.bridge-nf-call-iptables'
    const subnet = linkOf(
      stack,
      stack.links.find(({ addresses }) => addresses.some(({ local }) => local === header.dst))?.name,
    )
    const mine = subnet?.addresses.find(({ local }) => local === header.dst)
    const net = mine ? networkWords(mine.local, mine.prefixlen) : header.dst
    return verdict(at, 'request', {
      cause: 'not masqueraded',
      says: `nat POSTROUTING of ${called(at.place)} rewrote the source of a bridged frame, ${was} to ${now}: br_netfilter shows bridged frames to iptables, and the answer to ${now} finds no way`,
      see: typed(at.place, ['iptables', '-t', 'nat', '-L', 'POSTROUTING', '-n', '-v', '--line-numbers']),
      ...(docker
        ? mend(at.place, ['iptables', '-t', 'nat', '-I', 'POSTROUTING', '-s', net, '-d', net, '-j', 'ACCEPT'])
        : mend(at.place, ['sysctl', '-w', `${key}=0`])),
    })
  },
}
