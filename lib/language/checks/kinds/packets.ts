/** `packets`: how many packets of a capture fit. */
import { counted, type ProbeKind } from './kind.ts'
import { countPackets } from './tcpdump.ts'

/** So many packets fit. */
export const packets: ProbeKind = {
  outcomes: { seen: 'yes', 'not seen': 'else' },
  read({ code, stdout }, look) {
    const count = countPackets(stdout, look)
    if (code !== 0) return undefined
    return count === 0 ? 'not seen' : `seen, ${counted(count, 'packet')}`
  },
  shell: `observe_packets() {
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
}
