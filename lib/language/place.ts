/** The places of a server, and what can be said in each: a network namespace, a container. */
import { BadInput } from '../errors.ts'
import { probes } from './checks/probes.ts'
import { type Command, command, type Place, type Read } from './command.ts'
import { looks } from './effects.ts'
import { say } from './grammar/form.ts'
import { address6 as address6Kind } from './grammar/kinds.ts'
import { exact, exactly } from './grammar/missing.ts'
import { groups, lazily, speak } from './grammar/speak.ts'
import { batchForms } from './ip/batch.ts'
import { ip } from './ip/index.ts'
import { ip6tables, iptables } from './iptables/index.ts'
import { type Piece, shellLineIn } from './line.ts'
import { dockerName, type IfName, type Ipv4, type Ipv6, ifName, ipv4, netnsName, port } from './names.ts'
import { otherProgram } from './programs.ts'
import { variable } from './ref.ts'
import { sysctl } from './sysctl.ts'
import { bridgeForms } from './tools/bridge.ts'
import { ethtoolForms } from './tools/ethtool.ts'
import { conntrackForms, ipsetForms } from './tools/netfilter.ts'
import { nftFile, nftForms } from './tools/nft.ts'
import { plainPrograms } from './tools/plain.ts'
import { trafficForms } from './tools/traffic.ts'
import { wireguardForms } from './tools/wireguard.ts'
import { must, program } from './values.ts'

/** nft(8) in a place. */
const nft = (place: Place) => ({
  ...groups(place, 'nft', nftForms),
  /**
   * Reads a file of nft's own language.
   *
   * Example: net1.nft.file('/etc/nftables.conf')
   * Equivalent to: `ip netns exec net1 nft -f /etc/nftables.conf`
   */
  ...exact(['nft'], { file: (path: string): Command => say(place, nftFile, path) }),
})

/** What can be said in every place: on a server, in a network namespace, in a container. */
export const tools = (place: Place) => ({
  ip: ip(place),
  iptables: iptables(place),
  ip6tables: ip6tables(place),
  /** bridge(8): what a bridge knows, and how its ports behave. */
  bridge: lazily(() => groups(place, 'bridge', bridgeForms, { batch: batchForms.bridge })),
  /** tc(8): how fast, how late, how lossy a link sends. */
  tc: lazily(() => groups(place, 'tc', trafficForms, { batch: batchForms.tc })),
  /** nft(8): tables, chains, sets; a rule is a text. */
  nft: lazily(() => nft(place)),
  ethtool: lazily(() => speak(place, ['ethtool'], ethtoolForms)),
  ipset: lazily(() => speak(place, ['ipset'], ipsetForms)),
  conntrack: lazily(() => speak(place, ['conntrack'], conntrackForms)),
  /** wg(8): the keys and peers of a WireGuard interface. */
  wg: lazily(() => speak(place, ['wg'], wireguardForms)),
  ...plainPrograms(place),
  sysctl: sysctl(place),
  ...probes(place),

  /**
   * Any other program.
   *
   * Example: net1.exec('ss', '-tln')
   * Equivalent to: `ip netns exec net1 ss -tln`
   */
  exec: (...argv: [string, ...string[]]): Command =>
    command(place, program(argv), otherProgram(argv), { shows: true }),

  /**
   * A line of shell, for pipes and the like; each value in it is one word, a list several. Nobody knows what it does, so
   * nothing takes it back. For steps, for `output(…)`, and for `lab.read(…)`, which returns what it prints.
   *
   * Example: net1.sh`ip route | grep ${'default'}`
   * Equivalent to: `ip netns exec net1 sh -c 'ip route | grep default'`
   */
  sh: <T extends string = string>(pieces: TemplateStringsArray, ...values: readonly Piece[]): Read<T> =>
    shellLineIn<T>(place, pieces, values),

  /**
   * Listens on a TCP port and answers each connection with the connections as seen from here, so that a
   * `tcp(…).open.seenFrom(…)` can tell which address arrived. It goes on until the lab ends.
   * -ll and the loop: one busybox keeps listening by itself, another needs to be started again.
   *
   * Example: net1.listen(5000)
   * Equivalent to: `ip netns exec net1 sh -c 'while busybox nc -ll -p 5000 -e busybox netstat -tn; do :; done' &`
   */
  listen: exactly(
    'listen()',
    (number: number): Command =>
      command(
        place,
        ['sh', '-c', `while busybox nc -ll -p ${port(number)} -e busybox netstat -tn; do :; done`],
        [{ does: 'makes', kind: 'listener', name: String(number), port: number }],
        { background: true },
      ),
  ),
})

const data = (place: Place) => Object.freeze({ ...place })

/** What a place knows of its server. */
const ofServer = ({ daemon }: Place): Pick<Place, 'daemon'> => (daemon ? { daemon } : {})

const netnsOn = (server: Place, name: string) => {
  const place = data({ kind: 'netns', name: netnsName(name), server: server.name, ...ofServer(server) })
  return Object.freeze({
    ...place,
    ...tools(place),
    /**
     * Makes the namespace.
     *
     * Example: net1.add()
     * Equivalent to: `ip netns add net1`
     */
    add: exactly('add()', () => ip(server).netns.add(name)),
    /**
     * Deletes it.
     *
     * Example: net1.del()
     * Equivalent to: `ip netns del net1`
     */
    del: exactly('del()', () => ip(server).netns.del(name)),
  })
}
/** A network namespace on a server, and all that can be said in it. */
export interface Netns extends ReturnType<typeof netnsOn> {}

/** A network namespace on a server. */
export const netns = (server: Place, name: string): Netns => netnsOn(server, name)

/** A number that the kernel tells of an interface, to be read from sysfs: a container has its own. */
const linkFact = (place: Place, dev: IfName, fact: 'ifindex' | 'iflink'): Read =>
  Object.freeze({
    ...command(place, ['cat', `/sys/class/net/${ifName(dev)}/${fact}`], looks, { shows: true }),
    variable: variable(place.name, dev, fact),
    check: (value: string) => {
      must(/^\d+$/.test(value), value, 'is not the number of an interface')
      return value
    },
  })

/** The address of a container in one family: in one network, or in its only one. */
function containerAddress<T extends string>(
  server: Place,
  name: string,
  network: string | undefined,
  family: 4 | 6,
  check: (address: string) => unknown,
): Read<T> {
  const field = family === 6 ? 'GlobalIPv6Address' : 'IPAddress'
  const one =
    network === undefined
      ? `{{range .NetworkSettings.Networks}}{{.${field}}}{{end}}`
      : `{{(index .NetworkSettings.Networks "${dockerName(network)}").${field}}}`
  return Object.freeze({
    ...command(server, ['docker', 'inspect', '-f', one, name], looks, {
      shows: true,
      api: {
        call: 'container address',
        container: name,
        field,
        ...(network === undefined ? {} : { network }),
      },
    }),
    variable: variable(name, network ?? '', family === 6 ? 'address6' : 'address'),
    check: (address: T) => {
      if (address === ('' as string))
        throw new BadInput(`the container ${name} has no address${family === 6 ? ' of IPv6' : ''}`, {
          hint:
            family === 6
              ? 'It has one while it runs, in a network that was made with --ipv6 and has a subnet of IPv6.'
              : `It has one while it runs, in a network that gives addresses: docker start ${name}`,
        })
      check(address)
      return address
    },
  })
}

const containerOn = (server: Place, name: string, label = name) => {
  const place = data({
    kind: 'container',
    name: dockerName(name),
    server: server.server,
    ...ofServer(server),
  })
  return Object.freeze({
    ...place,
    label,
    ...tools({ ...place, label }),
    /**
     * The number of one of its interfaces, to be read.
     *
     * Example: a1.linkIndex('eth0')
     * Equivalent to: `docker exec a1 cat /sys/class/net/eth0/ifindex`
     */
    linkIndex: exactly('linkIndex()', (dev: IfName) => linkFact(place, dev, 'ifindex')),
    /**
     * The number of the interface at the other end of its cable: what `eth0@if7` calls 7.
     *
     * Example: a1.peerIndex('eth0')
     * Equivalent to: `docker exec a1 cat /sys/class/net/eth0/iflink`
     */
    peerIndex: exactly('peerIndex()', (dev: IfName) => linkFact(place, dev, 'iflink')),
    /**
     * The address of the container, to be read: in one network, or in its only one.
     *
     * Example: a1.address()
     * Equivalent to: `docker inspect -f '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' a1`
     * Example: a1.address('alpine-net')
     * Equivalent to: `docker inspect -f '{{(index .NetworkSettings.Networks "alpine-net").IPAddress}}' a1`
     */
    address: exactly(
      'address()',
      (network?: string): Read<Ipv4> => containerAddress(server, name, network, 4, ipv4),
    ),
    /**
     * The same of IPv6, in a network that has it.
     *
     * Example: a1.address6()
     * Equivalent to: `docker inspect -f '{{range .NetworkSettings.Networks}}{{.GlobalIPv6Address}}{{end}}' a1`
     * Example: a1.address6('alpine-net')
     * Equivalent to: `docker inspect -f '{{(index .NetworkSettings.Networks "alpine-net").GlobalIPv6Address}}' a1`
     */
    address6: exactly(
      'address6()',
      (network?: string): Read<Ipv6> =>
        containerAddress(server, name, network, 6, (value) => address6Kind.word(value as Ipv6)),
    ),
  })
}
/** A container on a server, and all that can be said in it. */
export interface Container extends ReturnType<typeof containerOn> {}

/** A container on a server; `label` is a shorter name for the screen. */
export const container = (server: Place, name: string, label = name): Container =>
  containerOn(server, name, label)
