/** The files of the empty folder that the package is used in: the same small lab in the words of each runtime. */

const lab = `withLab(async (lab) => {
  const n1 = server('s1').netns('n1')
  await lab.step('a namespace', n1.add(), n1.ip.link.set('lo').up())
  await lab.check(n1.ping('127.0.0.1').replies, 'its own address')
  return (await lab.run(n1.exec('echo', 'hello'))).trim()
})`
const imports = "import { server, withLab } from 'vethlab'\n"

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
  'vitest.config.mjs': "export default { test: { include: ['*.vitest.mjs'] } }\n",
}
