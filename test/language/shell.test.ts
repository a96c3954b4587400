/** Words survive a shell, whatever is in them; refs become variables. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import { server } from '../../lib/index.ts'
import { needsEngine } from '../../lib/language/on-server.ts'
import { ref } from '../../lib/language/ref.ts'
import { quote, shellLine } from '../../lib/language/shell.ts'

const nasty = [
  '',
  ' ',
  "it's",
  '"',
  '$(id)',
  '`id`',
  '$HOME',
  '\\',
  'a\nb',
  '!',
  '*',
  '~',
  '#',
  ';',
  '-n',
  'ü',
  "''",
  '\t',
]

test('sh gives back the very words', () => {
  const line = `for word in ${shellLine(nasty)}; do printf '%s\\0' "$word"; done`
  assert.deepEqual(execFileSync('sh', ['-c', line], { encoding: 'utf8' }).split('\0').slice(0, -1), nasty)
})

test('a ref is a variable, and what is around it stays literal', () => {
  assert.equal(quote(ref('bridge')), '"${bridge}"')
  const line = `x='$(id) b'; printf %s ${quote(`a$"\`\\${ref('x')}/32`)}`
  assert.equal(execFileSync('sh', ['-c', line], { encoding: 'utf8' }), 'a$"`\\$(id) b/32')
})

test('a line of shell that calls docker needs the engine, one that only says the word does not', () => {
  const at = server('server1')
  const line = (text: string) => needsEngine(at.exec('sh', '-c', text))
  for (const text of ['docker ps', 'sleep 1; docker run -d alpine', '! docker stop web', '(docker ps)'])
    assert.equal(line(text), true, text)
  for (const text of ['echo docker0', 'ip addr show docker0', 'cat /etc/docker/daemon.json'])
    assert.equal(line(text), false, text)
})
