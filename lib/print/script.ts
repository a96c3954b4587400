/** Prints a scenario as a POSIX shell script for a real server: pure text. */

import type { Scenario } from '../lab/lab.ts'
import type { Plan } from '../lab/plan.ts'
import { probeKinds } from '../language/checks/kinds/index.ts'
import type { Command } from '../language/command.ts'
import { made } from '../language/effects.ts'
import { commandArgv } from '../language/on-server.ts'
import { splitRefs } from '../language/ref.ts'
import { quote, shellLine } from '../language/shell.ts'
import { type UndoStep, undoList, undoWord } from '../language/undo.ts'
import { checkFunction, functionName, head, meetFunctions, tail } from './script-text.ts'

/** What the script holds beside the plan: the content of each file that a command reads. */
export type Files = Readonly<Record<string, string>>

/** The line that remembers a command's undo. */
const undoLine = ({ argv, read }: UndoStep): string =>
  `undo ${argv.map((word) => undoWord(word, read)).join(' ')}`

/** A word to end a here-document with: no line of the text is that word. */
function notIn(text: string): string {
  const lines = new Set(text.split('\n'))
  let word = 'VETHLAB'
  while (lines.has(word)) word += '_'
  return word
}

/** The lines that run one command and remember its undo: after it, or before it where a value is to be restored. */
function commandLines(command: Command, undo: UndoStep | undefined, files: Files): string[] {
  const remember = undo ? [undoLine(undo)] : []
  const argv = commandArgv(command)
  if (command.background) {
    const run =
      command.place.kind === 'container'
        ? `run ${shellLine(argv)}`
        : `setsid ${shellLine(argv)} >/dev/null 2>&1 </dev/null &`
    const stop = made(command, 'capture').map(({ name }) => `undo rm -f ${quote(name)}`)
    return command.place.kind === 'container' ? [run] : [...stop, run, 'undo kill -- "-$!"']
  }
  const [{ name: project, file } = {}] = made(command, 'project')
  if (project !== undefined && file !== undefined) {
    const words = argv.map((word, index) => (argv[index - 1] === '-f' ? '-' : word))
    const text = (files[file] ?? '').trimEnd()
    const end = notIn(text)
    return [
      `[ -z "$(docker ps -aq --filter ${quote(`label=com.docker.compose.project=${project}`)})" ] || {`,
      `  echo ${quote(`the Compose project ${project} is there already`)} >&2`,
      '  exit 2',
      '}',
      ...remember,
      `run ${shellLine(words)} <<'${end}'`,
      `\0${text}\n${end}`,
    ]
  }
  const line = `run ${shellLine(argv)}`
  return undo?.read ? [...remember, line] : [line, ...remember]
}

/** Indents lines for a function; those that a here-document holds (behind a NUL) stay as they are. */
const indent = (lines: string[]): string =>
  (lines.length > 0 ? lines : ['', ':']) // a function of a shell must hold a command
    .map((line) => (line.startsWith('\0') ? line.slice(1) : line && `  ${line}`))
    .join('\n')

/** What is done in one go in one place: on a server, or at the switch of a LAN. */
export interface Part {
  at: Command['place']
  commands: Command[]
  lines: string[]
  /** The variables that it sets. */
  reads: string[]
}

const placeOf = ({ kind, server }: Command['place']): Part['at'] =>
  kind === 'lan' ? { kind, name: server, server } : { kind: 'server', name: server, server }

/** The parts of a plan in order; a new one begins where the place changes. What is given on real servers is left out. */
export function partsOf(plan: Plan, files: Files = {}): Part[] {
  const commands = plan.entries.flatMap((entry) => (entry.kind === 'step' ? entry.commands : []))
  const undos = new Map(undoList(commands).map((step) => [step.command, step]))
  const parts: Part[] = []
  const partAt = (place: Part['at']): Part => {
    const last = parts.at(-1)
    if (last?.at.server === place.server) return last
    const part = { at: placeOf(place), commands: [], lines: [], reads: [] }
    parts.push(part)
    return part
  }
  let why = ''
  for (const entry of plan.entries) {
    if (entry.kind === 'step') {
      let at: Part | undefined
      for (const command of entry.commands.filter((one) => !one.given)) {
        const part = partAt(command.place)
        if (part !== at) part.lines.push('', `step ${quote(entry.title)}`)
        at = part
        part.commands.push(command)
        part.lines.push(...commandLines(command, undos.get(command), files))
      }
      why = ''
    } else if (entry.kind === 'read') {
      const part = partAt(entry.read.place)
      part.lines.push('', `${entry.read.variable}=$(${shellLine(commandArgv(entry.read))})`)
      part.reads.push(entry.read.variable)
      why = ''
    } else {
      const { observer, expected, look, from, to } = entry.check
      const part = partAt(from)
      if (entry.why !== why || part.lines.length === 0) part.lines.push('', `why=${quote(entry.why)}`)
      why = entry.why
      const who = `${from.label ?? from.name} → ${splitRefs(to).join('')}`
      const words = [...(look === undefined ? [] : [look]), ...commandArgv(entry.command)]
      part.lines.push(
        `check ${quote(expected)} ${quote(who)} "$why" observe_${observer} ${words.map(quote).join(' ')}`,
      )
    }
  }
  return parts
}

/** The function `up` of one of several servers: its own parts, and between them it waits for the others. */
function upOf(server: string, parts: readonly Part[]): string {
  const variables = [...new Set(parts.flatMap((part) => part.reads))]
  const lines: string[] = variables.map((name) => `${name}=`)
  parts.forEach((part, index) => {
    if (part.at.server !== server) return
    const before = parts[index - 1]
    if (before) lines.push('', `await_part ${index} ${quote(`on ${before.at.name}`)}`)
    const facts = variables.map((name) => `${name}=$(fact "\${${name}}")`).join(' ')
    lines.push(...part.lines, `part_done ${index + 1} "${facts}"`)
  })
  return `up_${functionName(server)}() {\n${indent(lines)}\n}\n`
}

/** What a script cannot make: the LANs, with the addresses of the servers on each, and what is to be done at a switch. */
function expectations(plan: Plan, parts: readonly Part[]): string[] {
  const given = plan.entries
    .flatMap((entry) => (entry.kind === 'step' ? entry.commands : []))
    .filter((one) => one.given)
  const lans = [
    ...new Set(given.filter(({ place }) => place.kind === 'lan').map(({ place }) => place.server)),
  ]
  const several = lans.length > 1
  // A LAN's own commands stand before those of the servers that are plugged into it.
  let lan = ''
  const addresses = given.flatMap((command) => {
    const { kind, server } = command.place
    if (kind === 'lan') lan = server
    return made(command, 'address').map(
      ({ name, on }) => `  ${server}: ${name} on ${on}${several ? `, LAN ${lan}` : ''}`,
    )
  })
  const atSwitch = parts.flatMap((part, index) =>
    part.at.kind === 'lan'
      ? [
          `  part ${index + 1}, at the switch${several ? ` of ${part.at.server}` : ''}: ${part.lines
            .filter((line) => line.startsWith('run '))
            .join('; ')
            .slice(4)}`,
        ]
      : [],
  )
  return addresses.length === 0
    ? []
    : [
        `It expects these servers on ${several ? `${lans.length} LANs` : 'one LAN'}:`,
        ...addresses,
        ...atSwitch,
        '',
      ]
}

/** What the engines of real servers must have been told. */
function daemons(commands: readonly Command[]): string[] {
  const told = new Map(
    commands.filter(({ place }) => place.daemon).map(({ place }) => [place.server, place.daemon]),
  )
  return [...told].flatMap(([name, options]) =>
    options ? [`${name}: /etc/docker/daemon.json must have ${JSON.stringify(options)}`, ''] : [],
  )
}

/** What runs in a lab alone, and is not in the script. */
const leftOut = ({ shells }: Plan): string[] =>
  shells.length === 0
    ? []
    : ['Not in this script, for it runs in a lab alone:', ...shells.map((line) => `  ${line}`), '']

/** The script of a scenario: for one server, or with a section for each of several. */
export function script(scenario: Pick<Scenario, 'name' | 'title'>, plan: Plan, files: Files = {}): string {
  const parts = partsOf(plan, files)
  const servers = [
    ...new Set(parts.filter((part) => part.at.kind === 'server').map((part) => part.at.server)),
  ]
  const several = servers.length > 1
  const commands = plan.entries.flatMap((entry) => (entry.kind === 'step' ? entry.commands : []))
  const checks = plan.entries.filter((entry) => entry.kind === 'check')
  const observing = [...new Set(checks.map((entry) => entry.check.observer))]
  const tools = new Set(
    [
      ...commands.filter((one) => !one.given && one.place.kind !== 'lan'),
      ...checks.map((entry) => entry.command),
    ].map((command) => commandArgv(command)[0] ?? ''),
  )
  return [
    head(scenario, [...tools].sort(), several ? 'SERVER ' : '', [
      ...expectations(plan, parts),
      ...daemons(commands),
      ...leftOut(plan),
    ]),
    ...(observing.length > 0 ? [checkFunction] : []),
    ...observing.map((observer) => `${probeKinds[observer].shell}\n`),
    ...(several
      ? [meetFunctions, ...servers.map((server) => upOf(server, parts))]
      : [`up() {${indent(parts.flatMap((part) => part.lines))}\n}\n`]),
    tail(several ? servers : []),
  ].join('\n')
}
