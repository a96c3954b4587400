/** Looks once whether a condition holds. */
import { BadInput } from '../errors.ts'
import type { Place } from '../language/command.ts'
import type { Servers } from '../server/servers.ts'
import type { Condition, Looked } from './conditions.ts'
import type { Gates } from './connect.ts'
import { inside, inspected } from './inside.ts'

/** What one looks with. */
export interface Eyes {
  readonly servers: Servers
  /** Of a URL alone. */
  readonly gates?: Gates
}

/** Whether it holds, and what was seen. */
export interface Seen {
  ok: boolean
  seen: string
}

type At<K extends Looked['at']> = Extract<Looked, { at: K }>

/** The last lines of a text. */
const lastLines = (text: string): string => text.trim().split('\n').slice(-3).join('\n') || 'nothing'

async function atPort({ servers }: Eyes, place: Place, { port, udp }: At<'port'>): Promise<Seen> {
  const all = await (await inside(servers, place)).must(['ss', udp ? '-Huln' : '-Htln'])
  const ports = all
    .split('\n')
    .flatMap(
      (line) =>
        line
          .trim()
          .split(/\s+/)[3]
          ?.match(/:(\d+)$/)?.[1] ?? [],
    )
    .map(Number)
  return { ok: ports.includes(port), seen: `it listens on ${[...new Set(ports)].join(', ') || 'no port'}` }
}

async function atLog({ servers }: Eyes, { server, name }: Place, { text }: At<'log'>): Promise<Seen> {
  const { code, stdout, stderr } = await (await servers.server(server, true)).run(['docker', 'logs', name])
  const all = `${stdout}\n${stderr}`
  const ok = code === 0 && (typeof text === 'string' ? all.includes(text) : text.test(all))
  return { ok, seen: `it printed: ${lastLines(all)}` }
}

async function atUrl(
  { gates }: Eyes,
  place: Place,
  { url, status }: At<'url'>,
  signal: AbortSignal,
): Promise<Seen> {
  if (!gates) throw new BadInput('nobody can fetch here')
  const { fetchFrom } = await import('./fetch.ts')
  const answer = await fetchFrom(gates, place, url, { signal, redirect: 'manual' })
  await answer.body?.cancel()
  return { ok: status === undefined ? answer.ok : answer.status === status, seen: `status ${answer.status}` }
}

async function atHealth({ servers }: Eyes, { server, name }: Place): Promise<Seen> {
  const { State } = await inspected(await servers.server(server, true), name)
  const { Health, Status } = State
  if (!Health || Health.Status === 'none')
    throw new BadInput(`${name} has no health check`, {
      where: undefined,
      hint: 'Its image has one by HEALTHCHECK, or docker run by --health-cmd.',
    })
  const said = Health.Log?.at(-1)?.Output.trim()
  const more = said ? `: ${lastLines(said)}` : ''
  return { ok: Health.Status === 'healthy', seen: `${Status}, ${Health.Status}${more}` }
}

/** Looks once; rejects when that fails. */
export function lookAt(eyes: Eyes, { place, looked }: Condition, signal: AbortSignal): Promise<Seen> {
  if (looked.at === 'port') return atPort(eyes, place, looked)
  if (looked.at === 'log') return atLog(eyes, place, looked)
  if (looked.at === 'url') return atUrl(eyes, place, looked, signal)
  return atHealth(eyes, place)
}
