/**
 * A clause is one entry of a table of the grammar: its words in the shell, and the kinds of values behind them. The key
 * of the entry is the method, or the option, that says it in TypeScript; the comment above it is its sentence.
 */
import { BadInput } from '../../errors.ts'
import type { AnyKind, Kind } from './kinds.ts'

/** Where the words of a clause are printed: in the order said, behind the program's name, before the subject, or last. */
export type Spot = 'in order' | 'tool' | 'before' | 'last'

/** What was read of a clause: the arguments, and how many words they took. */
export interface Taken<A> {
  args: A
  used: number
}

export interface Clause<A extends readonly unknown[] = readonly unknown[]> {
  /** The word printed, then others that mean the same. None for a value that stands by itself. */
  readonly words: readonly string[]
  /** The kinds of its values, for the docs and the tests. */
  readonly kinds: ReadonlyArray<Kind<unknown>>
  /** A `flag` has no value, an `either` a word for true and one for false, a `list` any number of values. */
  readonly shape: 'flag' | 'either' | 'values' | 'list'
  /** How many values it takes, where its kinds do not tell. */
  readonly takes?: number
  /** It may be said more than once. */
  readonly many?: true
  /** What cannot stand beside it. */
  readonly excludes?: readonly string[]
  /** An option that must be there. */
  readonly needed?: true
  readonly at?: Spot
  /** It may be typed without its word. */
  readonly bare?: true
  /** What the shell's `< FILE`, or `> FILE`, behind the line says as well. */
  readonly stream?: '<' | '>'
  /** The module of iptables-extensions(8) that it belongs to. */
  readonly module?: string
  /** The words for the values. Throws BadInput. */
  print(args: A): string[]
  /** Reads the values behind the word `said`; undefined when they are not right. */
  read(words: readonly string[], said: string): Taken<A> | undefined
}

/** Any table of clauses. */
// biome-ignore lint/suspicious/noExplicitAny: each clause has arguments of its own
export type Clauses = Readonly<Record<string, Clause<any>>>

type Values<K extends readonly AnyKind[]> = {
  [I in keyof K]: K[I] extends Kind<infer T> ? T : never
}

/** Refuses values that a clause has no use for: they would be dropped in silence. */
export function noMoreThan(name: string, { kinds, shape, takes }: Clause, args: readonly unknown[]): void {
  if (shape === 'list') return
  const most = takes ?? (shape === 'flag' ? 0 : Math.max(1, kinds.length))
  if (args.length > most)
    throw new BadInput(
      `${name}() takes ${most === 0 ? 'no value' : most === 1 ? 'one value' : `${most} values`}`,
    )
}

const several = (words: string | readonly string[]): readonly string[] =>
  typeof words === 'string' ? (words === '' ? [] : [words]) : words

/** A word and the values behind it: `via ADDRESS`. */
export function word<const K extends readonly AnyKind[]>(
  words: string | readonly string[],
  ...kinds: K
): Clause<Values<K>> {
  const all = kinds as unknown as ReadonlyArray<Kind<unknown>>
  const said = several(words)
  return {
    words: said,
    kinds: all,
    shape: 'values',
    print(args) {
      if (args.length > all.length)
        throw new BadInput(
          `${said[0] ?? 'that'} takes ${all.length === 1 ? 'one value' : `${all.length} values`}`,
        )
      return [...said.slice(0, 1), ...all.map((kind, index) => kind.word(args[index]))]
    },
    read(behind) {
      const args = all.map((kind, index) =>
        behind[index] === undefined ? undefined : kind.read(behind[index]),
      )
      return args.includes(undefined) ? undefined : { args: args as unknown as Values<K>, used: all.length }
    },
  }
}

/** A word alone: `onlink`. */
export const flag = (...words: string[]): Clause<[]> => ({
  words,
  kinds: [],
  shape: 'flag',
  print: (args) => {
    if (args.length > 0) throw new BadInput(`${words[0]} takes no value`)
    return words.slice(0, 1)
  },
  read: () => ({ args: [], used: 0 }),
})

/** A word for true and another one for false: `learning`, `nolearning`. */
export const either = (yes: string, no: string): Clause<[value: boolean]> => ({
  words: [yes, no],
  kinds: [],
  shape: 'either',
  print: ([value]) => {
    if (typeof value !== 'boolean') throw new BadInput(`${yes} is true or false`)
    return [value ? yes : no]
  },
  read: (_, said) => ({ args: [said === yes], used: 0 }),
})

/** A word and any number of values, as one word with commas between them: `--dports 80,443`. */
export function commaList<T>(words: string | readonly string[], kind: Kind<T>): Clause<T[]> {
  const said = several(words)
  return {
    words: said,
    kinds: [kind as Kind<unknown>],
    shape: 'list',
    print(args) {
      if (args.length === 0) throw new BadInput(`${said[0]} needs a value: ${kind.says}`)
      return [...said.slice(0, 1), args.map((value) => kind.word(value)).join(',')]
    },
    read([behind]) {
      if (behind === undefined) return undefined
      const args = behind.split(',').map((one) => kind.read(one))
      return args.includes(undefined) ? undefined : { args: args as T[], used: 1 }
    },
  }
}

/** All words that are left, as the command of a container. */
export const restOf = (kind: Kind<string>): Clause<string[]> => ({
  words: [],
  kinds: [kind as Kind<unknown>],
  shape: 'list',
  print: (args) => args.map((value) => kind.word(value)),
  read: (behind) => ({ args: [...behind], used: behind.length }),
})

/** May be said more than once. */
export const many = <C extends Clause>(clause: C): C & { many: true } => ({ ...clause, many: true })

/** Must be said. */
export const needed = <C extends Clause>(clause: C): C & { needed: true } => ({ ...clause, needed: true })

/** Cannot stand beside those. */
export const not = <C extends Clause>(clause: C, ...excludes: string[]): C => ({ ...clause, excludes })

/** Printed behind the name of the program: `ip -6 …`. */
export const ofTool = <C extends Clause>(clause: C): C => ({ ...clause, at: 'tool' })

/** Printed before the subject. */
export const before = <C extends Clause>(clause: C): C => ({ ...clause, at: 'before' })

/** Printed behind all others. */
export const last = <C extends Clause>(clause: C): C => ({ ...clause, at: 'last' })

/** May be typed without its word: `ip addr show eth0`. It is printed with it. */
export const bare = <C extends Clause>(clause: C): C => ({ ...clause, bare: true })

/** Its file may be typed as `< FILE`, or `> FILE`. It is printed as the option. */
export const streamed = <C extends Clause>(clause: C, stream: '<' | '>'): C => ({ ...clause, stream })

/** May be typed behind a word that says nothing: `route get to 10.0.0.1`. It is printed without it. */
export const behindWord = <A extends readonly unknown[]>(idle: string, clause: Clause<A>): Clause<A> => ({
  ...clause,
  read(words, said) {
    const idly = words[0] === idle && words.length > 1
    const taken = clause.read(idly ? words.slice(1) : words, said)
    return taken && { args: taken.args, used: taken.used + (idly ? 1 : 0) }
  },
})
