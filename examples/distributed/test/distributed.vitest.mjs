/** The same tests under vitest. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ask, client, manager, start, workers } from './network.mjs'
import 'vethlab/vitest'

let lab
beforeAll(async () => {
  lab = await start()
})
afterAll(() => lab.close())

test('a client gets squares from across the router', async () => {
  await expect(client).toReach(manager, { port: 8000 })
  expect(await ask(lab, '3', '4', '5')).toMatchObject({ code: 0, stdout: '9 16 25\n' })
})

test('a partition between manager and workers: the client is told, and is served again when it heals', async () => {
  const parted = await lab.partition([manager, client], workers)
  expect(await ask(lab, '8')).toMatchObject({ code: 1, stderr: 'no worker has answered\n' })
  await expect(workers[0]).not.toReach(manager, { port: 8000 })
  await parted.heal()
  await expect(workers[0]).toReach(manager, { port: 8000, within: 5000 })
  await lab.until(async () => (await ask(lab, '8')).stdout === '64\n')
}, 30_000)
