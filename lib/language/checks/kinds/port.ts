/** `port`: a TCP connection, by `nc -z -v`. */
import { notConnected, notConnectedShell } from './connection.ts'
import { allOf, type ProbeKind } from './kind.ts'

/** The outcomes of a port are those of nmap. */
export const port: ProbeKind = {
  outcomes: { open: 'yes', closed: 'no', filtered: 'no', unreachable: 'no' },
  read: (said) => (said.code === 0 ? 'open' : notConnected(allOf(said))),
  shell: `observe_port() {
  if said=$("$@" 2>&1 </dev/null); then echo open && return; fi
  case $said in
${notConnectedShell}
  *) echo "the tool failed: $said" ;;
  esac
}`,
}
