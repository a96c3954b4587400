/** The routing tables, as ip-route(8). */
import { BadInput } from '../../errors.ts'
import type { Command, CommandFacts, Place } from '../command.ts'
import type { Reading } from '../effects.ts'
import { behindWord, word } from '../grammar/clause.ts'
import { form, type Line, type Methods, say } from '../grammar/form.ts'
import { address, destination, isIpv6, subnetOf } from '../grammar/kinds.ts'
import { words } from '../grammar/missing.ts'
import type { Options } from '../grammar/options.ts'
import type { Address, Cidr } from '../names.ts'
import type { Encaps } from './encap.ts'
import { clauses, flushClauses, getClauses, showClauses } from './route-clauses.ts'
import { opposite, wordsFound } from './shared.ts'

/** Where a route leads: a subnet, an address, or `default` for everything else. */
export type Destination = 'default' | Address | Cidr

const hops = [
  'via',
  'dev',
  'nexthop',
  'nhid',
  'blackhole',
  'unreachable',
  'prohibit',
  'throw',
  'local',
] as const
type Ends<L> = { [K in (typeof hops)[number]]: L }

/** A route without its way: it is a command with a gateway, an interface, or a kind that needs none. */
export interface RouteDraft extends Omit<Methods<typeof clauses, RouteDraft, Ends<RouteLine>>, 'encap'> {
  /** What packets are wrapped in on that way: `encap` */
  encap<K extends keyof Encaps>(kind: K, options: Encaps[K]): RouteDraft
}
/** A route; every clause returns a new command. */
export interface RouteLine extends Command, Omit<Methods<typeof clauses, RouteLine>, 'encap'> {
  /** What packets are wrapped in on that way: `encap` */
  encap<K extends keyof Encaps>(kind: K, options: Encaps[K]): RouteLine
}

/** A flush that does not say of what. */
export interface RouteFlushDraft
  extends Methods<
    typeof flushClauses,
    RouteFlushDraft,
    { [K in Exclude<keyof typeof flushClauses, 'family'>]: RouteFlush }
  > {}
/** A flush; every clause returns a new command. */
export interface RouteFlush extends Command, Methods<typeof flushClauses, RouteFlush> {}

/** Whether it is of IPv6. Of a default route that is told by `-6`, or by the addresses behind `via` and `src`. */
const isV6 = (line: Line): boolean => {
  const to = String(line.subject[0])
  if (to !== 'default') return isIpv6(to)
  if (line.has('family')) return line.value('family') === 6
  return line.argv.some((word, index) => /^(via|src)$/.test(line.argv[index - 1] ?? '') && isIpv6(word))
}

const named = (line: Line) => {
  const to = String(line.subject[0])
  const table = line.text('table')
  return {
    kind: 'route' as const,
    name: line.argv.slice(line.argv.indexOf('route') + 2).join(' '),
    subnet: to === 'default' ? (isV6(line) ? '::/0' : '0.0.0.0/0') : subnetOf(to),
    ...(line.has('dev') ? { on: String(line.value('dev')) } : {}),
    ...(table === undefined ? {} : { table }),
  }
}

/** A gateway of the other family cannot be meant, but for IPv4 by IPv6, which Linux knows. */
const check = (line: Line): void => {
  const [to, via] = [String(line.subject[0]), line.text('via')]
  const inet6 = line.said.find(({ name }) => name === 'via')?.args[1] === 'inet6'
  if (inet6 && (isIpv6(to) || line.value('family') === 6))
    throw new BadInput(`via inet6 is for a route of IPv4: say via('${via}')`)
  if (via !== undefined && to !== 'default' && isIpv6(to) && !isIpv6(via) && !/[\uE000]/.test(to + via))
    throw new BadInput(`${via} cannot be the gateway to ${to}: it is of the other family`)
}

const v6Words = (line: Line): string[] => (isV6(line) ? ['ip', '-6'] : ['ip'])

/** The words that find the route that is there: to be put back when another one takes its place. */
const thereBefore = (line: Line): string[] => {
  const table = line.text('table')
  return [
    ...v6Words(line),
    'route',
    'show',
    String(line.subject[0]),
    ...(table === undefined ? [] : ['table', table]),
  ]
}
const tableWords = (line: Line): string[] => (line.has('table') ? ['table', String(line.value('table'))] : [])

const hasWay = (line: Line): boolean =>
  line.said.some(({ name }) => (hops as readonly string[]).includes(name))
/** A way to an IPv4 subnet by a router with an IPv6 address says so: `via inet6 fe80::1` (RFC 8950). */
const respelled = (words: readonly string[], [to]: readonly unknown[]): string[] => {
  const v4 = to !== 'default' && !isIpv6(String(to))
  return words.flatMap((word, index) =>
    v4 && words[index - 1] === 'via' && isIpv6(word) ? ['inet6', word] : [word],
  )
}
const makes = {
  subject: [behindWord('to', word([], destination))],
  clauses,
  needs: [hops],
  check,
  respelled,
} as const

const replaced = (line: Line): CommandFacts => ({
  undo: {
    argv: line.instead('del'),
    found: wordsFound([...v6Words(line), 'route', 'replace', ...tableWords(line)]),
  },
})
/** The route that is there before. */
const old = (line: Line): Reading => ({ argv: thereBefore(line), filter: 'head -n 1' })

/** The subcommands of `ip route`. */
export const routeForms = {
  add: form({
    words: ['ip', 'route', 'add'],
    ...makes,
    facts: (line) => ({ undo: opposite(line, 'del') }),
    does: (line) => [{ does: 'makes', ...named(line) }],
  }),
  append: form({
    words: ['ip', 'route', 'append'],
    ...makes,
    facts: (line) => ({ undo: opposite(line, 'del') }),
    does: (line) => [{ does: 'makes', ...named(line) }],
  }),
  replace: form({
    words: ['ip', 'route', 'replace'],
    ...makes,
    facts: replaced,
    does: (line) => [{ does: 'replaces', read: old(line), ...named(line) }],
  }),
  change: form({
    words: ['ip', 'route', 'change'],
    verbs: ['change', 'chg'],
    ...makes,
    facts: replaced,
    does: (line) => [{ does: 'replaces', read: old(line), ...named(line) }],
  }),
  del: form({
    words: ['ip', 'route', 'del'],
    verbs: ['delete'],
    subject: makes.subject,
    clauses,
    check,
    respelled,
    facts: (line) => ({
      undo: hasWay(line)
        ? opposite(line, 'add')
        : { argv: wordsFound([...v6Words(line), 'route', 'add', ...tableWords(line)]) },
    }),
    does: (line) => [{ does: 'removes', ...(hasWay(line) ? {} : { read: old(line) }), ...named(line) }],
  }),
  get: form({
    words: ['ip', 'route', 'get'],
    subject: [behindWord('to', word([], address))],
    clauses: getClauses,
    takes: 'options',
    looks: true,
  }),
  show: form({
    words: ['ip', 'route', 'show'],
    verbs: ['show', 'list', 'lst'],
    subject: [word([], destination)],
    optional: 0,
    clauses: showClauses,
    takes: 'options',
    looks: true,
  }),
  flush: form({
    words: ['ip', 'route', 'flush'],
    clauses: flushClauses,
    needs: [Object.keys(flushClauses).filter((name) => name !== 'family')],
    does: (line) => [
      { does: 'flushes', kind: 'route', name: line.argv.slice(3).join(' ') || 'all', subnet: '0.0.0.0/0' },
    ],
  }),
}

/** The routing tables, as ip-route(8). */
export const route = (place: Place) =>
  words(['ip', 'route'], {
    /**
     * Adds a route.
     *
     * Example: net1.ip.route.add('default').via('172.30.20.254')
     * Equivalent to: `ip -n net1 route add default via 172.30.20.254`
     * Example: server1.ip.route.add('fd00:20::/64').via('fe80::1').dev('eth0').metric(50)
     * Equivalent to: `ip route add fd00:20::/64 via fe80::1 dev eth0 metric 50`
     * Example: server1.ip.route.add('default').nexthop({ via: '10.0.0.1', weight: 1 }).nexthop({ via: '10.0.1.1', weight: 2 })
     * Equivalent to: `ip route add default nexthop via 10.0.0.1 weight 1 nexthop via 10.0.1.1 weight 2`
     * Example: server1.ip.route.add('default').via('fe80::1', 'inet6').dev('eth0')
     * Equivalent to: `ip route add default via inet6 fe80::1 dev eth0`
     * Example: server1.ip.route.add('fd00:3::/64').encap('seg6', { mode: 'encap', segs: ['fd00:2::1', 'fd00:3::1'] }).dev('eth0')
     * Equivalent to: `ip route add fd00:3::/64 dev eth0 encap seg6 mode encap segs fd00:2::1,fd00:3::1`
     * Example: server1.ip.route.add('10.9.0.0/16').blackhole()
     * Equivalent to: `ip route add blackhole 10.9.0.0/16`
     */
    add: (to: Destination): RouteDraft => say(place, routeForms.add, to),

    /**
     * Adds a route behind others to the same subnet.
     *
     * Example: server1.ip.route.append('10.9.0.0/16').via('10.0.0.1')
     * Equivalent to: `ip route append 10.9.0.0/16 via 10.0.0.1`
     */
    append: (to: Destination): RouteDraft => say(place, routeForms.append, to),

    /**
     * Adds a route, or takes the place of the one to that subnet. Its undo puts that one back.
     *
     * Example: net1.ip.route.replace('default').via('10.0.0.2').table(100)
     * Equivalent to: `ip -n net1 route replace default via 10.0.0.2 table 100`
     */
    replace: (to: Destination): RouteDraft => say(place, routeForms.replace, to),

    /**
     * Changes a route, which must be there.
     *
     * Example: net1.ip.route.change('10.9.0.0/16').via('10.0.0.2').mtu(1400)
     * Equivalent to: `ip -n net1 route change 10.9.0.0/16 via 10.0.0.2 mtu 1400`
     */
    change: (to: Destination): RouteDraft => say(place, routeForms.change, to),

    /**
     * Deletes a route.
     *
     * Example: server1.ip.route.del('172.17.0.0/16').via('192.168.56.3').dev('enp0s3')
     * Equivalent to: `ip route del 172.17.0.0/16 via 192.168.56.3 dev enp0s3`
     * Example: net1.ip.route.del('default')
     * Equivalent to: `ip -n net1 route del default`
     */
    del: (to: Destination): RouteLine => say(place, routeForms.del, to),

    /**
     * Asks the kernel which way a packet to `address` would take.
     *
     * Example: net1.ip.route.get('172.30.10.1')
     * Equivalent to: `ip -n net1 route get 172.30.10.1`
     * Example: server1.ip.route.get('10.9.0.1', { from: '10.0.0.9', iif: 'eth0', mark: 1 })
     * Equivalent to: `ip route get 10.9.0.1 from 10.0.0.9 iif eth0 mark 1`
     */
    get: (address: Address, options?: Options<typeof getClauses>): Command =>
      say(place, routeForms.get, address, options),

    /**
     * Shows the main routing table, another one, or some routes.
     *
     * Example: net1.ip.route.show()
     * Equivalent to: `ip -n net1 route show`
     * Example: net1.ip.route.show({ table: 100, family: 6 })
     * Equivalent to: `ip -n net1 -6 route show table 100`
     * Example: net1.ip.route.show('10.9.0.0/16')
     * Equivalent to: `ip -n net1 route show 10.9.0.0/16`
     */
    show: (of?: Destination | Options<typeof showClauses>, options?: Options<typeof showClauses>): Command =>
      say(place, routeForms.show, ...(options === undefined ? [of] : [of, options])),

    /**
     * Deletes the routes of a table or of an interface. There is no undo.
     *
     * Example: net1.ip.route.flush().table(100)
     * Equivalent to: `ip -n net1 route flush table 100`
     */
    flush: (): RouteFlushDraft => say(place, routeForms.flush),
  })
