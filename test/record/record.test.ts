/** Scripts of others: each is recorded, and the scenario that comes of it runs and answers as the script did. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { findLab } from '../../lib/server/labs.ts'
import { finished } from '../../lib/server/process.ts'
import { difference, root, snapshot, vethlab, vethlabAll } from '../helpers/machine.ts'

const scripts = join(root, 'test/record/scripts')
const folder = mkdtempSync(join(root, 'test/.record-'))
after(() => rmSync(folder, { recursive: true, force: true }))

/** How many lines each script has, and how many of them are typed. */
const tally: Array<{ name: string; lines: number; typed: number }> = []

for (const file of readdirSync(scripts))
  test(`${file}: recorded, it runs, and asks what the script has asked`, async () => {
    const before = await snapshot()
    const { code, stdout, stderr } = await vethlabAll(['record', join(scripts, file)])
    assert.equal(code, 0, stderr)
    const [, share = 0, lines = 0] = (stderr.match(/(\d+) % of (\d+) lines typed/) ?? []).map(Number)
    tally.push({ name: file, lines, typed: share })
    const scenario = join(folder, file.replace(/\.sh$/, '.ts'))
    writeFileSync(scenario, stdout)
    const run = await vethlab(scenario, ['test', '--json'])
    assert.equal(run.code, 0, run.stdout + run.stderr)
    assert.ok(JSON.parse(run.stdout).checks.length > 0)
    assert.deepEqual(await difference(before), [])
  })

test('of the lines of all scripts nine in ten are typed', () => {
  for (const { name, lines, typed } of tally) console.log(`${name.padEnd(14)} ${typed} % of ${lines} lines`)
  const typed = tally.reduce((all, one) => all + (one.lines * one.typed) / 100, 0)
  const lines = tally.reduce((all, one) => all + one.lines, 0)
  assert.ok(tally.length >= 12 && typed / lines >= 0.9, `${typed} of ${lines}`)
})

test('a script is only run: its lab is up under its name', async () => {
  const lab = `record-up-${process.pid}`
  try {
    const { code, stderr } = await vethlabAll(['up', join(scripts, 'router.sh'), '--name', lab])
    assert.equal(code, 0, stderr)
    assert.equal((await vethlabAll(['why', 'red', '10.0.2.1', '--name', lab])).code, 0)
    const here = await vethlabAll(['up', join(scripts, 'router.sh'), '--on', 'host', '--yes'])
    assert.equal(here.code, 2)
    assert.match(here.stderr, /never run on this machine itself/)
    const again = await vethlabAll(['up', join(scripts, 'router.sh'), '--name', lab])
    assert.equal(again.code, 2)
    assert.match(again.stderr, /is up already/)
  } finally {
    await vethlabAll(['down', lab])
  }
})

const written = (text: string): string => {
  const file = join(folder, 'bad.sh')
  writeFileSync(file, text)
  return file
}

test('a script that fails half-way: its exit code, what was recorded up to there, and nothing left', async () => {
  const before = await snapshot()
  const file = written('set -e\nip netns add one\nip link set nothing up\nip netns add two\n')
  const { code, stdout, stderr } = await vethlabAll(['record', file])
  assert.equal(code, 1)
  assert.match(stdout, /netns\.add\('one'\)/)
  assert.doesNotMatch(stdout, /'two'/)
  assert.match(stderr, /ended with 1; what it did up to there is recorded/)
  assert.equal((await vethlabAll(['up', file, '--name', 'bad'])).code, 1)
  assert.equal(findLab('bad'), undefined)
  assert.deepEqual(await difference(before), [])
})

test('a script with a slip of syntax, one that asks, one that kills its shell, and one that is not there', async () => {
  assert.equal((await vethlabAll(['record', written('if then\n')])).code, 2)
  const asks = await vethlabAll(['record', written('read -r answer; ip netns add "x$answer"\n')])
  assert.equal(asks.code, 0)
  assert.match(asks.stderr, /it asks for input \(read -r answer\), and gets none/)
  const killed = await vethlabAll(['record', written('ip netns add one; kill -9 $$\n')])
  assert.equal(killed.code, 137)
  assert.match(killed.stdout, /netns\.add\('one'\)/)
  const none = await vethlabAll(['record', join(folder, 'none.sh')])
  assert.equal(none.code, 2)
  assert.match(none.stderr, /no such file/)
  const there = await vethlabAll(['record', written('true\n'), '-o', written('true\n')])
  assert.match(there.stderr, /is there already/)
})

test('a script may edit /etc and call sudo: what it writes stays on its server', async () => {
  const etc = readFileSync('/etc/hosts', 'utf8')
  const { code, stderr } = await vethlabAll([
    'record',
    written('echo 10.0.0.1 here | sudo tee -a /etc/hosts\nsudo -E ip netns add a\n'),
  ])
  assert.equal(code, 0, stderr)
  assert.equal(readFileSync('/etc/hosts', 'utf8'), etc)
})

test('a link of a script leads to no file of this machine', async () => {
  const file = written('ln -s /etc/passwd /tmp/list; ip -force -batch /tmp/list || true\nip netns add a\n')
  const { code, stdout, stderr } = await vethlabAll(['record', file])
  assert.equal(code, 0, stderr)
  assert.doesNotMatch(stdout, /root:x:0:0|The files that it uses/)
})

/** Records in a process of its own, which gets a signal as soon as the script says that it has begun. */
async function cut(
  text: string,
  signal: NodeJS.Signals,
): Promise<{ code: number; stdout: string; stderr: string }> {
  const child = spawn('node', ['scripts/start.mjs', 'scripts/vethlab.ts', 'record', written(text)], {
    cwd: root,
  })
  let said = ''
  child.stderr.on('data', (data) => {
    if (!said.includes('BEGUN') && `${said}${data}`.includes('BEGUN')) child.kill(signal)
    said += data
  })
  return finished(child)
}

test('a script that runs for ever: a signal ends it, what it did is printed, and nothing is left', async () => {
  const before = await snapshot()
  const forEver = 'trap "ip netns add late" INT\nip netns add one\necho BEGUN\nwhile :; do sleep 1; done\n'
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    const done = await cut(forEver, signal)
    assert.equal(done.code, code, done.stderr)
    assert.match(done.stdout, /netns\.add\('one'\)/)
    assert.doesNotMatch(done.stdout, /late/)
    assert.match(done.stderr, /was cut off; what it did up to there is recorded/)
  }
  assert.deepEqual(await difference(before), [])
})

test('what a script does to clean up is left out, and told: at its end, at its beginning, in a function', async () => {
  const file = written(`cleanup() { ip netns del one; ip link del v0; }
trap cleanup EXIT
ip netns del one 2>/dev/null || true
cleanup 2>/dev/null
setup() {
  # A place
  ip netns add one
  ip -n one link set lo up
  ip netns exec one sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'

  # A cable
  ip link add v0 type veth peer name v1 netns one
  ip link set v0 up
  ip -n one link set v1 up
  ip addr add 10.0.0.1/24 dev v0
  ip -n one addr add 10.0.0.2/24 dev v1
  ip -n one route add default via 10.0.0.1
  ip addr show v0
  ip -n one route show
}
main() { setup; ping -c 1 -W 1 10.0.0.2; }
main
ip link del v0
ip netns del one
`)
  const { code, stdout, stderr } = await vethlabAll(['record', file])
  assert.equal(code, 0, stderr)
  assert.doesNotMatch(stdout.replace(/\/\/.*/g, ''), /\.del\(/)
  assert.match(stdout, /'A place',[\s\S]*'A cable',/)
  assert.match(stdout, /one\.sysctl\.set\('net\.ipv4\.ip_forward', 1\)/)
  assert.match(stderr, /left out, for a lab is removed by vethlab: trap 'cleanup' EXIT/)
  assert.match(stderr, /left out: clean-up, which vethlab does by itself: cleanup\(\)/)
  assert.match(stderr, /left out: clean-up, which vethlab does by itself: ip netns del one/)
  assert.match(stderr, /left out: clean-up, which vethlab does by itself: server1\.ip\.link\.del\('v0'\)/)
  const lab = `record-trap-${process.pid}`
  const up = await vethlabAll([
    'up',
    written('trap "ip netns del one" EXIT\nip netns add one\n'),
    '--name',
    lab,
  ])
  try {
    assert.equal(up.code, 0, up.stderr)
    assert.match((await vethlabAll(['exec', lab, 'server1', '--', 'ip', 'netns', 'list'])).stdout, /one/)
  } finally {
    await vethlabAll(['down', lab])
  }
})

test('without a script: what comes by a pipe, and what is typed into a shell', async () => {
  const start = 'node scripts/start.mjs scripts/vethlab.ts record'
  const run = (line: string) => finished(spawn('sh', ['-c', line], { cwd: root }))
  const piped = await run(`printf '# A place\\nip netns add one\\n' | ${start}`)
  assert.match(piped.stdout, /'A place',\s+server1\.ip\.netns\.add\('one'\)/)
  const out = join(folder, 'typed.ts')
  const typed =
    '# A place\\nip netns add one\\nip netns add one\\n# It answers\\nping -c 1 127.0.0.1\\nexit 3\\n'
  const shell = await run(`printf '${typed}' | script -qec '${start} -o ${out}' /dev/null`)
  assert.equal(shell.code, 0, shell.stdout)
  const text = readFileSync(out, 'utf8')
  assert.match(text, /'A place',\s+server1\.ip\.netns\.add\('one'\)/)
  assert.match(text, /server1\.ping\('127\.0\.0\.1'\)\.replies,[\s\S]*'It answers'/)
  assert.match(shell.stdout, /left out: failed with 1: ip netns add one/)
})
