/** Many labs at once, begun by one process and by several, none of them named: none is lost, none sees another. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { server, withLab } from '../../lib/index.ts'
import { runningWorlds } from '../../lib/server/worlds.ts'
import { difference, snapshot, vethlab } from '../helpers/machine.ts'

const server1 = server('server1')

test('ten withLab at once in one process', async () => {
  const before = await snapshot()
  const names = await Promise.all(
    Array.from({ length: 10 }, (_, i) =>
      withLab(async (lab) => {
        await lab.run(server1.exec('sh', '-c', `echo ${i} >/run/mine`))
        assert.equal(await lab.run(server1.exec('cat', '/run/mine')), `${i}\n`)
        assert.ok(runningWorlds().has(lab.name))
        return lab.name
      }),
    ),
  )
  assert.equal(new Set(names).size, 10)
  assert.deepEqual(await difference(before), [])
})

test('labs that begin and end side by side, again and again: the folder of all comes and goes', async () => {
  const runs = Array.from({ length: 4 }, async () => {
    for (let i = 0; i < 3; i++) {
      const { code, stdout, stderr } = await vethlab('namespaces', ['test', '-q'])
      assert.equal(code, 0, stdout + stderr)
    }
  })
  await Promise.all(runs)
})

test('--prove counts what is its own: a lab that came meanwhile is no difference', async () => {
  const [mine, other] = [`mine-${process.pid}`, `other-${process.pid}`]
  const lab = (name: string, ...words: string[]) => vethlab('namespaces', [...words, '--name', name])
  try {
    assert.equal((await lab(mine, 'up', '-q')).code, 0)
    assert.equal((await lab(other, 'up', '-q')).code, 0)
    const { code, stdout, stderr } = await lab(mine, 'down', '--prove')
    assert.equal(code, 0, stdout + stderr)
    assert.match(stdout, /\n0 differences\n$/)
  } finally {
    await lab(other, 'down')
  }
})
