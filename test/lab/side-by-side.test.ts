/** Two plans that go on side by side: neither sees what the other one builds. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { server } from '../../lib/index.ts'
import type { Lab } from '../../lib/lab/lab.ts'
import { plan } from '../../lib/lab/plan.ts'

const server1 = server('server1')

/** Builds two commands, one before and one after other plans had their turn, and gives as many of them as it is told. */
const body = (given: number, pause: number) => async (lab: Lab) => {
  const first = server1.ip.link.set('e0').up()
  await sleep(pause)
  const second = server1.ip.link.set('e1').up()
  await sleep(pause)
  await lab.step('given', [first, second].slice(0, given))
}
const forgottenBy = async (given: number, pause: number): Promise<string[]> =>
  (await plan({ body: body(given, pause) })).forgotten.map(({ value }) => value.argv[4] ?? '')

test('what one plan builds is not forgotten by another, and what it forgets is told', async () => {
  const runs: Array<[given: number, pause: number, forgotten: string[]]> = [
    [2, 3, []],
    [1, 1, ['e1']],
    [2, 1, []],
    [0, 5, ['e0', 'e1']],
    [1, 0, ['e1']],
  ]
  const found = await Promise.all(runs.map(([given, pause]) => forgottenBy(given, pause)))
  assert.deepEqual(
    found,
    runs.map(([, , forgotten]) => forgotten),
  )
})

test('a plan that fails leaves nothing to the next one', async () => {
  const fails = async (lab: Lab) => {
    server1.ip.link.set('e0').up()
    await lab.step('none')
    throw new Error('on purpose')
  }
  await assert.rejects(plan({ body: fails }), /on purpose/)
  assert.deepEqual((await plan({ body: body(2, 0) })).forgotten, [])
})
