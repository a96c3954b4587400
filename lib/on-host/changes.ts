/** What a scenario is going to change on this machine, on one screen. */
import type { Command } from '../language/command.ts'
import { needsEngine } from '../language/on-server.ts'
import { shellLine } from '../language/shell.ts'
import { markOf } from './mark.ts'
import type { Uses } from './uses.ts'

/** Programs that only look; of any other it is not known what it leaves. */
const lookers = [
  'ss',
  'conntrack',
  'hostname',
  'cat',
  'tcpdump',
  'timeout',
  'sysctl',
  'ping',
  'nc',
  'nslookup',
]

const list = (words: readonly string[]): string => [...new Set(words)].join(', ')

/** A setting, with what it is now where it is changed for the first time: `net.ipv4.ip_forward=1 (now 0)`. */
export interface Setting {
  command: Command
  now?: string
}

const setting = ({ command, now }: Setting): string => {
  const words = command.argv[0] === 'sysctl' ? command.argv.slice(2) : command.argv
  return `${shellLine(words)}${now === undefined ? '' : ` (now ${now || 'none'})`}`
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

/** The lines, without those that have nothing to say. */
export function changesText({ lab, machine, host, commands, uses, settings, image }: Changes): string {
  const here = commands.filter(({ place }) => place.kind === 'server')
  const says = (...words: string[]) => here.filter(({ argv }) => words.every((word, i) => argv[i] === word))
  const rules = commands.filter(
    ({ argv, place }) => argv[0] === 'iptables' && place.kind === 'server' && argv.includes('-j'),
  )
  const programs = here.filter(
    (command) =>
      command.shows &&
      !command.undo &&
      !needsEngine(command) &&
      !['ip', 'iptables', ...lookers].includes(command.argv[0] ?? ''),
  )
  const flushes = here.filter(({ argv }) => argv[0] === 'iptables' && argv.includes('-F'))
  const rows: Array<[string, string]> = [
    ['namespaces', list(uses.namespaces)],
    ['links', list(uses.links)],
    ['addresses', list(says('ip', 'addr', 'add').map(({ argv }) => `${argv[3]} on ${argv[5]}`))],
    ['routes', list(says('ip', 'route', 'add').map(({ argv }) => argv.slice(3).join(' ')))],
    ['settings', settings.map(setting).join('\n')],
    ['firewall', rules.length === 0 ? '' : rules.map(({ argv }) => shellLine(argv.slice(1))).join('\n')],
    [
      'Docker',
      [
        ...(image === undefined ? [] : [`image ${image}`]),
        ...uses.networks.map((name) => `network ${name}`),
        ...uses.containers.map((name) => `container ${name}`),
        ...uses.projects.map(({ project }) => `Compose project ${project}`),
        ...uses.subnets
          .filter(({ what }) => !what.startsWith('of '))
          .map(({ subnet, what }) => `${subnet}, ${what}`),
      ].join('\n'),
    ],
    ['ports', list(uses.ports.map(({ port, udp }) => `${port}${udp ? '/udp' : ''}`))],
    ['no undo', [...flushes, ...programs].map(({ argv }) => shellLine(argv)).join('\n')],
  ]
  const width = Math.max(...rows.map(([name]) => name.length))
  const lines = rows
    .filter(([, text]) => text !== '')
    .flatMap(([name, text]) =>
      text.split('\n').map((line, i) => `  ${(i === 0 ? name : '').padEnd(width)}  ${line}`),
    )
  return [
    `On this machine, ${host}, which is ${machine} of the scenario, ${lab} is going to make and set:`,
    ...lines,
    `What it makes bears the mark ${markOf(lab)} where it can: a link's alias, a rule's comment,`,
    `a Docker label. down takes back exactly this, also after a crash.`,
  ].join('\n')
}
