/** Questions to the kernel of a stack: what no trace shows. */
import { CommandFailed } from '../errors.ts'
import type { Finished } from '../server/process.ts'
import { familyOf, ipFamily } from './address.ts'
import { type Listener, listening } from './listeners.ts'
import { type Chosen, choose, type RouteLine, type RoutingRule, routeWords } from './policy-routing.ts'
import { isIptables, saverOf } from './rules.ts'
import type { Inside, Stack } from './stacks.ts'
import { type Membership, membershipsOf } from './vlan.ts'

/** What `ip route get` says: the way, or why there is none. */
export type Route = { ok: true; dev: string; via?: string; src?: string } | { ok: false; said: string }

/** What else routing looks at: the source, and the interface that it came in by; `lo` for what is made here. */
export interface Came {
  /** Undefined where the program left it to routing. */
  from?: string
  iif: string
  /** The mark that a rule of mangle gave it. */
  mark?: number
  protocol?: 'icmp' | 'tcp' | 'udp'
  sport?: number
  dport?: number
}

/** What is known of a neighbour. */
export interface Neighbour {
  /** REACHABLE, FAILED, …; empty when nothing is known. */
  state: string
  mac?: string
}

/** Where a bridge, or a VXLAN, sends what is for a MAC address. */
export interface Forwarding {
  mac: string
  dev: string
  dst?: string
}

/** A queue of an interface, in the words of tc(8), and how many packets it has dropped. */
export interface Queue {
  kind: string
  handle: string
  drops: number
}

export interface Facts {
  /** The way from here to an address; for a packet that came in by an interface, with its source. */
  route(stack: Stack, to: string, came?: Came): Promise<Route>
  /** The line of the routing table that is chosen for it; undefined when there is none. */
  chosen(stack: Stack, to: string, came?: Came): Promise<string | undefined>
  /** The rule and the route that are chosen for it, also when they forbid it. */
  decision(stack: Stack, to: string, came?: Came): Promise<Chosen | undefined>
  /** All routes of a stack, of the family of an address. */
  routes(stack: Stack, like: string): Promise<RouteLine[]>
  /** A kernel parameter, as `net.ipv4.ip_forward`; empty when there is none. */
  value(stack: Stack, key: string): Promise<string>
  neighbour(stack: Stack, address: string, dev: string): Promise<Neighbour>
  /** Where something listens. */
  listeners(stack: Stack, protocol: 'tcp' | 'udp'): Promise<Listener[]>
  /** What a switch, or a VXLAN, knows. */
  fdb(stack: Stack): Promise<Forwarding[]>
  /** The VLANs of the ports of its bridges. */
  vlans(stack: Stack): Promise<Membership[]>
  /** The rules of one table of a stack, as nft and as iptables-save tell them. */
  rules(stack: Stack, family: string, table: string): Promise<{ json: string; save: string }>
  /** All rules of a table in the words of iptables-save; empty where there are none. */
  saved(stack: Stack, table: string): Promise<string>
  /** The rules of iptables-legacy with their counters. */
  legacy(stack: Stack): Promise<string>
  /** The queues of an interface, as they are now. */
  queues(stack: Stack, dev: string): Promise<Queue[]>
  /** The policies of IPsec, in the words of ip(8). */
  xfrm(stack: Stack): Promise<string>
  /** The connections that a stack remembers, of a protocol. */
  connections(stack: Stack, protocol: string): Promise<string[]>
}

/** The words of `ip route get` for what else routing looks at. */
function askedWith(came: Came | undefined): string[] {
  if (!came) return []
  const { from, iif, mark, protocol, sport, dport } = came
  return [
    ...(from === undefined ? [] : ['from', from]),
    ...(iif === 'lo' ? [] : ['iif', iif]),
    ...(mark ? ['mark', String(mark)] : []),
    ...(protocol === 'tcp' || protocol === 'udp' ? ['ipproto', protocol] : []),
    ...(protocol !== 'icmp' && sport ? ['sport', String(sport)] : []),
    ...(protocol !== 'icmp' && dport ? ['dport', String(dport)] : []),
  ]
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
    return run(stack, ['ip', ...ipFamily(to), '-j', 'route', 'get', ...how, to, ...askedWith(came)])
  }
  const print = async (stack: Stack, ...argv: string[]) => (await run(stack, argv)).stdout
  const list = async <T>(stack: Stack, ...argv: string[]): Promise<T[]> => {
    try {
      return JSON.parse((await print(stack, ...argv)) || '[]')
    } catch {
      return [] // a kernel that lacks it
    }
  }
  const routes = (stack: Stack, like: string) =>
    once(`routes ${stack.path} ${familyOf(like)}`, () =>
      list<RouteLine>(stack, 'ip', ...ipFamily(like), '-j', 'route', 'show', 'table', 'all'),
    )
  const saved = (stack: Stack, family: string, table: string) =>
    once(`saved ${stack.path} ${family} ${table}`, () => print(stack, saverOf(family), '-t', table))
  return {
    routes,
    route: (stack, to, came) =>
      once(`route ${stack.path} ${to} ${askedWith(came).join(' ')}`, async (): Promise<Route> => {
        const done = await routeGet(stack, to, came)
        if (done.code !== 0) return { ok: false, said: done.stderr.replace('RTNETLINK answers: ', '').trim() }
        const [line] = JSON.parse(done.stdout || '[]') as RouteLine[]
        const via = line?.gateway ?? line?.via?.host
        // Of IPv6 it tells a route that forbids as if it were one.
        if (line?.type && ['unreachable', 'prohibit', 'blackhole'].includes(line.type))
          return { ok: false, said: routeWords(line) }
        return {
          ...{ ok: true, dev: line?.dev ?? '' },
          ...(via ? { via } : {}),
          ...(line?.prefsrc ? { src: line.prefsrc } : {}),
        }
      }),
    chosen: async (stack, to, came) => {
      const done = await routeGet(stack, to, came, 'fibmatch')
      const [line] = (done.code === 0 ? JSON.parse(done.stdout || '[]') : []) as RouteLine[]
      return line && routeWords({ ...line, type: 'unicast' })
    },
    async decision(stack, to, came) {
      const [rules, all] = await Promise.all([
        once(`rule ${stack.path} ${familyOf(to)}`, () =>
          list<RoutingRule>(stack, 'ip', ...ipFamily(to), '-j', 'rule', 'show'),
        ),
        routes(stack, to),
      ])
      const { from, ...more } = came ?? { iif: 'lo' }
      return choose(rules, all, { dst: to, ...more, ...(from === undefined ? {} : { src: from }) })
    },
    value: (stack, key) =>
      once(`value ${stack.path} ${key}`, () =>
        print(stack, 'cat', `/proc/sys/${key.includes('/') ? key : key.replaceAll('.', '/')}`).then((text) =>
          text.trim(),
        ),
      ),
    async neighbour(stack, address, dev) {
      const [found] = await list<{ state?: string[]; lladdr?: string }>(
        ...([stack, 'ip', '-j', 'neigh', 'show', 'to', address, 'dev', dev] as const),
      )
      return { state: (found?.state ?? []).join(' '), ...(found?.lladdr ? { mac: found.lladdr } : {}) }
    },
    listeners: async (stack, protocol) =>
      listening(await print(stack, 'cat', `/proc/net/${protocol}`, `/proc/net/${protocol}6`), protocol),
    fdb: (stack) =>
      once(`fdb ${stack.path}`, async () => {
        const all = await list<{ mac: string; ifname: string; dst?: string }>(
          stack,
          'bridge',
          '-j',
          'fdb',
          'show',
        )
        return all.map(({ mac, ifname, dst }) => ({ mac, dev: ifname, ...(dst ? { dst } : {}) }))
      }),
    vlans: (stack) =>
      once(`vlans ${stack.path}`, async () =>
        membershipsOf(await list<{ ifname: string }>(stack, 'bridge', '-j', 'vlan', 'show')),
      ),
    rules: (stack, family, table) =>
      once(`rules ${stack.path} ${family} ${table}`, async () => {
        // One table only: some versions of nft cannot tell the flag `owner` of others in JSON.
        const listing = ['nft', '-j', '-a', 'list', 'table', family, table]
        const [listed, save] = await Promise.all([
          run(stack, listing),
          isIptables(family, table) ? saved(stack, family, table) : '',
        ])
        if (listed.code !== 0) throw failed(listing.join(' '), listed)
        return { json: listed.stdout, save }
      }),
    saved: (stack, table) => saved(stack, 'ip', table),
    legacy: (stack) => print(stack, 'iptables-legacy-save', '-c'),
    queues: (stack, dev) => list<Queue>(stack, 'tc', '-s', '-j', 'qdisc', 'show', 'dev', dev),
    xfrm: (stack) => once(`xfrm ${stack.path}`, () => print(stack, 'ip', 'xfrm', 'policy')),
    connections: async (stack, protocol) =>
      (await print(stack, 'conntrack', '-L', '-p', protocol)).split('\n').filter(Boolean),
  }
}
