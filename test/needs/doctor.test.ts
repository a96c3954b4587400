/** The doctor tells, and changes nothing. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { difference, root, snapshot, vethlab } from '../helpers/machine.ts'

const doctor = join(root, 'scripts/doctor.ts')

test('a machine that is set up has nothing that fails, and is left as it was', async () => {
  const before = await snapshot()
  const { code, stdout } = await vethlab(doctor, ['--json'])
  assert.deepEqual(await difference(before), [])
  assert.equal(code, 0, stdout)
  const { ok, findings } = JSON.parse(stdout)
  assert.ok(ok)
  for (const about of [
    'rights',
    'kernel',
    'link types',
    'tools',
    'engine',
    'Compose',
    'image',
    'firewall',
    'subnets',
    'disk',
  ])
    assert.ok(
      findings.some((finding: { about: string }) => finding.about === about),
      about,
    )
})

test('in lines of at most 80 columns', async () => {
  const { stdout } = await vethlab(doctor, [])
  for (const line of stdout.split('\n')) assert.ok(line.trimEnd().length <= 80, line)
})

test('what is missing fails, with what to do; exit code 1', async () => {
  const { code, stdout } = await vethlab(doctor, ['--json'], { XDG_CACHE_HOME: '/nowhere' })
  assert.equal(code, 1)
  const { findings } = JSON.parse(stdout)
  const image = findings.find((finding: { about: string }) => finding.about === 'image')
  assert.deepEqual(image, {
    about: 'image',
    state: 'fail',
    found: 'not built',
    advice: 'make setup builds it.',
  })
})

test('an ENGINE that is not there: what is; exit code 2', async () => {
  const { code, stderr } = await vethlab(doctor, [], { ENGINE: '99.9' })
  assert.equal(code, 2)
  assert.match(stderr, /ENGINE=99\.9 is not there\n(There are:|make engines)/)
})
