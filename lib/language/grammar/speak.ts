/** Methods out of forms alone: for tools whose subcommands have no more to say than their tables. */
import type { Command, Place } from '../command.ts'
import type { Clause, Clauses } from './clause.ts'
import { type Form, say } from './form.ts'
import { lacking } from './missing.ts'
import type { Options } from './options.ts'

/** A command that grows by the clauses of a table. */
export type Fluent<C extends Clauses> = Command & {
  [K in keyof C]: C[K] extends Clause<infer A>
    ? (...value: A extends readonly unknown[] ? A : never) => Fluent<C>
    : never
}

type Subject<F extends Form> = F['subject'] extends infer S
  ? S extends readonly Clause[]
    ? {
        [I in keyof S]: S[I] extends Clause<infer A>
          ? A extends readonly [infer T, ...unknown[]]
            ? T
            : A extends ReadonlyArray<infer T>
              ? T | readonly T[]
              : never
          : never
      }
    : []
  : []
type Given<F extends Form> = F extends { optional: number } ? Partial<Subject<F>> : Subject<F>

/** The method of a form. */
export type Spoken<F extends Form> = F extends { takes: 'options' }
  ? (
      ...value:
        | [...(Given<F> extends readonly unknown[] ? Given<F> : []), options?: Options<F['clauses']>]
        | (F extends { optional: 0 } ? [options?: Options<F['clauses']>] : never)
    ) => Command
  : (...value: Given<F> extends readonly unknown[] ? Given<F> : []) => Fluent<F['clauses']>

/** What is made when it is first asked for: a lab has many places, and says few words in each. */
export function lazily<T extends object>(make: () => T): T {
  let made: T | undefined
  const real = () => (made ??= make())
  return new Proxy({} as T, {
    get: (_, name) => Reflect.get(real(), name),
    has: (_, name) => Reflect.has(real(), name),
    ownKeys: () => Reflect.ownKeys(real()),
    getOwnPropertyDescriptor: (_, name) => {
      const found = Reflect.getOwnPropertyDescriptor(real(), name)
      return found && { ...found, configurable: true }
    },
  })
}

/** The methods of some forms, by their keys. */
export const speak = <F extends Readonly<Record<string, Form>>>(
  place: Place,
  said: readonly string[],
  forms: F,
): { [K in keyof F]: Spoken<F[K]> } =>
  lacking(
    said,
    Object.fromEntries(
      Object.entries(forms).map(([name, form]) => [
        name,
        (...value: unknown[]) => say(place, form, ...value),
      ]),
    ),
  ) as unknown as { [K in keyof F]: Spoken<F[K]> }

/** The methods of a tool whose forms stand in groups: `bridge.fdb.add`; `own` are those of the tool itself: `bridge.batch`. */
export const groups = <
  G extends Readonly<Record<string, Readonly<Record<string, Form>>>>,
  O extends Readonly<Record<string, Form>> = Record<never, never>,
>(
  place: Place,
  tool: string,
  all: G,
  own: O = {} as O,
): { [K in keyof G]: { [F in keyof G[K]]: Spoken<G[K][F]> } } & { [K in keyof O]: Spoken<O[K]> } =>
  lacking([tool], {
    ...Object.fromEntries(
      Object.entries(all).map(([name, forms]) => [name, speak(place, [tool, name], forms)]),
    ),
    ...speak(place, [tool], own),
  }) as unknown as { [K in keyof G]: { [F in keyof G[K]]: Spoken<G[K][F]> } } & {
    [K in keyof O]: Spoken<O[K]>
  }
