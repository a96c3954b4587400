/** The fixed text of printed scripts: POSIX sh. */
import type { Scenario } from '../lab/lab.ts'
import { positive } from '../language/checks/kinds/index.ts'
import { quote } from '../language/shell.ts'

/** Text for a comment: a line's end in it would begin a command. */
const remark = (text: string): string => text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')

/** What a script says of itself, and the functions that every script has. `who` is `[SERVER ]` for several. */
export const head = (
  { name, title }: Pick<Scenario, 'name' | 'title'>,
  tools: string[],
  who: string,
  expects: string[],
) => `#!/bin/sh
${[
  `${name}: ${title}`,
  '',
  `  sh ${name}.sh ${who}up      build it and check it; what fails is undone`,
  `  sh ${name}.sh ${who}down    take back what up did`,
  '',
  ...expects,
  `Printed by vethlab from scenarios/${name}.ts, for servers with Docker. It needs root, and: ${tools.join(' ')}.`,
]
  .map((line) => `# ${remark(line)}`.trimEnd())
  .join('\n')}
# Exit codes: 0 all checks hold, 1 a check failed, 2 a command failed and all was undone.
# shellcheck disable=SC2016 # what is in single quotes is for another shell
set -eu
export LC_ALL=C IMAGE="\${IMAGE:-alpine}"
undone=${quote(`/run/vethlab-${name}.undo`)} # the commands that take back what was done, the last first
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
  [ -f "$undone" ] || { echo ${quote(`${name} is not up`)} && return; }
  sh "$undone" 2>/dev/null || : # what is gone already is no error
  rm -f "$undone"
  echo ${quote(`${name} is removed`)}
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

/** Compares what is observed with what must be. */
export const checkFunction = `check() { # what must be observed, who asks whom, why, and the question
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
    *) case $expected-$observed in 'either way'* | 'silence-no reply' | silence-unreachable | silence-filtered | silence-closed) ok=1 ;; *) ok=0 ;; esac ;;
    esac
    if [ $ok = 1 ]; then
      printf '  ok   %s: %s (%s)\\n' "$who" "$observed" "$why"
      return
    fi
    case $try-$expected in ${positive.map((outcome) => `1-${outcome}*`).join(' | ')}) sleep 0.1 ;; *) break ;; esac
  done
  shift
  printf '  FAIL %s: expected %s, observed %s (%s)\\n       try: %s\\n' "$who" "$expected" "$observed" "$why" "$*"
  failed=1
}
`

/** How the servers of one scenario wait for each other: a person, or a program, passes the word on. */
export const meetFunctions = `part_done() { # which part of the whole is done here; what it found, for the others
  printf 'part %s is done\\nfacts %s\\n' "$1" "$2"
}

fact() { # a fact as one word
  printf %s "$1" | tr ' ' +
}

await_part() { # which part, and where it is done
  printf 'waiting for part %s, %s: then paste the last line with facts, or press Enter\\n' "$1" "$2"
  read -r words || :
  for word in $words; do
    case $word in
    *[!A-Za-z0-9_=./:+!-]*) echo "not a fact: $word" >&2 && exit 2 ;;
    [a-z]*=?*)
      # shellcheck disable=SC2034 # the next line reads it
      value=$(printf %s "\${word#*=}" | tr + ' ')
      eval "\${word%%=*}=\\$value"
      ;;
    esac
  done
}
`

/** What the script does with its words. `servers` is empty when there is one only. */
export const tail = (servers: string[]): string => {
  const usage = servers.length > 0 ? `${servers.join(' | ')}, up | down` : 'up | down'
  const here =
    servers.length > 0
      ? `case \${1-} in ${servers.join(' | ')}) here=$1 && shift ;; *) set -- '' ;; esac\n`
      : ''
  const up = servers.length > 0 ? servers.map((name) => `${name}) up_${functionName(name)} ;;`) : []
  return `${here}case \${1-} in
up)
  [ ! -f "$undone" ] || { echo "it is up: sh $0 down removes it" >&2 && exit 2; }
  : >"$undone"
  trap 'ended $?' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  trap 'exit 129' HUP
  ${up.length > 0 ? `case $here in\n  ${up.join('\n  ')}\n  esac` : 'up'}
  ;;
down) down ;;
*)
  echo "usage: sh $0 ${usage}" >&2
  exit 2
  ;;
esac
`
}

/** A server's name as part of a function's name. */
export const functionName = (server: string): string => server.replace(/[^A-Za-z0-9]/g, '_')
