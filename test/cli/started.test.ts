/** Which words of a command line name a scenario, and which are for another purpose: as the verbs themselves have it. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { options } from '../../lib/cli/options.ts'
import { subjectOf } from '../../lib/cli/verb.ts'
import { verbsOf } from '../../lib/cli/verb-table.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const { started, valued, withoutScenario } = (await import(`${root}scripts/words.mjs`)) as {
  started(root: string, file: string, words: readonly string[]): [file: string, words: string[]]
  valued: readonly string[]
  withoutScenario: readonly string[]
}
const nothing = async () => assert.fail('nothing is done')
const verbs = verbsOf(
  subjectOf({
    names: () => [],
    load: nothing,
    test: nothing,
    tool: nothing,
    copy: () => '',
    exercises: { names: () => [], load: nothing, copy: () => '' },
  }),
)

test('every option with a value is known to have one', () => {
  const all = [options, ...verbs.map((verb) => verb.options ?? {})].flatMap((some) => Object.entries(some))
  const typed = all.flatMap(([name, option]: [string, { requiresArg?: boolean; alias?: unknown }]) =>
    option.requiresArg ? [`--${name}`, ...[option.alias ?? []].flat().map((alias) => `-${alias}`)] : [],
  )
  assert.deepEqual([...new Set(typed)].sort(), [...valued].sort())
})

test('every verb that takes no scenario is known to take none', () => {
  const others = verbs
    .map((verb) => [verb.words].flat()[0] ?? '')
    // A scenario's file may stand before the places that why takes.
    .filter((words) => !/[<[]scenario[>\]]|^why /.test(words))
    .map((words) => words.split(' ')[0])
  assert.deepEqual(others.sort(), [...withoutScenario].sort())
})

test('a file that a recording is written to is no scenario', () => {
  const tool = join(root, 'scripts/vethlab.ts')
  const words = ['record', '-o', 'lab.ts', 'lab.sh']
  assert.deepEqual(started(root, tool, words), [tool, words])
})
