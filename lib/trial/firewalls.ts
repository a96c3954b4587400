/** The rules of iptables, ebtables and nft as chains in their order: pure. */
import type { Ruled } from './state.ts'

/** What one program holds. */
export interface Firewall {
  tables: string[]
  /** `policy iptables filter INPUT`: what is done with what no rule takes. */
  policies: Record<string, string>
  chains: Record<string, Ruled[]>
}

const programFamilies: Readonly<Record<string, string>> = {
  iptables: 'ip',
  ip6tables: 'ip6',
  ebtables: 'bridge',
}

/** What iptables-save, ip6tables-save or ebtables-save prints. `tables` are named as nft names them. */
export function chainsOf(program: string, save: string): Firewall {
  const found: Firewall = { tables: [], policies: {}, chains: {} }
  let table = ''
  for (const line of save.split('\n')) {
    if (line.startsWith('*')) {
      table = line.slice(1).trim()
      found.tables.push(`${programFamilies[program] ?? program} ${table}`)
      continue
    }
    const [, chain, policy] = line.match(/^:(\S+) (\S+)/) ?? []
    if (chain !== undefined) {
      found.policies[`policy ${program} ${table} ${chain}`] = policy ?? '-'
      found.chains[`${program} ${table} ${chain}`] ??= []
      continue
    }
    const [, packets, bytes, name = '', text] = line.match(/^(?:\[(\d+):(\d+)\] )?-A (\S+) ?(.*)$/) ?? []
    if (text === undefined) continue
    const chains = found.chains
    chains[`${program} ${table} ${name}`] = [
      ...(chains[`${program} ${table} ${name}`] ?? []),
      { text, ...(packets === undefined ? {} : { packets, bytes: bytes ?? '0' }) },
    ]
  }
  return found
}

/** What iptables-legacy-save prints. */
export const legacyOf = (save: string): Firewall => chainsOf('iptables-legacy', save)

/** The tables of a probe that is just under way. */
const isProbes = (table: string): boolean => /^\S+ why_\d+_\d+$/.test(table)

/** What `nft -a list ruleset` prints of the tables that are not told by another program. */
export function nftOf(listing: string, others: readonly string[]): Firewall {
  const found: Firewall = { tables: [], policies: {}, chains: {} }
  for (const [, name = '', body = ''] of listing.matchAll(
    /^table (\S+ \S+) \{(?: # handle \d+)?\n([\s\S]*?)^\}$/gm,
  )) {
    if (isProbes(name) || others.includes(name)) continue
    found.tables.push(name)
    for (const [, chain = '', rules = ''] of body.matchAll(
      /^\tchain (\S+) \{(?: # handle \d+)?\n([\s\S]*?)^\t\}$/gm,
    )) {
      const policy = rules.match(/^\t\ttype .* policy (\w+);/m)?.[1]
      if (policy) found.policies[`policy nft ${name} ${chain}`] = policy
      found.chains[`nft ${name} ${chain}`] = rulesOf(rules)
    }
  }
  return found
}

const counted = /\bcounter packets (\d+) bytes (\d+)/

/** Each rule ends with its handle; one with a set in it may have several lines. */
const rulesOf = (text: string): Ruled[] => {
  const body = text.replace(/^\t\ttype .*\n/m, '')
  return [...body.matchAll(/([\s\S]*?) # handle (\d+)\n/g)].map(([, piece = '', handle = '']) => {
    const words = piece.replace(/\s+/g, ' ').trim()
    const [, packets, bytes] = words.match(counted) ?? []
    return {
      text: words.replace(counted, 'counter'),
      handle,
      ...(packets === undefined ? {} : { packets, bytes: bytes ?? '0' }),
    }
  })
}
