/**
 * What tools tell of a machine, as lines that can be compared: what moves by itself is left out, as carrier, counters,
 * lifetimes and handles. Text to text, nothing is read here.
 */

const nonEmpty = (text: string): string[] => text.split('\n').filter((line) => line.trim() !== '')

/** The order of lines has a meaning only among the rules of a firewall. */
const sorted = (lines: readonly string[]): string[] => [...lines].sort()

interface LinkJson {
  ifname: string
  link?: string
  flags: string[]
  mtu: number
  master?: string
  group?: string
  link_type: string
  address?: string
  ifalias?: string
  linkinfo?: { info_kind?: string; info_data?: Record<string, unknown> }
  addr_info: Array<Record<string, unknown> & { family: string; local: string; prefixlen: number }>
}

/** Flags that come and go with the carrier. */
const carrier = new Set(['LOWER_UP', 'NO-CARRIER', 'RUNNING', 'DORMANT'])

/** What makes a link of a type what it is: the number of a VLAN, the mode of a macvlan, … */
const typeOptions = ['id', 'protocol', 'mode', 'local', 'remote', 'table', 'stp_state', 'vlan_filtering']

/** The words whose value is known, each with its value. */
const words = (pairs: ReadonlyArray<readonly [string, unknown]>): string[] =>
  pairs.filter(([, value]) => value !== undefined).map(([word, value]) => `${word} ${value}`)

function linkLine(link: LinkJson): string {
  const { info_kind: kind, info_data: data = {} } = link.linkinfo ?? {}
  return [
    link.link === undefined ? link.ifname : `${link.ifname}@${link.link}`,
    ...words([
      ['type', kind ?? link.link_type],
      ...typeOptions.map((option) => [option, data[option]] as const),
      ['mtu', link.mtu],
    ]),
    `<${link.flags.filter((flag) => !carrier.has(flag)).join(',')}>`,
    ...words([
      ['master', link.master],
      ['address', link.address],
      ['group', link.group === 'default' ? undefined : link.group],
      ['alias', link.ifalias],
    ]),
  ].join(' ')
}

/** Links and addresses, from `ip -j -d addr`. */
export function linksAndAddresses(json: string): { links: string[]; addresses: string[] } {
  const links = JSON.parse(json) as LinkJson[]
  const addresses = links.flatMap(({ ifname, addr_info }) =>
    addr_info.map(({ family, local, prefixlen, address, broadcast, scope, label }) =>
      [
        `${ifname} ${family} ${local}${address === undefined ? '' : ` peer ${address}`}/${prefixlen}`,
        ...words([
          ['brd', broadcast],
          ['scope', scope],
          ['label', label === ifname ? undefined : label],
        ]),
      ].join(' '),
    ),
  )
  return { links: sorted(links.map(linkLine)), addresses: sorted(addresses) }
}

/** Routes, from `ip -o route show table all`. */
export const routeLines = (text: string): string[] =>
  sorted(
    nonEmpty(text).map((line) =>
      line
        .replace(/ expires \d+sec| linkdown\b| dead\b/g, '')
        .replace(/[\\\s]+/g, ' ')
        .trim(),
    ),
  )

/** Rules of routing, from `ip rule` and `ip -6 rule`, which say the same of both families. */
export const ruleLines = (text4: string, text6: string): string[] =>
  [text4, text6].flatMap((text, index) =>
    nonEmpty(text).map((line) => `${['inet', 'inet6'][index]} ${line.replace(/\s+/g, ' ').trim()}`),
  )

/**
 * The rules of nftables, from `nft --stateless list ruleset`, each behind its table and chain, in their order:
 * `ip filter FORWARD: jump DOCKER-USER`.
 */
export function nftLines(text: string): string[] {
  const path: string[] = []
  const lines: string[] = []
  for (const raw of nonEmpty(text)) {
    const line = raw.trim().replace(/ expires \S+?(?=[ ,}]|$)/g, '')
    if (line.startsWith('#')) continue // who manages a table
    const block = line.match(/^(?:table|chain|set|map|flowtable|counter|quota|limit|ct \w+) (.*) \{$/)?.[1]
    if (line === '}') path.pop()
    else if (block !== undefined) {
      lines.push([...path, line.slice(0, -2)].join(' '))
      path.push(block)
    } else lines.push(`${path.join(' ')}: ${line}`)
  }
  return withoutEmpty(lines)
}

/**
 * The rules without the chains of iptables in which nothing is, and which let everything through, and without tables of
 * such chains alone: iptables makes them when it is asked for a first rule, and leaves them. Nothing is different for a packet.
 */
function withoutEmpty(lines: readonly string[]): string[] {
  const builtIn =
    /^(ip6?) (raw|filter|nat|mangle|security) (INPUT|FORWARD|OUTPUT|PREROUTING|POSTROUTING): type .*policy accept;$/
  const empty = lines.flatMap((line) => {
    const [, family, table, chain] = line.match(builtIn) ?? []
    const start = `${family} ${table} ${chain}: `
    return chain && lines.filter((one) => one.startsWith(start)).length === 1
      ? [line, `${family} ${table} chain ${chain}`]
      : []
  })
  const left = lines.filter((line) => !empty.includes(line))
  return left.filter((line) => {
    const [, family, table] = line.match(/^table (ip6?) (raw|filter|nat|mangle|security)$/) ?? []
    return !table || left.some((one) => one.startsWith(`${family} ${table} `))
  })
}

/** The rules of the older iptables, from `iptables-legacy-save`, each behind its table, in their order. */
export function legacyLines(program: string, text: string): string[] {
  let table = ''
  return nonEmpty(text).flatMap((line) => {
    if (line.startsWith('*')) table = line.slice(1)
    if (/^[*#]|^COMMIT$/.test(line)) return []
    return [`${program} ${table}: ${line.replace(/ \[\d+:\d+\]$/, '')}`]
  })
}

/** A kernel parameter as sysctl(8) writes it, from `grep -r '' net`. A dot in a name, as in eth0.100, gets a slash. */
export function sysctlLine(line: string): string {
  const at = line.indexOf(':')
  const name = line.slice(0, at).replace(/[./]/g, (sign) => (sign === '.' ? '/' : '.'))
  return `${name} = ${line
    .slice(at + 1)
    .trim()
    .replace(/\s+/g, ' ')}`
}

/**
 * The mounts, from /proc/self/mountinfo, without the numbers that the kernel gives them. Those below /run/netns are
 * ip(8)'s, for the namespaces, which are told by themselves; the folder's own it makes with the first, and keeps. So does
 * Docker Engine with its handle of the host's network, which it makes for the first container that is in it.
 */
export const mountLines = (mountinfo: string): string[] =>
  sorted(
    nonEmpty(mountinfo).flatMap((line) => {
      const [left = '', right = ''] = line.split(' - ')
      const [, , , root, target = '', options, ...optional] = left.split(' ')
      const [type, source, own] = right.split(' ')
      if (/^(\/var)?\/run\/(netns(\/|$)|docker\/netns\/default$)/.test(target)) return []
      const shared = optional.some((field) => field.startsWith('shared:')) ? ',shared' : ''
      return [`${target} ${type} ${source}${root === '/' ? '' : `[${root}]`} ${options}${shared} ${own}`]
    }),
  )
