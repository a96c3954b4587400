/**
 * The whole public vocabulary as a list of methods: what lib/index.ts exports, and all that can be reached from it by
 * calling methods. It is found by walking, so that a new method is in the list without a word here.
 */
import { BadInput } from '../../lib/errors.ts'
import * as vocabulary from '../../lib/index.ts'
import { server } from '../../lib/index.ts'

/** A member; undefined where there is none, as a second `.not` behind the first. */
function memberOf(value: object, name: string): unknown {
  try {
    return (value as Record<string, unknown>)[name]
  } catch (error) {
    if (error instanceof BadInput) return undefined
    throw error
  }
}

type Function = (...args: unknown[]) => unknown

/** One way to a method: names that lead to it, and calls on the way. The last one is the method itself. */
export interface Method {
  /** As it would be written, without values: `server().ip.link.add().type`. */
  readonly path: string
  readonly steps: ReadonlyArray<{ readonly name: string; readonly call: boolean }>
  /** For each call on the way, arguments that are right: several lists to choose from. */
  readonly good: ReadonlyArray<ReadonlyArray<readonly unknown[]>>
}

const host = server('server1')
const net1 = host.netns('net1')
const a1 = host.container('a1')

/** These run a scenario or a lab: what they take has tests of its own. */
const elsewhere = new Set([
  'scenario',
  'withLab',
  'BadInput',
  'CheckFailed',
  'listens',
  'logs',
  'answers',
  'healthy',
  'matchers',
  'Unable',
  'CommandFailed',
  'VethlabError',
  'openLab',
  'main',
  'run',
])

/** What a route may wrap packets in. */
const encaps = [
  ['seg6', { mode: 'encap', segs: ['fd00::1', 'fd00::2'] }],
  ['seg6local', { action: 'End.X', nh6: 'fd00::1', flavors: ['psp'] }],
  ['mpls', { labels: '100/200' }],
  ['ip', { id: 5, dst: '10.0.0.1' }],
]

/** Arguments that are right, by the end of a path, where trying (see `likely`) does not find them, or not all. */
const values: Readonly<Record<string, ReadonlyArray<readonly unknown[]>>> = {
  server: [['server1'], ['a-b']],
  capture: [
    [host, 'eth0', 'udp port 53'],
    [net1, 'veth1', '', 'mine'],
  ],
  output: [[host.ip.link.show(), 'links']],
  kernelHas: [[host.ip.link.add('d0').type('dummy')]],
  gateway: [
    [host, { from: 'eth0', bridge: 'br0', subnet: '10.0.0.0/24' }],
    [host, { from: 'eth0', bridge: 'br0', subnet: '10.0.0.0/24', chain: 'FORWARD' }],
  ],
  matrix: [
    [
      [
        { name: 'a', place: net1, at: '10.0.0.1' },
        { name: 'b', place: a1, at: a1 },
      ],
      () => true,
    ],
  ],
  packets: [['12:00:00.0 IP 10.0.0.1 > 10.0.0.2: ICMP echo request']],
  lan: [['lan0']],
  star: [[host, 2, { subnet: '10.1.0.0/24' }]],
  line: [[host, 3]],
  mesh: [[host, 3]],
  tree: [[host, 1, 2]],
  'lan().plug': [[host, 'eth0', '10.0.0.1/24']],
  'lan().promiscuous': [['deny'], ['allow']],
  'capture().saw': [[{ from: '10.0.0.1', to: '10.0.0.2', port: 80, text: 'UDP' }, 2]],
  'capture().didNotSee': [[{ text: 'ICMP' }]],
  'output().prints': [['up', 2], ['veth1']],
  'server().compose': [
    ['shop', '/srv/shop.yml'],
    ['shop', new URL('file:///srv/shop.yml')],
  ],
  'compose().container': [['web', 2]],
  'container().address': [[], ['n1']],
  exec: [['ss', '-tln']],
  sh: [[Object.assign(['ip route | cat'], { raw: ['ip route | cat'] })]],
  'ipset.create': [['web', 'hash:ip']],
  'nexthop.add().type': [['resilient']],
  'nexthop.replace().type': [['mpath']],
  proto: [['esp'], ['static'], ['tcp'], ['ip'], [6]],
  'state.add().mode': [['tunnel']],
  'state.update().mode': [['tunnel']],
  'state.delete().mode': [['tunnel']],
  authTrunc: [['hmac(sha256)', '0x00', 128]],
  aead: [['rfc4106(gcm(aes))', '0x00', 128]],
  'state.add().flag': [['esn']],
  'state.update().flag': [['esn']],
  'state.delete().flag': [['esn']],
  ...Object.fromEntries(
    ['add', 'append', 'replace', 'change', 'del'].map((verb) => [`route.${verb}().encap`, encaps]),
  ),
  encap: [['espinudp', 4500, 4500, '10.0.0.1']],
  dir: [['out']],
  'policy.add().action': [['allow']],
  'policy.update().action': [['allow']],
  'policy.delete().action': [['allow']],
  'nft.add.chain': [['ip', 'nat', 'post', '{ type nat hook postrouting priority 100 ; }']],
  'nft.create.chain': [['ip', 'nat', 'post']],
  'nft.add.rule': [['ip', 'nat', 'post', 'masquerade']],
  'nft.insert.rule': [['ip', 'nat', 'post', 'masquerade']],
  'nft.replace.rule': [['ip', 'nat', 'post', 7, 'masquerade']],
  'nft.delete.rule': [['ip', 'nat', 'post', 7]],
  'nft.add.set': [['ip', 'nat', 'web', '{ type ipv4_addr ; }']],
  'nft.add.map': [['ip', 'nat', 'web', '{ type inet_service : ipv4_addr ; }']],
  'nft.add.element': [['ip', 'nat', 'web', '{ 10.0.0.1 }']],
  'nft.delete.element': [['ip', 'nat', 'web', '{ 10.0.0.1 }']],
  'nft.delete.chain': [['ip', 'nat', 'post']],
  'nft.delete.set': [['ip', 'nat', 'web']],
  'nft.delete.map': [['ip', 'nat', 'web']],
  'nft.flush.chain': [['ip', 'nat', 'post']],
  'nft.flush.set': [['ip', 'nat', 'web']],
  'nft.flush.map': [['ip', 'nat', 'web']],
  'nft.rename.chain': [['ip', 'nat', 'post', 'after']],
  'nft.list.chain': [['ip', 'nat', 'post']],
  'nft.list.set': [['ip', 'nat', 'web']],
  'nft.list.map': [['ip', 'nat', 'web']],
  'ethtool.feature': [['eth0', 'tx-udp-segmentation', 'off']],
  'set().peer': [['AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=', { endpoint: '10.0.0.1:5000' }]],
  'swarm.ipvs': [[{ has: 'replies', lacks: 'no reply' }]],
  'firewall.modes': [['br0', { known: 'open', ignored: 'filtered' }]],
  'firewall.backend': [[{ iptables: '-j DNAT', nftables: 'dnat to' }]],
  'firewall.isolation': [[{ apart: 'filtered', byMode: 'open' }]],
  'firewall.rules': [['nat', { counters: true }]],
  tcpFlags: [['SYN,ACK', 'SYN']],
  matchSet: [['web', 'src']],
  'link.set().type': [
    ['bridge', { stp_state: 1 }],
    ['bridge_slave', { isolated: 'on', cost: 7 }],
  ],
  tcp: [
    ['10.0.0.1', 80],
    [a1, 80],
  ],
  udp: [
    ['10.0.0.1', 53],
    [a1, 53],
  ],
  ping: [['10.0.0.1'], ['web'], [a1]],
  'open.seenFrom': [['10.0.0.1', 80]],
  'sysctl.set': [
    ['net.ipv4.ip_forward', 1],
    ['net.ipv4.tcp_rmem', '4096 131072 6291456'],
  ],
  'ip.link.add().type': [
    ['veth', { peer: 'w' }],
    ['bridge'],
    ['macvlan', { link: 'eth0', mode: 'bridge' }],
    ['ipvlan', { link: 'eth0', mode: 'l2' }],
    ['vlan', { link: 'eth0', id: 5 }],
    ['vxlan', { id: 7, dstport: 4789, dev: 'eth0', local: '10.0.0.1', remote: '10.0.0.2' }],
    ['dummy'],
    ['vrf', { table: 10 }],
  ],
  'ip.link.show': [[], [{ dev: 'eth0', type: 'veth', master: 'br0', details: true }]],
  'filter.append': [['FORWARD'], ['LESSON']],
  'nat.append': [['LESSON'], ['PREROUTING'], ['POSTROUTING']],
  jump: [
    ['ACCEPT'],
    ['LESSON'],
    ['REJECT', { with: 'icmp-host-prohibited' }],
    ['LOG', { prefix: 'in: ' }],
    ['DNAT', { to: '10.0.0.2' }],
    ['SNAT', { to: '10.0.0.1-10.0.0.9' }],
    ['MARK', { set: 7 }],
  ],
  ctstate: [['NEW', 'ESTABLISHED']],
  'docker.ps': [[{ format: '{{.Names}}', filters: ['label=app'] }]],
  'docker.exec': [
    ['a1', 'ip', 'addr'],
    ['a1', { user: 'root', env: ['A=b'], workdir: '/srv', privileged: true }, 'ip', 'addr'],
  ],
  deviceCgroupRule: [['c 10:200 rwm']],
  'netns.execAll': [[['ip', 'link']]],
  'vrf.exec': [['red', ['ip', 'link']]],
  tcpdump: [['icmp', { interface: 'eth0', count: 1 }], [{ interface: 'eth0', write: '/srv/lab.pcap' }]],
  'neigh.get': [['10.0.0.1', { dev: 'eth0' }]],
  'nsenter().net': [[], ['/run/netns/net1']],
  'nsenter().command': [['ip', 'addr']],
  'sysctl.load': [[], ['/etc/sysctl.d/99-lab.conf']],
  'sysctl.all': [[], [{ pattern: 'rp_filter', names: true }]],
  'ip.batch': [['/srv/lab.batch'], ['/srv/lab.batch', { force: true }]],
  iptablesRestore: [['/srv/rules', { table: 'nat', noflush: true }]],
  ip6tablesRestore: [['/srv/rules', { table: 'nat', noflush: true }]],
  'filter.list': [[], ['FORWARD', { rule: 1, verbose: true }]],
  'filter.show': [[], ['FORWARD', { rule: 1, verbose: true }]],
  'ipset.restore': [[{ file: '/srv/sets' }]],
  'network.connect': [['n1', 'a1', { ip: '10.1.0.9', ip6: 'fd00::9', alias: ['web'] }]],
  'image.import': [['/tmp/r.tar', 'mine', { run: ['sh'] }]],
  'firewall.direct': [['docker0', { drops: 'filtered', lets: 'open' }]],
}

/** Values that are right in many places. */
export const likely: readonly unknown[] = [
  'eth0', '10.0.0.1', '10.0.0.0/24', '10.0.0.1/24', 'n1', 80, 7, 1400, 1, 4, 6, 'fd00::1', 'fd00::/64', '02:00:00:00:00:01',
  'tcp', 'on', true, 'ACCEPT', 'FORWARD', 'POSTROUTING', 'PREROUTING', 'INPUT', 'LESSON', 'DROP', 'bridge', 'tun', 'NEW',
  'NET_ADMIN', '8080:80', 'net.ipv4.ip_forward', '/tmp/file', 'web', '0x1', '1000-1999', 'main', 'replies', 'key=value',
  'eth0.5', 'permanent', 'link', 'static', 100, 5000, net1, host, a1, {}, ['a'], '1', '+', '10.0.0.1-10.0.0.9',
  'eui64', 'low', 'blackhole',
  '5/min', 'LOCAL', 'bm', 'nth', '0.5', 'echo-request', '08:00', '2030-01-01', 'Mon', 'ORIGINAL', 'ASSURED', 'EF', 'unicast', 'srcip', 'frag', '0:500', 'ipv4', 'ipip', 'host', 'always', 'net.ipv4.ip_forward=1', 'web=3', 'worker', 'inet6', 'local',
] // biome-ignore format: a list of values

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null

/** Whether it is an object of options, and no place, command or check. */
export const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' &&
  value !== null &&
  Object.getPrototypeOf(value) === Object.prototype &&
  !('kind' in value) &&
  !('argv' in value)

/** The names of an object's functions and objects, its prototype's, too: what a script can say behind a dot. */
function namesOf(value: object): string[] {
  const names = new Set<string>()
  for (let at: object | null = value; at && at !== Object.prototype; at = Object.getPrototypeOf(at))
    for (const name of Object.getOwnPropertyNames(at)) if (!(name in Object.prototype)) names.add(name)
  return [...names]
}

const methodsOf = (value: object): string =>
  namesOf(value)
    .filter((name) => typeof memberOf(value, name) === 'function')
    .sort()
    .join()

/** The data of a command or a check; a fact that can be read has a check() for its value. */
const data = new Set([
  'place',
  'argv',
  'undo',
  'api',
  'makes',
  'moves',
  'plugs',
  'asks',
  'check',
  'written',
  'from',
  'target',
  'command',
])

const isData = (value: object, name: string): boolean =>
  data.has(name) &&
  (Object.hasOwn(value, 'check') ||
    (value as { kind?: unknown }).kind === 'check' ||
    (Object.hasOwn(value, 'argv') && typeof memberOf(value, name) !== 'function'))

function works(method: Function, owner: object, args: readonly unknown[]): { value: unknown } | undefined {
  try {
    return { value: method.call(owner, ...args) }
  } catch (error) {
    if (error instanceof BadInput) return undefined
    throw error
  }
}

const found = new Map<string, Array<readonly unknown[]>>()

/** A path without its place: what can be said on a server can be said in a container. */
const anywhere = (path: string): string =>
  path.replaceAll('()', '').replace(/^server\.(compose\.container|container|netns)\.(?=.*\.)/, 'server.')

/** Right arguments for a method: those that are written above, else what is found by trying. */
function rightArguments(path: string, method: Function, owner: object): Array<readonly unknown[]> {
  const bare = path.replaceAll('()', '')
  const written = Object.entries(values).find(([end]) =>
    `.${bare}`.endsWith(`.${end.replaceAll('()', '')}`),
  )?.[1]
  const known = written ?? found.get(anywhere(path)) ?? []
  const right = known.filter((args) => works(method, owner, args))
  if (right.length > 0) return right
  for (const args of [[], ...likely.map((one) => [one])]) {
    if (works(method, owner, args)) right.push(args)
    if (right.length === 6) break
  }
  found.set(anywhere(path), right)
  return right
}

/** Two right arguments, found by trying all: for what neither takes one nor stands behind a clause. */
function rightPair(path: string, method: Function, owner: object): Array<readonly unknown[]> {
  const pair = pairs.find((args) => works(method, owner, args))
  const right = pair ? [pair] : []
  found.set(anywhere(path), right)
  return right
}

const pairs = likely.flatMap((one) => likely.map((other) => [one, other] as const))

/** A clause that must come before, as a protocol before a port: one that grows into the same. */
function behind(
  owner: object,
  name: string,
  siblings: readonly Method[],
): { before: Method; args: Array<readonly unknown[]> } | undefined {
  for (const before of siblings) {
    const last = before.steps.at(-1)?.name ?? ''
    for (const args of before.good.at(-1) ?? []) {
      const grown = (memberOf(owner, last) as Function).call(owner, ...args)
      if (!isObject(grown) || methodsOf(grown) !== methodsOf(owner)) break
      const method = memberOf(grown, name)
      if (typeof method !== 'function') continue
      const all = [[], ...likely.map((one) => [one]), ['SYN,ACK', 'SYN']]
      const right = all.filter((own) => works(method as Function, grown, own))
      const both = right.length > 0 ? right : works(method as Function, grown, ['deny']) ? [['deny']] : []
      if (both.length > 0)
        return { before: { ...before, good: [...before.good.slice(0, -1), [args]] }, args: both.slice(0, 6) }
    }
  }
  return undefined
}

/** The same table of rules in another place, or of the other family, has the same methods: once is enough. */
const saidElsewhere = (path: string, name: string): boolean =>
  (/^ip6?tables$/.test(name) && path !== 'server()') ||
  (/^(nft|wg|ethtool|ipset|conntrack|tc)$/.test(name) && path !== 'server()') ||
  (/^(xfrm|vrf|token|addrlabel|fou|mroute|ntable|netconf)$/.test(name) && path !== 'server().ip') ||
  (/\.xfrm\.(state|policy)$/.test(path) && name === 'update') ||
  (/\.ip6tables$/.test(path) && name !== 'nat') ||
  (/\.iptables$/.test(path) && name === 'security') ||
  (/\.(raw|mangle)$/.test(path) && name !== 'append')

/** All methods, and the paths of those for which no right arguments are known. */
export function walk(): { methods: Method[]; lacking: string[] } {
  const methods: Method[] = []
  const lacking: string[] = []
  const visit = (value: unknown, here: Method, above: readonly string[]): void => {
    if (!isObject(value) || Array.isArray(value) || here.steps.length > 9) return
    const shape = methodsOf(value)
    if (shape !== '' && above.includes(shape)) return // one more clause of the same
    const { path, steps, good } = here
    const siblings: Method[] = []
    const later: string[] = []
    const add = (name: string, right: Method['good'][number]): void => {
      const method: Method = {
        path: path === '' ? name : `${path}.${name}`,
        steps: [...steps, { name, call: true }],
        good: [...good, right],
      }
      siblings.push(method)
      const result = (memberOf(value, name) as Function).call(value, ...(right[0] ?? []))
      visit(result, { ...method, path: `${method.path}()` }, [...above, shape])
    }
    for (const name of namesOf(value)) {
      if (isData(value, name) || (path === '' && elsewhere.has(name)) || saidElsewhere(path, name)) continue
      const member = memberOf(value, name)
      const at = path === '' ? name : `${path}.${name}`
      if (typeof member !== 'function') {
        visit(member, { path: at, steps: [...steps, { name, call: false }], good }, [...above, shape])
        continue
      }
      const right = rightArguments(at, member as Function, value)
      if (right.length === 0) later.push(name)
      else add(name, right)
    }
    for (const name of later) {
      const found = behind(value, name, siblings)
      if (found) {
        methods.push({
          path: `${found.before.path}().${name}`,
          steps: [...found.before.steps, { name, call: true }],
          good: [...found.before.good, found.args],
        })
        continue
      }
      const pair = rightPair(`${path}.${name}`, memberOf(value, name) as Function, value)
      if (pair.length === 0) lacking.push(`${path}.${name}`)
      else add(name, pair)
    }
    methods.push(...siblings)
  }
  visit(vocabulary, { path: '', steps: [], good: [] }, [])
  return { methods, lacking }
}

/** Says it: from the vocabulary by the names, with these arguments for each call. */
export function say({ steps }: Method, args: ReadonlyArray<readonly unknown[]>): unknown {
  let value: unknown = vocabulary
  let calls = 0
  for (const { name, call } of steps) {
    const owner = value as Record<string, unknown>
    value = call ? (owner[name] as Function).call(owner, ...(args[calls++] ?? [])) : owner[name]
  }
  return value
}
