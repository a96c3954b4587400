/** `answer`: a TCP connection to a `listen()`, which tells from which address it came. */
import { notConnected, notConnectedShell } from './connection.ts'
import { allOf, type Observed, type ProbeKind, type Said } from './kind.ts'

/**
 * The answer of a listen(): its netstat, with the address that this connection comes from. A listener for IPv4 and
 * IPv6 sees ::ffff: before it; a caller that has sent all it had to say is in CLOSE_WAIT.
 */
function seenFrom(text: string, port: string): Observed | undefined {
  const line =
    /^tcp\s+\d+\s+\d+\s+\S+:(\d+)\s+(?:::ffff:)?([\d.]+|[0-9a-f:]+):\d+\s+(?:ESTABLISHED|CLOSE_WAIT)/gm
  const peer = [...text.matchAll(line)].find(([, local]) => local === port)?.[2]
  return peer && `open, seen from ${peer}`
}

/** nc without -v says nothing: it was connected and got no answer, or it waited in vain. */
const connectedOrNot = ({ code, stderr }: Said): Observed | undefined =>
  code === 0 ? 'open' : stderr.trim() === '' && code === 1 ? 'filtered' : undefined

/** Who answers, and which address it saw. */
export const answer: ProbeKind = {
  outcomes: { open: 'yes', closed: 'no', filtered: 'no', unreachable: 'no' },
  read: (said, look) => seenFrom(said.stdout, look) ?? notConnected(allOf(said)) ?? connectedOrNot(said),
  shell: `observe_answer() {
  port=$1
  shift
  code=0
  said=$("$@" 2>&1 </dev/null) || code=$?
  peer=$(printf '%s\\n' "$said" | awk -v port=":$port\\$" '
    $1 == "tcp" && $4 ~ port && ($6 == "ESTABLISHED" || $6 == "CLOSE_WAIT") {
      sub(/^::ffff:/, "", $5); sub(/:[0-9]+$/, "", $5); print $5; exit
    }')
  [ -z "$peer" ] || { echo "open, seen from $peer" && return; }
  case $code$said in
${notConnectedShell}
  0*) echo open ;;
  1) echo filtered ;;
  *) echo "the tool failed: $said" ;;
  esac
}`,
}
