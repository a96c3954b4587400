/** A lab that cannot be built to the end is not left behind by who grades. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Exercise } from '../../lib/learn/exercise.ts'
import { graded } from '../../lib/learn/grade.ts'
import { newResult } from '../../lib/learn/results.ts'
import type { Build } from '../../lib/learn/session.ts'
import { findLab } from '../../lib/server/labs.ts'
import { serverPath } from '../../lib/server/path.ts'
import { openWorld } from '../../lib/virtual/world.ts'

const half: Exercise = {
  ...{ name: 'half', title: 'Never built', level: 1, file: '' },
  task: () => ({ build: async () => {}, faults: [], report: 'It fails.', goal: [], stays: [] }),
}

test('a lab whose building fails is removed', async () => {
  let name = ''
  const build: Build = async (_, __, lab) => {
    name = lab
    await openWorld({ name, title: 'half', file: '', path: serverPath(), servers: [] })
    assert.notEqual(findLab(name), undefined)
    throw new Error('half built')
  }
  await assert.rejects(
    graded(newResult('half', 1, {}), async () => half, build, 1),
    /half built/,
  )
  assert.equal(findLab(name), undefined)
})

test('one that was refused before anything stood ends with its own reason', async () => {
  const refused: Build = () => Promise.reject(new Error('not here'))
  await assert.rejects(
    graded(newResult('half', 1, {}), async () => half, refused, 2),
    /not here/,
  )
})
