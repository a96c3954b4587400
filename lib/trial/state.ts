/** What a network stack is set to, as data that can be compared and put back: read by one shell. */
import { Unable } from '../errors.ts'
import type { Inside, Stack } from '../why/stacks.ts'
import { chainsOf, legacyOf, nftOf } from './firewalls.ts'
import { addressesOf, type LinkJson, linkValues } from './link-values.ts'

/** A rule in a chain: its words, and what it counted. */
export interface Ruled {
  text: string
  packets?: string
  bytes?: string
  handle?: string
}

/** A stack as it is set. What its own traffic changes, as a count or what is known of a neighbour, is no part of it. */
export interface State {
  /** What has one value: `sysctl net/ipv4/ip_forward`, `link eth0 up`, `policy iptables filter INPUT`. */
  values: Record<string, string>
  /** What is there or not, each in the words that make it: `route4`, `rule6`, `xfrm`, `fdb`, `address eth0`. */
  sets: Record<string, string[]>
  /** Rules in their order, by `iptables filter INPUT`, `nft inet office input`. */
  chains: Record<string, Ruled[]>
}

const part = '\u0001'

/** The questions, each behind a line with its name. */
const questions: ReadonlyArray<readonly [name: string, line: string]> = [
  ['links', 'ip -j -d addr'],
  ['route4', 'ip -4 -o route show table all'],
  ['route6', 'ip -6 -o route show table all'],
  ['rule4', 'ip -4 rule'],
  ['rule6', 'ip -6 rule'],
  ['neigh', 'ip neigh show nud permanent'],
  ['xfrm', 'ip xfrm policy'],
  ['fdb', 'bridge fdb show'],
  // Where nft has nothing, the others have nothing, too.
  ['nft', 'nft=$(nft -a list ruleset); printf "%s\\n" "$nft"'],
  ['iptables', 'case $nft in *"table ip "*) iptables-save -c ;; esac'],
  ['ip6tables', 'case $nft in *"table ip6 "*) ip6tables-save -c ;; esac'],
  ['ebtables', 'case $nft in *"table bridge "*) ebtables-save ;; esac'],
  ['iptables-legacy', '[ -s /proc/net/ip_tables_names ] && iptables-legacy-save -c'],
  ['sysctl', 'cd /proc/sys && grep -ars "" net'],
]

const script = `{ ${questions.map(([name, line]) => `printf '${part}%s\\n' ${name}; ${line}`).join('; ')}; } 2>/dev/null; :`

/** Counters, and what the machine's own traffic changes. */
const lively =
  /(_count|\/flush|gc_stat|stat\/|inet_peer|_max_age|expires|nf_conntrack_buckets|nf_conntrack_max|tcp_mem|udp_mem|stable_secret|\/netdev_rss_key|somaxconn)/

const nonEmpty = (text: string | undefined): string[] =>
  (text ?? '').split('\n').filter((line) => line.trim() !== '')

/** A route or a rule of routing in the words that make it again. */
const words = (line: string): string =>
  line
    .replace(/ expires \d+sec| linkdown\b| dead\b| offload\b| rt_trap\b/g, '')
    .replace(/\\/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()

/** What the kernel keeps by itself, for its own addresses, is no part of it. */
const isKernels = (line: string): boolean =>
  /^(local|broadcast|anycast|multicast) /.test(line) || /^(fe80::\/64|::1) .*proto kernel/.test(line)

const routes = (text: string | undefined): string[] =>
  nonEmpty(text)
    .map(words)
    .filter((line) => !isKernels(line))
    .sort()

/** What lines of two or more make one thing: the later ones are indented. */
const joined = (text: string | undefined): string[] =>
  (text ?? '')
    .replace(/\n\s+/g, ' ')
    .split('\n')
    .map((line) => line.replace(/\s+/g, ' ').trim())
    .filter(Boolean)

function sysctls(text: string | undefined): Record<string, string> {
  const values: Record<string, string> = {}
  for (const line of nonEmpty(text)) {
    const at = line.indexOf(':')
    const key = line.slice(0, at)
    if (!lively.test(key)) values[`sysctl ${key}`] = line.slice(at + 1)
  }
  return values
}

/** Reads what the script printed. */
export function stateOf(stdout: string): State {
  const said: Record<string, string> = {}
  for (const block of stdout.split(part).slice(1)) {
    const end = block.indexOf('\n')
    said[block.slice(0, end)] = block.slice(end + 1)
  }
  const links = JSON.parse(said.links || '[]') as LinkJson[]
  const saves = (['iptables', 'ip6tables', 'ebtables'] as const).map((name) =>
    chainsOf(name, said[name] ?? ''),
  )
  const nft = nftOf(
    said.nft ?? '',
    saves.flatMap(({ tables }) => tables),
  )
  const legacy = legacyOf(said['iptables-legacy'] ?? '')
  return {
    values: Object.assign(
      {},
      sysctls(said.sysctl),
      linkValues(links),
      ...[...saves, legacy, nft].map(({ policies }) => policies),
    ),
    sets: {
      ...addressesOf(links),
      route4: routes(said.route4),
      route6: routes(said.route6),
      rule4: nonEmpty(said.rule4).map(words),
      rule6: nonEmpty(said.rule6).map(words),
      neigh: nonEmpty(said.neigh).map(words).sort(),
      xfrm: joined(said.xfrm),
      fdb: nonEmpty(said.fdb)
        .map(words)
        // Groups that the kernel itself joins and leaves.
        .filter((line) => / permanent\b/.test(line) && !/^(33:33|01:00:5e)/.test(line))
        .sort(),
      nft: nft.tables,
    },
    chains: Object.assign({}, ...[...saves, legacy, nft].map(({ chains }) => chains)),
  }
}

/** Looks at a stack. */
export async function readState(into: Inside, stack: Stack): Promise<State> {
  const { stdout, stderr } = await into.run(stack, ['sh', '-c', script])
  if (!stdout.includes(`${part}sysctl`))
    throw new Unable(
      `the state of ${stack.place.name} cannot be read: ${stderr.trim() || 'it printed nothing'}`,
      {
        hint: 'Nothing was changed.',
      },
    )
  return stateOf(stdout)
}
