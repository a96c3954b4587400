/** The places of a running lab, as it is now: its servers, their namespaces and containers. */

import { Unable } from '../errors.ts'
import type { Place } from '../language/command.ts'
import { silentEngine } from '../server/engine-life.ts'
import { ended, enter, hasEnded } from '../server/enter.ts'
import { finished } from '../server/process.ts'
import { type LabRecord, label, type ServerRecord } from '../server/state.ts'
import { type IpLink, ipShows, linksThere, namespacesThere, type Run } from './ip.ts'
import { type Names, placeNamed } from './named.ts'

export interface FoundPlace extends Place {
  record: ServerRecord
  /** Addresses with prefix length, each with its interface. */
  addresses: Array<{ dev: string; address: string }>
  up: boolean
  /** A server whose first process is gone, and with it all that was on it. */
  ended?: true
  /** Of a container: `running`, `exited`, `paused` …, as the engine tells it. */
  state?: string
  /** Its Docker Engine does not answer, so that nobody knows its containers. */
  engine?: 'silent'
  /** The Compose project of a container, and its service. */
  compose?: { project: string; service: string }
  /** The cables of a container: its end, the other end, and where that is plugged in. */
  cables?: Cable[]
}

/** `eth0@if5 ↔ veth71c138b@if4 → br-f9c3881911c0`, as `ip -d link` shows it at both ends. */
export interface Cable {
  dev: string
  index: number
  peer: { dev: string; index: number } | undefined
  /** The bridge that the other end is plugged into; the parent, for a macvlan. */
  into: string | undefined
}

/** What is a lab's own among the things of this machine that others have, too. */
export interface Own {
  namespaces: readonly string[]
  projects: readonly string[]
}

/** Runs programs on a server of a lab, to look. */
const runOn =
  (lab: LabRecord, server: ServerRecord): Run =>
  (argv) =>
    finished(enter({ lab, server }, argv))

const addressesOf = (links: readonly IpLink[]): FoundPlace['addresses'] =>
  links.flatMap(({ ifname, addr_info = [] }) =>
    addr_info
      // Every interface has an address of its link (fe80::…): to tell those would hide the others.
      .filter(({ family, scope }) => (family === 'inet' ? scope !== 'host' : scope === 'global'))
      .map(({ local, prefixlen }) => ({ dev: ifname, address: `${local}/${prefixlen}` })),
  )

async function ofServer(
  lab: LabRecord,
  record: ServerRecord,
  own: Own | undefined,
  engines: boolean,
): Promise<FoundPlace[]> {
  const known = { kind: 'server', name: record.name, server: record.name, record } as const
  if (hasEnded(record)) return [{ ...known, addresses: [], up: false, ended: true }]
  const run = runOn(lab, record)
  const server: FoundPlace = {
    ...known,
    addresses: addressesOf(await ipShows(run, ['-j', 'addr'])),
    up: true,
  }
  const names = await namespacesThere(run)
  const theirs = names.filter((name) => !own || own.namespaces.includes(name))
  const namespaces = theirs.map(
    async (name): Promise<FoundPlace> => ({
      kind: 'netns',
      name,
      server: record.name,
      record,
      addresses: addressesOf(await ipShows(run, ['-n', name, '-j', 'addr'])),
      up: true,
    }),
  )
  const containersOf = async (): Promise<FoundPlace[]> => {
    if (!record.engine || !engines) return []
    try {
      return await containers(lab, record, own)
    } catch {
      server.engine = 'silent'
      return []
    }
  }
  return [server, ...(await Promise.all(namespaces)), ...(await containersOf())]
}

/** What Compose has written on a container of its own. */
function composeOf(labels: Readonly<Record<string, string>>): Pick<FoundPlace, 'compose'> {
  const project = labels['com.docker.compose.project']
  const service = labels['com.docker.compose.service'] ?? ''
  return project === undefined ? {} : { compose: { project, service } }
}

/** The cables of a container, by the numbers that each end knows of the other. */
function cablesOf(inside: IpLink[], outside: IpLink[]): Cable[] {
  return inside
    .filter((link) => link.link_index !== undefined)
    .map((link) => {
      const other = outside.find(({ ifindex }) => ifindex === link.link_index)
      const isCable = other?.link_index === link.ifindex
      return {
        dev: link.ifname,
        index: link.ifindex,
        peer: isCable ? { dev: other.ifname, index: other.ifindex } : undefined,
        into: isCable ? other.master : other?.ifname,
      }
    })
}

async function containers(lab: LabRecord, record: ServerRecord, own: Own | undefined): Promise<FoundPlace[]> {
  const { asking } = await import('../server/engine-api.ts')
  const list = (await asking(record).listContainers({ all: true })).filter(
    ({ Labels }) =>
      !own || Labels[label] === lab.name || own.projects.includes(Labels['com.docker.compose.project'] ?? ''),
  )
  const run = runOn(lab, record)
  const outside = await linksThere(run)
  const cables = async (id: string): Promise<Cable[]> => {
    const { State, HostConfig } = await asking(record).getContainer(id).inspect()
    if (!State.Running || HostConfig.NetworkMode === 'host') return []
    return cablesOf(await linksThere(run, ['nsenter', '--target', String(State.Pid), '--net']), outside)
  }
  const all = list.map(
    async (container): Promise<FoundPlace> => ({
      kind: 'container',
      name: container.Names[0]?.replace(/^\//, '') ?? container.Id.slice(0, 12),
      server: record.name,
      record,
      addresses: Object.entries(container.NetworkSettings.Networks).flatMap(
        ([dev, { IPAddress, GlobalIPv6Address }]) =>
          [IPAddress, GlobalIPv6Address].filter(Boolean).map((address) => ({ dev, address })),
      ),
      up: container.State === 'running',
      state: container.State,
      ...composeOf(container.Labels),
      cables: await cables(container.Id),
    }),
  )
  return (await Promise.all(all)).sort((a, b) => a.name.localeCompare(b.name))
}

/**
 * All places of a lab: each server, followed by what is on it. On this machine itself there may be others, which are not
 * the lab's: `own` tells which are. Without `engines`, nobody is asked for containers.
 */
export const placesOf = async (lab: LabRecord, own?: Own, engines = true): Promise<FoundPlace[]> =>
  (
    await Promise.all(
      lab.servers.map((server) => ofServer(lab, server, server.host ? own : undefined, engines)),
    )
  ).flat()

const namesOf = ({ kind, name, compose }: FoundPlace): Names => ({
  names:
    compose && name.startsWith(`${compose.project}-`)
      ? [name, name.slice(compose.project.length + 1)]
      : [name],
  container: kind === 'container',
  ...compose,
})

/** The place of that name: a server, a namespace, or a container, whose Compose project may be left out. */
export async function findPlace(lab: LabRecord, name: string | undefined, own?: Own): Promise<FoundPlace> {
  const named = (places: FoundPlace[]): FoundPlace | undefined =>
    name === undefined ? places[0] : places.find((place) => place.name === name)
  // A server and its namespaces need no engine.
  const near = named(await placesOf(lab, own, false))
  if (near) return near
  const places = await placesOf(lab, own)
  const found = name === undefined ? places[0] : placeNamed(places, name, namesOf)
  if (found) return found
  const gone = places.find((place) => place.ended)
  if (gone) throw ended(gone.record, lab.name) // it may have been on that one
  const silent = places.find(({ engine }) => engine === 'silent')
  if (silent) throw silentEngine(silent.name)
  throw new Unable(`there is no place ${JSON.stringify(name)} in ${lab.name}`, {
    hint: `It has: ${places.map((place) => place.name).join(', ')}`,
  })
}
