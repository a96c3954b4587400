/** From the handle of a rule, which is what the trace tells, to the words that a person would type: pure. */
import { shellLine } from '../language/shell.ts'
import type { Match } from './trace.ts'

export interface RuleText {
  table: string
  chain: string
  /** Its number in the chain, counted from 1, as `iptables -L --line-numbers` shows it; for a policy there is none. */
  number?: number
  /** `iptables -t raw -A PREROUTING …`, or the words of nft where it is no rule of iptables. */
  text: string
  /** Shows it, with its counters. */
  see: string[]
  /** Takes it back. */
  undo: string[]
}

interface Listed {
  nftables: Array<{ rule?: { family: string; table: string; chain: string; handle: number } }>
}

const builtin = ['filter', 'nat', 'mangle', 'raw', 'security']

/** The program whose rules a family of nft holds, too. */
const programs: Readonly<Record<string, string>> = { ip: 'iptables', ip6: 'ip6tables', bridge: 'ebtables' }
const programOf = (family: string): string => programs[family] ?? 'nft'
/** What prints the rules of a family in the words of that program. */
export const saverOf = (family: string): string => `${programOf(family)}-save`

/** Whether a table is one of iptables(8) or its like, and not of nft alone. */
export const isIptables = (family: string, table: string): boolean =>
  programs[family] !== undefined && builtin.includes(table)

/** `-t raw`, or nothing for filter, which is the default. */
export const inTable = (table: string): string[] => (table === 'filter' ? [] : ['-t', table])

/** What the rule of a match says. `json` is `nft -j -a list table FAMILY TABLE`, `save` is iptables-save of that table. */
export function ruleText(
  { family, table, chain, handle, text }: Match,
  json: string,
  save: string,
): RuleText {
  const { nftables } = JSON.parse(json || '{"nftables":[]}') as Listed
  const all = nftables
    .flatMap(({ rule }) => (rule ? [rule] : []))
    .filter((rule) => rule.family === family && rule.table === table && rule.chain === chain)
  const number = all.findIndex((rule) => rule.handle === handle) + 1
  const lines = chainLines(save, table, chain)
  // Where nft added rules of its own to a chain of iptables, the numbers do not fit.
  const line = number > 0 && lines.length === all.length ? lines[number - 1] : undefined
  if (line === undefined || !isIptables(family, table))
    return {
      ...{ table, chain, text: `${shellLine(['nft', 'add', 'rule', family, table, chain])} ${text}` },
      ...(number > 0 ? { number } : {}),
      see: ['nft', '-a', 'list', 'chain', family, table, chain],
      undo: ['nft', 'delete', 'rule', family, table, chain, 'handle', String(handle)],
    }
  const program = programOf(family)
  return {
    ...{ table, chain, number, text: [program, ...inTable(table), line].join(' ') },
    see:
      program === 'ebtables'
        ? [program, ...inTable(table), '-L', chain, '--Ln', '--Lc']
        : [program, ...inTable(table), '-L', chain, '-n', '-v', '--line-numbers'],
    undo: [program, ...inTable(table), '-D', chain, String(number)],
  }
}

/** Whether a rule told the sender that it drops; its comment may say what it likes. */
export const rejects = (text: string): boolean =>
  /-j REJECT\b|\breject\b/.test(text.replace(/"(\\.|[^"])*"/g, '""').replace(/'[^']*'/g, "''"))

/** The rules of a chain in the words of iptables-save, without their counters. */
export function chainLines(save: string, table: string, chain: string): string[] {
  const [, body = ''] = save.split(new RegExp(`^\\*${table}$`, 'm'))
  return (body.split(/^COMMIT$/m)[0] ?? '')
    .split('\n')
    .map((line) => line.replace(/^\[\d+:\d+\] /, ''))
    .filter((line) => line.startsWith(`-A ${chain} `))
}

/** The policy of a built-in chain as a rule. */
export function policyText(family: string, table: string, chain: string): RuleText {
  if (!isIptables(family, table))
    return {
      ...{ table, chain, text: `chain ${family} ${table} ${chain} { policy drop; }` },
      see: ['nft', 'list', 'chain', family, table, chain],
      undo: ['nft', 'chain', family, table, chain, '{ policy accept; }'],
    }
  const iptables = (...words: string[]) => [programOf(family), ...inTable(table), ...words]
  return {
    ...{ table, chain, text: iptables('-P', chain, 'DROP').join(' ') },
    see: iptables('-S', chain),
    undo: iptables('-P', chain, 'ACCEPT'),
  }
}

/** A rule of iptables-legacy that dropped a packet: its counter grew between two saves with counters. */
export function grownLegacy(before: string, after: string): RuleText | undefined {
  let table = ''
  const old = before.split('\n')
  const current = after.split('\n')
  for (const [i, line] of current.entries()) {
    if (line.startsWith('*')) table = line.slice(1)
    if (line === old[i]) continue
    const policy = line.match(/^:(\S+) DROP \[/)
    const rule = line.match(/^\[\d+:\d+\] (-A (\S+) .*-j (?:DROP|REJECT).*)/)
    const chain = policy?.[1] ?? rule?.[2]
    if (chain === undefined) continue
    const legacy = ['iptables-legacy', ...inTable(table)]
    const words = policy ? ['-P', chain, 'DROP'].join(' ') : (rule?.[1] ?? '')
    const number = policy ? {} : { number: positionOf(current, i, chain) }
    return {
      ...{ table, chain, text: [...legacy, words].join(' '), ...number },
      see: policy ? [...legacy, '-S', chain] : [...legacy, '-L', chain, '-n', '-v', '--line-numbers'],
      undo: policy ? [...legacy, '-P', chain, 'ACCEPT'] : [...legacy, '-D', chain, String(number.number)],
    }
  }
  return undefined
}

const positionOf = (lines: readonly string[], at: number, chain: string): number => {
  const start = lines.slice(0, at).findLastIndex((line) => line.startsWith('*'))
  return lines.slice(start, at + 1).filter((line) => line.includes(`-A ${chain} `)).length
}
