/** What a lab's network is like, as lines: what a fault has changed there, and whether that is still so. */
import { textBelow } from '../server/below.ts'
import type { LabRecord } from '../server/state.ts'
import { called, inside, lookAt, type Stack } from '../why/stacks.ts'

/** The settings of the kernel that faults change. */
const settings = [
  'ipv4/ip_forward',
  'ipv4/ip_default_ttl',
  'ipv4/icmp_echo_ignore_all',
  ...['forwarding', 'rp_filter', 'arp_ignore', 'arp_filter', 'route_localnet', 'proxy_arp'].map(
    (name) => `ipv4/conf/*/${name}`,
  ),
  ...['forwarding', 'disable_ipv6', 'accept_ra'].map((name) => `ipv6/conf/*/${name}`),
  'ipv6/icmp/echo_ignore_all',
]

/** Prints the network of the place in which it runs, without what changes by itself: counters, times, numbers. */
const script = `
ip -o link | sed -E 's/^[0-9]+: //; s/@[^:]*:/:/; s/ (qdisc|state|mode|group|qlen|link-netns|link-netnsid|brd|new-netns\\S*) \\S+//g; s/<([^>]*)>/<\\1,>/; s/<(.*,)?(UP),.*>/<UP>/; s/<[^>]*[^P>]>|<[^>]*,>/<DOWN>/; s/\\\\ +/ /g; s/^/link /'
ip -d -o link show type macvlan | sed -nE 's/^[0-9]+: ([^:@]*).* macvlan mode (\\S+).*/macvlan \\1 \\2/p'
ip -o addr | sed -E 's/^[0-9]+: //; s/ (scope|brd|metric) \\S+//g; s/\\\\.*//; s/ (tentative|dynamic|noprefixroute|dadfailed|deprecated|secondary|proto \\S+)//g; s/ +/ /g; s/^/addr /' | grep -v ' fe80::'
for f in 4 6; do
  ip -$f -o route show table all | grep -vE '^(local|broadcast|multicast|anycast|fe80::|ff00::)|table local| dev lo ' | sed -E 's/ (linkdown|dead|pref medium|proto \\S+|scope \\S+|metric (1024|256))//g; s/ +$//; s/^/route /'
  ip -$f rule | sed 's/\\t/ /; s/^/rule /'
done
for t in iptables ip6tables; do $t-save 2>/dev/null | awk -v t=$t '/^\\*/ { table = substr($0, 2) } /^:(INPUT|FORWARD|OUTPUT|PREROUTING|POSTROUTING) ACCEPT/ { next } /^[-:]/ { sub(/ \\[[0-9:]*\\]$/, ""); print t, table, $0 }'; done
ebtables-save 2>/dev/null | awk '/^\\*/ { table = substr($0, 2) } /^-/ { print "ebtables", table, $0 }'
ss -Hlntu | awk '{ print "listens", $1, $5 }'
ip -o neigh show nud permanent | sed 's/^/neighbour /'
bridge -d -o link 2>/dev/null | tr '\\t' ' ' | sed -E 's/^[0-9]+: //; s/<[^>]*>//; s/ state \\S+ / /; s/ priority.*(isolated \\S+).*/ \\1/; s/@[^:]*:/:/; s/^/port /'
tc qdisc 2>/dev/null | grep -vE 'noqueue|pfifo_fast|fq_codel|mq 0' | sed 's/^/tc /'
cd /proc/sys/net && grep -s . ${settings.join(' ')} | sed 's/^/sysctl /'`

/** Names that the engine picks anew each time. */
const picked = /\b(br-|veth)([0-9a-f]{12}|[0-9a-f]{7})\b/g

/** What the engine writes into a hosts file by itself: a container's own line, and those of IPv6. */
const byItself = /\s[0-9a-f]{12}$|\slocalhost|\sip6-/

/** The files by which names are resolved in a place, as lines: a server has one each, a namespace those of /etc/netns. */
function nameLines({ servers }: LabRecord, { place, container }: Stack): string[] {
  const server = servers.find(({ name }) => name === place.server)
  if (!server || server.host) return []
  const folder = place.kind === 'netns' ? `/etc/netns/${place.name}` : '/etc'
  const [hosts, resolver] = container
    ? [container.files.hosts, container.files.resolv]
    : [`${folder}/hosts`, `${folder}/resolv.conf`]
  const linesOf = (kind: string, file: string) =>
    (textBelow(`/proc/${server.pid}/root`, file) ?? '')
      .split('\n')
      .map((line) =>
        line
          .replace(/[#;].*/, '')
          .trim()
          .replace(/\s+/g, ' '),
      )
      .filter((line) => line !== '' && !byItself.test(line))
      .map((line) => `${kind} ${line}`)
  return [...linesOf('hosts', hosts ?? ''), ...linesOf('resolver', resolver ?? '')]
}

/** What a lab's network is like, each line with its place before it. */
export type Trace = ReadonlySet<string>

/** Looks at all places of a lab. */
export async function traceOf(lab: LabRecord): Promise<Trace> {
  const { stacks, containers } = await lookAt(lab)
  const { run } = inside(lab)
  const all = await Promise.all(
    stacks.map(async (stack) => {
      const { stdout } = await run(stack, ['sh', '-c', script])
      const place = called(stack.place)
      return [...stdout.split('\n').filter(Boolean), ...nameLines(lab, stack)].map(
        (line) => `${place}: ${line.replace(picked, '$1…')}`,
      )
    }),
  )
  return new Set([...all.flat(), ...containers.map(({ name, state }) => `${name}: is ${state}`)])
}

/** What one change has left: lines that were not there before, and those that are gone. */
export interface Change {
  added: string[]
  removed: string[]
}

/** What is different between two looks. */
export const changeOf = (before: Trace, after: Trace): Change => ({
  added: [...after].filter((line) => !before.has(line)),
  removed: [...before].filter((line) => !after.has(line)),
})

/** Whether what a change has added is there, all or some of it. Of a change that only took something away nobody can say so. */
export const remains = (change: Change, now: Trace): boolean => change.added.some((line) => now.has(line))

/** Whether a change is as it was made: something of it is there, or, where it only took away, something is missing. */
export const standsAsMade = (change: Change, now: Trace): boolean =>
  change.added.length > 0 ? remains(change, now) : change.removed.some((line) => !now.has(line))
