/** What the kernel and the tools leave behind of their own accord when all that one made is gone. */
import type { Command } from '../language/command.ts'
import { type IpLink, ipShows, linksThere, type Run } from '../look/ip.ts'

/**
 * The tables of IPv4's firewall on a machine: `raw`, `filter`. iptables makes one when it is asked for a first rule, and
 * leaves it behind, empty, when that rule is gone (iptables-nft; those of iptables-legacy are the kernel's). None where
 * there is no nft(8).
 */
export async function tablesOf(run: Run): Promise<string[]> {
  const { code, stdout } = await run(['sh', '-c', 'command -v nft >/dev/null && nft list tables ip'])
  return code === 0 ? [...stdout.matchAll(/^table ip (\S+)$/gm)].map(([, name = '']) => name) : []
}

/** The tables of IPv4's firewall that a command changes, or looks into. */
export const tablesUsed = ({ does }: Pick<Command, 'does'>): string[] =>
  does.flatMap((effect) => {
    if (!('table' in effect) || effect.table === undefined) return []
    if ('kind' in effect && effect.kind === 'route') return []
    return 'family' in effect && effect.family !== undefined && effect.family !== 'ip' ? [] : [effect.table]
  })

/** The chains of a table that nothing is in, as `nft list table` shows it; undefined when something is. */
export function emptyChains(listing: string): string[] | undefined {
  const lines = listing.split('\n').map((line) => line.trim())
  const known = /^(#.*|table ip \S+ \{|chain \S+ \{|type \S+ hook \S+ priority .*policy accept;|\}|)$/
  if (!lines.every((line) => known.test(line))) return undefined
  return lines.flatMap((line) => line.match(/^chain (\S+) \{$/)?.[1] ?? [])
}

/** The words that remove an empty table. It goes in one move with its chains, none of which may have got a rule meanwhile. */
export async function removalOf(table: string, run: Run): Promise<string[] | undefined> {
  const { code, stdout } = await run(['nft', 'list', 'table', 'ip', table])
  const chains = code === 0 ? emptyChains(stdout) : undefined
  if (!chains) return undefined
  const all = [...chains.map((chain) => `delete chain ip ${table} ${chain}`), `delete table ip ${table}`]
  return ['nft', all.join('; ')]
}

interface LinkLocal {
  dev: string
  only: boolean
  ports: number
  carrier: boolean
}

/**
 * The interfaces with an IPv6 address that the kernel gave them when they first had a carrier, as docker0 with its first
 * container. `only`: they have no other one. `ports`: how many are
 * plugged into it now; `carrier`: whether the kernel takes it that one is.
 */
export async function linkLocal(run: Run): Promise<LinkLocal[]> {
  const [all, links] = [await ipShows<IpLink>(run, ['-j', '-6', 'addr']), await linksThere(run)]
  return all
    .filter(({ addr_info = [] }) => addr_info.some(({ scope }) => scope === 'link'))
    .map(({ ifname: dev, flags = [], addr_info = [] }) => ({
      dev,
      carrier: !flags.includes('NO-CARRIER'),
      only: addr_info.every(({ scope }) => scope === 'link'),
      ports: links.filter(({ master }) => master === dev).length,
    }))
}

/** The interfaces that have no such address. */
export async function bareLinks(run: Run): Promise<string[]> {
  const having = (await linkLocal(run)).map(({ dev }) => dev)
  return (await linksThere(run)).map(({ ifname }) => ifname).filter((dev) => !having.includes(dev))
}
