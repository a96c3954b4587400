/** `dns`: the addresses of a name, by nslookup. */
import { allOf, counted, type ProbeKind, unknownName } from './kind.ts'

/** Answers of nslookup: each address once, without that of the name server itself; `look` is a family, or nothing. */
export const dns: ProbeKind = {
  outcomes: { resolves: 'yes', 'does not resolve': 'no' },
  read(said, look) {
    const text = allOf(said)
    const answers = text
      .split(/\n\s*\n|^Name:/m)
      .slice(1)
      .join('\n')
    const all = answers.match(/(?<=^Address(?: \d+)?:\s*)[\da-f]+[.:][\da-f.:]*/gim) ?? []
    const addresses = new Set(all.filter((one) => look === '' || one.includes(':') === (look === '6')))
    if (addresses.size > 0) return `resolves, ${counted(addresses.size, 'address')}`
    if (all.length > 0) return 'does not resolve'
    return unknownName.test(text) || /timed out|no servers|unreachable/i.test(text) || said.code === 1
      ? 'does not resolve'
      : undefined
  },
  shell: `observe_dns() {
  case $1 in 4) family='[.]' ;; 6) family=: ;; *) family=. ;; esac
  shift
  said=$("$@" 2>&1 </dev/null) || :
  count=$(printf '%s\\n' "$said" | sed '1,/^$/d' |
    sed -n 's/^Address[^:]*:[[:blank:]]*\\([0-9a-fA-F][0-9a-fA-F]*[.:][0-9a-fA-F.:]*\\).*/\\1/p' | sort -u | grep -c "$family") || :
  case $count in
  0) echo 'does not resolve' ;;
  1) echo 'resolves, 1 address' ;;
  *) echo "resolves, $count addresses" ;;
  esac
}`,
}
