/**
 * What a scenario is going to change on this machine, on one screen. It is complete by construction: each effect of each
 * command goes into a row, but for those of things that the same scenario makes, and that go with them.
 */
import type { Command } from '../language/command.ts'
import type { Effect, Kind, Thing, Things } from '../language/effects.ts'
import { toShell } from '../language/on-server.ts'
import { shellLine } from '../language/shell.ts'
import { markOf } from './mark.ts'
import { ownThings } from './own.ts'
import type { Uses } from './uses.ts'

const list = (words: readonly string[]): string => [...new Set(words)].join(', ')
const lines = (words: readonly string[]): string => [...new Set(words)].join('\n')

/** A setting, with what it is now where it is changed for the first time: `net.ipv4.ip_forward=1 (now 0)`. */
export interface Setting {
  command: Command
  now?: string
}

const setting = ({ command, now }: Setting): string => {
  const { argv } = command
  const text = argv[0] === 'sysctl' ? argv.slice(2).join(' ') : shellLine(argv)
  return `${text}${now === undefined ? '' : ` (now ${now || 'none'})`}`
}

/** All that a lab on this machine begins with. */
export interface Changes {
  lab: string
  /** The server of the scenario that this machine is, and its host name. */
  machine: string
  host: string
  commands: readonly Command[]
  uses: Uses
  settings: readonly Setting[]
  /** The image that its engine is given, if any. */
  image: string | undefined
}

/** The row of what is made of each kind; those that `uses` tells have none here. */
const rowOf: Record<Kind, string | undefined> = {
  netns: undefined,
  link: undefined,
  container: undefined,
  network: undefined,
  project: undefined,
  listener: undefined,
  address: 'addresses',
  route: 'routes',
  'policy rule': 'rules',
  neighbour: 'neighbours',
  nexthop: 'routes',
  'forwarding entry': 'bridges',
  'bridge VLAN': 'bridges',
  qdisc: 'traffic',
  'traffic class': 'traffic',
  'traffic filter': 'traffic',
  'xfrm state': 'xfrm',
  'xfrm policy': 'xfrm',
  'firewall table': 'firewall',
  chain: 'firewall',
  'firewall rule': 'firewall',
  set: 'firewall',
  'set entry': 'firewall',
  connection: 'firewall',
  parameter: 'settings',
  capture: 'files',
  file: 'files',
  endpoint: 'Docker',
  volume: 'Docker',
  image: 'Docker',
  swarm: 'Docker',
  service: 'Docker',
  node: 'Docker',
}

/** A thing in a few words: `address 10.0.0.1/24 on eth0`, `firewall rule FORWARD -j DROP in filter`. */
function called(thing: Thing): string {
  const { on, table, network } = thing as Partial<{ on: string; table: string; network: string }>
  const where = on ? ` on ${on}` : network && thing.kind === 'endpoint' ? ` in ${network}` : ''
  return `${thing.kind} ${thing.name}${where}${table && table !== 'filter' ? ` (${table})` : ''}`
}

/** What is made, in the words of its command where those say more. */
const madeText: { readonly [K in Kind]?: (thing: Things[K], command: Command) => string } = {
  address: ({ name, on }) => `${name} on ${on}`,
  route: ({ name }) => name,
  'firewall rule': (_, { argv }) => shellLine(argv.slice(1)),
}

/** A row for each of the effects of commands, without those that `uses` and `settings` tell. */
function rowsOf(commands: readonly Command[], machine: string): Map<string, string[]> {
  const rows = new Map<string, string[]>()
  const add: Add = (row, text) => row !== undefined && rows.set(row, [...(rows.get(row) ?? []), text])
  const own = ownThings()
  for (const command of commands) {
    const { place, does } = command
    if (place.server !== machine || place.kind === 'lan' || own.inContainer(command)) continue
    own.note(command)
    const where = place.kind === 'server' ? '' : ` in ${place.name}`
    const goes = own.isOf(command)
    const others = does.filter((effect) =>
      goes ? effect.does === 'makes' && place.kind === 'server' : !own.takesOwn(command, effect),
    )
    for (const effect of others) tell(effect, where, command, add)
    // A namespace keeps its network apart, and nothing else: of other programs all is told.
    const left = goes ? does.filter(({ does }) => does === 'unknown') : others
    if (left.length > 0 && !takenBack({ ...command, does: left })) add('no undo', toShell(command))
  }
  return rows
}

/** Whether all that a command does is taken back with the lab. */
const takenBack = (command: Command): boolean =>
  command.undo !== undefined ||
  command.background === true || // it is ended with the lab
  command.does.every(({ does }) => does === 'looks' || does === 'plugs')

type Add = (row: string | undefined, text: string) => unknown

/** Tells of one effect on the machine. */
function tell(effect: Effect, where: string, command: Command, add: Add): void {
  switch (effect.does) {
    case 'makes': {
      const text = madeText[effect.kind] as ((thing: Thing, command: Command) => string) | undefined
      return void add(rowOf[effect.kind], `${text ? text(effect, command) : called(effect)}${where}`)
    }
    case 'flushes':
      return void add('flushes', `each ${effect.kind} of ${effect.name}${where}`)
    case 'removes':
    case 'replaces':
      return void add(effect.does, `${called(effect)}${where}`)
    case 'moves':
      return void add('moves', `link ${effect.link}${where} to ${effect.netns ?? effect.name}`)
    case 'sets':
      // One with an old value to be read is among the settings.
      return void (effect.read || add('settings', `${effect.key} of ${called(effect)}${where}`))
    case 'plugs': // among the links
    case 'looks':
    case 'unknown': // its whole line is told, as it has no undo
  }
}

/** The lines, without those that have nothing to say. */
export function changesText({ lab, machine, host, commands, uses, settings, image }: Changes): string {
  const told = rowsOf(commands, machine)
  const row = (name: string): [string, string] => [name, lines(told.get(name) ?? [])]
  const docker = [
    ...(image === undefined ? [] : [`image ${image}`]),
    ...uses.networks.map((name) => `network ${name}`),
    ...uses.containers.map((name) => `container ${name}`),
    ...uses.projects.map(({ project }) => `Compose project ${project}`),
    ...uses.subnets
      .filter(({ what }) => !what.startsWith('of '))
      .map(({ subnet, what }) => `${subnet}, ${what}`),
    ...(told.get('Docker') ?? []),
  ]
  const rows: Array<[string, string]> = [
    ['namespaces', list(uses.namespaces)],
    ['links', list(uses.links)],
    ['addresses', list(told.get('addresses') ?? [])],
    ['routes', list(told.get('routes') ?? [])],
    row('rules'),
    row('neighbours'),
    row('bridges'),
    row('traffic'),
    row('xfrm'),
    ['settings', lines([...settings.map(setting), ...(told.get('settings') ?? [])])],
    row('firewall'),
    ['Docker', lines(docker)],
    row('files'),
    ['ports', list(uses.ports.map(({ port, udp }) => `${port}${udp ? '/udp' : ''}`))],
    row('moves'),
    row('replaces'),
    row('flushes'),
    row('removes'),
    row('no undo'),
  ]
  const width = Math.max(...rows.map(([name]) => name.length))
  const table = rows
    .filter(([, text]) => text !== '')
    .flatMap(([name, text]) =>
      text.split('\n').map((line, i) => `  ${(i === 0 ? name : '').padEnd(width)}  ${line}`),
    )
  const daemon = commands.find(({ place }) => place.server === machine && place.daemon)?.place.daemon
  const but = told.has('no undo') ? ', but for what has no undo' : ''
  return [
    `On this machine, ${host}, which is ${machine} of the scenario, ${lab} is going to make and set:`,
    ...(table.length > 0 ? table : ['  nothing: it looks only']),
    ...(daemon
      ? [`Its engine must have ${JSON.stringify(daemon)} in /etc/docker/daemon.json, which is not changed.`]
      : []),
    `What it makes bears the mark ${markOf(lab)} where it can: a link's alias, a rule's comment,`,
    `a Docker label. down takes back exactly this${but}, also after a crash.`,
  ].join('\n')
}
