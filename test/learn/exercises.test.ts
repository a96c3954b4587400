/** Exercises: broken before, the cause is what why says, the model answer solves them, wrong answers do not. */
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { after, test } from 'node:test'
import type { Exercise } from '../../lib/learn/exercise.ts'
import { judge } from '../../lib/learn/judge.ts'
import { broken, mended } from '../../lib/learn/session.ts'
import { openLab } from '../../lib/open-lab.ts'

const folder = new URL('../../exercises/', import.meta.url)
const names = readdirSync(folder).flatMap((file) => file.match(/^([\w-]+)\.ts$/)?.[1] ?? [])
const all: Exercise[] = await Promise.all(
  names.map(async (name) => (await import(new URL(`${name}.ts`, folder).href)).default),
)
const open: Array<{ close(): Promise<void> }> = []
after(() => Promise.all(open.map((lab) => lab.close())))

test('the same seed gives the same, another one something else', () => {
  for (const exercise of all) {
    const drawn = (seed: number) => JSON.stringify(exercise.task(seed))
    assert.equal(drawn(7), drawn(7), exercise.name)
    assert.notEqual(drawn(7), drawn(8), exercise.name)
  }
})

test('a seed that is none is refused', async () => {
  const { seedOf } = await import('../../lib/learn/exercise.ts')
  for (const wrong of ['x', -1, 1.5, 1e9]) assert.throws(() => seedOf(wrong), /is not a seed/)
})

/** A few of them, others each time (SEED=number); WHOLE=1, as in CI, takes all. */
const seed = Number(process.env.SEED ?? Date.now() % 1000)
const tried = process.env.WHOLE ? all : all.filter((_, i) => (i * 7 + seed) % all.length < 5)

for (const exercise of tried)
  test(exercise.name, async () => {
    const task = exercise.task(3)
    const lab = await openLab()
    open.push(lab)
    await task.build(lab)
    const intact = await judge(lab.sandbox, task, [])
    assert.equal(intact.status, 'solved', JSON.stringify(intact))
    const changes = await broken(lab.sandbox, task.faults)
    const before = await judge(lab.sandbox, task, changes)
    assert.equal(before.status, 'broken', 'nothing done')
    assert.deepEqual(before.left, [...changes.keys()])
    for (const { shows, at, cause } of task.faults) {
      const { verdict } = await lab.why(shows)
      assert.deepEqual([verdict.place, verdict.cause], [at, cause], verdict.says)
    }
    const [guard] = task.stays.filter(({ from }) => from.kind === 'netns')
    assert.ok(guard)
    for (const { from } of [...task.goal, ...task.stays])
      for (const rule of ['INPUT', 'FORWARD', 'OUTPUT'])
        await lab.exec(from, ['iptables', '-I', rule, '-j', 'ACCEPT'])
    for (const place of ['gate', 'web', 'db'])
      for (const rule of ['INPUT', 'FORWARD', 'OUTPUT'])
        await lab.exec({ kind: 'netns', name: place, server: 'server1' }, [
          'iptables',
          '-I',
          rule,
          '-j',
          'ACCEPT',
        ])
    assert.notEqual((await judge(lab.sandbox, task, changes)).status, 'solved', 'an ACCEPT for all')
    for (const { from } of [...task.goal, ...task.stays])
      for (const rule of ['INPUT', 'FORWARD', 'OUTPUT'])
        await lab.exec(from, ['iptables', '-D', rule, '-j', 'ACCEPT'])
    for (const place of ['gate', 'web', 'db'])
      for (const rule of ['INPUT', 'FORWARD', 'OUTPUT'])
        await lab.exec({ kind: 'netns', name: place, server: 'server1' }, [
          'iptables',
          '-D',
          rule,
          '-j',
          'ACCEPT',
        ])
    for (const { mends } of task.faults) await mended(lab.sandbox, mends)
    const solved = await judge(lab.sandbox, task, changes)
    assert.equal(solved.status, 'solved', JSON.stringify(solved))
    const positive = task.stays.find(({ expected }) => /open|replies/.test(expected))
    assert.ok(positive)
    await lab.exec(positive.from, ['iptables', '-A', 'OUTPUT', '-d', String(positive.target), '-j', 'DROP'])
    assert.notEqual((await judge(lab.sandbox, task, changes)).status, 'solved', 'another pair broken')
  })
