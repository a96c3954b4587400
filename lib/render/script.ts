/** Prints a scenario as a POSIX shell script for a real server: pure text. */
import type { Command } from '../command.ts'
import type { Scenario } from '../lab.ts'
import { splitRefs } from '../ref.ts'
import type { Plan } from '../run/plan.ts'
import { commandArgv } from './argv.ts'
import { observers } from './observers.ts'
import { quote, shellLine } from './shell.ts'
import { type UndoStep, undoList, undoWord } from './undo.ts'

/** What the script holds beside the plan: the content of each file that a command reads. */
export type Files = Readonly<Record<string, string>>

const head = ({ name, title }: Pick<Scenario, 'name' | 'title'>, tools: string[]) => `#!/bin/sh
# ${name}: ${title}
#
#   sh ${name}.sh up      build it and check it; what fails is undone
#   sh ${name}.sh down    take back what up did
#
# Printed by vethlab from scenarios/${name}.ts, for a server with Docker. It needs root, and: ${tools.join(' ')}.
# Exit codes: 0 all checks hold, 1 a check failed, 2 a command failed and all was undone.
set -eu
export LC_ALL=C IMAGE="\${IMAGE:-alpine}"
undone=/run/vethlab-${name}.undo # the commands that take back what was done, the last first
failed=0

step() { printf '\\n%s\\n' "$*"; }

run() { # show a command and run it
  printf '  $ %s\\n' "$*"
  "$@"
}

undo() { # remember a command that takes something back: as shell text, before the older ones
  {
    for word; do printf "'%s' " "$(printf '%s' "$word" | sed "s/'/'\\\\\\\\''/g")"; done
    echo '|| :'
    cat "$undone"
  } >"$undone.new"
  mv "$undone.new" "$undone"
}

down() {
  [ -f "$undone" ] || { echo '${name} is not up' && return; }
  sh "$undone" 2>/dev/null || : # what is gone already is no error
  rm -f "$undone"
  echo '${name} is removed'
}

ended() { # on every exit of up, with its exit code
  code=$1
  trap - EXIT
  if [ "$code" != 0 ]; then
    echo 'cut off: taking back what was done' >&2
    down >&2
    case $code in 129 | 130 | 143) exit "$code" ;; *) exit 2 ;; esac
  fi
  exit "$failed"
}
`

const checkFunction = `check() { # what must be observed, who asks whom, why, and the question
  expected=$1 who=$2 why=$3
  shift 3
  for try in 1 2; do
    observed=$("$@")
    case $observed in
    'the tool failed'*)
      printf '%s\\n' "$observed" >&2
      exit 2
      ;;
    "$expected" | "$expected",*) ok=1 ;;
    *) case $expected-$observed in 'either way'* | 'silence-no reply' | silence-unreachable) ok=1 ;; *) ok=0 ;; esac ;;
    esac
    if [ $ok = 1 ]; then
      printf '  ok   %s: %s (%s)\\n' "$who" "$observed" "$why"
      return
    fi
    case $try-$expected in 1-replies* | 1-open* | 1-resolves* | 1-prints* | 1-seen*) sleep 0.1 ;; *) break ;; esac
  done
  shift
  printf '  FAIL %s: expected %s, observed %s (%s)\\n       try: %s\\n' "$who" "$expected" "$observed" "$why" "$*"
  failed=1
}
`

const tail = `case \${1-} in
up)
  [ ! -f "$undone" ] || { echo "it is up: sh $0 down removes it" >&2 && exit 2; }
  : >"$undone"
  trap 'ended $?' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  trap 'exit 129' HUP
  up
  ;;
down) down ;;
*)
  echo "usage: sh $0 up | down" >&2
  exit 2
  ;;
esac
`

/** The line that remembers a command's undo. */
const undoLine = ({ argv, read }: UndoStep): string =>
  `undo ${argv.map((word) => undoWord(word, read)).join(' ')}`

/** The lines that run one command and remember its undo: after it, or before it where a value is to be restored. */
function commandLines(command: Command, undo: UndoStep | undefined, files: Files): string[] {
  const remember = undo ? [undoLine(undo)] : []
  const argv = commandArgv(command)
  if (command.background) {
    const run =
      command.place.kind === 'container'
        ? `run ${shellLine(argv)}`
        : `setsid ${shellLine(argv)} >/dev/null 2>&1 </dev/null &`
    return command.place.kind === 'container' ? [run] : [run, 'undo kill -- "-$!"']
  }
  const { file } = command
  if (file !== undefined && argv[1] === 'compose') {
    const project = argv[argv.indexOf('-p') + 1] ?? ''
    const words = argv.map((word) => (word === file ? '-' : word))
    return [
      `[ -z "$(docker ps -aq --filter ${quote(`label=com.docker.compose.project=${project}`)})" ] || {`,
      `  echo ${quote(`the Compose project ${project} is there already`)} >&2`,
      '  exit 2',
      '}',
      ...remember,
      `run ${shellLine(words)} <<'VETHLAB'`,
      `\0${(files[file] ?? '').trimEnd()}\nVETHLAB`,
    ]
  }
  const line = `run ${shellLine(argv)}`
  return undo?.read ? [...remember, line] : [line, ...remember]
}

/** Indents lines for a function; those that a here-document holds (behind a NUL) stay as they are. */
const indent = (lines: string[]): string =>
  lines.map((line) => (line.startsWith('\0') ? line.slice(1) : line && `  ${line}`)).join('\n')

/** The script of a scenario. */
export function script(scenario: Pick<Scenario, 'name' | 'title'>, plan: Plan, files: Files = {}): string {
  const steps = plan.entries.flatMap((entry) => (entry.kind === 'step' ? entry.commands : []))
  const undos = new Map(undoList(steps).map((step) => [step.command, step]))
  const checks = plan.entries.filter((entry) => entry.kind === 'check')
  const used = [...new Set(checks.map((entry) => entry.check.observer))]

  const lines: string[] = []
  let why = ''
  for (const entry of plan.entries) {
    if (entry.kind === 'step') {
      lines.push('', `step ${quote(entry.title)}`)
      for (const command of entry.commands) lines.push(...commandLines(command, undos.get(command), files))
    } else if (entry.kind === 'read') {
      lines.push('', `${entry.read.variable}=$(${shellLine(commandArgv(entry.read))})`)
    } else {
      if (entry.why !== why) lines.push('', `why=${quote(entry.why)}`)
      why = entry.why
      const { observer, expected, look, from, to } = entry.check
      const who = `${from.label ?? from.name} → ${splitRefs(to).join('')}`
      const words = [...(look === undefined ? [] : [look]), ...commandArgv(entry.command)]
      lines.push(`check ${quote(expected)} ${quote(who)} "$why" observe_${observer} ${shellLine(words)}`)
    }
    if (entry.kind !== 'check') why = ''
  }

  const tools = new Set(
    steps.concat(checks.map((entry) => entry.command)).map((command) => commandArgv(command)[0] ?? ''),
  )
  return [
    head(scenario, [...tools].sort()),
    ...(used.length > 0 ? [checkFunction] : []),
    ...used.map((observer) => `${observers[observer]}\n`),
    `up() {${indent(lines)}\n}\n`,
    tail,
  ].join('\n')
}
