/** A Docker network in the making: `docker network create` with its clauses. */
import { BadInput } from '../../errors.ts'
import { type Command, command, type Place, withClauses } from '../command.ts'
import type { Need } from '../effects.ts'
import { type Ipv4, ipv4, mustBeInside, subnet } from '../names.ts'
import { must, oneLine, oneOf, word } from '../values.ts'
import type { NetworkBody } from './api.ts'

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

const drivers = ['bridge', 'macvlan', 'ipvlan', 'overlay']

/** What each clause that may stand once is called. */
const names: Readonly<Record<keyof Spec, string>> = {
  driver: 'driver',
  subnet: 'subnet',
  gateway: 'gateway',
  ipRange: 'range of addresses',
  internal: '--internal',
  attachable: '--attachable',
  options: 'options',
}

/** The options with one more. Of two for the same key Docker would take the last, in silence. */
function withOption(
  options: NonNullable<Spec['options']>,
  key: string,
  text: string,
): NonNullable<Spec['options']> {
  oneLine(key, 'the name of an option')
  must(!key.includes('='), key, 'is not the name of an option: it holds "="')
  must(!options.some(([known]) => known === key), key, 'is an option of this network already')
  return [...options, [key, word(text)]]
}

/** The command so far, with the clauses that may follow. */
export function create(place: Place, name: string, spec: Spec, from?: Command): NetworkCreate {
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
  const needs: Need[] = [
    ...(parent === undefined ? [] : [{ needs: 'link up', link: parent } as const]),
    ...(spec.driver === 'overlay' ? [{ needs: 'overlay driver' } as const] : []),
  ]
  const value = command(
    place,
    ['docker', 'network', 'create', ...words, name],
    [
      {
        does: 'makes',
        kind: 'network',
        name,
        ...(spec.driver === undefined ? {} : { driver: spec.driver }),
        ...(spec.subnet === undefined ? {} : { subnets: [spec.subnet] }),
      },
    ],
    { undo: { argv: ['docker', 'network', 'rm', name] }, api: { call: 'network create', body }, needs },
    from,
  )
  const inSubnet = (address: string, what: string) => {
    if (!spec.subnet) throw new BadInput(`the ${what} ${address} of ${name} needs a subnet before it`)
    mustBeInside(address, spec.subnet, what)
    return address
  }
  return withClauses(value, (self) => {
    const also = (more: Spec) => create(place, name, { ...spec, ...more }, self)
    const once = (flag: keyof Spec) => {
      if (spec[flag] !== undefined)
        throw new BadInput(`${name} has its ${names[flag]} already: vethlab says it once`)
    }
    return {
      driver: (driver: string) => {
        once('driver')
        return also({ driver: oneOf(driver, 'a driver', drivers) })
      },
      subnet: (cidr: string) => {
        once('subnet')
        return also({ subnet: subnet(cidr) })
      },
      gateway: (address: Ipv4) => {
        once('gateway')
        return also({ gateway: inSubnet(ipv4(address), 'gateway') })
      },
      ipRange: (cidr: string) => {
        once('ipRange')
        return also({ ipRange: inSubnet(subnet(cidr), 'range of addresses') })
      },
      internal: () => also({ internal: true }),
      attachable: () => also({ attachable: true }),
      option: (key: string, text: string) => also({ options: withOption(spec.options ?? [], key, text) }),
    }
  }) as NetworkCreate
}
