/**
 * A form is one subcommand as data: its words, its subject, its clauses, what takes it back, what it does. From it come
 * the methods, the check when a command is built, the words, the undo, the effects, the docs, and the way back from words.
 */
import { BadInput } from '../../errors.ts'
import { type Command, type CommandFacts, command, type Place, withPrototype } from '../command.ts'
import { type Effect, looks } from '../effects.ts'
import { type Clause, type Clauses, noMoreThan, type Spot } from './clause.ts'
import { missing } from './missing.ts'
import { listed } from './nearest.ts'
import { saidBy } from './options.ts'
import type { Call } from './read.ts'

/** One clause as it was said. */
export interface Said {
  readonly name: string
  readonly args: readonly unknown[]
  readonly words: readonly string[]
  /** `!` stands before it. */
  readonly not?: true
}

/** A command so far, for those who work out what it does. */
export interface Line {
  readonly place: Place
  readonly form: Form
  /** What the method itself was given. */
  readonly subject: readonly unknown[]
  readonly said: readonly Said[]
  /** Its words. */
  readonly argv: readonly string[]
  /** The first value of a clause; undefined when it was not said. */
  value(name: string): unknown
  /** The first value as text, as in an effect. */
  text(name: string): string | undefined
  has(name: string): boolean
  /** The same words with another verb, and without some clauses: `ip addr del …` for `ip addr add …`. */
  instead(verb: string, ...without: string[]): string[]
}

export interface Form {
  /** The words before all others: `ip rule add`. The last is the verb. */
  readonly words: readonly string[]
  /** Other words for the verb, when it is read. */
  readonly verbs?: readonly string[]
  /** How it is said in TypeScript, where that is not the words: `ip.maddr.add`. */
  readonly method?: string
  /** The values that the method itself takes. */
  readonly subject?: readonly Clause[]
  /** From here on the subject may be left out. */
  readonly optional?: number
  readonly clauses: Clauses
  /** The clauses are one object of options, the last argument of the method. */
  readonly takes?: 'options'
  /** Of each list one clause must be said before it is a command. */
  readonly needs?: ReadonlyArray<readonly string[]>
  /** It only looks: its output is what it is for. */
  readonly looks?: true
  /** What cannot be right whatever comes next. Throws BadInput. */
  check?(line: Line): void
  /** What cannot be right once it is whole. Throws BadInput. */
  judge?(line: Line): void
  /** Its undo, and what more is known of it. */
  facts?(line: Line): CommandFacts
  /** What it does, as data. */
  does?(line: Line): readonly Effect[]
  /** Words before the subject that a clause brings with it. */
  front?(said: readonly Said[]): string[]
  /** Clauses that are read, and then said in another way. */
  readonly alsoRead?: Clauses
  /** What was read, as it is said; undefined when it cannot be. */
  tidy?(calls: readonly Call[]): readonly Call[] | undefined
  /** Its words, where one of them depends on another one. */
  respelled?(words: readonly string[], subject: readonly unknown[]): string[]
  /** All its words, where they are not in the usual order. */
  print?(line: Omit<Line, 'argv' | 'instead'> & { readonly own: readonly string[] }): string[]
}

/** A form, with its types. */
export const form = <const F extends Form>(table: F): F => table

/** The methods of a table. Each returns the command with one more clause; `Ends` are those that make it whole. */
export type Methods<C extends Clauses, Self, Ends = Record<never, never>> = {
  [K in keyof C]: C[K] extends Clause<infer A>
    ? (...value: A extends readonly unknown[] ? A : never) => K extends keyof Ends ? Ends[K] : Self
    : never
}

const shortly = (form: Form): string => form.words.join(' ')

function lineOf(place: Place, form: Form, subject: readonly unknown[], said: readonly Said[]): Line {
  const first = (name: string) => said.find((one) => one.name === name)
  const part = {
    place,
    form,
    subject,
    said,
    value: (name: string) => first(name)?.args[0],
    text: (name: string) => {
      const value = first(name)?.args[0]
      return value === undefined ? undefined : String(value)
    },
    has: (name: string) => first(name) !== undefined,
  }
  const own = subjectWords(form, subject) // checked, wherever it is printed
  const argv = form.print ? form.print({ ...part, own }) : usualWords(form, subject, said)
  return {
    ...part,
    argv,
    instead(verb, ...without) {
      const kept = said.filter(({ name }) => !without.includes(name))
      return usualWords({ ...form, words: [...form.words.slice(0, -1), verb] }, subject, kept)
    },
  }
}

/** The words of the subject, which may be left out from some value on. */
function subjectWords(form: Form, subject: readonly unknown[]): string[] {
  const { subject: kinds = [], optional = kinds.length } = form
  if (subject.length > kinds.length)
    throw new BadInput(
      `\`${shortly(form)}\` takes ${kinds.length} value${kinds.length === 1 ? '' : 's'} of its own`,
    )
  return kinds.flatMap((clause, index) => {
    const value = subject[index]
    if (value === undefined && index >= optional) return []
    return clause.print([value])
  })
}

/** The program, its own options, the other words, what comes before the subject, the subject, the clauses, the last ones. */
function usualWords(form: Form, subject: readonly unknown[], said: readonly Said[]): string[] {
  const at = (spot: Spot) =>
    said.filter(({ name }) => (form.clauses[name]?.at ?? 'in order') === spot).flatMap(({ words }) => words)
  const [program = '', ...rest] = form.words
  const front = [...at('before'), ...(form.front?.(said) ?? [])]
  const own = subjectWords(form, subject)
  const all = [program, ...at('tool'), ...rest, ...front, ...own, ...at('in order'), ...at('last')]
  return form.respelled ? form.respelled(all, subject) : all
}

/** What a value of ours was made of. */
const lines = new WeakMap<object, { line: Line; not: boolean }>()

/** The facts that a command may lack: who asks for one means no word of the shell. */
const factNames: ReadonlySet<string> = new Set([
  ...['place', 'argv', 'does', 'undo', 'api', 'needs', 'background', 'shows', 'given', 'shownAs'],
  ...['variable', 'check'],
  ...['kind', 'from', 'to', 'observer', 'expected', 'command', 'target', 'look', 'asks', 'pair', 'label'],
  ...['name', 'server', 'links', 'netns', 'number', 'old', 'end', 'text'],
])

const prototypes = new WeakMap<Form, object>()

/** The methods of a form, made once. */
function prototypeOf(form: Form): object {
  const known = prototypes.get(form)
  if (known) return known
  // What is told by options is told by them alone.
  const names = form.takes === 'options' ? [] : Object.keys(form.clauses)
  const made = Object.create(
    missing(
      (name) => `\`${shortly(form)}\` has no ${name}(): ${listed(name, names)}`,
      () => names,
      factNames,
    ),
  )
  for (const name of names)
    made[name] = function (this: object, ...args: unknown[]) {
      return further(this, name, args)
    }
  Object.defineProperty(made, 'not', {
    get(this: object) {
      const state = lines.get(this)
      if (!state) throw new BadInput(`not stands before a match of \`${shortly(form)}\``)
      const value = Object.create(made)
      lines.set(value, { ...state, not: true })
      return value
    },
  })
  if (names.includes('not'))
    Object.defineProperty(made, 'not', {
      value(this: object, ...args: unknown[]) {
        return further(this, 'not', args)
      },
    })
  prototypes.set(form, made)
  return made
}

/** The command with one more clause. */
function further(before: object, name: string, args: readonly unknown[]): object {
  const state = lines.get(before)
  if (!state) throw new BadInput(`${name}() was taken off its command`)
  const { line, not } = state
  return built(line, addClause(line.form, line.said, name, args, not), before)
}

/** What was said, with one more clause, when it may stand there. */
function addClause(
  form: Form,
  said: readonly Said[],
  name: string,
  args: readonly unknown[],
  negated: boolean,
): Said[] {
  const clause = form.clauses[name] as Clause
  if (!clause.many && said.some((one) => one.name === name))
    throw new BadInput(`\`${shortly(form)}\` takes ${name}() once, and it was said before`)
  for (const one of said) {
    const other = form.clauses[one.name]
    if (clause.excludes?.includes(one.name) || other?.excludes?.includes(name))
      throw new BadInput(`\`${shortly(form)}\` takes ${one.name}() or ${name}(), not both`)
  }
  // The clause itself says best what is wrong with its values.
  const words = clause.print(args as never)
  noMoreThan(name, clause, args)
  return [...said, { name, args, words, ...(negated ? { not: true as const } : {}) }]
}

const done = ({ form, said }: Line): boolean =>
  (form.needs ?? []).every((names) => said.some(({ name }) => names.includes(name)))

/** A command, or what becomes one with a further clause. */
function built(
  { place, form, subject }: Pick<Line, 'place' | 'form' | 'subject'>,
  said: readonly Said[],
  from?: object,
): object {
  const line = lineOf(place, form, subject, said)
  form.check?.(line)
  const prototype = prototypeOf(form)
  if (!done(line)) {
    const value = Object.create(prototype)
    lines.set(value, { line, not: false })
    return Object.freeze(value)
  }
  const facts = form.looks ? { shows: true as const, ...form.facts?.(line) } : (form.facts?.(line) ?? {})
  const does = form.does?.(line) ?? (form.looks ? looks : [{ does: 'unknown' } as const])
  const base = command(place, line.argv, does, facts, isCommand(from) ? from : undefined)
  const value = withPrototype(base, prototype)
  lines.set(value, { line, not: false })
  return value
}

const isCommand = (value: object | undefined): value is Command =>
  value !== undefined && Object.hasOwn(value, 'argv')

/**
 * Says a form in a place: `say(place, ruleAdd)` is `ip rule add` there, and its clauses are its methods. The type is told
 * by who calls it.
 */
export function say<L>(place: Place, form: Form, ...subject: readonly unknown[]): L {
  if (form.takes !== 'options') return built({ place, form, subject }, []) as L
  const { subject: kinds = [] } = form
  if (subject.length > kinds.length + 1) throw new BadInput(`\`${shortly(form)}\` takes fewer values`)
  // What may be left out of the subject is left out where the options stand in its place.
  const last = subject.at(-1)
  const early =
    subject.length <= kinds.length &&
    subject.length > (form.optional ?? kinds.length) &&
    typeof last === 'object' &&
    last !== null &&
    !Array.isArray(last)
  const given = early ? subject.slice(0, -1) : subject.slice(0, kinds.length)
  const told = early ? last : subject[kinds.length]
  const options = told === undefined ? {} : told
  const said = saidBy(form.clauses, options, `\`${shortly(form)}\``).map(({ name, args }) => ({
    name,
    args,
    words: (form.clauses[name] as Clause).print(args as never),
  }))
  return built({ place, form, subject: given }, said) as L
}

/** What is wrong with a command that is whole: thrown when it is given to a lab. */
export function judge(value: object): void {
  const state = lines.get(value)
  state?.line.form.judge?.(state.line)
}

/** The line that a command was built of; undefined for one that was built without a table. */
export const lineBehind = (value: object): Line | undefined => lines.get(value)?.line
