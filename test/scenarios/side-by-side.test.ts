/** Ten labs at once: none sees another, status lists them all, and all of them go. */
import assert from 'node:assert/strict'
import { readlinkSync } from 'node:fs'
import { after, test } from 'node:test'
import { findLab } from '../../lib/server/labs.ts'
import { finished, until } from '../../lib/server/process.ts'
import { difference, snapshot, startScenario, vethlab, vethlabAll } from '../helpers/machine.ts'

const ten = Array.from({ length: 10 }, (_, i) => i)
const started: string[] = []
after(() => Promise.all(started.map((lab) => vethlabAll(['down', '--name', lab]))))

/** Starts scenarios at once, each as a lab of its own name; returns the names. */
async function start(scenarios: readonly string[]): Promise<string[]> {
  const labs = scenarios.map((scenario, i) => `side-${i}-${scenario}`)
  started.push(...labs)
  const runs = scenarios.map((scenario, i) =>
    vethlab(scenario, ['up', '--quiet', '--name', labs[i] as string], { N: '5' }),
  )
  for (const { code, stdout, stderr } of await Promise.all(runs)) assert.equal(code, 0, stdout + stderr)
  return labs
}

const inside = async (lab: string, line: string): Promise<string[]> => {
  const { code, stdout, stderr } = await vethlabAll(['exec', lab, 'server1', '--', 'sh', '-c', line])
  assert.equal(code, 0, stderr)
  return stdout.split('\n').filter(Boolean)
}

/** Marks a place of each, and looks which marks each sees: only its own. */
async function apart(labs: readonly string[]): Promise<void> {
  const mark = (i: number) =>
    `ip netns add only-${i}; ip link add only-${i} type veth peer name peer-${i}; touch /run/only-${i} /etc/only-${i}; hostname only-${i}`
  await Promise.all(labs.map((lab, i) => inside(lab, mark(i))))
  const look =
    'ip netns list | cut -d" " -f1; ip -br link | cut -d"@" -f1; ls /run /etc; hostname; ps -eo args; ls /sys/fs/cgroup'
  const seen = await Promise.all(
    labs.map((lab) => inside(lab, `(${look}) | grep only- | grep -v grep | sort -u`)),
  )
  assert.deepEqual(
    seen,
    labs.map((_, i) => [`only-${i}`]),
  )
  const servers = labs.map((lab) => findLab(lab)?.servers[0]?.pid)
  for (const kind of ['net', 'mnt', 'pid', 'ipc', 'uts', 'cgroup']) {
    const namespaces = servers.map((pid) => readlinkSync(`/proc/${pid}/ns/${kind}`))
    assert.equal(new Set([...namespaces, readlinkSync(`/proc/self/ns/${kind}`)]).size, labs.length + 1, kind)
  }
}

async function listed(labs: readonly string[]): Promise<void> {
  const { stdout } = await vethlabAll(['status', '--json'])
  const up = JSON.parse(stdout) as Array<{ name: string; state: string; places: Array<{ name: string }> }>
  for (const lab of labs) {
    const its = up.find(({ name }) => name === lab)
    assert.equal(its?.state, 'up', lab)
    assert.ok(
      its.places.some(({ name }) => name === 'server1'),
      lab,
    )
  }
}

for (const [what, scenarios] of [
  ['ten of the same scenario', ten.map(() => 'namespaces')],
  [
    'ten of different scenarios',
    ['bridge', 'compose', 'docker', 'host', 'interfaces', 'macvlan', 'namespaces', 'nat', 'net1', 'star'],
  ],
] as const)
  test(`${what} at once`, async () => {
    const before = await snapshot()
    const labs = await start(scenarios)
    await listed(labs)
    await apart(labs)
    const downs = await Promise.all(labs.map((lab) => vethlabAll(['down', lab])))
    for (const [i, { code, stdout, stderr }] of downs.entries()) {
      assert.equal(code, 0, stderr)
      assert.match(stdout, new RegExp(`^${labs[i]} is removed: server1`))
    }
    assert.deepEqual(await difference(before), [])
  })

test('--copies: ten by one program, each apart; what it cannot do is refused', async () => {
  const before = await snapshot()
  const labs = ten.map((i) => `side-copy-${i + 1}`)
  started.push(...labs)
  const up = (...words: string[]) => vethlab('namespaces', ['up', '--name', 'side-copy', ...words])
  const { code, stdout, stderr } = await up('--copies', '10')
  assert.equal(code, 0, stdout + stderr)
  assert.match(stdout, /✓ side-copy-10 {2}8 checks hold\n10 of 10 are up and hold/)
  assert.equal(stderr, '')
  await listed(labs)
  await apart(labs)
  const again = await up('--copies', '2', '--json')
  assert.deepEqual(
    JSON.parse(again.stdout).labs.map(({ lab, ok }: { lab: string; ok: boolean }) => `${lab} ${ok}`),
    ['side-copy-1 true', 'side-copy-2 true'],
  )
  for (const words of [
    ['--copies', '0'],
    ['--copies', '3', '--on', 'host'],
  ])
    assert.equal((await up(...words)).code, 2)
  await Promise.all(labs.map((lab) => vethlabAll(['down', lab])))
  assert.deepEqual(await difference(before), [])
})

test('--copies cut off by a signal: none of them is left', async () => {
  const before = await snapshot()
  const child = startScenario('namespaces', ['up', '--name', 'side-cut', '--copies', '5'])
  const end = finished(child)
  assert.ok(await until(() => findLab('side-cut-3') !== undefined, 20_000, 2))
  child.kill('SIGINT')
  assert.equal((await end).code, 130)
  // One that was just being started ends with the program that started it: a moment later.
  await until(async () => (await difference(before)).length === 0, 3000, 100)
  assert.deepEqual(await difference(before), [])
})
