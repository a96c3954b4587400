/** The functions of a printed script that tell what a probe's output means: as language/checks/observe.ts, in POSIX sh. */
import type { Observer } from '../language/checks/check.ts'

/** What nc says when it could not connect. */
const notConnected = `  *[Rr]efused*) echo closed ;;
  *nreachable* | *'No route to host'*) echo unreachable ;;
  *'timed out'* | *'in progress'*) echo filtered ;;`

/** The function for each observer; each prints the observation. */
export const observers: { readonly [O in Observer]: string } = {
  ping: `observe_ping() {
  said=$("$@" 2>&1 </dev/null) || :
  case $said in
  *ttl=*) said=\${said#*ttl=} && echo "replies, TTL \${said%%[!0-9]*}" ;;
  *'bad address'* | *'not known'* | *'name resolution'*) echo 'does not resolve' ;;
  *'Time to live exceeded'*) echo 'TTL exceeded' ;;
  *nreachable*) echo unreachable ;;
  *'100% packet loss'*) echo 'no reply' ;;
  *) echo "the tool failed: $said" ;;
  esac
}`,
  port: `observe_port() {
  if said=$("$@" 2>&1 </dev/null); then echo open && return; fi
  case $said in
${notConnected}
  *) echo "the tool failed: $said" ;;
  esac
}`,
  answer: `observe_answer() {
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
${notConnected}
  0*) echo open ;;
  1) echo filtered ;;
  *) echo "the tool failed: $said" ;;
  esac
}`,
  udp: `observe_udp() {
  code=0
  said=$("$@" 2>&1 </dev/null) || code=$?
  said=$(printf '%s\\n' "$said" | sed 's/Connection to .* succeeded!//')
  case $code$said in
${notConnected}
  0) echo 'no answer' ;;
  0*) echo open ;;
  1) echo closed ;;
  *) echo "the tool failed: $said" ;;
  esac
}`,
  dns: `observe_dns() {
  said=$("$@" 2>&1 </dev/null) || :
  count=$(printf '%s\\n' "$said" | sed '1,/^$/d' | sed -n 's/^Address[^:]*: *\\([0-9][0-9.]*\\).*/\\1/p' | sort -u | grep -c .) || :
  case $count in
  0) echo 'does not resolve' ;;
  1) echo 'resolves, 1 address' ;;
  *) echo "resolves, $count addresses" ;;
  esac
}`,
  packets: `observe_packets() {
  look=$1
  shift
  said=$("$@" 2>/dev/null </dev/null) || { echo 'the tool failed' && return; }
  count=$(printf '%s\\n' "$said" | LOOK=$look awk '
    BEGIN { split(ENVIRON["LOOK"], want, "\\n") }
    function is(address, wanted) { return wanted == "" || address == wanted || index(address, wanted ".") == 1 }
    { from = $4 == ">" ? $3 : ""; to = $4 == ">" ? $5 : ""; sub(/:$/, "", to) }
    is(from, want[1]) && is(to, want[2]) && index($0, want[3]) { count++ }
    END { print count + 0 }')
  case $count in
  0) echo 'not seen' ;;
  1) echo 'seen, 1 packet' ;;
  *) echo "seen, $count packets" ;;
  esac
}`,
  attempt: `observe_attempt() {
  if said=$("$@" 2>&1 </dev/null); then echo made && return; fi
  case $said in
  *'Unknown device type'* | *'not supported'*) echo 'this kernel lacks it' ;;
  *) echo "the tool failed: $said" ;;
  esac
}`,
  output: `observe_output() {
  text=$1
  shift
  said=$("$@" 2>&1 </dev/null) || { echo "the tool failed: $said" && return; }
  count=$(printf '%s\\n' "$said" | grep -cF -e "$text") || :
  case $count in
  0) echo "does not print $text" ;;
  1) echo "prints $text, 1 line" ;;
  *) echo "prints $text, $count lines" ;;
  esac
}`,
}
