/** The example is a project of its own that uses the package: its tests hold there. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { finished } from '../../lib/server/process.ts'
import { root } from '../helpers/machine.ts'

const folder = mkdtempSync(join(tmpdir(), 'vethlab-example-'))
after(() => rmSync(folder, { recursive: true }))

test('the distributed program under node:test', async () => {
  cpSync(join(root, 'examples/distributed'), folder, { recursive: true })
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(root, join(folder, 'node_modules/vethlab'))
  const tsx = pathToFileURL(join(root, 'node_modules/tsx/dist/esm/index.mjs')).href
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  const words = ['--import', tsx, '--test', 'test/distributed.test.mjs']
  const { code, stdout } = await finished(spawn(process.execPath, words, { cwd: folder, env }))
  assert.equal(code, 0, stdout)
  assert.match(stdout, /^# pass 3$/m)
})
