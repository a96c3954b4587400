/**
 * Nothing that a script passes is dropped in silence, also where nobody runs tsc: to each method of the vocabulary one
 * value more is passed than it takes, or a key that its options do not have. It is refused, or it is seen in what comes of it.
 */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { BadInput } from '../../lib/errors.ts'
import type { Command } from '../../lib/language/command.ts'
import { lineBehind } from '../../lib/language/grammar/form.ts'
import { isPlain, type Method, say, walk } from './vocabulary.ts'

/** An error that tells its line costs a hundred times as much, and here nobody reads it. */
const depth = Error.stackTraceLimit
Error.stackTraceLimit = 0
after(() => {
  Error.stackTraceLimit = depth
})

/** What is said in a namespace, or in a container, is said on a server, too: once is enough. */
const inPlace = /^server\(\)\.(netns|container|compose\(\)\.container)\(\)\./
const all = walk().methods
const onServer = new Set(all.map(({ path }) => path))
const methods = all.filter(
  ({ path }) => !inPlace.test(path) || !onServer.has(path.replace(inPlace, 'server().')),
)

/** What a value says: its words, or its data. */
function told(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value)
  const { argv, does, undo } = (lineBehind(value) ?? {}) as Partial<Command>
  // A rule tells its words once it is whole.
  if (Object.hasOwn(value, 'count')) return told((value as { count(): unknown }).count())
  if (argv) return JSON.stringify([argv, does, undo])
  return JSON.stringify(value, (key, one) => (key === 'asks' || key === 'inquiry' ? undefined : one)) ?? ''
}

type Outcome = { refused: string } | { told: string }

function outcome(call: (args: readonly unknown[]) => unknown, args: readonly unknown[]): Outcome {
  try {
    return { told: told(call(args)) }
  } catch (error) {
    if (error instanceof BadInput) return { refused: error.message }
    throw error
  }
}

/** The method on its owner, which is made once. */
function callOf({ path, steps, good }: Method): (args: readonly unknown[]) => unknown {
  const before = good.slice(0, -1).map(([first]) => first ?? [])
  const owner = say({ path, steps: steps.slice(0, -1), good }, before) as Record<
    string,
    (...args: unknown[]) => unknown
  >
  const name = steps.at(-1)?.name ?? ''
  return (args) => owner[name]?.call(owner, ...args)
}

/** An argument, in short. */
const shown = (value: unknown): string =>
  isPlain(value) || typeof value === 'string' ? JSON.stringify(value) : Object.prototype.toString.call(value)

/** The same call with something that it does not take. */
function* surplusOf(args: readonly unknown[]): Generator<readonly unknown[]> {
  for (const surplus of ['surplus', { surplus: true }]) {
    yield [...args, surplus]
    // Behind all that it may be given.
    yield [...args, undefined, undefined, undefined, surplus]
  }
  for (const [index, value] of args.entries())
    if (isPlain(value)) yield args.with(index, { ...value, surplus: true })
}

/** The calls of a method in which something is lost. */
function lost(method: Method): string[] {
  const call = callOf(method)
  return (method.good.at(-1) ?? []).slice(0, 3).flatMap((args) => {
    const right = outcome(call, args)
    if ('refused' in right) return []
    return [...surplusOf(args)].flatMap((more) => {
      const done = outcome(call, more)
      return 'told' in done && done.told === right.told
        ? [`${method.path}(${more.map(shown).join(', ')})`]
        : []
    })
  })
}

test('a value too many, or an option that there is not, is refused by every method', () => {
  const found = methods.flatMap(lost)
  assert.ok(methods.length > 500, `${methods.length}`)
  assert.equal(found.length, 0, `lost in silence:\n${found.join('\n')}`)
})
