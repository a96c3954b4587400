/**
 * The tables of the firewall that iptables makes when it is asked for a first rule, and leaves behind, empty, when that
 * rule is gone (iptables-nft; iptables-legacy has its tables from the kernel).
 */
import type { RunningServer } from '../sandbox/sandbox.ts'

/** The tables of IPv4 on a machine: `raw`, `filter`. None where there is no nft(8). */
export async function tablesOf({ run }: RunningServer): Promise<string[]> {
  const { code, stdout } = await run(['sh', '-c', 'command -v nft >/dev/null && nft list tables ip'])
  return code === 0 ? [...stdout.matchAll(/^table ip (\S+)$/gm)].map(([, name = '']) => name) : []
}

/** The table that an iptables command is about. */
export const tableOf = (argv: readonly string[]): string | undefined =>
  argv[0] !== 'iptables' ? undefined : argv.includes('-t') ? argv[argv.indexOf('-t') + 1] : 'filter'

/** The chains of a table that nothing is in, as `nft list table` shows it; undefined when something is. */
export function emptyChains(listing: string): string[] | undefined {
  const lines = listing.split('\n').map((line) => line.trim())
  const known = /^(#.*|table ip \S+ \{|chain \S+ \{|type \S+ hook \S+ priority .*policy accept;|\}|)$/
  if (!lines.every((line) => known.test(line))) return undefined
  return lines.flatMap((line) => line.match(/^chain (\S+) \{$/)?.[1] ?? [])
}

/** The words that remove an empty table. It goes in one move with its chains, none of which may have got a rule meanwhile. */
export async function removalOf(table: string, { run }: RunningServer): Promise<string[] | undefined> {
  const { code, stdout } = await run(['nft', 'list', 'table', 'ip', table])
  const chains = code === 0 ? emptyChains(stdout) : undefined
  if (!chains) return undefined
  const all = [...chains.map((chain) => `delete chain ip ${table} ${chain}`), `delete table ip ${table}`]
  return ['nft', all.join('; ')]
}
