import { type Command, command, type Place, type Read, withClauses } from '../command.ts'
import { BadInput } from '../errors.ts'
import { dockerName, type IfName, type Ipv4, ifName, ipv4, mustBeInside, subnet, word } from '../names.ts'
import { quote } from '../render/shell.ts'
import type { Endpoint, NetworkBody } from './api.ts'

/** What `docker network create` was told so far. */
interface Spec {
  readonly driver?: string
  readonly subnet?: string
  readonly gateway?: string
  readonly ipRange?: string
  readonly internal?: boolean
  readonly attachable?: boolean
  readonly options?: ReadonlyArray<readonly [string, string]>
}

/** A network in the making; every clause returns a new command. */
export interface NetworkCreate extends Command {
  /** Default: bridge. `--driver` */
  driver(name: 'bridge' | 'macvlan' | 'ipvlan' | 'overlay'): NetworkCreate
  /** The addresses of the network, as in 172.30.10.0/24. Default: one that the engine picks. `--subnet` */
  subnet(cidr: string): NetworkCreate
  /** The gateway's address, inside the subnet. Default: the first address. `--gateway` */
  gateway(address: Ipv4): NetworkCreate
  /** The part of the subnet that containers get addresses from. `--ip-range` */
  ipRange(cidr: string): NetworkCreate
  /** Without a way out of the machine. `--internal` */
  internal(): NetworkCreate
  /** On an overlay network: plain containers may join. `--attachable` */
  attachable(): NetworkCreate
  /** An option of the driver, as in `parent=enp0s3`. `-o` */
  option(key: string, value: string): NetworkCreate
}

function create(place: Place, name: string, spec: Spec, from?: Command): NetworkCreate {
  const words = [
    ...(spec.driver ? ['--driver', spec.driver] : []),
    ...(spec.subnet ? ['--subnet', spec.subnet] : []),
    ...(spec.gateway ? ['--gateway', spec.gateway] : []),
    ...(spec.ipRange ? ['--ip-range', spec.ipRange] : []),
    ...(spec.internal ? ['--internal'] : []),
    ...(spec.attachable ? ['--attachable'] : []),
    ...(spec.options ?? []).flatMap(([key, value]) => ['-o', `${key}=${value}`]),
  ]
  const ipam = {
    ...(spec.subnet ? { Subnet: spec.subnet } : {}),
    ...(spec.gateway ? { Gateway: spec.gateway } : {}),
    ...(spec.ipRange ? { IPRange: spec.ipRange } : {}),
  }
  const body: NetworkBody = {
    Name: name,
    ...(spec.driver ? { Driver: spec.driver } : {}),
    ...(spec.internal ? { Internal: true } : {}),
    ...(spec.attachable ? { Attachable: true } : {}),
    IPAM: { Driver: 'default', Options: {}, Config: spec.subnet ? [ipam] : [] },
    Options: Object.fromEntries(spec.options ?? []),
    Labels: {},
  }
  // With a dot it is a VLAN of an interface, which Docker makes.
  const parent = (spec.options ?? []).find(([key, value]) => key === 'parent' && !value.includes('.'))?.[1]
  const value = command(
    place,
    ['docker', 'network', 'create', ...words, name],
    {
      undo: { argv: ['docker', 'network', 'rm', name] },
      api: { call: 'network create', body },
      ...(parent === undefined ? {} : { parent }),
    },
    from,
  )
  const inSubnet = (address: string, what: string) => {
    if (!spec.subnet) throw new BadInput(`the ${what} ${address} of ${name} needs a subnet before it`)
    mustBeInside(address, spec.subnet, what)
    return address
  }
  return withClauses(value, (self) => {
    const also = (more: Spec) => create(place, name, { ...spec, ...more }, self)
    return {
      driver: (driver: string) => also({ driver }),
      subnet: (cidr: string) => also({ subnet: subnet(cidr) }),
      gateway: (address: Ipv4) => also({ gateway: inSubnet(ipv4(address), 'gateway') }),
      ipRange: (cidr: string) => also({ ipRange: inSubnet(subnet(cidr), 'range of addresses') }),
      internal: () => also({ internal: true }),
      attachable: () => also({ attachable: true }),
      option: (key: string, text: string) =>
        also({ options: [...(spec.options ?? []), [word(key), word(text)] as const] }),
    }
  }) as NetworkCreate
}

/** Networks of the engine, as `docker network`. */
export const network = (place: Place) => ({
  /**
   * Makes a network: a bridge on this server unless the driver says otherwise.
   *
   * Example: server1.docker.network.create('alpine-net').driver('bridge')
   * Equivalent to: `docker network create --driver bridge alpine-net`
   * Example: server1.docker.network.create('macv').driver('macvlan').subnet('192.168.56.0/24').option('parent', 'enp0s3')
   * Equivalent to: `docker network create --driver macvlan --subnet 192.168.56.0/24 -o parent=enp0s3 macv`
   */
  create: (name: string): NetworkCreate => create(place, dockerName(name), {}),

  /**
   * Plugs a running container into a further network.
   *
   * Example: server1.docker.network.connect('alpine-net', 'alpine2')
   * Equivalent to: `docker network connect alpine-net alpine2`
   */
  connect: (name: string, container: string, options: { ip?: Ipv4; alias?: string } = {}): Command => {
    const { ip, alias } = options
    const endpoint: Endpoint = {
      ...(ip === undefined ? {} : { IPAMConfig: { IPv4Address: ipv4(ip) } }),
      ...(alias === undefined ? {} : { Aliases: [dockerName(alias)] }),
    }
    const words = [
      ...(ip === undefined ? [] : ['--ip', ip]),
      ...(alias === undefined ? [] : ['--alias', alias]),
      dockerName(name),
      dockerName(container),
    ]
    return command(place, ['docker', 'network', 'connect', ...words], {
      undo: { argv: ['docker', 'network', 'disconnect', name, container] },
      api: {
        call: 'network connect',
        network: name,
        body: { Container: container, EndpointConfig: endpoint },
      },
    })
  },

  /**
   * Removes a network that no container uses.
   *
   * Example: server1.docker.network.rm('alpine-net')
   * Equivalent to: `docker network rm alpine-net`
   */
  rm: (name: string): Command =>
    command(place, ['docker', 'network', 'rm', dockerName(name)], {
      api: { call: 'network rm', network: name },
    }),

  /**
   * Lists the networks.
   *
   * Example: server1.docker.network.ls()
   * Equivalent to: `docker network ls`
   */
  ls: (): Command => command(place, ['docker', 'network', 'ls'], { shows: true }),

  /**
   * Shows all that the engine knows of a network, or one part of it by a Go template.
   *
   * Example: server1.docker.network.inspect('bridge', '{{.Driver}}')
   * Equivalent to: `docker network inspect -f '{{.Driver}}' bridge`
   */
  inspect: (name: string, format?: string): Command =>
    command(
      place,
      ['docker', 'network', 'inspect', ...(format === undefined ? [] : ['-f', format]), dockerName(name)],
      { shows: true },
    ),

  /**
   * One of two words, by what this engine's own rules do with a packet to a container that does not come through
   * its bridge: `drops` where a rule drops it, whatever the policy of FORWARD (Engine 28 and later), else `lets`.
   *
   * Example: server1.docker.network.direct('docker0', { drops: 'filtered', lets: 'open' })
   * Equivalent to: `sh -c 'if { iptables -t raw -S PREROUTING; iptables -S DOCKER; } | grep -q -- "! -i docker0 .*-j DROP"; then echo filtered; else echo open; fi'`
   */
  direct: (bridge: IfName, words: { drops: string; lets: string }): Read => {
    const rules = '{ iptables -t raw -S PREROUTING; iptables -S DOCKER; }'
    const line = `if ${rules} | grep -q -- "! -i ${ifName(bridge)} .*-j DROP"; then echo ${quote(words.drops)}; else echo ${quote(words.lets)}; fi`
    return Object.freeze({
      ...command(place, ['sh', '-c', line], { shows: true }),
      variable: variable('direct', words.drops),
      check: (word: string) => word,
    })
  },

  /**
   * The name of the bridge behind a network of the bridge driver: `br-` and twelve digits of its id, unless the
   * option com.docker.network.bridge.name chose one (moby's daemon/libnetwork/drivers/bridge).
   *
   * Example: server1.docker.network.bridge('alpine-net')
   * Equivalent to: `docker network inspect -f '{{with index .Options "com.docker.network.bridge.name"}}{{.}}{{else}}br-{{slice .Id 0 12}}{{end}}' alpine-net`
   */
  bridge: (name: string): Read => {
    const option = 'index .Options "com.docker.network.bridge.name"'
    const format = `{{with ${option}}}{{.}}{{else}}br-{{slice .Id 0 12}}{{end}}`
    return Object.freeze({
      ...command(place, ['docker', 'network', 'inspect', '-f', format, dockerName(name)], {
        shows: true,
        api: { call: 'network bridge', network: name },
      }),
      variable: variable(name, 'bridge'),
      check: ifName<string>,
    })
  },
})

/** A legal name for a shell variable, made of words that may hold anything. */
export const variable = (...words: string[]): string =>
  words
    .join('_')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .replace(/^(?=\d)/, '_')
