/** The shape of the library: who may import what, and what is public. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { test } from 'node:test'

const lib = new URL('../lib', import.meta.url).pathname
const files = readdirSync(lib, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))

/** What a file imports when it is loaded, as paths below lib/ or as package names. Types do not count. */
const imports = (file: string): string[] =>
  [
    ...readFileSync(join(lib, file), 'utf8').matchAll(/^(?:import|export) (?!type )[^'"]*?from '([^']+)'/gms),
  ].map(([, name = '']) => (name.startsWith('.') ? relative(lib, join(lib, dirname(file), name)) : name))

const pureFolders = /^language\//
const pureFiles =
  /^(errors|lab\/lab|print\/(script|script-text|observers)|run\/(all-pairs-script|batch|waves)|prove\/(difference|lines)|cli\/proof-report)\.ts$/
const allowed = new Set(['ipaddr.js', 'node:url', 'node:crypto', 'node:async_hooks'])

for (const file of files.filter((file) => pureFolders.test(file) || pureFiles.test(file)))
  test(`lib/${file} does no I/O`, () => {
    for (const name of imports(file))
      assert.ok(
        allowed.has(name) || pureFolders.test(name) || pureFiles.test(name),
        `lib/${file} imports ${name}`,
      )
  })

test('the public vocabulary', async () => {
  const names = Object.keys(await import('../lib/index.ts')).sort()
  assert.deepEqual(names, [
    'capture',
    'gateway',
    'image',
    'kernelHas',
    'lan',
    'line',
    'matrix',
    'mesh',
    'output',
    'packets',
    'scenario',
    'server',
    'star',
    'tree',
    'withLab',
  ])
})

test('scenarios import the vocabulary and nothing else', () => {
  const folder = new URL('../scenarios', import.meta.url).pathname
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.ts'))) {
    const found = [...readFileSync(join(folder, file), 'utf8').matchAll(/from '([^']+)'/g)].map(
      ([, name]) => name,
    )
    assert.deepEqual(found, ['../lib/index.ts'], file)
  }
})

test('heavy libraries are loaded only when they are needed', () => {
  const atStart = new Set<string>()
  const follow = (file: string) => {
    for (const name of imports(file)) {
      if (atStart.has(name)) continue
      atStart.add(name)
      if (name.endsWith('.ts')) follow(name)
    }
  }
  follow('index.ts')
  follow('cli/cli.ts')
  for (const heavy of ['dockerode', 'zx', 'yargs', 'cli-table3']) assert.ok(!atStart.has(heavy), heavy)
})
