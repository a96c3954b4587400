/** What the comments claim: each `Equivalent to:` line is what its `Example:` line prints. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { capture, gateway, kernelHas, lan, line, mesh, output, server, star, tree } from '../lib/index.ts'
import type { Check } from '../lib/language/checks/check.ts'
import type { Command } from '../lib/language/command.ts'
import { toShell } from '../lib/language/on-server.ts'

const lib = new URL('../lib', import.meta.url).pathname
const server1 = server('server1')
const names = {
  server1,
  net1: server1.netns('net1'),
  a1: server1.container('a1'),
  output,
  capture,
  gateway,
  kernelHas,
  lan,
  star,
  line,
  mesh,
  tree,
}

const textOf = (value: Command | Check): string => {
  if (!('kind' in value)) return toShell(value)
  const line = toShell(value.command(typeof value.target === 'string' ? value.target : ''))
  return value.look === undefined || value.observer !== 'output' ? line : `${line} | grep -F ${value.look}`
}

const files = readdirSync(lib, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))
let examples = 0
for (const file of files) {
  const text = readFileSync(join(lib, file), 'utf8')
  for (const [, example = '', line = ''] of text.matchAll(/\* Example: (.+)\n\s*\* Equivalent to: `(.+)`/g)) {
    examples++
    test(`${file}: ${example}`, () => {
      const value = new Function(...Object.keys(names), `return ${example}`)(...Object.values(names))
      assert.equal(textOf(value), line)
    })
  }
}

test('there are examples', () => assert.ok(examples >= 45, `${examples}`))

test('every exported function and value says what it is', () => {
  const silent = files.flatMap((file) =>
    [
      ...readFileSync(join(lib, file), 'utf8').matchAll(
        /(\*\/|)\n(export (?:async )?(?:const|function) (\w+))/g,
      ),
    ]
      .filter(([, comment]) => comment === '')
      .map(([, , , name]) => `${file}: ${name}`),
  )
  assert.deepEqual(silent, [])
})
