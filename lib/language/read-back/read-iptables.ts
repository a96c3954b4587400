/** Reads the words of iptables(8) and ip6tables(8). */
import type { Clause, Clauses } from '../grammar/clause.ts'
import { optionsOf } from '../grammar/options.ts'
import { entryOf, readClauses } from '../grammar/read.ts'
import { listOptions, showOptions } from '../iptables/index.ts'
import { matches } from '../iptables/matches.ts'
import { connectionStates } from '../iptables/table.ts'
import { targetOptions } from '../iptables/target-options.ts'
import type { Call } from './typed.ts'

/** Long words, and the short ones that mean the same. */
const long: Readonly<Record<string, string>> = {
  '--table': '-t', '--append': '-A', '--insert': '-I', '--delete': '-D', '--check': '-C', '--replace': '-R', '--flush': '-F', '--list': '-L',
  '--list-rules': '-S', '--new-chain': '-N', '--new': '-N', '--delete-chain': '-X', '--policy': '-P', '--rename-chain': '-E', '--zero': '-Z',
  '--source': '-s', '--src': '-s', '--destination': '-d', '--dst': '-d', '--in-interface': '-i', '--out-interface': '-o', '--proto': '-p',
  '--protocol': '-p', '--jump': '-j', '--goto': '-g', '--match': '-m', '--destination-port': '--dport', '--source-port': '--sport',
  '--numeric': '-n', '--verbose': '-v', '--exact': '-x', '--wait': '-w', '--fragment': '-f', '--line-number': '--line-numbers',
} // biome-ignore format: a table

/** One sign for each option: long words made short, `--opt=value` and `-nvL` taken apart. */
function normal(words: readonly string[]): string[] {
  return words.flatMap((word) => {
    const equals = word.match(/^(--[a-z0-9-]+)=(.*)$/)
    if (equals) return [long[equals[1] ?? ''] ?? equals[1] ?? '', equals[2] ?? '']
    if (/^-[nvxLSFZ]{2,}$/.test(word)) return [...word.slice(1)].map((letter) => `-${letter}`)
    const glued = word.match(/^-([tsdiopjmAIDPNX])([A-Za-z0-9].*)$/)
    if (glued && !word.startsWith('--')) return [`-${glued[1]}`, glued[2] ?? '']
    return [long[word] ?? word]
  })
}

const core: Readonly<Record<string, string>> = {
  '-s': 'source',
  '-d': 'destination',
  '-i': 'in',
  '-o': 'out',
  '-p': 'protocol',
  '--dport': 'dport',
  '--sport': 'sport',
}
const numeric = (word: string): string | number => (/^\d+$/.test(word) ? Number(word) : word)

/** A network in fewer than four numbers: iptables adds zeros behind it (xtables_numeric_to_ipaddr). */
const inFull = (address: string): string =>
  address.replace(
    /^\d+(\.\d+){0,2}(?=\/|$)/,
    (short) => `${short}${'.0'.repeat(4 - short.split('.').length)}`,
  )

/** The value of an option of iptables(8) itself. */
function optionValue(option: string, word: string): string | number {
  if (option === '-s' || option === '-d') return word.split(',').map(inFull).join(',')
  return ['--dport', '--sport', '-p'].includes(option) ? numeric(word) : word
}

interface Heard {
  table: string
  verb?: string
  chain?: string
  rest: string[]
}

/** The table, the verb, its chain, wherever they stand. */
function heard(words: readonly string[]): Heard | undefined {
  const found: Heard = { table: 'filter', rest: [] }
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? ''
    const next = words[at + 1]
    if (word === '-t') found.table = words[++at] ?? ''
    else if (word === '-w' || word === '-W') {
      if (next !== undefined && /^\d+$/.test(next)) at++
    } else if (/^-[AIDCRFLSNXPEZ]$/.test(word)) {
      if (found.verb) return undefined
      found.verb = word
      if (next !== undefined && !next.startsWith('-') && next !== '!') {
        found.chain = next
        at++
      }
    } else found.rest.push(word)
  }
  return found.verb ? found : undefined
}

/** The clause for an option: of the module that was named last, else the only one. */
function matchOf(option: string, module: string | undefined): [string, Clause] | undefined {
  const all = Object.entries(matches).filter(([, { words }]) =>
    (words as readonly string[]).includes(option),
  ) as Array<[string, Clause]>
  return all.find(([, clause]) => clause.module === module) ?? (all.length === 1 ? all[0] : undefined)
}

/** The matches that are no entry of the table. */
function toldApart(word: string, value = ''): { name: string; args: readonly unknown[] } | undefined {
  if (word === '--comment') return { name: 'comment', args: [value] }
  if (word !== '--state' && word !== '--ctstate') return undefined
  const states = value.toUpperCase().split(',')
  const known = states.every((state) => (connectionStates as readonly string[]).includes(state))
  return known ? { name: 'ctstate', args: states } : undefined
}

/** The matches and the target of a rule; undefined when one of them has no method. */
function readRule(words: readonly string[]): Call[] | undefined {
  const calls: Call[] = []
  let target: Target | undefined
  let module: string | undefined
  let not = false
  const say = (name: string, args: readonly unknown[]) => {
    calls.push({ name, args, ...(not ? { not: true as const } : {}) })
    not = false
  }
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? ''
    // The older way stands behind the option: -s ! 10.0.0.1
    const negatedBehind = words[at + 1] === '!' && word !== '-m'
    const value = words[at + (negatedBehind ? 2 : 1)]
    if (word === '!') {
      not = true
      continue
    }
    if (word === '-m') {
      module = words[++at]
      if (module === 'rpfilter') say('rpfilter', [])
      continue
    }
    if (word === '-j' || word === '-g') {
      if (value === undefined || target || not) return undefined
      target = { name: word === '-j' ? 'jump' : 'goto', to: value, options: [] }
      module = undefined
      at++
      continue
    }
    // What belongs to the target stands behind it; matches may stand there, too, and among its options.
    const own = target && optionOfTarget(target, words.slice(at), module)
    if (target && own) {
      target.options.push(...own)
      at += own.length - 1
      continue
    }
    if (core[word] !== undefined) {
      if (value === undefined) return undefined
      if (negatedBehind) not = true
      say(core[word] ?? '', [optionValue(word, value)])
      at += negatedBehind ? 2 : 1
      continue
    }
    const told = toldApart(word, value)
    if (told) {
      say(told.name, told.args)
      at++
      continue
    }
    const found = matchOf(word, module)
    const taken = found?.[1].read(words.slice(at + 1), word)
    if (!found || !taken) return undefined
    say(found[0], taken.args)
    at += taken.used
  }
  return not ? undefined : withTarget(calls, target)
}

/** The whole rule: its target stands last. */
function withTarget(calls: readonly Call[], target: Target | undefined): Call[] | undefined {
  if (!target) return [...calls, { name: 'count', args: [] }]
  const args = readTarget(target.to, target.options)
  return args && [...calls, { name: target.name, args }]
}

/** The target of a rule so far, with the words of its options. */
interface Target {
  readonly name: 'jump' | 'goto'
  readonly to: string
  readonly options: string[]
}

const optionsOfTarget = (target: string): Clauses =>
  Object.hasOwn(targetOptions, target) ? targetOptions[target as keyof typeof targetOptions] : {}

/** The words of one option of the target; of two that are called alike, the match of a module named behind the target is meant. */
function optionOfTarget(
  { to }: Target,
  [word = '', ...behind]: readonly string[],
  module: string | undefined,
): string[] | undefined {
  const entry = entryOf(optionsOfTarget(to), word)
  const taken = entry?.[1].read(behind, word)
  if (!taken || (module !== undefined && matchOf(word, module)?.[1].module === module)) return undefined
  return [word, ...behind.slice(0, taken.used)]
}

function readTarget(target: string, words: readonly string[]): readonly unknown[] | undefined {
  if (words.length === 0) return [target]
  const clauses = optionsOfTarget(target)
  const read = clauses && readClauses(clauses, words)
  const options = read && optionsOf(clauses, read)
  return options && [target, options]
}

/** The calls for the words behind `iptables`; undefined when there is no typed line for them. */
export function readIptables(program: string, given: readonly string[]): Call[] | undefined {
  const said = heard(normal(given))
  if (!said) return undefined
  const { table, verb, chain, rest } = said
  const on = (name: string, ...args: unknown[]): Call[] => [
    { name: program },
    { name: table },
    { name, args },
  ]
  const chains = chain === undefined ? [] : [chain]
  const [first = '', ...more] = rest
  const position = /^\d+$/.test(first) ? Number(first) : undefined
  const ruled = (name: string, args: unknown[], words: readonly string[]): Call[] | undefined => {
    const rule = readRule(words)
    return rule && [...on(name, ...args), ...rule]
  }
  switch (verb) {
    case '-A':
      return chain === undefined ? undefined : ruled('append', chains, rest)
    case '-C':
      return chain === undefined ? undefined : ruled('check', chains, rest)
    case '-I':
      if (chain === undefined) return undefined
      return position === undefined ? ruled('insert', chains, rest) : ruled('insert', [chain, position], more)
    case '-R':
      return chain === undefined || position === undefined
        ? undefined
        : ruled('replace', [chain, position], more)
    case '-D':
      if (chain === undefined) return undefined
      return position !== undefined && more.length === 0
        ? on('deleteAt', chain, position)
        : ruled('delete', chains, rest)
    case '-P':
      return rest.length === 1 ? on('policy', chain, first) : undefined
    case '-N':
      return rest.length === 0 && chain !== undefined ? on('newChain', chain) : undefined
    case '-E':
      return rest.length === 1 ? on('renameChain', chain, first) : undefined
    case '-X':
      return rest.length === 0 ? on('deleteChain', ...chains) : undefined
    case '-F':
      return rest.length === 0 ? on('flush', ...chains) : undefined
    case '-Z':
      return rest.length === 0 ? on('zero', ...chains) : undefined
    case '-S':
    case '-L': {
      const [name, clauses] = verb === '-L' ? ['list', listOptions] : ['show', showOptions]
      const read = readClauses(clauses, rest)
      const options = read && optionsOf(clauses, read)
      if (!options) return undefined
      return Object.keys(options).length === 0 ? on(name, ...chains) : on(name, chain, options)
    }
    default:
      return undefined
  }
}
