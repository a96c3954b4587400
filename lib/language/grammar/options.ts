/** An object of options by a table: `type('vxlan', { id: 7, dstport: 4789 })`. Types, check, words, and the way back. */
import { BadInput } from '../../errors.ts'
import { show } from '../values.ts'
import type { Clause, Clauses } from './clause.ts'
import { listed } from './nearest.ts'

type One<C> =
  C extends Clause<infer A> ? (A extends readonly [] ? boolean : A extends readonly [infer T] ? T : A) : never
type Value<C> = C extends { many: true } ? One<C> | ReadonlyArray<One<C>> : One<C>

/** The options that a table takes. */
export type Options<C extends Clauses> = {
  [K in keyof C as C[K] extends { needed: true } ? K : never]: Value<C[K]>
} & {
  [K in keyof C as C[K] extends { needed: true } ? never : K]?: Value<C[K]> | undefined
}

/** The arguments of a clause for the value of an option; undefined when the option is not set. */
function argsFor(clause: Clause, value: unknown): Array<readonly unknown[]> {
  if (clause.shape === 'flag') {
    if (value !== true && value !== false) throw new BadInput(`${clause.words[0]} is true or false`)
    return value ? [[]] : []
  }
  const one = (value: unknown) =>
    clause.kinds.length > 1 || clause.shape === 'list' ? (Array.isArray(value) ? value : [value]) : [value]
  return clause.many && Array.isArray(value) ? value.map(one) : [one(value)]
}

/** What was said by options: each with its arguments, in the order of the table. */
export function saidBy(
  clauses: Clauses,
  options: unknown,
  what: string,
): Array<{ name: string; args: readonly unknown[] }> {
  const known = Object.keys(clauses)
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw new BadInput(
      `${show(options)} cannot be options of ${what}: they are an object in braces: ${known.join(', ')}`,
    )
  const given = options as Readonly<Record<string, unknown>>
  for (const key of Object.keys(given))
    if (!Object.hasOwn(clauses, key))
      throw new BadInput(
        known.length === 0
          ? `${what} has no options: ${key} is none of it`
          : `${what} has no option ${JSON.stringify(key)}: ${listed(key, known)}`,
      )
  return known.flatMap((name) => {
    const clause = clauses[name] as Clause
    const value = given[name]
    if (value === undefined) {
      if (clause.needed) throw new BadInput(`${what} needs ${name}: ${clause.kinds[0]?.says ?? 'it'}`)
      return []
    }
    for (const other of clause.excludes ?? [])
      if (given[other] !== undefined) throw new BadInput(`${what}: ${name} and ${other} exclude each other`)
    return argsFor(clause, value).map((args) => ({ name, args }))
  })
}

/** The words of some options, in the order of the table. */
export const optionWords = (clauses: Clauses, options: unknown, what: string): string[] =>
  saidBy(clauses, options, what).flatMap(({ name, args }) => (clauses[name] as Clause).print(args))

/** The object of options for what was said; undefined when one stands twice that may stand once. */
export function optionsOf(
  clauses: Clauses,
  said: ReadonlyArray<{ name: string; args: readonly unknown[] }>,
): Record<string, unknown> | undefined {
  const options: Record<string, unknown> = {}
  for (const { name, args } of said) {
    const clause = clauses[name] as Clause
    const value =
      clause.shape === 'flag'
        ? true
        : clause.kinds.length > 1 || clause.shape === 'list'
          ? [...args]
          : args[0]
    if (!(name in options)) options[name] = value
    else if (clause.shape === 'flag') continue
    else if (clause.many) options[name] = [options[name], value].flat()
    else return undefined
  }
  return options
}
