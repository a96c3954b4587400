/** The files of the empty folder that the package is used in: the same small lab in the words of each runtime. */

const lab = `withLab(async (lab) => {
  const n1 = server('s1').netns('n1')
  await lab.step('a namespace', n1.add(), n1.ip.link.set('lo').up())
  await lab.check(n1.ping('127.0.0.1').replies, 'its own address')
  return (await lab.run(n1.exec('echo', 'hello'))).trim()
})`
const imports = "import { server, withLab } from 'vethlab'\n"

/** What `expect` says of places, in either runner. */
const matching = `test('a place is reached', async () => {
  const n1 = server('s1').netns('n1')
  const lab = await openLab()
  await lab.step('a namespace', n1.add(), n1.ip.link.set('lo').up())
  await expect(n1).toReach('127.0.0.1')
  await expect(n1).not.toListenOn(80)
  await expect(expect(n1).toReach('127.0.0.1', { port: 80 })).rejects.toThrow(/expected n1 to reach 127.0.0.1, port 80; observed: closed/)
  await lab.close()
}, 60000)
`

/** What may go wrong in a test, one after the other, and one in which nothing does. */
const slips = `import { expect, test } from 'vitest'
import { openLab, server, withLab } from 'vethlab'
const n1 = server('s1').netns('n1')
const opened = async () => {
  const lab = await openLab()
  await lab.step('a namespace', n1.add(), n1.ip.link.set('lo').up())
  return lab
}
test('takes too long', async () => {
  const lab = await opened()
  await lab.exec(n1, ['sleep', '600'])
}, 1500)
test('throws in the middle', async () => {
  await withLab(async (lab) => {
    await lab.step('a namespace', n1.add())
    throw new Error('my own')
  })
})
test('forgets to await', async () => {
  await using lab = await opened()
  lab.exec(n1, ['sleep', '1'])
})
test('forgets to close', async () => void (await opened()))
test('waits for a port', async () => {
  await using lab = await opened()
  await lab.until(n1.tcp('127.0.0.1', 80).open, { within: 500 })
})
test('asks a place that is gone', async () => {
  await using lab = await opened()
  await lab.run(server('s1').exec('ip', 'netns', 'del', 'n1'))
  await lab.exec(n1, ['true'])
})
test('exits', () => process.exit(3))
test('is not disturbed', async () => {
  await using lab = await opened()
  expect((await lab.exec(n1, ['echo', 'hello'])).stdout).toBe('hello\\n')
})
`

/** Names and texts. */
export const files: Readonly<Record<string, string>> = {
  'package.json': JSON.stringify({
    private: true,
    jest: { testMatch: ['**/*.jest.mjs'], moduleFileExtensions: ['mjs', 'js'], transform: {} },
  }),
  'use.mjs': `${imports}console.log(await ${lab})\n`,
  'use.mts': `${imports}const said: string = await ${lab}\nconsole.log(said)\n`,
  'use.cjs': `const { server, withLab } = require('vethlab')\n${lab}.then(console.log)\n`,
  'throws.mjs': "import 'vethlab'\nthrow new Error('mine')\n",
  'types.mts': `import { type Lab, type OpenLab, scenario, server, withLab } from 'vethlab'
export const work = (lab: OpenLab): Lab => lab
export const said: Promise<string> = ${lab}
export default scenario(import.meta, 'types', async (lab) => {
  await lab.step('one', server('s1').ip.link.add('v0').type('veth', { peer: 'v1' }))
})
`,
  'my.ts': `import { scenario, server } from 'vethlab'
const n1 = server('server1').netns('n1')
const title: string = 'of ones own'
export default scenario(import.meta, title, async (lab) => {
  await lab.step('a namespace', n1.add(), n1.ip.link.set('lo').up())
  await lab.check(n1.ping('127.0.0.1').replies, 'its own address')
})
`,
  'node.test.mjs': `import { test } from 'node:test'
import assert from 'node:assert/strict'
${imports}test('hello', async () => assert.equal(await ${lab}, 'hello'))
`,
  'runner.vitest.mjs': `import { expect, test } from 'vitest'
${imports}test('hello', async () => { expect(await ${lab}).toBe('hello') }, 60000)
`,
  'runner.jest.mjs': `${imports}test('hello', async () => { expect(await ${lab}).toBe('hello') }, 60000)
`,
  'matchers.vitest.mts': `import 'vethlab/vitest'
import { expect, test } from 'vitest'
import { openLab, server } from 'vethlab'
${matching}`,
  'matchers.jest.mjs': `import 'vethlab/jest'
import { openLab, server } from 'vethlab'
${matching}`,
  'matchers.types.mts': `import 'vethlab/jest'
import { expect } from '@jest/globals'
import { server } from 'vethlab'
export const reached: Promise<void> = expect(server('s1')).not.toReach('10.0.0.1', { port: 80 })
`,
  'containers.test.mjs': `import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openLab, server } from 'vethlab'
test('testcontainers in a lab', async () => {
  const lab = await openLab()
  const { env, IMAGE } = await lab.docker(server('server1'))
  Object.assign(process.env, env)
  const { GenericContainer, Wait } = await import('testcontainers')
  const started = await new GenericContainer(IMAGE)
    .withExposedPorts(80)
    .withCommand(['busybox', 'httpd', '-f', '-p', '80', '-h', '/etc'])
    .withWaitStrategy(Wait.forHttp('/hosts', 80))
    .start()
  assert.equal((await started.exec(['echo', 'hello'])).output, 'hello\\n')
  await started.stop()
  await lab.close()
})
`,
  'threads.mjs': `import { isMainThread, parentPort, Worker } from 'node:worker_threads'
import { openLab, server } from 'vethlab'
if (isMainThread) {
  const workers = [1, 2, 3].map(() => new Worker(new URL(import.meta.url)))
  const said = await Promise.all(
    workers.map((one) => new Promise((done, failed) => one.once('message', done).once('error', failed))),
  )
  console.log(new Set(said).size)
} else {
  const lab = await openLab()
  await lab.step('the same names', server('s1').netns('n1').add())
  await lab.close()
  parentPort.postMessage(lab.name)
}
`,
  'slips.mjs': slips,
  'slips.config.mjs': "export default { test: { include: ['slips.mjs'] } }\n",
  'vitest.config.mjs': "export default { test: { include: ['*.vitest.m{js,ts}'] } }\n",
}
