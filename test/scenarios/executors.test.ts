/** One by one or in batches: every scenario comes to the same network, and all its checks hold. */
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { difference, root, snapshot, vethlab } from '../helpers/machine.ts'
import { unlessItTakesRoot } from '../helpers/rootless.ts'
import { networkOf } from '../helpers/state.ts'

const names = readdirSync(join(root, 'scenarios'))
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.slice(0, -3))

for (const scenario of names)
  test(`${scenario}: the same network by both executors`, await unlessItTakesRoot(scenario), async () => {
    const before = await snapshot()
    const run = async (executor: 'batch' | 'no-batch') => {
      const name = `${scenario}-${executor}`
      try {
        const { code, stdout, stderr } = await vethlab(scenario, [
          'up',
          '--json',
          `--${executor}`,
          '--name',
          name,
        ])
        assert.equal(code, 0, stdout + stderr)
        const { checks, steps } = JSON.parse(stdout) as {
          checks: unknown[]
          steps: Array<{ kind: string }>
        }
        return {
          network: await networkOf(name),
          checks: checks.length,
          commands: steps.filter(({ kind }) => kind === 'command').length,
        }
      } finally {
        await vethlab(scenario, ['down', '--name', name])
      }
    }
    assert.deepEqual(await run('batch'), await run('no-batch'))
    assert.deepEqual(await difference(before), [])
  })
