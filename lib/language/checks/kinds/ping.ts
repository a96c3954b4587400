/** `ping`: one echo request. */
import { allOf, type ProbeKind, unknownName, unreachable } from './kind.ts'

/** iputils and busybox both print `ttl=64` for a reply, and `100% packet loss` for none. */
export const ping: ProbeKind = {
  outcomes: {
    replies: 'yes',
    'no reply': 'no',
    unreachable: 'no',
    'TTL exceeded': 'else',
    'does not resolve': 'no',
  },
  read(said) {
    const text = allOf(said)
    const ttl = text.match(/ttl=(\d+)/)?.[1]
    if (ttl) return `replies, TTL ${ttl}`
    if (unknownName.test(text)) return 'does not resolve'
    if (/Time to live exceeded/i.test(text)) return 'TTL exceeded'
    if (unreachable.test(text)) return 'unreachable'
    return /100% packet loss/.test(text) ? 'no reply' : undefined
  },
  shell: `observe_ping() {
  said=$("$@" 2>&1 </dev/null) || :
  case $said in
  *ttl=*) said=\${said#*ttl=} && echo "replies, TTL \${said%%[!0-9]*}" ;;
  *'bad address'* | *'not known'* | *'name resolution'*) echo 'does not resolve' ;;
  *'Time to live exceeded'*) echo 'TTL exceeded' ;;
  *nreachable* | *rohibited* | *'Packet filtered'*) echo unreachable ;;
  *'100% packet loss'*) echo 'no reply' ;;
  *) echo "the tool failed: $said" ;;
  esac
}`,
}
