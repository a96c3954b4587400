/**
 * Runs a test as an ordinary user, who is made for that run alone. Root compares the machine before and
 * after: a user is not shown all of it.
 *
 *   node --import tsx/esm test/helpers/as-user.ts FILE
 */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { difference, root, snapshot } from './machine.ts'

const before = await snapshot()
const tests = ['node', '--import', 'tsx/esm', '--test-reporter=spec', process.argv[2] ?? '']
const words = [
  join(root, 'test/helpers/users.sh'),
  'sh',
  join(root, 'test/helpers/as.sh'),
  'student',
  ...tests,
]
const { status } = spawnSync('sh', words, { stdio: 'inherit' })
assert.deepEqual(await difference(before), [])
process.exitCode = status ?? 1
