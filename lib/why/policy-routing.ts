/** Which rule of `ip rule`, and which route, are chosen for a packet: as the kernel does it, pure. */
import { bitsOf, within } from './address.ts'

/** A line of `ip -j rule`. */
export interface RoutingRule {
  priority: number
  not?: null
  src?: string
  srclen?: number
  dst?: string
  dstlen?: number
  iif?: string
  oif?: string
  fwmark?: string
  fwmask?: string
  table?: string
  action?: string
  suppress_prefixlen?: number
  ipproto?: string
  sport?: unknown
  sport_start?: number
  sport_end?: number
  dport?: unknown
  dport_start?: number
  dport_end?: number
  tos?: string
  uid_start?: number
}

/** A line of `ip -j route show table all`. */
export interface RouteLine {
  type?: string
  dst: string
  gateway?: string
  via?: { host: string }
  dev?: string
  table?: string
  metric?: number
  prefsrc?: string
  scope?: string
  flags?: string[]
  nexthops?: Array<{ gateway?: string; dev?: string; flags?: string[] }>
}

/** What is to be routed. `iif` is `lo` for what is made here. */
export interface Routed {
  src?: string
  dst: string
  iif: string
  mark?: number
  protocol?: string
  sport?: number
  dport?: number
}

/** What was chosen. A rule may forbid by itself; then there is no route. */
export interface Chosen {
  rule: RoutingRule
  route?: RouteLine
}

const number = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : Number(text)

/** The ports that a rule is about, as `ip -j rule` tells them. */
function portsOf(one: unknown, start?: number, end?: number): [number, number] | undefined {
  if (start !== undefined) return [start, end ?? start]
  const [first, last = first] = one === undefined ? [] : String(one).split('-').map(Number)
  return first === undefined ? undefined : [first, last as number]
}

/** Whether a rule's ports and protocol fit; undefined when nobody can say. */
function fitsPorts(rule: RoutingRule, { protocol, sport, dport }: Routed): boolean | undefined {
  const from = portsOf(rule.sport, rule.sport_start, rule.sport_end)
  const to = portsOf(rule.dport, rule.dport_start, rule.dport_end)
  if (!rule.ipproto && !from && !to) return true
  if (protocol === undefined) return undefined
  const holds = (ports: [number, number] | undefined, port: number | undefined) =>
    ports === undefined || (port !== undefined && port >= ports[0] && port <= ports[1])
  const isOf = !rule.ipproto || rule.ipproto.replace(/^ipv6-/, '') === protocol
  return isOf && holds(from, sport) && holds(to, dport)
}

function matches(rule: RoutingRule, packet: Routed): boolean | undefined {
  const { src, dst, iif, mark = 0 } = packet
  // What is asked here by none of our facts: nobody can say.
  if (rule.tos || rule.uid_start !== undefined) return undefined
  const ports = fitsPorts(rule, packet)
  if (ports === undefined) return undefined
  const from =
    !rule.src || rule.src === 'all' || (src !== undefined && within(src, cidr(rule.src, rule.srclen)))
  const to = !rule.dst || rule.dst === 'all' || within(dst, cidr(rule.dst, rule.dstlen))
  const mask = number(rule.fwmask) ?? 0xffffffff
  const marked = rule.fwmark === undefined || (mark & mask) >>> 0 === number(rule.fwmark)
  const all = from && to && marked && ports && (!rule.iif || rule.iif === iif) && !rule.oif
  return 'not' in rule ? !all : all
}

const cidr = (address: string, length: number | undefined): string =>
  address.includes('/') || length === undefined ? address : `${address}/${length}`

/** How many bits of an address a route is about. */
export const lengthOf = ({ dst }: RouteLine): number =>
  dst === 'default' ? 0 : dst.includes('/') ? Number(dst.split('/')[1]) : bitsOf(dst)

/** The route of a table that is chosen for an address: the longest, of those the one of the least metric. */
export function longest(routes: readonly RouteLine[], table: string, dst: string): RouteLine | undefined {
  return routes
    .filter((route) => (route.table ?? 'main') === table)
    .filter((route) => (route.dst === 'default' ? true : within(dst, route.dst)))
    .filter(({ flags }) => !flags?.includes('dead'))
    .sort((a, b) => lengthOf(b) - lengthOf(a) || (a.metric ?? 0) - (b.metric ?? 0))[0]
}

/** The rule and the route that are chosen for a packet; undefined when none is, or when that cannot be told. */
export function choose(
  rules: readonly RoutingRule[],
  routes: readonly RouteLine[],
  packet: Routed,
): Chosen | undefined {
  for (const rule of [...rules].sort((a, b) => a.priority - b.priority)) {
    const fits = matches(rule, packet)
    if (fits === undefined) return undefined
    if (!fits) continue
    if (rule.action && /unreachable|prohibit|blackhole/.test(rule.action)) return { rule }
    if (rule.table === undefined) continue
    const route = longest(routes, rule.table, packet.dst)
    if (!route || route.type === 'throw') continue
    if (rule.suppress_prefixlen !== undefined && lengthOf(route) <= rule.suppress_prefixlen) continue
    return { rule, route }
  }
  return undefined
}

const range = (name: string, ports: [number, number] | undefined): string[] =>
  ports ? [`${name} ${ports[0] === ports[1] ? ports[0] : ports.join('-')}`] : []

/** A rule in the words of ip(8), without its number: `from 10.0.0.0/24 lookup 100`. */
export function ruleWords(rule: RoutingRule): string {
  const from = rule.src && rule.src !== 'all' ? cidr(rule.src, rule.srclen) : 'all'
  return [
    ...('not' in rule ? ['not'] : []),
    `from ${from}`,
    ...(rule.dst && rule.dst !== 'all' ? [`to ${cidr(rule.dst, rule.dstlen)}`] : []),
    ...(rule.fwmark ? [`fwmark ${rule.fwmark}${rule.fwmask ? `/${rule.fwmask}` : ''}`] : []),
    ...(rule.iif ? [`iif ${rule.iif}`] : []),
    ...(rule.ipproto ? [`ipproto ${rule.ipproto}`] : []),
    ...range('sport', portsOf(rule.sport, rule.sport_start, rule.sport_end)),
    ...range('dport', portsOf(rule.dport, rule.dport_start, rule.dport_end)),
    ...(rule.action && rule.table === undefined ? [rule.action] : [`lookup ${rule.table}`]),
  ].join(' ')
}

/** Whether a rule is none of the three that every machine has. */
export const isOwnRule = ({ table, action }: RoutingRule): boolean =>
  (action !== undefined && action !== 'to_tbl' && table === undefined) ||
  !['local', 'main', 'default'].includes(table ?? 'main')

/** A route in the words of ip(8). */
export const routeWords = ({ type, dst, gateway, via, dev, nexthops }: RouteLine): string =>
  [
    ...(type && type !== 'unicast' ? [type] : []),
    dst,
    ...(gateway || via ? [`via ${gateway ?? via?.host}`] : []),
    ...(dev && (!type || type === 'unicast') ? [`dev ${dev}`] : []),
    ...(nexthops ?? []).map((hop) => `nexthop${hop.gateway ? ` via ${hop.gateway}` : ''} dev ${hop.dev}`),
  ].join(' ')
