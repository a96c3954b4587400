/** A LAN between servers: a switch outside of them, and a cable to each. */

import { createHash } from 'node:crypto'
import ipaddr from 'ipaddr.js'
import { BadInput } from '../errors.ts'
import { type Command, command, type Place, used } from './command.ts'
import type { Effect } from './effects.ts'
import { anyCidr } from './grammar/kinds.ts'
import { exactly } from './grammar/missing.ts'
import { type Cidr, ifName, placeOf } from './names.ts'
import { tools } from './place.ts'
import { ref } from './ref.ts'
import { quote, shellLine } from './shell.ts'
import { must, oneOf } from './values.ts'

/** One cable from a server to the switch. */
interface Plug {
  readonly server: Place
  readonly dev: string
  readonly addresses: readonly Cidr[]
}

/** A MAC address for the machine with that IP address, in the range that VirtualBox uses: 08:00:27. */
const machineMac = (address: string): string => {
  const octets = ipaddr.parse(address.replace(/\/.*/, '')).toByteArray().slice(-3)
  return ['08:00:27', ...octets.map((octet) => Number(octet).toString(16).padStart(2, '0'))].join(':')
}

/** The stand-in for the process that holds a server's namespaces: known once the server runs. */
const processOf = (server: Place): string => ref(`pid_${server.name.replaceAll('-', '_')}`)

/** The server that such a stand-in is about, by its name; a host name holds no `_`. */
export const serverOfProcess = (name: string): string | undefined =>
  name.startsWith('pid_') ? name.slice('pid_'.length).replaceAll('_', '-') : undefined

/** The switch's end of a cable: all LANs of a lab share a network namespace, and a link's name has 15 bytes. */
function portName(lan: string, number: number): string {
  const short = /^[\x21-\x7e]{1,9}$/.test(lan)
  const hash = () => createHash('sha256').update(lan).digest('hex').slice(0, 9)
  return `${short ? lan : hash()}-p${number}`
}

export interface Lan {
  readonly name: string
  /**
   * Connects an interface of a server; it gets these addresses, of either family. Returns the LAN with one more cable.
   * Its MAC address follows from the first one.
   */
  plug(server: Place, dev: string, address: Cidr, ...more: Cidr[]): Lan
  /** Makes the switch and all its cables. On real servers all this is there already: a printed script leaves it out. */
  up(): Command[]
  /**
   * Whether the switch delivers only what is for a machine's own MAC address (`deny`, as VirtualBox does by default)
   * or all that it does not know (`allow`). Its undo is the opposite.
   */
  promiscuous(mode: 'deny' | 'allow'): Command
}

/**
 * A LAN: a virtual Ethernet switch outside of the servers, and the cables to them.
 *
 * Example: lan('vboxnet0').plug(server1, 'enp0s3', '192.168.56.3/24').promiscuous('deny')
 * Equivalent to: `sh -c 'for port in vboxnet0-p1; do bridge link set dev $port learning off flood off; done; ip link set dev vboxnet0 type bridge fdb_flush'`
 */
export const lan = exactly('lan()', (name: string): Lan => lanWith(ifName(name), []))

/** The LAN with some cables. */
function lanWith(name: string, plugs: readonly Plug[]): Lan {
  const place: Place = { kind: 'lan', name, server: name }
  const { ip } = tools(place)
  const given = (value: Command): Command => {
    used(value) // its copy is what the lab gets
    return Object.freeze({ ...value, given: true as const })
  }
  const port = (index: number) => portName(name, index + 1)

  const cable = ({ server, dev, addresses }: Plug, index: number): Command[] => {
    const mac = machineMac(addresses[0] ?? '')
    const end = ['peer', 'name', dev, 'address', mac, 'netns', processOf(server)]
    return [
      command(
        place,
        ['ip', 'link', 'add', 'name', port(index), 'type', 'veth', ...end],
        [
          { does: 'makes', kind: 'link', name: port(index), type: 'veth' },
          { does: 'plugs', server: server.name, link: dev },
        ],
      ),
      ip.link.set(port(index)).master(name),
      // A fixed entry: with `deny` this machine's MAC address is all that the switch knows of the port.
      command(
        place,
        ['bridge', 'fdb', 'add', mac, 'dev', port(index), 'master', 'static'],
        [{ does: 'makes', kind: 'forwarding entry', name: mac, on: port(index) }],
      ),
      ip.link.set(port(index)).up(),
      ...addresses.map((address) => tools(server).ip.addr.add(address).dev(dev)),
      tools(server).ip.link.set(dev).up(),
    ]
  }

  return Object.freeze({
    name,
    plug(server: Place, dev: string, ...addresses: [Cidr, ...Cidr[]]) {
      placeOf(server, 'server', "a server, as server('server1') is")
      ifName(dev)
      must(addresses.length > 0, addresses, `holds no address for ${dev}`)
      addresses.forEach(anyCidr)
      const bare = (text: string) => ipaddr.parse(text.split('/')[0] ?? '').toString()
      for (const address of addresses) {
        const taken = plugs.find((plug) => plug.addresses.some((one) => bare(one) === bare(address)))
        if (taken)
          throw new BadInput(`${bare(address)} is the address of ${taken.server.name} on ${name} already`)
      }
      if (plugs.some((plug) => plug.server.name === server.name && plug.dev === dev))
        throw new BadInput(`${dev} of ${server.name} is plugged into ${name} already`)
      return lanWith(name, [...plugs, { server, dev, addresses }])
    },
    up: exactly('up()', () =>
      [ip.link.add(name).type('bridge'), ip.link.set(name).up(), ...plugs.flatMap(cable)].map(given),
    ),
    promiscuous: exactly('promiscuous()', (mode: 'deny' | 'allow') => {
      oneOf(mode, 'deny or allow', ['deny', 'allow'])
      if (plugs.length === 0) throw new BadInput(`nothing is plugged into ${name}`)
      const ports = plugs.map((_, index) => quote(port(index))).join(' ')
      const words = (mode: string): string[] => {
        const value = mode === 'allow' ? 'on' : 'off'
        const each = `for port in ${ports}; do bridge link set dev $port learning ${value} flood ${value}; done`
        const forget = shellLine(['ip', 'link', 'set', 'dev', name, 'type', 'bridge', 'fdb_flush'])
        return ['sh', '-c', `${each}; ${forget}`]
      }
      const does = plugs.map(
        (_, index): Effect => ({ does: 'sets', kind: 'link', name: port(index), key: 'flood', value: mode }),
      )
      return command(place, words(mode), does, { undo: { argv: words(mode === 'allow' ? 'deny' : 'allow') } })
    }),
  })
}
