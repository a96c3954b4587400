/** `dns`: the addresses of a name, by nslookup. */
import { allOf, counted, type ProbeKind, unknownName } from './kind.ts'

/** Answers of nslookup: each address once, without that of the name server itself. */
export const dns: ProbeKind = {
  outcomes: { resolves: 'yes', 'does not resolve': 'no' },
  read(said) {
    const text = allOf(said)
    const answers = text
      .split(/\n\s*\n|^Name:/m)
      .slice(1)
      .join('\n')
    const addresses = new Set(answers.match(/(?<=^Address(?: \d+)?:\s*)\d+\.\d+\.\d+\.\d+/gm))
    if (addresses.size > 0) return `resolves, ${counted(addresses.size, 'address')}`
    return unknownName.test(text) || /timed out|no servers|unreachable/i.test(text) || said.code === 1
      ? 'does not resolve'
      : undefined
  },
  shell: `observe_dns() {
  said=$("$@" 2>&1 </dev/null) || :
  count=$(printf '%s\\n' "$said" | sed '1,/^$/d' | sed -n 's/^Address[^:]*: *\\([0-9][0-9.]*\\).*/\\1/p' | sort -u | grep -c .) || :
  case $count in
  0) echo 'does not resolve' ;;
  1) echo 'resolves, 1 address' ;;
  *) echo "resolves, $count addresses" ;;
  esac
}`,
}
