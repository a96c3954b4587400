/** The tests under node:test. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { address, ask, client, manager, start, workers } from './network.mjs'

let lab
before(async () => {
  lab = await start()
})
after(() => lab.close())

test('a client gets squares from across the router', async () => {
  const { code, stdout } = await ask(lab, '3', '4', '5')
  assert.deepEqual([code, stdout], [0, '9 16 25\n'])
  assert.deepEqual(await (await lab.fetch(client, `${address}/health`)).json(), { ok: true })
})

test('one worker is cut off: the other does its work', async () => {
  const cut = await lab.link(workers[0], 'eth0').down()
  assert.equal((await ask(lab, '6', '7')).stdout, '36 49\n')
  await cut.heal()
})

test('a partition between manager and workers: the client is told, and is served again when it heals', async () => {
  const parted = await lab.partition([manager, client], workers)
  const { code, stderr } = await ask(lab, '8')
  assert.deepEqual([code, stderr], [1, 'no worker has answered\n'])
  await lab.check(client.tcp('10.0.1.10', 8000).open, 'on its own side all is well')
  await parted.heal()
  await lab.until(async () => (await ask(lab, '8')).stdout === '64\n')
})
