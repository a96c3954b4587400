/** Set-up: what it says where something is in the way, and that nothing half fetched is ever used. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { rootless } from '../../lib/server/enter.ts'
import { lackingOf } from '../../lib/server/path.ts'
import { type Finished, finished } from '../../lib/server/process.ts'
import { cacheRoot } from '../../lib/server/state.ts'
import { root } from '../helpers/machine.ts'

const folder = mkdtempSync(join(tmpdir(), 'vethlab-setup-'))
after(() => rmSync(folder, { recursive: true }))

/** Runs a line of shell in the checkout, without a terminal. */
const sh = (line: string, env: Record<string, string | undefined> = {}): Promise<Finished> =>
  finished(
    spawn('sh', ['-c', line], {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
  )
const setup = (env: Record<string, string | undefined>) => sh('sh scripts/setup.sh', env)

/** A folder of programs, each a shell script. */
function programs(name: string, scripts: Record<string, string>): string {
  const dir = join(folder, name)
  mkdirSync(dir)
  for (const [program, script] of Object.entries(scripts)) {
    writeFileSync(join(dir, program), `#!/bin/sh\n${script}\n`)
    chmodSync(join(dir, program), 0o755)
  }
  return dir
}

/** A cache with links to what set-up has got here, but for some parts. */
function cacheWithout(name: string, ...parts: string[]): string {
  const cache = join(folder, name)
  mkdirSync(join(cache, 'vethlab'), { recursive: true })
  for (const part of readdirSync(cacheRoot()))
    if (!['lock', 'run', 'storage', ...parts].includes(part))
      symlinkSync(join(cacheRoot(), part), join(cache, 'vethlab', part))
  return cache
}

test('with nothing to do it is silent', async () => {
  assert.deepEqual(await setup({}), { code: 0, stdout: '', stderr: '' })
})

test('without HOME it takes that of /etc/passwd', async () => {
  const { code, stderr } = await sh('unset HOME; . scripts/fetch.sh; printf %s "$cache"', {
    XDG_CACHE_HOME: undefined,
  })
  assert.equal(code, 0, stderr)
})

test('on another distribution: its own packages, what is wrong and what to do on lines of their own', async () => {
  for (const [manager, line] of [
    ['dnf', /^As root: dnf install .*\biputils\b.*\bshadow-utils\b/m],
    ['pacman', /^As root: pacman -S .*\biputils\b.*\bshadow\b/m],
    ['apk', /^As root: apk add .*\biputils-ping\b.*\bshadow-uidmap\b/m],
  ] as const) {
    // Of the machine's own programs only those that set-up itself is made of.
    const dir = programs(manager, { [manager]: 'exit 1' })
    for (const program of ['sh', 'dirname', 'awk', 'id', 'cksum', 'getent', 'cut', 'node'])
      symlinkSync((await sh(`command -v ${program}`)).stdout.trim(), join(dir, program))
    const { code, stderr } = await setup({ PATH: dir })
    assert.equal(code, 2, stderr)
    assert.match(stderr, /^set-up: missing:.* ping .*newuidmap/m)
    assert.match(stderr, line)
    assert.doesNotMatch(stderr, /\bapt\b/)
  }
})

test('a cache that cannot be written', async () => {
  const { code, stderr } = await setup({ XDG_CACHE_HOME: '/proc' })
  assert.equal(code, 2)
  assert.match(stderr, /^set-up: cannot write the cache, \/proc\/vethlab\nMake it writable/)
})

test('a sudo that would ask, without a terminal', {
  skip: rootless ? false : 'root needs no sudo',
}, async () => {
  const dir = programs('sudo', { sudo: 'exit 1' })
  const { code, stderr } = await sh('. scripts/fetch.sh; as_root apt-get update', {
    PATH: `${dir}:${process.env.PATH}`,
  })
  assert.equal(code, 2)
  assert.match(
    stderr,
    /^set-up: sudo wants a password, .*no terminal.*\nType it yourself: sudo apt-get update$/m,
  )
})

test('a package that cannot be unpacked leaves nothing, and what the tool said is shown', async () => {
  const disk = 'echo "dpkg-deb: No space left on device" >&2; exit 2'
  const away = 'echo "E: Failed to fetch" >&2; exit 100'
  const download = '[ "$1" = download ] && : >"$2.deb"'
  for (const [name, fakes, said] of [
    ['full', { 'apt-get': download, dpkg: disk }, /No space left on device/],
    ['away', { 'apt-get': away, dpkg: 'exit 0' }, /Failed to fetch/],
    ['half', { 'apt-get': `case $2 in b) ${away} ;; esac; ${download}`, dpkg: 'exit 0' }, /Failed to fetch/],
  ] as const) {
    const dir = programs(`${name}-programs`, fakes)
    const target = join(folder, name)
    mkdirSync(target)
    writeFileSync(join(target, 'older'), '')
    const { code, stderr } = await sh(`. scripts/fetch.sh; unpack ${target} a b || exit 7`, {
      PATH: `${dir}:${process.env.PATH}`,
    })
    assert.equal(code, 7, name)
    assert.match(stderr, said)
    assert.ok(existsSync(join(target, 'older')), 'what was there before is still there')
    assert.ok(!existsSync(`${target}.new`))
  }
})

test('two at once: one waits for the other, and the work is done once', async () => {
  const cache = cacheWithout('two', 'image.tar', 'image.recipe')
  const both = await Promise.all([1, 2].map(() => setup({ XDG_CACHE_HOME: cache })))
  assert.deepEqual(
    both.map(({ code }) => code),
    [0, 0],
  )
  const said = both.map(({ stderr }) => stderr).join('')
  assert.equal(said.match(/building the image/g)?.length, 1, said)
})

test('an image of an older recipe is built again', async () => {
  const cache = cacheWithout('older', 'image.tar', 'image.recipe')
  const own = (file: string) => join(cache, 'vethlab', file)
  writeFileSync(own('image.tar'), 'half of it')
  writeFileSync(own('image.recipe'), '1 2\n')
  assert.match((await setup({ XDG_CACHE_HOME: cache })).stderr, /^building the image$/m)
  assert.ok(readFileSync(own('image.tar')).length > 1e6)
})

test('a Compose plugin that does not run is not taken for one', async () => {
  const cache = cacheWithout('no-compose', 'compose')
  const home = join(folder, 'home')
  mkdirSync(join(home, '.docker/cli-plugins'), { recursive: true })
  writeFileSync(join(home, '.docker/cli-plugins/docker-compose'), '#!/bin/sh\nexit 1\n', { mode: 0o755 })
  const dir = programs('no-network', { 'apt-get': 'exit 100' })
  const { code, stderr } = await setup({
    HOME: home,
    XDG_CACHE_HOME: cache,
    PATH: `${dir}:${process.env.PATH}`,
  })
  // A machine may have a Compose of its own that works.
  if (code !== 0) assert.match(stderr, /cannot fetch Compose 2 or later\n.*docs\.docker\.com/)
  else assert.equal(stderr, '')
})

test('an engine is whole with all its programs', () => {
  const dir = programs('half-an-engine', { dockerd: '', runc: '' })
  assert.deepEqual(lackingOf([dir]), ['docker', 'containerd'])
  assert.deepEqual(lackingOf([dir, programs('other-half', { docker: '', containerd: '' })]), [])
})
