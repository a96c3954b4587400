/** Reads the words of iptables(8) and ip6tables(8). */
import type { Clause } from '../grammar/clause.ts'
import { optionsOf } from '../grammar/options.ts'
import { readClauses } from '../grammar/read.ts'
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

/** The matches and the target of a rule; undefined when one of them has no method. */
function readRule(words: readonly string[]): Call[] | undefined {
  const calls: Call[] = []
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
      if (value === undefined) return undefined
      const target = readTarget(value, words.slice(at + 2))
      if (!target) return undefined
      return [...calls, { name: word === '-j' ? 'jump' : 'goto', args: target }]
    }
    if (core[word] !== undefined) {
      if (value === undefined) return undefined
      if (negatedBehind) not = true
      say(core[word] ?? '', [
        word === '--dport' || word === '--sport' || word === '-p' ? numeric(value) : value,
      ])
      at += negatedBehind ? 2 : 1
      continue
    }
    if (word === '--state' || word === '--ctstate') {
      const states = value?.toUpperCase().split(',') ?? []
      if (!states.every((state) => (connectionStates as readonly string[]).includes(state))) return undefined
      say('ctstate', states)
      at++
      continue
    }
    if (word === '--comment') {
      say('comment', [value])
      at++
      continue
    }
    const found = matchOf(word, module)
    const taken = found?.[1].read(words.slice(at + 1), word)
    if (!found || !taken) return undefined
    say(found[0], taken.args)
    at += taken.used
  }
  return [...calls, { name: 'count', args: [] }]
}

function readTarget(target: string, words: readonly string[]): readonly unknown[] | undefined {
  if (words.length === 0) return [target]
  const clauses = Object.hasOwn(targetOptions, target)
    ? targetOptions[target as keyof typeof targetOptions]
    : undefined
  const read = clauses && readClauses(clauses, words)
  const options = read && optionsOf(clauses, read)
  return options && [target, options]
}

const listed: Readonly<Record<string, string>> = {
  '-v': 'verbose',
  '-n': 'numeric',
  '-x': 'exact',
  '--line-numbers': 'lineNumbers',
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
      return rest.every((word) => word === '-v') && rest.length === 0 ? on('show', ...chains) : undefined
    case '-L': {
      if (!rest.every((word) => listed[word] !== undefined)) return undefined
      const options = Object.fromEntries(rest.map((word) => [listed[word], true]))
      return Object.keys(options).length === 0 ? on('list', ...chains) : on('list', chain, options)
    }
    default:
      return undefined
  }
}
