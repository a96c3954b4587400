/** A class is graded: what was typed is done again in a lab of the same seed; an edited file is found out. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { findLab } from '../../lib/server/labs.ts'
import { vethlabAll } from '../helpers/machine.ts'

const folder = mkdtempSync(join(tmpdir(), 'vethlab-class-'))
after(() => rmSync(folder, { recursive: true, force: true }))

/** A student at work, whose results are in a folder of that name. */
const as = (student: string) => {
  const env = { VETHLAB_RESULTS: join(folder, student), STUDENT: student }
  return async (...words: string[]) => vethlabAll(words, env)
}
const lab = 'learn-cable'

test('one who mends it, one who does not, one who edits the file', async () => {
  const anna = as('anna')
  assert.equal((await anna('learn', 'start', 'cable', '--seed', '5')).code, 0)
  const twice = await anna('learn', 'start', 'rule')
  assert.equal(twice.code, 2)
  assert.match(twice.stderr, /is not ended/)
  assert.equal((await anna('learn', 'check')).code, 1)
  await anna('exec', lab, 'server1', '--', 'ip', '-n', 'pia', 'link', 'set', 'eth0', 'up')
  await anna('exec', lab, 'pia', '--', 'ip', 'route', 'add', 'default', 'via', '10.25.150.1')
  const solved = await anna('learn', 'check', '--json')
  assert.equal(solved.code, 0, solved.stdout)
  assert.equal(JSON.parse(solved.stdout).status, 'solved')
  assert.equal((await anna('learn', 'stop')).code, 0)
  assert.equal(findLab(lab), undefined)

  const bob = as('bob')
  await bob('learn', 'start', 'cable', '--seed', '9')
  await bob('exec', lab, 'server1', '--', 'ip', 'netns', 'del', 'web')
  const gone = await bob('learn', 'check', '--json')
  assert.equal(gone.code, 1)
  assert.notEqual(JSON.parse(gone.stdout).status, 'solved')
  await bob('learn', 'stop')

  mkdirSync(join(folder, 'carl'))
  const text = readFileSync(join(folder, 'anna/cable.json'), 'utf8').replace(
    '"student": "anna"',
    '"student": "carl"',
  )
  writeFileSync(join(folder, 'carl/cable.json'), text)

  const csv = join(folder, 'class.csv')
  const { code, stdout } = await vethlabAll(['grade', folder, '--json', '--csv', csv])
  assert.equal(code, 0, stdout)
  const grades = (
    JSON.parse(stdout).results as Array<{ student: string; grade: string; solved: boolean }>
  ).map(({ student, grade, solved }) => [student, grade, solved])
  assert.deepEqual(grades, [
    ['anna', 'solved', true],
    ['bob', 'broken', false],
    ['carl', 'edited', false],
  ])
  assert.match(readFileSync(csv, 'utf8'), /^student,exercise,seed,grade/)

  const quick = await vethlabAll(['grade', folder, '--quick'])
  assert.match(quick.stdout, /1 of 3 solved; the files were believed/)
})

test('what is no folder, and what is no result, is told', async () => {
  assert.equal((await vethlabAll(['grade', join(folder, 'none')])).code, 2)
  const bad = mkdtempSync(join(tmpdir(), 'vethlab-class-'))
  try {
    assert.match((await vethlabAll(['grade', bad])).stderr, /there is no result/)
    writeFileSync(join(bad, 'x.json'), '{}')
    const { code, stdout } = await vethlabAll(['grade', bad])
    assert.equal(code, 2)
    assert.match(stdout, /no result/)
  } finally {
    rmSync(bad, { recursive: true })
  }
})
