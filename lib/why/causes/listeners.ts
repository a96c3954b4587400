/** It arrived, and nobody takes it: who listens, and where. */
import { familyOf, isLoopback, withPort } from '../address.ts'
import { hears, type Listener } from '../listeners.ts'
import type { CauseClass, Situation } from '../situation.ts'
import { called, type Stack } from '../stacks.ts'
import { typed, type Verdict, verdict } from '../verdict.ts'
import { notPublished } from './published.ts'
import { translatedTo, unusedNat } from './unused-nat.ts'

/** The port that a packet had where it ended: nat may have changed it on the way. */
const portOf = ({ header, evidence }: Situation): number => header.dport ?? evidence.probe.port ?? 0

const protocolOf = ({ evidence }: Situation): 'tcp' | 'udp' =>
  evidence.probe.protocol === 'udp' ? 'udp' : 'tcp'

/** Where something listens at the port that was asked. */
export async function listenersAt(situation: Situation, stack: Stack, port: number): Promise<Listener[]> {
  const all = await situation.evidence.facts.listeners(stack, protocolOf(situation))
  return all.filter((one) => one.port === port)
}

/** On what somebody listens, when not on what was asked. */
function elsewhere(
  open: readonly Listener[],
  asked: string,
): { cause: Verdict['cause']; on: string } | undefined {
  const [one] = open
  if (!one) return undefined
  const all = [...new Set(open.map(({ address, port }) => withPort(address, port)))].join(', ')
  if (open.every(({ address }) => isLoopback(address)))
    return { cause: 'listens on 127.0.0.1 only', on: `${one.address} only` }
  if (familyOf(asked) === 4 && open.every(({ address }) => familyOf(address) === 6))
    return { cause: 'listens on another address', on: `IPv6 only (${all})` }
  if (familyOf(asked) === 6 && open.every(({ address }) => familyOf(address) === 4))
    return { cause: 'listens on another address', on: `IPv4 only (${all})` }
  return { cause: 'listens on another address', on: `${all} only, not on ${asked}` }
}

/** Others of the lab that do listen at that port: who asked may have meant them. */
async function others(situation: Situation, stack: Stack, port: number): Promise<string[]> {
  const { evidence } = situation
  const near = evidence.stacks.filter(
    (one) => one !== stack && one.place.server === stack.place.server && one.place.kind !== 'lan',
  )
  const asks = async (one: Stack) => {
    const open = await listenersAt(situation, one, port)
    if (open.length === 0) return undefined
    return `${called(one.place)} listens on port ${port}${open.every(({ address }) => isLoopback(address)) ? ', for its own machine only (127.0.0.1)' : ''}: perhaps that one was meant.`
  }
  const found = await Promise.all(near.slice(0, 12).map(asks))
  return found.filter((words) => words !== undefined)
}

/** What a container does listen on, when not on the port that was asked. */
async function instead(situation: Situation, stack: Stack): Promise<string[]> {
  const all = await situation.evidence.facts.listeners(stack, protocolOf(situation))
  const open = all.filter(({ address, port }) => !isLoopback(address) && port < 32768)
  const ports = [...new Set(open.map(({ port }) => port))]
  const other = protocolOf(situation) === 'tcp' ? 'udp' : 'tcp'
  const others = await situation.evidence.facts.listeners(stack, other)
  const same = others.some(({ port, address }) => port === portOf(situation) && !isLoopback(address))
  return [
    ...(ports.length > 0 && ports.length <= 5
      ? [`${called(stack.place)} listens on ${ports.join(', ')}.`]
      : []),
    ...(same ? [`It does listen on ${other} port ${portOf(situation)}.`] : []),
  ]
}

/** Containers of the server that was asked which do listen at that port, for nobody outside: they do not publish it. */
async function unpublished(situation: Situation, stack: Stack, port: number): Promise<string[]> {
  const { evidence } = situation
  const near = evidence.stacks.filter((one) => one.container && one.place.server === stack.place.server)
  if (stack.place.kind !== 'server' || evidence.from === stack) return []
  const protocol = protocolOf(situation)
  const asks = async (one: Stack) => {
    const open = await listenersAt(situation, one, port)
    if (!open.some(({ address }) => !isLoopback(address))) return undefined
    const name = called(one.place)
    return `${name} listens on ${protocol} port ${port}, and does not publish it (EXPOSE does not): docker run -p ${port}:${port}${protocol === 'udp' ? '/udp' : ''} … makes it reachable at ${called(stack.place)}.`
  }
  return (await Promise.all(near.slice(0, 12).map(asks))).filter((words) => words !== undefined)
}

async function notListening(situation: Situation): Promise<Verdict> {
  const { stack, header, evidence } = situation
  const port = portOf(situation)
  const open = await listenersAt(situation, stack, port)
  const { place } = stack
  const protocol = protocolOf(situation)
  const where = `${protocol} port ${port} of ${called(place)}`
  const other = elsewhere(open, header.dst)
  const published = await notPublished(situation, stack, port, other?.on)
  if (published) return published
  const unused = other ? undefined : await unusedNat(situation)
  // A published number is that of the host: inside the container it is another.
  const inside = stack.container?.published.find(
    (one) => one.port === port && one.inside !== `${port}/${protocol}`,
  )
  return verdict(stack, 'request', {
    status: 'refused',
    cause: other?.cause ?? 'nobody listens',
    says: other
      ? `it arrived, but on ${where} somebody listens on ${other.on}`
      : `it arrived, but nobody listens on ${where}`,
    see: typed(place, ['ss', protocol === 'tcp' ? '-ltn' : '-lun']),
    // Where a rule of nat was to send it on, nobody needs to listen here.
    ...(unused?.instead.fix ? unused.instead : { missing: { place, protocol, address: header.dst, port } }),
    hints: [
      ...translatedTo(situation),
      ...(unused?.hints ?? []),
      ...(stack.container && stack.container.restarts > 0
        ? [
            `${stack.container.name} was restarted ${stack.container.restarts} times: its program ends (exit code ${stack.container.exitCode}) again and again: docker logs ${stack.container.name}`,
          ]
        : []),
      ...(inside
        ? [`${port} is the published number, for who asks the host; inside it is ${inside.inside}.`]
        : []),
      ...(other
        ? []
        : [
            ...(published ? [] : await unpublished(situation, stack, port)),
            ...(await instead(situation, stack)),
            ...(evidence.from === stack || isLoopback(header.dst)
              ? await others(situation, stack, port)
              : []),
          ]),
    ],
  })
}

/** It was turned away: by a TCP reset, or by ICMP port unreachable. */
export const refused: CauseClass = {
  at: ['refused'],
  async find(situation) {
    const { stack, header, evidence } = situation
    const open = await listenersAt(situation, stack, portOf(situation))
    // Somebody listens there, and it was refused all the same: by what no trace shows, or by the program itself.
    const v6 = open.filter(({ address }) => familyOf(address) === 6)
    const only6 = familyOf(header.dst) === 4 && v6.length === open.length
    if (open.some((one) => hears(one, header.dst)) && !only6)
      return verdict(stack, 'request', {
        status: 'unknown',
        cause: 'vanished',
        says: `it arrived at ${called(stack.place)}, where somebody listens on ${evidence.probe.protocol} port ${portOf(situation)}, and was refused: nothing tells by what`,
        see: typed(stack.place, ['ss', '-ltn']),
      })
    return notListening(situation)
  },
}

/** It was taken, and no answer was made. */
export const unanswered: CauseClass = {
  at: ['unanswered'],
  async find(situation) {
    const { evidence, stack, header, packet } = situation
    const { protocol } = evidence.probe
    if (packet === 'reply' || protocol === 'icmp') return undefined
    const open = await listenersAt(situation, stack, portOf(situation))
    const heard = open.filter((one) => hears(one, header.dst))
    if (heard.length === 0) return notListening(situation)
    if (protocol === 'tcp') return undefined
    return verdict(stack, 'request', {
      status: 'delivered',
      cause: 'delivered',
      says: `the datagram arrived at a listener of ${called(stack.place)}; UDP itself gives no receipt`,
    })
  },
}
