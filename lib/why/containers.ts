/** What the engine of a server knows of its containers, also of those that do not run. */
import { askEngine } from '../server/engine-ask.ts'
import { engineSocket } from '../server/enter.ts'
import type { ServerRecord } from '../server/state.ts'

/** A container, as its engine tells it. */
export interface Container {
  id: string
  name: string
  server: string
  /** Its Compose project and service, where it has one. */
  project?: string
  service?: string
  /** `running`, `exited`, `restarting`, `paused`, `created`, `dead`. */
  state: string
  exitCode: number
  /** How often the engine started it again. */
  restarts: number
  /** `bridge`, `host`, `none`, a network's name, `container:ID`. */
  mode: string
  /** The file of its network namespace, as the server sees it; empty when it has none of its own. */
  sandbox: string
  networks: Record<string, { address: string; gateway: string }>
  /** What `-p` asked for: the port inside, and where it should be published. */
  asked: Published[]
  /** Where the engine does publish it now. */
  published: Published[]
  /** Its own /etc/hosts and /etc/resolv.conf, as files of the server. */
  files: { hosts: string; resolv: string }
  /** The name servers that it was given. */
  dns: string[]
}

/** A port of a container, and where on the host it is published. */
export interface Published {
  /** `80/tcp`. */
  inside: string
  address: string
  port: number
}

/** A network of an engine. */
export interface Network {
  name: string
  server: string
  driver: string
  internal: boolean
  /** The name of its bridge. */
  bridge: string
  subnets: string[]
  options: Record<string, string>
}

/** What an engine was asked, and said. */
export interface EngineFacts {
  containers: Container[]
  /** Why it said nothing; then nobody knows its containers. */
  silent?: string
}

const ask = <T>(pid: number, path: string): Promise<T> => askEngine(engineSocket(pid), path)

type Bindings = Record<string, Array<{ HostIp?: string; HostPort?: string }> | null>

interface Details {
  Id: string
  Name: string
  State: { Status: string; ExitCode: number }
  RestartCount?: number
  HostConfig: { NetworkMode: string; PortBindings?: Bindings | null; Dns?: string[] | null }
  HostsPath?: string
  ResolvConfPath?: string
  NetworkSettings: {
    SandboxKey: string
    Ports?: Bindings | null
    Networks?: Record<string, { IPAddress?: string; Gateway?: string }>
  }
  Config: { Labels?: Record<string, string> }
}

const publishedBy = (bindings: Bindings | null | undefined): Published[] =>
  Object.entries(bindings ?? {}).flatMap(([inside, all]) =>
    (all ?? []).map(({ HostIp, HostPort }) => ({
      inside,
      address: HostIp || '0.0.0.0',
      port: Number(HostPort ?? 0),
    })),
  )

/** Reads what the engine says of one container. */
export function containerOf(server: string, details: Details): Container {
  const { Id, Name, State, HostConfig, NetworkSettings, Config } = details
  const project = Config.Labels?.['com.docker.compose.project']
  const service = Config.Labels?.['com.docker.compose.service']
  return {
    id: Id,
    name: Name.replace(/^\//, ''),
    server,
    ...(project ? { project } : {}),
    ...(service ? { service } : {}),
    state: State.Status,
    exitCode: State.ExitCode,
    restarts: details.RestartCount ?? 0,
    mode: HostConfig.NetworkMode,
    sandbox: NetworkSettings.SandboxKey,
    networks: Object.fromEntries(
      Object.entries(NetworkSettings.Networks ?? {}).map(([name, { IPAddress = '', Gateway = '' }]) => [
        name,
        { address: IPAddress, gateway: Gateway },
      ]),
    ),
    asked: publishedBy(HostConfig.PortBindings),
    published: publishedBy(NetworkSettings.Ports),
    files: { hosts: details.HostsPath ?? '', resolv: details.ResolvConfPath ?? '' },
    dns: HostConfig.Dns ?? [],
  }
}

/** What is known of one; undefined when it is gone by now. While it starts or ends, its engine may keep one waiting. */
const details = (pid: number, id: string): Promise<Details | undefined> =>
  ask<Details>(pid, `/containers/${id}/json`).catch(() =>
    ask<Details>(pid, `/containers/${id}/json`).catch(() => undefined),
  )

/** All containers of a server, the stopped ones too. An engine that does not answer is told, and is no error. */
export async function containersOf({ name: server, pid }: ServerRecord): Promise<EngineFacts> {
  try {
    const list = await ask<Array<{ Id: string }>>(pid, '/containers/json?all=1')
    // One may be gone by now.
    const all = await Promise.all(list.map(({ Id }) => details(pid, Id)))
    const containers = all.filter((one) => one !== undefined).map((one) => containerOf(server, one))
    return { containers: containers.sort((a, b) => a.name.localeCompare(b.name)) }
  } catch (error) {
    return { containers: [], silent: (error as Error).message }
  }
}

interface NetworkDetails {
  Name: string
  Id: string
  Driver: string
  Internal: boolean
  Options?: Record<string, string> | null
  IPAM?: { Config?: Array<{ Subnet?: string }> | null }
}

/** The networks of a server's engine; none where it does not answer. */
export async function networksOf({ name: server, pid }: ServerRecord): Promise<Network[]> {
  const all = await ask<NetworkDetails[]>(pid, '/networks').catch(() => [])
  return all.map(({ Name, Id, Driver, Internal, Options, IPAM }) => ({
    name: Name,
    server,
    driver: Driver,
    internal: Internal,
    bridge:
      Options?.['com.docker.network.bridge.name'] ??
      (Name === 'bridge' ? 'docker0' : `br-${Id.slice(0, 12)}`),
    subnets: (IPAM?.Config ?? []).flatMap(({ Subnet }) => (Subnet ? [Subnet] : [])),
    options: Options ?? {},
  }))
}
