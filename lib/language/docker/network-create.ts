/** A Docker network in the making: `docker network create` with its clauses, as a table. */
import { BadInput } from '../../errors.ts'
import type { Command, CommandFacts, Place } from '../command.ts'
import type { Effect, Need } from '../effects.ts'
import { type Clause, flag, many, word } from '../grammar/clause.ts'
import { form, type Line, type Methods, type Said, say } from '../grammar/form.ts'
import {
  address,
  anySubnet,
  oneOf as choice,
  isIpv6,
  type Kind,
  pattern,
  plainWord,
  textKind,
} from '../grammar/kinds.ts'
import { dockerName, inside, mustBeInside, networkName } from '../names.ts'
import { hasRef } from '../ref.ts'
import { word as argument, must, oneLine } from '../values.ts'
import type { NetworkBody } from './api.ts'

const subnet: Kind<string> = textKind('a subnet', ['172.30.10.0/24', 'fd00:1::/64'], anySubnet)
const anything = plainWord('a text', 'app=web')

/** An option of the driver: its name, and its value. */
const option: Clause<[key: string, value: string]> = {
  ...word(['-o', '--opt'], anything, anything),
  print([key, value]) {
    oneLine(key, 'the name of an option')
    must(!key.includes('='), key, 'is not the name of an option: it holds "="')
    return ['-o', `${key}=${argument(value)}`]
  },
  read: ([both = '']) =>
    both.includes('=') ? { args: both.split(/=(.*)/s).slice(0, 2) as [string, string], used: 1 } : undefined,
}

const clauses = {
  /** Default: bridge. `--driver` */
  driver: word(['--driver', '-d'], choice('driver', 'bridge', 'macvlan', 'ipvlan', 'overlay')),
  /** The addresses of the network, as in 172.30.10.0/24; of each family one, or several. Default: one that the engine picks. `--subnet` */
  subnet: many(word('--subnet', subnet)),
  /** The gateway's address, inside a subnet. Default: the first address. `--gateway` */
  gateway: many(word('--gateway', address)),
  /** The part of a subnet that containers get addresses from. `--ip-range` */
  ipRange: many(word('--ip-range', subnet)),
  /** An address that containers do not get, with a name for it: `host=172.30.10.9`. `--aux-address` */
  auxAddress: many(
    word('--aux-address', pattern('NAME=ADDRESS', /^[\w.-]+=[0-9a-f.:]+$/i, 'host=172.30.10.9')),
  ),
  /** With IPv6, too. `--ipv6` */
  ipv6: flag('--ipv6'),
  /** Without a way out of the machine. `--internal` */
  internal: flag('--internal'),
  /** On an overlay network: plain containers may join. `--attachable` */
  attachable: flag('--attachable'),
  /** The network of published ports of a swarm. `--ingress` */
  ingress: flag('--ingress'),
  /** How far it reaches. `--scope` */
  scope: word('--scope', choice('scope', 'local', 'swarm')),
  /** Only a description, for other networks. `--config-only` */
  configOnly: flag('--config-only'),
  /** The network whose description it takes. `--config-from` */
  configFrom: word('--config-from', textKind('a Docker name', ['n1'], dockerName)),
  /** Who gives the addresses. `--ipam-driver` */
  ipamDriver: word('--ipam-driver', plainWord('a driver', 'default')),
  /** An option of that. `--ipam-opt` */
  ipamOpt: many(word('--ipam-opt', anything)),
  /** A label. `--label` */
  label: many(word('--label', anything)),
  /** An option of the driver, as in `parent=enp0s3`. `-o` */
  option: many(option),
} as const

/** A network in the making; every clause returns a new command. */
export interface NetworkCreate extends Command, Methods<typeof clauses, NetworkCreate> {}

const order = Object.keys(clauses)
const sorted = (said: readonly Said[]): Said[] =>
  [...said].sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name))
const all = (line: Pick<Line, 'said'>, name: string): string[] =>
  line.said.filter((one) => one.name === name).map((one) => String(one.args[0]))

/** The options with which the call of the Engine API says the same. */
const inCall = new Set(['driver', 'subnet', 'gateway', 'ipRange', 'internal', 'attachable', 'option'])

function bodyOf(line: Line): NetworkBody | undefined {
  const [driver, one, gateway, ipRange] = ['driver', 'subnet', 'gateway', 'ipRange'].map((name) =>
    line.text(name),
  )
  const single = ['subnet', 'gateway', 'ipRange'].every((name) => all(line, name).length <= 1)
  if (!single || !line.said.every(({ name }) => inCall.has(name)) || (one !== undefined && isIpv6(one)))
    return undefined
  const ipam = {
    ...(one === undefined ? {} : { Subnet: one }),
    ...(gateway === undefined ? {} : { Gateway: gateway }),
    ...(ipRange === undefined ? {} : { IPRange: ipRange }),
  }
  return {
    Name: String(line.subject[0]),
    ...(driver ? { Driver: driver } : {}),
    ...(line.has('internal') ? { Internal: true } : {}),
    ...(line.has('attachable') ? { Attachable: true } : {}),
    IPAM: { Driver: 'default', Options: {}, Config: one === undefined ? [] : [ipam] },
    Options: Object.fromEntries(
      line.said.filter(({ name }) => name === 'option').map(({ args }) => [args[0], args[1]]),
    ),
    Labels: {},
  }
}

function facts(line: Line): CommandFacts {
  const name = String(line.subject[0])
  const options = line.said.filter((one) => one.name === 'option')
  // With a dot it is a VLAN of an interface, which Docker makes.
  const parent = options.find(({ args }) => args[0] === 'parent' && !String(args[1]).includes('.'))?.args[1]
  const needs: Need[] = [
    ...(parent === undefined ? [] : [{ needs: 'link up', link: String(parent) } as const]),
    ...(line.text('driver') === 'overlay' ? [{ needs: 'overlay driver' } as const] : []),
  ]
  const body = bodyOf(line)
  return {
    undo: { argv: ['docker', 'network', 'rm', name] },
    ...(body === undefined ? {} : { api: { call: 'network create', body } }),
    needs,
  }
}

/** What cannot be right whatever comes next: of two for the same key Docker would take the last, in silence. */
function check(line: Line): void {
  const seen = new Set<string>()
  for (const { args, name } of line.said) {
    if (name !== 'option') continue
    must(!seen.has(String(args[0])), args[0], 'is an option of this network already')
    seen.add(String(args[0]))
  }
  const [subnets, name] = [all(line, 'subnet'), String(line.subject[0])]
  for (const family of [false, true])
    if (
      subnets.filter((one) => isIpv6(one) === family).length > 1 &&
      line.text('driver') !== 'macvlan' &&
      line.text('driver') !== 'overlay' &&
      line.text('driver') !== 'ipvlan'
    )
      throw new BadInput(`${name} has its subnet already: a bridge has one of each family`)
  if (subnets.length === 0) return
  for (const [what, key] of [
    ['gateway', 'gateway'],
    ['range of addresses', 'ipRange'],
  ] as const)
    for (const one of all(line, key)) {
      const same = subnets.filter((subnet) => isIpv6(subnet) === isIpv6(one))
      if (same.length === 0 || hasRef(one) || isIpv6(one)) continue
      if (!same.some((subnet) => inside(one, subnet))) mustBeInside(one, same[0] ?? '', what)
    }
}

/** The docker program takes one gateway, and one range, of each subnet. */
function oneEach(line: Line, key: 'gateway' | 'ipRange'): void {
  const subnets = all(line, 'subnet')
  const alone = (family: boolean) => subnets.filter((one) => isIpv6(one) === family).length === 1
  for (const subnet of subnets) {
    const own = all(line, key).filter((one) => {
      if (hasRef(one) || isIpv6(one) !== isIpv6(subnet)) return false
      return isIpv6(one) ? alone(true) : inside(one, subnet)
    })
    if (own.length > 1)
      throw new BadInput(
        `${subnet} of ${line.subject[0]} has one ${key}(), and was given ${own.join(' and ')}`,
      )
  }
}

/** What needs a subnet, wherever that is said. */
function judge(line: Line): void {
  oneEach(line, 'gateway')
  oneEach(line, 'ipRange')
  if (all(line, 'subnet').length > 0) return
  for (const key of ['gateway', 'ipRange', 'auxAddress'])
    if (line.has(key)) throw new BadInput(`${key}() of ${line.subject[0]} needs a subnet`)
}

/** `docker network create`. */
export const networkCreate = form({
  words: ['docker', 'network', 'create'],
  subject: [word([], textKind<string>('the name of a network', ['n1'], networkName))],
  clauses,
  check,
  judge,
  facts,
  does: (line): readonly Effect[] => [
    {
      does: 'makes',
      kind: 'network',
      name: String(line.subject[0]),
      ...(line.has('driver') ? { driver: String(line.value('driver')) } : {}),
      ...(line.has('subnet') ? { subnets: all(line, 'subnet') } : {}),
    },
  ],
  print: ({ own, said }) => [
    'docker',
    'network',
    'create',
    ...sorted(said).flatMap(({ words }) => words),
    ...own,
  ],
})

/** The command, with the clauses that may follow. */
export const create = (place: Place, name: string): NetworkCreate => say(place, networkCreate, name)
