/** The commands that put rules back to their places, with their comments and counters: pure. */
import { moved, type Step } from './moved.ts'
import type { Ruled, State } from './state.ts'

/** How a rule is removed, and how one is put in; `at` counts from 0, among `rules` as they are then. */
interface Program {
  remove(path: readonly string[], at: number, rule: Ruled): Step
  insert(path: readonly string[], at: number, rule: Ruled): Step
}

/** By the restore program: no shell has to understand the words. */
const iptables = (program: string): Program => ({
  remove: ([table = '', chain = ''], at) => ({ argv: [program, '-t', table, '-D', chain, String(at + 1)] }),
  insert: ([table = '', chain = ''], at, { text, packets = '0', bytes = '0' }) => ({
    argv: [`${program}-restore`, '--noflush', '--counters'],
    stdin: `*${table}\n[${packets}:${bytes}] -I ${chain} ${at + 1} ${text}\nCOMMIT\n`,
  }),
})

const ebtables: Program = {
  remove: ([table = '', chain = ''], at) => ({
    argv: ['ebtables', '-t', table, '-D', chain, String(at + 1)],
  }),
  insert: ([table = '', chain = ''], at, { text }) => ({
    argv: ['sh', '-c', `exec ebtables -t "$1" -I "$2" "$3" ${text}`, '-', table, chain, String(at + 1)],
  }),
}

const nft: Program = {
  remove: (path, _, { handle = '' }) => ({ argv: ['nft', 'delete', 'rule', ...path, 'handle', handle] }),
  insert: (path, at, { text, packets, bytes }) => {
    const words =
      packets === undefined ? text : text.replace(/\bcounter\b/, `counter packets ${packets} bytes ${bytes}`)
    const where = at === 0 ? `insert rule ${path.join(' ')}` : `add rule ${path.join(' ')} index ${at - 1}`
    return { argv: ['nft', '-f', '-'], stdin: `${where} ${words}\n` }
  },
}

const programs: Readonly<Record<string, Program>> = {
  iptables: iptables('iptables'),
  ip6tables: iptables('ip6tables'),
  'iptables-legacy': iptables('iptables-legacy'),
  ebtables,
  nft,
}

/** Puts a chain back from `after` to `old`, where it is `now`; what somebody else put in stays. */
export function chainBack(
  key: string,
  old: readonly Ruled[],
  after: readonly Ruled[],
  now: readonly Ruled[],
): Step[] {
  const [name = '', ...path] = key.split(' ')
  const program = programs[name]
  if (!program) return []
  const text = (rule: Ruled): string => rule.text
  const { gone, come } = moved(old, after, text)
  const chain = [...now]
  const steps: Step[] = []
  for (const rule of come) {
    const at = chain.findLastIndex((one) => one.text === rule.text)
    if (at < 0 || moved(old, chain, text).come.every((one) => one.text !== rule.text)) continue
    steps.push(program.remove(path, at, chain[at] as Ruled))
    chain.splice(at, 1)
  }
  for (const [i, rule] of old.entries()) {
    if (!gone.includes(rule) || moved(old, chain, text).gone.every((one) => one.text !== rule.text)) continue
    // Behind the one that it stood behind, wherever that is by now.
    const before = i === 0 ? -1 : chain.findIndex((one) => one.text === old[i - 1]?.text)
    const at = i === 0 ? 0 : before < 0 ? Math.min(i, chain.length) : before + 1
    steps.push(program.insert(path, at, rule))
    chain.splice(at, 0, rule)
  }
  return steps
}

const families: Readonly<Record<string, string>> = { iptables: 'ip', ip6tables: 'ip6', ebtables: 'bridge' }

/** A table that a fix was the first to use goes with it, unless somebody else has put rules in meanwhile. */
export function tableBack(before: State, after: State, now: State): Step[] {
  const tableOf = (key: string): string => key.split(' ').slice(0, 2).join(' ')
  const had = new Set(Object.keys(before.chains).map(tableOf))
  const made = [...new Set(Object.keys(after.chains).map(tableOf))].filter((table) => !had.has(table))
  return made.flatMap((table): Step[] => {
    const [program = '', name = ''] = table.split(' ')
    const family = families[program]
    const chains = Object.keys(now.chains).filter((key) => tableOf(key) === table)
    const foreign = chains.some(
      (key) => moved(after.chains[key] ?? [], now.chains[key] ?? [], ({ text }) => text).come.length > 0,
    )
    return family && chains.length > 0 && !foreign ? [{ argv: ['nft', 'delete', 'table', family, name] }] : []
  })
}
