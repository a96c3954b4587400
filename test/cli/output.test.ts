/** What is written arrives whole, or the exit code says so; no run that proves nothing ends with 0. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { finished, until } from '../../lib/server/process.ts'
import { difference, root, snapshot, vethlab } from '../helpers/machine.ts'

const folder = mkdtempSync(join(root, 'test/.output-'))
after(() => rmSync(folder, { recursive: true }))
const machine = await snapshot()

/** A shell line in the checkout, with `start` for how a file is started. */
const shell = (line: string, env: Record<string, string> = {}) =>
  finished(
    spawn('bash', ['-c', `start() { node scripts/start.mjs "$@"; }; ${line}`], {
      cwd: root,
      env: { ...process.env, NO_COLOR: '1', ...env },
    }),
  )

function scenarioFile(name: string, body: string): string {
  const file = join(folder, `${name}.ts`)
  writeFileSync(
    file,
    `import { scenario, server } from '../../lib/index.ts'\nconst server1 = server('server1')\nexport default scenario(import.meta, 'A test', async (lab) => {\n${body}\n})\n`,
  )
  return file
}

test('a slow reader gets all of print and of --json', async () => {
  const { stdout, stderr } = await shell('N=40 start scenarios/star.ts print | (sleep 2; cat)')
  assert.ok(stdout.length > 65536, stderr)
  assert.match(stdout.slice(-200), /\nesac\n$|\n\S.*\n$/)
  const file = await shell(`N=40 start scenarios/star.ts print >${folder}/whole && cat ${folder}/whole`)
  assert.equal(stdout, file.stdout)
  const json = await shell('N=40 start scenarios/star.ts test --json | (sleep 2; cat)')
  assert.ok(json.stdout.length > 65536)
  assert.equal(JSON.parse(json.stdout).ok, true)
})

test('a reader that goes away does not end what is being done', async () => {
  const { stdout, stderr } = await shell(
    'start scenarios/namespaces.ts up --name away | head -1; echo "${PIPESTATUS[0]}"',
  )
  assert.equal(stdout.split('\n').at(-2), '0', stdout + stderr)
  assert.equal(stderr, '')
  assert.match((await vethlab('namespaces', ['status', '--name', 'away'])).stdout, /space1/)
  assert.equal((await vethlab('namespaces', ['down', '--name', 'away'])).code, 0)
})

test('a full disk is told by every verb, with exit code 2', async () => {
  for (const verb of ['print', 'status', 'test', 'test --json', 'down']) {
    const { code, stderr } = await shell(`start scenarios/namespaces.ts ${verb} >/dev/full`)
    assert.equal(code, 2, verb)
    assert.match(stderr, /^error: stdout: .*no space left.*\n.*only its output is lost/, verb)
  }
  assert.equal((await shell('start scenarios/namespaces.ts test >&-')).code, 0)
  assert.deepEqual(await difference(machine), [])
})

test('a terminal that is closed during up: the lab is removed, and nothing aborts', async () => {
  const code = join(folder, 'code')
  const line = `trap 'kill -HUP $p' HUP; node scripts/start.mjs scenarios/docker.ts up --name closed & p=$!; wait $p; wait $p; echo $? >${code}`
  const terminal = spawn('script', ['-qfc', line, '/dev/null'], {
    cwd: root,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let said = ''
  terminal.stdout.on('data', (data) => (said += data))
  assert.ok(await until(() => said.includes('\n'), 20_000))
  terminal.kill('SIGKILL')
  const written = () => {
    try {
      return readFileSync(code, 'utf8').trim()
    } catch {
      return ''
    }
  }
  assert.ok(await until(() => written() !== '', 20_000))
  assert.equal(written(), '129')
  assert.ok(await until(async () => (await difference(machine)).length === 0, 10_000, 200))
})

const slips: Array<[string, string, RegExp]> = [
  ['never', 'await new Promise(() => {})', /waits for something that never comes/],
  [
    'never-live',
    "await lab.step('x', server1.exec('true'))\nif (lab.live) await new Promise(() => {})",
    /waits for something that never comes/,
  ],
  [
    'unawaited',
    "lab.step('one', server1.exec('sleep', '0.2'))\nawait lab.step('two', server1.exec('true'))",
    /step "one" was not waited for/,
  ],
  ['last', "lab.step('one', server1.exec('true'))", /step "one" was not waited for/],
  [
    'later',
    "lab.step('one', server1.exec('false'))\nawait new Promise((done) => setTimeout(done, 50))",
    /step "one" was not waited for/,
  ],
  [
    'live',
    "await lab.step('x', server1.exec('true'))\nif (lab.live) lab.step('one', server1.exec('sleep', '0.2'))",
    /step "one" was not waited for/,
  ],
  [
    'helper',
    "const late = async () => { await new Promise((done) => setTimeout(done, 30)); await lab.step('one', server1.exec('true')) }\nlate()\nif (lab.live) await new Promise((done) => setTimeout(done, 9000))",
    /step "one", which began after its scenario had ended, was not waited for/,
  ],
]
for (const [name, body, says] of slips)
  test(`a slip is told, and ends with exit code 2: ${name}`, async () => {
    const file = scenarioFile(name, body)
    for (let times = 0; times < 5; times++) {
      const { code, stdout, stderr } = await vethlab(file, ['test'])
      assert.match(stderr, says, stdout)
      assert.doesNotMatch(stderr, /^ +at /m)
      assert.equal(code, 2)
    }
    assert.deepEqual(await difference(machine), [])
  })

test('zx runs a scenario that it is given', async () => {
  const { code, stdout } = await shell('npx tsx node_modules/.bin/zx scenarios/namespaces.ts print')
  assert.equal(code, 0)
  assert.match(stdout, /ip netns add space1/)
})

test('the end of a run is a few lines; --table shows all checks', async () => {
  const few = (await vethlab('namespaces', ['test'])).stdout
  assert.match(few, /the host has no leg in that subnet\n\nAll 8 checks hold, \S+ s\.\n$/)
  assert.match((await vethlab('namespaces', ['test', '--table'])).stdout, /expected +observed +why/)
  const file = scenarioFile(
    'fails',
    "await lab.step('x', server1.netns('a').add())\nawait lab.check(server1.netns('a').ping('127.0.0.1').replies, 'lo is down')",
  )
  const { stdout } = await vethlab(file, ['up', '-q'])
  await vethlab(file, ['down'])
  assert.match(
    stdout,
    /1 of 1 checks failed, .*:\n {2}✗ a → 127\.0\.0\.1: expected replies, observed unreachable\n {4}why: make why FROM=a TO=127\.0\.0\.1.*\nfails is up\./,
  )
})

test('Ctrl-C while a lab is only checked says that it is left', async () => {
  const file = scenarioFile(
    'again',
    "await lab.step('x', server1.exec('true'))\nif (lab.live && process.env.WAIT) { console.error('checking'); await new Promise((done) => setTimeout(done, 9000)) }",
  )
  assert.equal((await vethlab(file, ['up', '-q'])).code, 0)
  const child = spawn('node', ['scripts/start.mjs', file, 'up'], {
    cwd: root,
    env: { ...process.env, WAIT: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = finished(child)
  child.stderr.on('data', (data) => `${data}`.includes('checking') && child.kill('SIGINT'))
  const { code, stderr } = await ended
  assert.equal(code, 130)
  assert.match(stderr, /cut off: again was only checked, and is up as before/)
  assert.match((await vethlab(file, ['down'])).stdout, /again is removed/)
})
