/**
 * The versions of the API that an engine accepts at least: 1.24 up to Engine 28, 1.44 of 29.0 to 29.2, 1.40 later. A real
 * engine is told to accept no older ones (DOCKER_MIN_API_VERSION), and all that asks it must still be answered.
 */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { image, server, withLab } from '../../lib/index.ts'
import { apiAtLeast } from '../../lib/needs/engine.ts'
import { engineLike, lacksEngines } from '../helpers/engines.ts'
import { root } from '../helpers/machine.ts'

const folder = mkdtempSync(join(root, 'test/.floors-'))
const own = process.env.VETHLAB_ENGINE
after(() => {
  rmSync(folder, { recursive: true })
  if (own === undefined) delete process.env.VETHLAB_ENGINE
  else process.env.VETHLAB_ENGINE = own
})

test('versions are compared by their numbers', () => {
  const cases = [
    ['1.9', '1.24', false],
    ['1.24', '1.24', true],
    ['1.100', '1.44', true],
    ['2.0', '1.55', true],
    ['1.43', '1.44', false],
  ] as const
  for (const [version, least, is] of cases)
    assert.equal(apiAtLeast(version, least), is, `${version} ${least}`)
})

const server1 = server('server1')
const web = server1.container('web')
const app = server1.compose('floor', new URL('../../scenarios/compose/docker-compose.yml', import.meta.url))

for (const floor of ['1.24', '1.40', '1.44'])
  test(`an engine that accepts API ${floor} and later`, { skip: lacksEngines('28.5') }, async () => {
    process.env.VETHLAB_ENGINE = engineLike(join(folder, floor), '28.5', {
      env: { DOCKER_MIN_API_VERSION: floor },
    })
    await withLab(async (lab) => {
      // By calls, by docker(1), by Compose, and by the questions of why.
      await lab.step('calls', server1.docker.run(image).name('web').publish('8080:80'), web.listen(80))
      await lab.step('Compose', app.up(), app.down())
      const told = await lab.run(server1.exec('docker', 'version', '-f', '{{.Server.MinAPIVersion}}'))
      assert.equal(told.trim(), floor)
      await lab.check(server1.tcp('127.0.0.1', 8080).open, 'published')
      assert.equal((await lab.why({ from: 'server1', to: 'web', port: 80 })).verdict.status, 'delivered')
    })
  })
