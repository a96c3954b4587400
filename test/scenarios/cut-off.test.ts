/** What is left when a run is cut off: nothing. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { findLab } from '../../lib/server/labs.ts'
import { finished, until } from '../../lib/server/process.ts'
import { difference, gone, snapshot, startScenario, vethlab } from '../helpers/machine.ts'

const name = 'cut-off-test'

/** Starts `up` and waits until the first step is on the screen. */
async function underway(scenario: string) {
  const child = startScenario(scenario, ['up', '--name', name])
  let shown = ''
  child.stdout?.on('data', (data) => {
    shown += data
  })
  const end = finished(child)
  assert.ok(await until(() => /\n1 {2}/.test(shown), 20_000), shown)
  return { child, end }
}

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)
  for (const scenario of ['namespaces', 'net1'])
    test(`${signal} during up of ${scenario}: exit code ${code}, nothing left`, async () => {
      const before = await snapshot()
      const { child, end } = await underway(scenario)
      child.kill(signal)
      const { code: got } = await end
      assert.equal(got, code)
      assert.deepEqual(await difference(before), [])
    })

test('kill -9 of the tool during up: the lab ends with it', async () => {
  const before = await snapshot()
  const { child, end } = await underway('net1')
  child.kill('SIGKILL')
  await end
  assert.ok(await gone(name))
  assert.deepEqual(await difference(before), [])
})

for (const scenario of ['namespaces', 'compose'])
  test(`kill -9 of the first process of ${scenario}: nothing left`, async () => {
    const before = await snapshot()
    assert.equal((await vethlab(scenario, ['up', '--name', name, '--quiet'])).code, 0)
    const lab = findLab(name)
    assert.ok(lab)
    assert.match(readFileSync(`/proc/${lab.pid}/cmdline`, 'utf8'), /tini/)
    process.kill(lab.pid, 'SIGKILL')
    assert.ok(await gone(name))
    assert.deepEqual(await difference(before), [])
  })

test('two labs of the same scenario side by side do not see each other', async () => {
  const before = await snapshot()
  const names = ['side-1', 'side-2', 'side-3']
  const codes = await Promise.all(
    names.map(async (lab) => (await vethlab('namespaces', ['up', '--name', lab, '-q'])).code),
  )
  assert.deepEqual(codes, [0, 0, 0])
  await Promise.all(names.map((lab) => vethlab('namespaces', ['down', '--name', lab])))
  assert.deepEqual(await difference(before), [])
})

test('two at once under one name: one of them is refused, the other one stands', async () => {
  const runs = await Promise.all([1, 2].map(() => vethlab('namespaces', ['up', '--name', name, '-q'])))
  const codes = runs.map(({ code }) => code).sort()
  assert.ok(codes[0] === 0, JSON.stringify(runs))
  assert.ok(findLab(name))
  await vethlab('namespaces', ['down', '--name', name])
  assert.ok(await gone(name))
})
