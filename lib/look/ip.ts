/** What `ip -j` prints, as data: the one reader of links, addresses, routes and namespaces. */
import { Unable } from '../errors.ts'
import type { Finished } from '../server/process.ts'

/** Runs a program where one wants to look. */
export type Run = (argv: readonly string[]) => Promise<Finished>

/** An address of a link. */
export interface IpAddress {
  family: string
  local: string
  prefixlen: number
  scope: string
  /** IPv6: another machine has it; it is not known yet whether one has. */
  dadfailed?: boolean
  tentative?: boolean
}

/** A link, as `ip -j link` and `ip -j -d addr` show it; the addresses come with the latter. */
export interface IpLink {
  ifname: string
  ifindex: number
  flags: string[]
  operstate: string
  address?: string
  ifalias?: string
  /** The bridge that it is plugged into. */
  master?: string
  /** The number of the link at its other end, or of its parent, and of the namespace where that is. */
  link_index?: number
  link_netnsid?: number
  mtu?: number
  /** With -d: its type, and that of its part in a bridge, each with its settings. */
  linkinfo?: {
    info_kind?: string
    info_data?: Record<string, unknown>
    info_slave_kind?: string
    info_slave_data?: Record<string, unknown>
  }
  addr_info?: IpAddress[]
}

/** A route, as `ip -j route` shows it. */
export interface IpRoute {
  type?: string
  dst: string
  dev?: string
}

/** Reads what `ip -j` printed. */
export const readIp = <T>(json: string): T[] => JSON.parse(json || '[]')

/** What ip(8) shows there; nothing where it fails. `before` are words before `ip`, as those of nsenter(1). */
export async function ipShows<T>(
  run: Run,
  words: readonly string[],
  before: readonly string[] = [],
): Promise<T[]> {
  const { code, stdout } = await run([...before, 'ip', ...words])
  return code === 0 ? readIp(stdout) : []
}

/** The same, which must not fail. */
export async function ipMustShow<T>(run: Run, ...words: string[]): Promise<T[]> {
  const { code, stdout, stderr } = await run(['ip', ...words])
  if (code !== 0) throw new Unable(stderr.trim(), { command: `ip ${words.join(' ')}` })
  return readIp(stdout)
}

/** The links of a namespace. */
export const linksThere = (run: Run, before?: readonly string[]): Promise<IpLink[]> =>
  ipShows(run, ['-j', 'link'], before)

/** The names of the network namespaces that have one. */
export const namespacesThere = async (run: Run): Promise<string[]> =>
  (await ipShows<{ name: string }>(run, ['-j', 'netns', 'list'])).map(({ name }) => name)
