/** A program that ends as it should not: killed, by process.exit, without close; and many labs at once. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { test } from 'node:test'
import { openLab, server } from '../../lib/index.ts'
import { finished, firstLines, until } from '../../lib/server/process.ts'
import { labFolder } from '../../lib/server/state.ts'

const net1 = server('server1').netns('net1')

const program = (end: string): string[] => [
  ...['--import', 'tsx/esm', '--input-type=module', '-e'],
  `import { openLab, server } from 'vethlab'
const net1 = server('server1').netns('net1')
const lab = await openLab()
await lab.step('a namespace', net1.add())
console.log(lab.name)
${end}`,
]

const ends: ReadonlyArray<readonly [string, string]> = [
  ['is killed by force', 'setInterval(() => {}, 1000)'],
  ['calls process.exit', 'process.exit(3)'],
  ['throws', "throw new Error('mine')"],
  ['never closes its lab', ''],
  ['forgets a program that runs', "await lab.spawn(net1, ['sleep', '1000']); process.exit()"],
]

for (const [what, end] of ends)
  test(`nothing is left of a lab whose program ${what}`, async () => {
    const child = spawn(process.execPath, program(end))
    const done = finished(child)
    const [name = ''] = await firstLines(child, 1)
    assert.match(name, /^lab-/)
    if (what === 'is killed by force') child.kill('SIGKILL')
    await done
    assert.ok(await until(() => !existsSync(labFolder(name)), 5000), name)
  })

test('nothing is left of a lab whose test runner is killed, though the process that it forked goes on', async () => {
  const words = JSON.stringify(program('setInterval(() => {}, 1000)'))
  const runner = `import { spawn } from 'node:child_process'
spawn(process.execPath, ${words}, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })`
  const child = spawn(process.execPath, ['--input-type=module', '-e', runner])
  const [name = ''] = await firstLines(child, 1)
  assert.match(name, /^lab-(\d+)/)
  child.kill('SIGKILL')
  assert.ok(await until(() => !existsSync(labFolder(name)), 10_000), name)
  process.kill(Number(name.split('-')[1]))
})

test('20 labs at once in one process: none is in the way of another', async () => {
  const labs = await Promise.all(Array.from({ length: 20 }, () => openLab()))
  try {
    await Promise.all(labs.map((lab) => lab.step('the same names', net1.add(), net1.ip.link.set('lo').up())))
    const told = await Promise.all(labs.map((lab) => lab.exec(net1, ['readlink', '/proc/self/ns/net'])))
    assert.equal(new Set(told.map(({ stdout }) => stdout)).size, 20)
  } finally {
    await Promise.all(labs.map((lab) => lab.close()))
  }
  for (const { name } of labs) assert.ok(!existsSync(labFolder(name)))
})

test('a lab that is aborted is removed, and what is asked of it then is refused', async () => {
  const cut = new AbortController()
  const lab = await openLab({ signal: cut.signal })
  await lab.step('a namespace', net1.add())
  cut.abort()
  assert.ok(await until(() => !existsSync(labFolder(lab.name)), 5000))
  await assert.rejects(lab.exec(net1, ['true']), /bad-ends\.test\.ts:\d+[\s\S]*has ended/)
  await lab.close()
})
