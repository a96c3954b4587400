/**
 * Rule sets in the shape that Docker Engine 29 and later documents for its nftables backend (moby,
 * integration/network/bridge/nftablesdoc): tables docker-bridges of both families, with verdict maps by interface, and chains of
 * each bridge.
 * No package of Debian's has such an engine. So an engine that makes no rules at all (`iptables: false`) runs the
 * containers, its networks are read from it, and these rules are loaded by `nft -f`: rules and packets are real.
 */
import type { OpenLab } from '../../lib/index.ts'
import type { Server } from '../../lib/language/server.ts'
import { startEngine } from '../../lib/virtual/engine.ts'

interface Port {
  /** The address of the host that it is published on; of all of them 0.0.0.0 or ::. */
  at: string
  host: number
  inside: number
  protocol: string
}

type Family = 'ip' | 'ip6'

export interface BridgeNetwork {
  family?: Family
  bridge: string
  subnet: string
  mode?: string
  internal?: boolean
  icc?: boolean
  containers: ReadonlyArray<{ address: string; ports: readonly Port[] }>
}

const hides = ({ mode = 'nat', internal }: BridgeNetwork) => mode === 'nat' && !internal

const maps = ['filter-forward-in', 'filter-forward-out', 'nat-postrouting-in', 'nat-postrouting-out']

/** A map from the interface to the chain of its network. */
const mapOf = (name: string, networks: readonly BridgeNetwork[]): string => {
  const elements = networks.map(({ bridge }) => `"${bridge}" : jump ${name}__${bridge}`).join(', ')
  return `map ${name}-jumps { type ifname : verdict; ${elements && `elements = { ${elements} }`} }`
}

const chain = (name: string, ...rules: readonly string[]): string => `chain ${name} {\n${rules.join('\n')}\n}`

function forwardIn(network: BridgeNetwork): string[] {
  const { family = 'ip', bridge, mode = 'nat', internal, icc = true, containers } = network
  const among = icc ? 'accept' : 'drop'
  if (internal)
    return [
      `iifname != "${bridge}" counter drop comment "INTERNAL NETWORK INGRESS"`,
      `counter ${among} comment "ICC"`,
    ]
  const published = containers.flatMap(({ address, ports }) =>
    ports.map(
      ({ inside, protocol }) => `${family} daddr ${address} ${protocol} dport ${inside} counter accept`,
    ),
  )
  const icmp = family === 'ip' ? 'ip protocol icmp' : 'meta l4proto ipv6-icmp'
  const last =
    mode === 'nat-unprotected'
      ? 'counter accept comment "UNPROTECTED"'
      : 'counter drop comment "UNPUBLISHED PORT DROP"'
  return [
    ...(mode === 'routed' ? [`${icmp} counter accept comment "ICMP"`] : []),
    `iifname "${bridge}" counter ${among} comment "ICC"`,
    ...(mode === 'nat-unprotected' ? [] : published),
    last,
  ]
}

/** The chains of one network. */
function chainsOf(network: BridgeNetwork): string[] {
  const { family = 'ip', bridge, subnet, mode, internal } = network
  const known = 'ct state established,related counter accept'
  const out = internal
    ? `oifname != "${bridge}" counter drop comment "INTERNAL NETWORK EGRESS"`
    : 'counter accept comment "OUTGOING"'
  const masquerade = `oifname != "${bridge}" ${family} saddr ${subnet} counter masquerade comment "MASQUERADE"`
  return [
    chain(`filter-forward-in__${bridge}`, known, ...forwardIn(network)),
    chain(`filter-forward-out__${bridge}`, known, out),
    chain(`nat-postrouting-in__${bridge}`),
    chain(`nat-postrouting-out__${bridge}`, ...(internal || mode === 'routed' ? [] : [masquerade])),
  ]
}

/** What `nft -f` loads in the place of the rules that were there, of one family. */
export function dockerBridges(networks: readonly BridgeNetwork[], family: Family = 'ip'): string {
  const direct = networks
    .filter(hides)
    .flatMap(({ bridge, containers }) =>
      containers.map(
        ({ address }) =>
          `${family} daddr ${address} iifname != "${bridge}" counter drop comment "DROP DIRECT ACCESS"`,
      ),
    )
  const dnat = networks
    .filter(({ internal, mode }) => !internal && mode !== 'routed')
    .flatMap(({ bridge, containers }) =>
      containers.flatMap(({ address, ports }) =>
        ports.map(({ at, host, inside, protocol }) => {
          const asked = /^(0\.0\.0\.0|::)$/.test(at) ? '' : `${family} daddr ${at} `
          const to = family === 'ip' ? address : `[${address}]`
          return `iifname != "${bridge}" ${asked}${protocol} dport ${host} counter dnat to ${to}:${inside} comment "DNAT"`
        }),
      ),
    )
  const base = (type: string, hook: string, priority: string, ...rules: string[]) => [
    `type ${type} hook ${hook} priority ${priority}; policy accept;`,
    ...rules,
  ]
  const asked = 'fib daddr type local counter jump nat-prerouting-and-output'
  return [
    `table ${family} docker-bridges`,
    `delete table ${family} docker-bridges`,
    `table ${family} docker-bridges {`,
    // A verdict names a chain, which must be there first.
    ...networks.flatMap(chainsOf),
    ...maps.map((name) => mapOf(name, networks)),
    chain('nat-prerouting-and-output', ...dnat),
    chain('raw-PREROUTING', ...base('filter', 'prerouting', 'raw', ...direct)),
    chain('nat-PREROUTING', ...base('nat', 'prerouting', 'dstnat', asked)),
    chain(
      'nat-OUTPUT',
      ...base(
        'nat',
        'output',
        '-100',
        `${family === 'ip' ? 'ip daddr != 127.0.0.0/8' : 'ip6 daddr != ::1'} ${asked}`,
      ),
    ),
    chain(
      'filter-FORWARD',
      ...base(
        'filter',
        'forward',
        'filter',
        'oifname vmap @filter-forward-in-jumps',
        'iifname vmap @filter-forward-out-jumps',
      ),
    ),
    chain(
      'nat-POSTROUTING',
      ...base(
        'nat',
        'postrouting',
        'srcnat',
        'iifname vmap @nat-postrouting-out-jumps',
        'oifname vmap @nat-postrouting-in-jumps',
      ),
    ),
    '}',
  ].join('\n')
}

interface Inspected {
  Id: string
  Name: string
  Internal: boolean
  Options: Record<string, string>
  IPAM: { Config: Array<{ Subnet: string }> }
}
interface Running {
  NetworkSettings: {
    Networks: Record<string, { IPAddress: string; GlobalIPv6Address: string }>
    Ports: Record<string, Array<{ HostIp: string; HostPort: string }> | null>
  }
}

/** The bridge networks of an engine, as it tells them. */
function networksOf(
  networks: readonly Inspected[],
  containers: readonly Running[],
  family: Family,
): BridgeNetwork[] {
  const isOf = (address: string) => address.includes(':') === (family === 'ip6')
  const option = ({ Options }: Inspected, name: string) => Options[`com.docker.network.bridge.${name}`]
  const all = networks.map((network) => ({
    family,
    bridge: option(network, 'name') ?? `br-${network.Id.slice(0, 12)}`,
    subnet: network.IPAM.Config.find(({ Subnet }) => isOf(Subnet))?.Subnet ?? '',
    mode: option(network, `gateway_mode_ipv${family === 'ip' ? 4 : 6}`) ?? 'nat',
    internal: network.Internal,
    icc: option(network, 'enable_icc') !== 'false',
    containers: containers.flatMap(({ NetworkSettings: { Networks, Ports } }) => {
      const one = Networks[network.Name]
      const address = family === 'ip' ? one?.IPAddress : one?.GlobalIPv6Address
      if (!address) return []
      const ports = Object.entries(Ports).flatMap(([inside, at]) => {
        const [number, protocol = 'tcp'] = inside.split('/')
        return (at ?? [])
          .filter(({ HostIp }) => isOf(HostIp))
          .map(({ HostIp, HostPort }) => ({
            at: HostIp,
            host: Number(HostPort),
            inside: Number(number),
            protocol,
          }))
      })
      return [{ address, ports }]
    }),
  }))
  return all.filter(({ subnet }) => subnet !== '')
}

/** Loads the rules that an engine of 29 would have for what runs on a server now. */
export async function loadBridges(lab: OpenLab, server: Server): Promise<void> {
  const json = async (line: string) => JSON.parse((await lab.run(server.exec('sh', '-c', line))) || '[]')
  const networks = await json('docker network inspect $(docker network ls -q -f driver=bridge)')
  const containers = await json('all=$(docker ps -q); [ -z "$all" ] || docker inspect $all')
  const families = ['ip', 'ip6'] as const
  const text = families
    .map((family) => dockerBridges(networksOf(networks, containers, family), family))
    .join('\n')
  await lab.run(server.exec('sh', '-c', 'printf "%s\\n" "$0" | nft -f -', text))
}

/**
 * Starts the engine of a server anew as one that says that its firewall is nftables, and makes no rules: 28.2 to 28.5 do
 * so by a variable. What it had in iptables is gone; forwarding is on before, as Engine 29 demands.
 */
export async function restartWithoutRules(lab: OpenLab, server: Server): Promise<void> {
  const entry = await lab.sandbox.server(server.name, true)
  const stop =
    'kill $(cat /run/docker.pid); until [ -s /run/vethlab-server/dockerd.exit ]; do sleep 0.05; done'
  const forget =
    'for i in iptables ip6tables; do for t in raw nat filter; do $i -t $t -F; $i -t $t -X; done; $i -P FORWARD ACCEPT; done'
  const line = `${stop}; ${forget}; sysctl -qw net.ipv4.ip_forward=1; rm -f /run/vethlab-server/dockerd.exit`
  await lab.run(server.exec('sh', '-c', line))
  const none = { iptables: false, ip6tables: false }
  await startEngine(entry, none, { DOCKER_FIREWALL_BACKEND: 'nftables' })
  await loadBridges(lab, server)
}
