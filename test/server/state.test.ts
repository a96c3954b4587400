/** The folder of a lab: what removes it agrees on what is in it. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { knownFiles } from '../../lib/server/state.ts'

test('the janitor removes the files that the tool knows', () => {
  const janitor = readFileSync(new URL('../../lib/virtual/janitor.sh', import.meta.url), 'utf8')
  const [, files = ''] = janitor.match(/^rm -f (.+)$/m) ?? []
  assert.deepEqual(
    files.split(' ').sort(),
    knownFiles.filter((name) => name !== 'cgroup').sort(), // a mount of its own
  )
})
