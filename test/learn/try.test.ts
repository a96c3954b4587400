/** Things to try: each changes the lab as its line says, and is taken back exactly. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { BadInput, Unable } from '../../lib/errors.ts'
import { traceOf } from '../../lib/learn/traces.ts'
import { takenBack, tries, tryOut } from '../../lib/learn/tried.ts'
import { findLab } from '../../lib/server/labs.ts'
import type { LabRecord } from '../../lib/server/state.ts'
import { vethlab, vethlabAll } from '../helpers/machine.ts'

const name = 'try-test'
let lab: LabRecord
before(async () => {
  assert.equal((await vethlab('namespaces', ['up', '-q', '--name', name])).code, 0)
  const found = findLab(name)
  assert.ok(found)
  lab = found
})
after(() => vethlab('namespaces', ['down', '--name', name]))

const network = async (): Promise<string[]> => [...(await traceOf(lab))].sort()

test('each of them changes something, and is taken back exactly', async () => {
  const first = await network()
  const all = await tries(lab)
  for (const kind of ['cut', 'replies', 'mtu'])
    assert.ok(
      all.some(({ id }) => id.startsWith(`${kind}-`)),
      kind,
    )
  for (const { id, back } of all) {
    assert.equal(back, undefined)
    await tryOut(lab, id)
    assert.notDeepEqual(await network(), first, id)
    assert.equal((await tries(lab))[0]?.id, id)
    await takenBack(lab, id)
    assert.deepEqual(await network(), first, id)
  }
})

test('all that is tried is taken back, the last first; twice is refused, and so is what is not there', async () => {
  const first = await network()
  const [one, two] = (await tries(lab)).map(({ id }) => id).filter((id) => !id.startsWith('cut-'))
  assert.ok(one && two)
  await tryOut(lab, one)
  await tryOut(lab, two)
  await assert.rejects(tryOut(lab, one), BadInput)
  await assert.rejects(tryOut(lab, 'nothing'), /there is no "nothing" to try/)
  const back = await vethlabAll(['try', name, 'back', '--json'])
  assert.equal(back.code, 0, back.stderr)
  assert.deepEqual(
    JSON.parse(back.stdout).back.map(({ id }: { id: string }) => id),
    [one, two],
  )
  assert.deepEqual(await network(), first)
  assert.equal((await vethlabAll(['try', name, 'back'])).stdout, 'Nothing is tried now.\n')
  const list = await vethlabAll(['try', name])
  assert.match(list.stdout, /Cut the cable/)
})

test('nothing is tried on this machine itself, nor in the lab of an exercise', async () => {
  const server = { name: 'server1', pid: process.pid, engine: false, host: true } as const
  await assert.rejects(tryOut({ ...lab, servers: [server] }, 'replies-server1'), Unable)
  await assert.rejects(tries({ ...lab, name: 'learn-cable' }), /is the lab of an exercise/)
})
