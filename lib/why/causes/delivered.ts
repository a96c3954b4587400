/** The answer is home: is it what the sender waits for, and from whom? */
import { isMulticast, plain, withPort } from '../address.ts'
import { onLink, stackOf } from '../evidence.ts'
import { hears } from '../listeners.ts'
import type { CauseClass, Situation } from '../situation.ts'
import { called, ownerOf } from '../stacks.ts'
import { mend, typed, type Verdict, verdict } from '../verdict.ts'
import { networkWords } from './masquerade.ts'

/** Whether an address is that of all machines of a subnet, or of a group: any of them may answer. */
const isForMany = ({ evidence: { target, from } }: Situation): boolean =>
  isMulticast(target) ||
  target.endsWith('.255') ||
  from.links.some(({ addresses }) =>
    addresses.some(({ local, prefixlen }) => target === broadcastOf(local, prefixlen)),
  )

function broadcastOf(local: string, prefixlen: number): string | undefined {
  if (local.includes(':') || prefixlen > 30) return undefined
  const [net = ''] = networkWords(local, prefixlen).split('/')
  const base = net.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0) + 2 ** (32 - prefixlen) - 1
  return [24, 16, 8, 0].map((shift) => Math.floor(base / 2 ** shift) % 256).join('.')
}

/** The answer came straight, with an address that the sender had not asked: hairpin NAT. */
export const straight: CauseClass = {
  at: ['home', 'refused'],
  find(situation) {
    const { evidence, request, reply, stack } = situation
    const last = reply?.visits.at(-1)?.passages.findLast(({ chain }) => chain === 'mine')?.header
    if (!last || isForMany(situation) || plain(last.src) === plain(evidence.target)) return undefined
    const router = request?.visits.find(
      ({ passages }) => passages[0]?.header.dst !== passages.at(-1)?.header.dst,
    )
    // "This machine", whatever its address.
    if (evidence.target === '0.0.0.0' || evidence.target === '::') return undefined
    // What rewrote it on its own way out takes that back behind all rules of INPUT.
    if (router?.place === evidence.from.place.name) return undefined
    const at = router ? stackOf(evidence, router.place) : stack
    const home = called(evidence.from.place)
    const oif = router?.passages.findLast(({ oif }) => oif !== undefined)?.oif
    const link = at.links.find(({ addresses }) =>
      addresses.some((one) => onLink({ addresses: [one] } as never, last.src)),
    )
    const own = link?.addresses.find(({ local }) => !local.includes(':'))
    const net = own ? networkWords(own.local, own.prefixlen) : last.dst
    return verdict(evidence.from, 'reply', {
      cause: 'answered from another address',
      says: `the reply came straight from ${last.src}, past ${called(at.place)}, which had rewritten the destination: ${home} had asked ${evidence.target}, and throws it away (hairpin NAT). ${called(at.place)} must rewrite the source, too (masquerade)`,
      see: typed(at.place, ['iptables', '-t', 'nat', '-L', '-n', '-v', '--line-numbers']),
      ...mend(at.place, [
        ...['iptables', '-t', 'nat', '-A', 'POSTROUTING', '-s', net, '-d', last.src],
        ...(oif && !at.links.some(({ name, master }) => name === oif && master) ? ['-o', oif] : []),
        ...['-j', 'MASQUERADE'],
      ]),
    })
  },
}

/** Where docker-proxy hands on what it takes, by the words it was started with. */
function handsOn(words: string, port: number, asked: string): { address: string; port: number } | undefined {
  const value = (name: string) => words.match(new RegExp(`-${name}[ =](\\S+)`))?.[1]
  const host = value('host-ip') ?? ''
  if (Number(value('host-port')) !== port || (value('proto') ?? 'tcp') !== 'tcp') return undefined
  if (!hears({ address: host || '0.0.0.0' }, asked)) return undefined
  const address = value('container-ip')
  return address ? { address, port: Number(value('container-port')) } : undefined
}

/** docker-proxy took it, as it takes everything: does the container behind it answer? */
export const behindProxy: CauseClass = {
  at: ['home'],
  async find(situation) {
    const { evidence, stack, header } = situation
    const { probe } = evidence
    const port = header.dport ?? probe.port
    if (probe.protocol !== 'tcp' || stack.place.kind !== 'server' || port === undefined) return undefined
    const proxies = await evidence.programs(stack.place.server, 'docker-proxy')
    const next = proxies.map((words) => handsOn(words, port, header.dst)).find((found) => found !== undefined)
    if (!next) return undefined
    const told = await evidence.ask({ from: stack.place.name, to: next.address, port: next.port })
    const owner = ownerOf(evidence.stacks, next.address)?.stack
    const name = owner ? called(owner.place) : next.address
    const to = withPort(name, next.port)
    if (!told) return undefined
    if (told.status === 'delivered')
      return delivered(situation, {
        place: told.place,
        says: `docker-proxy of ${called(stack.place)} took the request for ${to}, which answers, too`,
      })
    return {
      ...told,
      says: `docker-proxy of ${called(stack.place)} took it for ${to}, and from there on: ${told.says}`,
    }
  },
}

/** Whom the answer is from, where one could take it for another. */
function whom({ evidence, stack, request }: Situation): string {
  const { named } = evidence
  const nat = request?.visits.some(({ passages }) => passages[0]?.header.dst !== passages.at(-1)?.header.dst)
  if (!named || named === stack || (named.place.kind === 'server' && nat)) return ''
  return nat
    ? `, at ${called(stack.place)}, where nat had sent it`
    : `, but at ${called(stack.place)}, not at ${called(named.place)}`
}

const delivered = (situation: Situation, found: Partial<Verdict>): Verdict =>
  verdict(situation.stack, 'reply', {
    status: 'delivered',
    cause: 'delivered',
    says: 'the request arrived, and the reply came back',
    ...found,
  })

/** All is well. */
export const home: CauseClass = {
  at: ['home'],
  find(situation) {
    const who = whom(situation)
    const says = who ? { says: `the request arrived${who}, and the reply came back` } : {}
    return delivered(situation, says)
  },
}
