/** Names that no lab can have: every verb refuses them in one line, and touches nothing. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { difference, snapshot, vethlab, vethlabAll } from '../helpers/machine.ts'

const names = ['a/b', 'a b', '..', '.', '', '-x', '../../etc', 'x'.repeat(300), 'a\nb', 'ä', "it's", '$(id)']
const verbs: ReadonlyArray<readonly string[]> = [
  ['up'],
  ['test'],
  ['down'],
  ['status'],
  ['shell'],
  ['exec', 'server1', '--', 'true'],
  ['why', 'server1', '10.0.0.1'],
]

/** The words of a verb with the name of a lab, before what is behind `--`. */
const named = (verb: readonly string[], name: string): string[] => {
  const end = verb.indexOf('--')
  const [before, behind] = end < 0 ? [verb, []] : [verb.slice(0, end), verb.slice(end)]
  return [...before, `--name=${name}`, ...behind]
}

const refused = (
  done: { code: number; stdout: string; stderr: string },
  what: string,
  isEmptyOption = false,
): void => {
  const all = `${what}: ${done.stdout}${done.stderr}`
  assert.equal(done.code, 2, all)
  assert.match(
    done.stderr,
    isEmptyOption
      ? /^error: --name takes a value\nAs in: --name NAME\nMore: docs\/scenario.md\n$/
      : /^error: "[^\n]*" is not a lab's name: letters, digits, "-" and "_", at most 40\n$/,
    all,
  )
  assert.equal(done.stdout, '', all)
}

for (const verb of verbs)
  test(`${verb[0]} of a name that cannot be`, async () => {
    const before = await snapshot()
    const runs = names.map((name) => vethlab('namespaces', named(verb, name)))
    for (const [index, done] of (await Promise.all(runs)).entries())
      refused(done, `${verb[0]} ${names[index]}`, names[index] === '')
    assert.deepEqual(await difference(before), [])
  })

test('the same for the tool of all scenarios', async () => {
  for (const verb of ['down', 'status', 'shell'])
    for (const name of ['a/b', '..', 'x'.repeat(300), ''])
      refused(await vethlabAll([verb, name]), `${verb} ${name}`)
  for (const name of ['a/b', '..', ''])
    refused(await vethlabAll(['exec', name, 'server1', '--', 'true']), `exec ${name}`)
  for (const name of ['a/b', '..', ''])
    refused(await vethlabAll(['why', 'server1', '10.0.0.1', `--name=${name}`]), `why ${name}`, name === '')
})

test('a name that has 40 characters, the most, works', async () => {
  const name = 'x'.repeat(40)
  const { code, stderr } = await vethlab('namespaces', ['test', '--name', name])
  assert.equal(code, 0, stderr)
  assert.equal((await vethlab('namespaces', ['test', '--name', `${name}x`])).code, 2)
})

test('two names are one too many', async () => {
  const { code, stderr } = await vethlab('namespaces', ['up', '--name', 'a', '--name', 'b'])
  assert.equal(code, 2)
  assert.match(stderr, /--name stands twice/)
})
