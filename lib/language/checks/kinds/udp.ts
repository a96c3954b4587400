/** `udp`: a datagram, by `nc -u`. */
import { notConnected, notConnectedShell } from './connection.ts'
import type { ProbeKind } from './kind.ts'

/** UDP does not tell a silent listener from a dropped packet. */
export const udp: ProbeKind = {
  outcomes: { open: 'yes', closed: 'no', unreachable: 'no', filtered: 'no', 'no answer': 'no' },
  read({ code, stdout, stderr }) {
    if (stdout) return 'open'
    return notConnected(stderr) ?? (code === 0 ? 'no answer' : 'closed')
  },
  shell: `observe_udp() {
  code=0
  said=$("$@" 2>&1 </dev/null) || code=$?
  said=$(printf '%s\\n' "$said" | sed 's/Connection to .* succeeded!//')
  case $code$said in
${notConnectedShell}
  0) echo 'no answer' ;;
  0*) echo open ;;
  1) echo closed ;;
  *) echo "the tool failed: $said" ;;
  esac
}`,
}
