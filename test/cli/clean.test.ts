/** What `vethlab clean --cache` tells and takes away: in a cache of the test's own. */
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, beforeEach, test } from 'node:test'

const home = mkdtempSync(join(tmpdir(), 'cache of '))
const cache = join(home, 'vethlab')
after(() => rmSync(home, { recursive: true, force: true }))

beforeEach(() => {
  rmSync(cache, { recursive: true, force: true })
  for (const file of [
    'engine/usr/bin/dockerd',
    'engines/28.5/dockerd',
    'machines/trixie-node-own/etc/passwd',
    'machines/trixie-node-own.lock',
    'machines/trixie-node-own.ready-12/x',
    'image.tar',
    'lock',
    'run/lab/lab.json',
  ]) {
    mkdirSync(dirname(join(cache, file)), { recursive: true })
    writeFileSync(join(cache, file), 'x'.repeat(5000))
  }
})

const env = { ...process.env, XDG_CACHE_HOME: home, XDG_RUNTIME_DIR: home, NO_COLOR: '1', ARGS: '' }
const vethlab = (...words: string[]) =>
  spawnSync(process.execPath, ['scripts/start.mjs', 'scripts/vethlab.ts', ...words], {
    encoding: 'utf8',
    env,
  })

test('it tells each part with its size, and takes nothing away with --dry-run', () => {
  const { status, stdout } = vethlab('clean', '--cache', '--dry-run')
  assert.equal(status, 0)
  for (const part of ['engine ', 'engines/28.5 ', 'image.tar ', 'machines/trixie-node-own '])
    assert.match(stdout, new RegExp(`${part}.* MiB`))
  assert.doesNotMatch(stdout, /\.lock|run|ready/)
  assert.ok(existsSync(join(cache, 'engine/usr/bin/dockerd')))
})

test('it takes away all parts, and nothing that belongs to a lab', () => {
  const { status, stdout } = vethlab('clean', '--cache', '--json')
  assert.equal(status, 0)
  assert.deepEqual(JSON.parse(stdout).removed, [
    'engine',
    'engines/28.5',
    'image.tar',
    'machines/trixie-node-own',
  ])
  assert.deepEqual(readdirSync(cache).sort(), ['engines', 'lock', 'machines', 'run'])
  assert.deepEqual(readdirSync(join(cache, 'machines')), [])
  assert.match(vethlab('clean', '--cache').stdout, /The cache is empty/)
})

test('it leaves what a test or set-up works with, and says so', async () => {
  for (const [lock, left] of [
    ['machines/trixie-node-own.lock', ['machines/trixie-node-own']],
    ['lock', ['engine', 'engines/28.5', 'image.tar', 'machines/trixie-node-own']],
  ] as const) {
    const held = spawn('flock', [join(cache, lock), 'sh', '-c', 'echo held; read -r end'], {
      stdio: ['pipe', 'pipe', 'ignore'],
    })
    await new Promise((resolve) => held.stdout.once('data', resolve))
    const { parts, removed } = JSON.parse(vethlab('clean', '--cache', '--json').stdout)
    for (const name of left) {
      assert.ok(!removed.includes(name), name)
      assert.notDeepEqual(parts.find((part: { name: string }) => part.name === name)?.usedBy ?? 'gone', [])
    }
    held.stdin.end()
    await new Promise((resolve) => held.once('close', resolve))
  }
})

test('words that do not fit are refused, and nothing is taken away', () => {
  for (const words of [
    ['clean', 'net1', '--cache'],
    ['clean', '--dry-run'],
    ['clean', '--cache', '--prove'],
  ]) {
    assert.equal(vethlab(...words).status, 2, words.join(' '))
    assert.ok(existsSync(join(cache, 'image.tar')))
  }
})
