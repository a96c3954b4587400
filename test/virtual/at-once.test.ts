/** Many labs at once, begun by one process and by several, none of them named: none is lost, none sees another. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { server, withLab } from '../../lib/index.ts'
import { runningWorlds } from '../../lib/server/worlds.ts'
import { difference, needsRoot, snapshot, vethlab } from '../helpers/machine.ts'
import { users } from '../helpers/users.ts'

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

const bothUsers = needsRoot('only root is shown the processes of other users')
test('--prove: a lab of another user that came meanwhile is no difference', bothUsers, async () => {
  const all = await users()
  const name = `mine-${process.pid}`
  const lab = (...words: string[]) => vethlab('namespaces', [...words, '--name', name])
  const theirs = (verb: string) =>
    all.as('student', `node scripts/start.mjs scenarios/namespaces.ts ${verb} --name ${name}`)
  try {
    assert.equal((await lab('up', '-q')).code, 0)
    const { code, stdout, stderr } = await theirs('up -q')
    assert.equal(code, 0, stdout + stderr)
    const proof = await lab('down', '--prove')
    assert.equal(proof.code, 0, proof.stdout + proof.stderr)
    assert.match(proof.stdout, /\nprocesses +\d+ +\d+ +0\n/)
  } finally {
    await theirs('down')
    await all.end()
  }
})
