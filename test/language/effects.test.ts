/** What commands say that they do: nothing of the language is silent, and what is undone is no look. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { capture, gateway, kernelHas, lan, line, mesh, output, server, star, tree } from '../../lib/index.ts'
import type { Check } from '../../lib/language/checks/check.ts'
import type { Command } from '../../lib/language/command.ts'
import { type Effect, livesIn, onlyLooks, reading } from '../../lib/language/effects.ts'
import { needsEngine, toShell } from '../../lib/language/on-server.ts'

const server1 = server('server1')
const net1 = server1.netns('net1')
const names = {
  ...{ server1, net1, a1: server1.container('a1') },
  ...{ output, capture, gateway, kernelHas, lan, star, line, mesh, tree },
}

/** All commands of the examples in the docstrings of the language. */
const lib = new URL('../../lib/language', import.meta.url).pathname
const examples = readdirSync(lib, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .flatMap((file) => [...readFileSync(`${lib}/${file}`, 'utf8').matchAll(/\* Example: (.+)/g)])
  .map(([, example = '']): Command => {
    const value = new Function(...Object.keys(names), `return ${example}`)(...Object.values(names)) as
      | Command
      | Check
    return 'kind' in value
      ? value.command(typeof value.target === 'string' ? value.target : '10.0.0.1')
      : value
  })

test('every word of the language says what it does', () => {
  assert.ok(examples.length > 60, String(examples.length))
  for (const command of examples) {
    assert.ok(command.does.length > 0, toShell(command))
    for (const effect of command.does)
      if ('kind' in effect) assert.ok(effect.kind in livesIn, toShell(command))
  }
})

test('what only looks has nothing to take back; what shows its output changes nothing that is known', () => {
  for (const command of examples) {
    if (onlyLooks(command)) assert.equal(command.undo, undefined, toShell(command))
    if (command.undo === undefined || !command.shows) continue
    assert.ok(
      command.does.some(({ does }) => does === 'makes'),
      toShell(command),
    )
  }
})

test('an old value that an undo needs can be read', () => {
  for (const command of examples) {
    const needsOld = command.undo?.argv.some((word) => word.includes('\uE002')) ?? false
    if (needsOld) assert.ok(reading(command), toShell(command))
  }
})

test('what changes the engine needs it', () => {
  for (const command of examples)
    if (command.does.some((effect) => 'kind' in effect && livesIn[effect.kind] === 'engine'))
      assert.ok(needsEngine(command), toShell(command))
})

const others: Array<[string[], Effect['does']]> = [
  [['ss', '-tln'], 'looks'],
  [['conntrack', '-L'], 'looks'],
  [['conntrack', '-F'], 'unknown'],
  [['sysctl', '-n', 'net.ipv4.ip_forward'], 'looks'],
  [['sysctl', '-w', 'net.ipv4.ip_forward=1'], 'unknown'],
  [['sysctl', 'net.ipv4.ip_forward=1'], 'unknown'],
  [['tcpdump', '-n', '-i', 'e0'], 'looks'],
  [['tcpdump', '-w', '/tmp/x', '-i', 'e0'], 'unknown'],
  [['timeout', '5', 'ss', '-l'], 'looks'],
  [['timeout', '5', 'rm', 'x'], 'unknown'],
  [['rm', '-rf', '/'], 'unknown'],
]
for (const [argv, does] of others)
  test(`${argv.join(' ')}: ${does}`, () => {
    const command = server1.exec(...(argv as [string, ...string[]]))
    assert.deepEqual(
      command.does.map((effect) => effect.does),
      [does],
    )
  })
