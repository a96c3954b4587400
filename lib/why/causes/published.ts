/** Why a published port is not there: the engine is asked once. */
import type { Container, Network, Published } from '../containers.ts'
import type { CauseClass, Situation } from '../situation.ts'
import { called, ownerOf, type Stack } from '../stacks.ts'
import { mend, typed, type Verdict, verdict } from '../verdict.ts'

const any = ['0.0.0.0', '::', '']

/** What a container is at the moment, in words. */
export function stateWords({ name, state, exitCode, mode }: Container): string {
  switch (state) {
    case 'restarting':
      return `${name} is restarting: its program ended with exit code ${exitCode}, and Docker starts it again and again`
    case 'paused':
      return `${name} is paused: its programs stand still`
    case 'created':
      return `${name} was never started`
    case 'exited':
    case 'dead':
      return `${name} is not running: it stopped (exited) with code ${exitCode}`
    default:
      return `${name} is ${state}${mode ? '' : ''}`
  }
}

const start = ({ name, state, server }: Container) =>
  mend({ kind: 'server', name: server, server }, ['docker', state === 'paused' ? 'unpause' : 'start', name])

/** The verdict that a container does not run. */
export const notRunning = (
  place: string,
  packet: Verdict['packet'],
  container: Container,
  what: string,
): Verdict => ({
  status: 'died',
  cause: 'container not running',
  code: 'container-not-running',
  place,
  packet,
  says: `${what}${stateWords(container)}`,
  see: `docker ps -a --filter name=${container.name}`,
  ...(container.state === 'restarting'
    ? { hints: [`What it said: docker logs ${container.name}`] }
    : start(container)),
})

/** Why the engine does not publish what it was told to publish. */
function reason(container: Container, asked: Published, networks: readonly Network[], stack: Stack): string {
  const own = networks.filter(({ name }) => name in container.networks)
  const all = own.length > 0 && own.every(({ internal }) => internal)
  if (all)
    return `its network ${own.map(({ name }) => name).join(', ')} is internal: Docker publishes nothing of such a network`
  if (!any.includes(asked.address) && !ownerOf([stack], asked.address))
    return `only on ${asked.address}, which no interface of ${called(stack.place)} has any more`
  const routed = own.find(({ options }) =>
    /routed/.test(options['com.docker.network.bridge.gateway_mode_ipv4'] ?? ''),
  )
  if (routed)
    return `its network ${routed.name} is in mode routed: ask the container's own address, ${container.networks[routed.name]?.address}`
  if (!any.includes(asked.address)) return `only on ${asked.address}`
  if (container.mode === 'host') return 'but its network is the host: -p has no effect there'
  if (own.some(({ driver }) => driver === 'macvlan' || driver === 'ipvlan'))
    return `its way out is a network of the driver ${own.find(({ driver }) => /vlan/.test(driver))?.driver}, and the engine took the mapping away`
  if (container.published.some((one) => one.inside === asked.inside))
    return 'and the engine says that it is; but nobody listens there: another firewall script may have removed its rules; restart the engine'
  return 'but the engine does not publish it now'
}

/** The verdict on a port of a server that a container was to be published at; undefined when none was. */
export async function notPublished(
  { evidence, header }: Situation,
  stack: Stack,
  port: number,
  listensOn: string | undefined,
): Promise<Verdict | undefined> {
  const { containers, probe } = evidence
  if (stack.place.kind !== 'server') return undefined
  const protocol = probe.protocol === 'udp' ? 'udp' : 'tcp'
  const found = containers
    .filter(({ server }) => server === stack.place.server)
    .flatMap((container) => container.asked.map((asked) => ({ container, asked })))
    .filter(({ asked }) => asked.port === port && asked.inside.endsWith(`/${protocol}`))
  const [one] = found.sort(
    (a, b) => Number(b.container.state === 'running') - Number(a.container.state === 'running'),
  )
  if (!one) return undefined
  const { container, asked } = one
  const option = `-p ${any.includes(asked.address) ? '' : `${asked.address}:`}${port}:${asked.inside.split('/')[0]}`
  const head = `it arrived, but nobody takes ${protocol} port ${port} of ${called(stack.place)}: ${container.name} has ${option}, `
  if (container.state !== 'running')
    return {
      ...notRunning(called(stack.place), 'request', container, head.replace(/, $/, ', and ')),
      status: 'refused',
    }
  const networks = await evidence.networks(stack.place.server)
  return verdict(stack, 'request', {
    status: 'refused',
    cause: listensOn?.startsWith('127.') ? 'listens on 127.0.0.1 only' : 'not published',
    says: `${head}${reason(container, asked, networks, stack)}${listensOn?.startsWith('127.') ? `: somebody listens on ${listensOn}` : ''}`,
    see: typed({ ...stack.place, kind: 'server' }, ['docker', 'port', container.name]),
    hints: [`Asked was ${header.dst}.`],
  })
}

/** The address of a container that stopped, restarts or never ran: its rule of nat may be there still. */
export const goneContainer: CauseClass = {
  at: ['unsent', 'entered', 'switched', 'sent'],
  find({ evidence, stack, header, packet }) {
    const { containers, stacks, probe } = evidence
    if (packet === 'reply' || ownerOf(stacks, header.dst)) return undefined
    const here = containers.filter(({ server }) => server === stack.place.server)
    const dnat = header.dst !== evidence.target
    const found =
      here.find(
        ({ state, networks }) =>
          state !== 'running' && Object.values(networks).some(({ address }) => address === header.dst),
      ) ??
      (dnat
        ? here.find(
            ({ state, asked }) => state !== 'running' && asked.some(({ port }) => port === probe.port),
          )
        : undefined)
    return (
      found &&
      notRunning(
        called(stack.place),
        packet,
        found,
        dnat ? `nat sends it to ${header.dst}, and ` : `${header.dst} was its address, and `,
      )
    )
  },
}

/** A container that is paused: it takes packets, and answers nothing. */
export const paused: CauseClass = {
  at: ['unanswered', 'home'],
  find({ stage, stack, packet, evidence }) {
    const { container } = stack
    if (container?.state !== 'paused' || evidence.probe.protocol === 'icmp') return undefined
    // The kernel opens a connection by itself: no program has seen it yet.
    if (stage === 'home')
      return notRunning(called(stack.place), 'request', container, 'the kernel took the connection, but ')
    return packet === 'request'
      ? notRunning(called(stack.place), packet, container, 'it arrived, but ')
      : undefined
  },
}
