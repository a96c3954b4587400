/** Completion: the words that may stand next, and a script for each shell. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { root } from '../helpers/machine.ts'

const vethlab = (...words: string[]) =>
  spawnSync(process.execPath, ['scripts/bin.mjs', 'completion', ...words], { cwd: root, encoding: 'utf8' })

test('verbs, scenarios and options that are begun', () => {
  assert.match(vethlab('--', 'sc').stdout, /^scenarios$/m)
  assert.match(vethlab('--', 'up', 'net').stdout, /^net1$/m)
  assert.match(vethlab('--', 'test', 'net1', '--ju').stdout, /^--junit$/m)
  assert.equal(vethlab('--', 'nothing', 'x').stdout, '')
})

test('a script for each shell, of words that it can read', () => {
  assert.equal(spawnSync('bash', ['-n'], { input: vethlab('bash').stdout }).status, 0)
  for (const shell of ['bash', 'zsh', 'fish']) assert.match(vethlab(shell).stdout, /vethlab completion --/)
  const { status, stderr } = vethlab('csh')
  assert.equal(status, 2)
  assert.match(stderr, /no completion for "csh"[\s\S]*bash, zsh, fish/)
})
