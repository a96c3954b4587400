/** Questions to the kernel of a stack: what no trace shows. */
import { CommandFailed } from '../errors.ts'
import type { Finished } from '../server/process.ts'
import { isIptables } from './rules.ts'
import type { Inside, Stack } from './stacks.ts'

/** What `ip route get` says: the way, or why there is none. */
export type Route = { ok: true; dev: string; via?: string } | { ok: false; said: string }

/** For a packet that came in: its source, and the interface. */
interface Came {
  from: string
  iif: string
}

interface RouteLine {
  type?: string
  dst: string
  dev: string
  gateway?: string
}

export interface Facts {
  /** The way from here to an address; for a packet that came in by an interface, with its source. */
  route(stack: Stack, to: string, came?: Came): Promise<Route>
  /** The line of the routing table that is chosen for it; undefined when there is none. */
  chosen(stack: Stack, to: string, came?: Came): Promise<string | undefined>
  /** A route that forbids an address, as `blackhole 10.0.0.0/8`; undefined when the one that counts does not. */
  forbidden(stack: Stack, to: string): Promise<string | undefined>
  /** A kernel parameter, as `net.ipv4.ip_forward`; empty when there is none. */
  value(stack: Stack, key: string): Promise<string>
  /** What is known of a neighbour: REACHABLE, FAILED, …; empty when nothing is. */
  neighbour(stack: Stack, address: string, dev: string): Promise<string>
  /** Where something listens. */
  listeners(stack: Stack, protocol: 'tcp' | 'udp'): Promise<Array<{ address: string; port: number }>>
  /** Whether a port of a switch delivers only to the MAC addresses that it knows. */
  denies(stack: Stack, dev: string): Promise<boolean>
  /** Whether a switch knows at which port a MAC address is. */
  knows(stack: Stack, mac: string): Promise<boolean>
  /** The rules of one table of a stack, as nft and as iptables-save tell them. */
  rules(stack: Stack, family: string, table: string): Promise<{ json: string; save: string }>
  /** The rules of iptables-legacy with their counters. */
  legacy(stack: Stack): Promise<string>
}

/** `0100007F:0050` of /proc/net/tcp: bytes in the order of the machine (proc_pid_net(5)). */
function listening(text: string, protocol: 'tcp' | 'udp'): Array<{ address: string; port: number }> {
  const state = protocol === 'tcp' ? '0A' : '07'
  return text
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((words) => words[3] === state)
    .map((words) => {
      const [hex = '', port = '0'] = (words[1] ?? '').split(':')
      const bytes = Buffer.from(hex, 'hex').reverse()
      const address = hex.length === 8 ? [...bytes].join('.') : /^0+$/.test(hex) ? '0.0.0.0' : 'IPv6'
      return { address, port: Number.parseInt(port, 16) }
    })
}

/** A tool that failed is no verdict. */
const failed = (command: string, { code, stderr }: Finished): CommandFailed =>
  new CommandFailed(command, code, stderr, { hint: 'Nothing is known of the rules, so there is no verdict.' })

/** Asks by the tools of the machine, in the stack. Answers that cannot change during one `why` are kept. */
export function facts({ run }: Inside): Facts {
  const kept = new Map<string, Promise<unknown>>()
  const once = <T>(key: string, ask: () => Promise<T>): Promise<T> => {
    const known = (kept.get(key) as Promise<T> | undefined) ?? ask()
    kept.set(key, known)
    return known
  }
  const routeGet = (stack: Stack, to: string, came: Came | undefined, ...how: string[]) => {
    const words = came ? ['from', came.from, 'iif', came.iif] : []
    return run(stack, ['ip', '-j', 'route', 'get', ...how, to, ...words])
  }
  const print = async (stack: Stack, ...argv: string[]) => (await run(stack, argv)).stdout
  return {
    route: (stack, to, came) =>
      once(`route ${stack.path} ${to} ${came?.from} ${came?.iif}`, async (): Promise<Route> => {
        const done = await routeGet(stack, to, came)
        if (done.code !== 0) return { ok: false, said: done.stderr.replace('RTNETLINK answers: ', '').trim() }
        const [{ dev = '', gateway: via } = {} as RouteLine] = JSON.parse(done.stdout || '[]')
        return { ok: true, dev, ...(via ? { via } : {}) }
      }),
    chosen: async (stack, to, came) => {
      const done = await routeGet(stack, to, came, 'fibmatch')
      const [line] = (done.code === 0 ? JSON.parse(done.stdout || '[]') : []) as RouteLine[]
      return line && `${line.dst}${line.gateway ? ` via ${line.gateway}` : ''} dev ${line.dev}`
    },
    async forbidden(stack, to) {
      const lines = JSON.parse(
        (await print(stack, 'ip', '-j', 'route', 'show', 'to', 'match', to)) || '[]',
      ) as RouteLine[]
      const length = ({ dst }: RouteLine) => (dst === 'default' ? 0 : Number(dst.split('/')[1] ?? 32))
      const [line] = lines.sort((a, b) => length(b) - length(a))
      return line?.type && ['blackhole', 'prohibit', 'unreachable'].includes(line.type)
        ? `${line.type} ${line.dst}`
        : undefined
    },
    value: (stack, key) =>
      print(stack, 'cat', `/proc/sys/${key.replaceAll('.', '/')}`).then((text) => text.trim()),
    async neighbour(stack, address, dev) {
      const [found] = JSON.parse(
        (await print(stack, 'ip', '-j', 'neigh', 'show', 'to', address, 'dev', dev)) || '[]',
      )
      return (found?.state ?? []).join(' ')
    },
    async listeners(stack, protocol) {
      return listening(await print(stack, 'cat', `/proc/net/${protocol}`, `/proc/net/${protocol}6`), protocol)
    },
    async denies(stack, dev) {
      const [port] = JSON.parse(
        (await print(stack, 'bridge', '-j', '-d', 'link', 'show', 'dev', dev)) || '[]',
      )
      return port?.learning === false && port?.flood === false
    },
    knows: async (stack, mac) => (await print(stack, 'bridge', 'fdb', 'show')).includes(mac),
    rules: (stack, family, table) =>
      once(`rules ${stack.path} ${family} ${table}`, async () => {
        // One table only: some versions of nft cannot tell the flag `owner` of others in JSON.
        const listing = ['nft', '-j', '-a', 'list', 'table', family, table]
        const [listed, saved] = await Promise.all([
          run(stack, listing),
          isIptables(family, table) ? print(stack, 'iptables-save', '-t', table) : '',
        ])
        if (listed.code !== 0) throw failed(listing.join(' '), listed)
        return { json: listed.stdout, save: saved }
      }),
    legacy: (stack) => print(stack, 'iptables-legacy-save', '-c'),
  }
}
