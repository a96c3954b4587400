/** A shell that stays in a place starts programs as `docker exec` and `ip netns exec` do: it has no words of its own. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { image, server, withLab } from '../../lib/index.ts'

const host = server('server1')
const a1 = host.container('a1')

test('what a shell knows itself is no program', async () => {
  await withLab(async (lab) => {
    await lab.run(host.docker.run(image).name('a1'))
    for (const place of [a1, host]) {
      const where = await lab.run(place.exec('pwd'))
      for (const words of [
        ['cd', '/tmp'],
        ['A=b'],
        ['if', 'x'],
        ['while', 'x'],
        ['set', '-e'],
        ['export', 'PATH=/nowhere'],
        ['!', 'true'],
      ])
        await assert.rejects(
          lab.run(place.exec(...(words as [string, ...string[]]))),
          /not found|no such file/i,
          `${words}`,
        )
      assert.equal(await lab.run(place.exec('pwd')), where)
      assert.equal(await lab.run(place.exec('echo', 'it', 'goes  on')), 'it goes  on\n')
    }
    await assert.rejects(lab.run(a1.exec('nosuch')), /executable file not found/)
  })
})
