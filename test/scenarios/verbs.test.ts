/** The verbs, one lab through: up, up again, status, exec, shell, down. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { finished } from '../../lib/server/process.ts'
import { difference, snapshot, startScenario, vethlab } from '../helpers/machine.ts'

const name = 'verbs-test'
const lab = (...words: string[]) => vethlab('namespaces', [...words, '--name', name])
const exec = (where: string, ...argv: string[]) =>
  vethlab('namespaces', ['exec', where, '--name', name, '--', ...argv])
const before = await snapshot()
after(() => lab('down'))

test('down of what is not up is not an error', async () => {
  const { code, stdout } = await lab('down')
  assert.equal(code, 0)
  assert.match(stdout, /verbs-test is not up/)
})

test('up leaves the lab up, and says how to enter and to clean', async () => {
  const { code, stdout, stderr } = await lab('up')
  assert.equal(code, 0, stderr)
  assert.match(stdout, /server1\$ ip link add name veth-s1 type veth peer name veth-s2/)
  assert.match(stdout, /All 8 checks hold/)
  assert.match(stdout, /look around: {2}make shell-verbs-test/)
  for (const line of stdout.slice(stdout.lastIndexOf('All')).split('\n'))
    assert.ok(line.trimEnd().length <= 80, line)
})

test('a second up says so and checks what still must hold', async () => {
  const { code, stdout } = await lab('up')
  assert.equal(code, 0)
  assert.match(stdout, /verbs-test is up already: checking it again/)
  assert.match(stdout, /All 6 checks hold/)
  assert.doesNotMatch(stdout, /netns add/)
})

test('status tells places and addresses', async () => {
  const { stdout } = await lab('status', '--json')
  const [{ places }] = JSON.parse(stdout)
  assert.deepEqual(
    places.map((place: { kind: string; name: string; addresses: Array<{ address: string }> }) => [
      place.kind,
      place.name,
      ...place.addresses.map(({ address }) => address),
    ]),
    [
      ['server', 'server1'],
      ['netns', 'space2', '10.0.0.12/24'],
      ['netns', 'space1', '10.0.0.11/24'],
    ],
  )
})

test('exec passes output and exit code through, in every place', async () => {
  assert.equal((await exec('server1', 'hostname')).stdout, 'server1\n')
  assert.match((await exec('space1', 'ip', 'addr')).stdout, /10\.0\.0\.11\/24/)
  assert.equal((await exec('server1', 'sh', '-c', 'exit 7')).code, 7)
  assert.equal((await exec('server1', 'printf', '%s', `$(id) 'a' "b"`)).stdout, `$(id) 'a' "b"`)
})

test('exec without a command, and an unknown place, are refused with what there is', async () => {
  const none = await lab('exec', 'server1')
  assert.equal(none.code, 2)
  assert.match(none.stderr, /Put it behind --/)
  const unknown = await exec('space3', 'true')
  assert.equal(unknown.code, 2)
  assert.match(unknown.stderr, /no place "space3"[\s\S]*It has: server1, space2, space1/)
})

test('a shell runs what it is given, as the slides print it', async () => {
  const child = startScenario('namespaces', ['shell', '--name', name])
  const piped = finished(child)
  await piped
  const typed = startScenario('namespaces', [
    'exec',
    'server1',
    '--name',
    name,
    '--',
    'sh',
    '-c',
    'sudo -V >/dev/null 2>&1; ip netns exec space1 ping -c1 10.0.0.12',
  ])
  assert.match((await finished(typed)).stdout, /1 received/)
})

test('a lab does not see the machine, nor write to it', async () => {
  assert.equal((await exec('server1', 'sh', '-c', 'ls /run/systemd /run/dbus 2>/dev/null')).stdout, '')
  assert.notEqual((await exec('server1', 'sysctl', '-w', 'kernel.panic=77')).code, 0)
  assert.equal(
    (await exec('server1', 'sh', '-c', 'touch /etc/vethlab-test /opt/x /var/x && ip -br link')).stdout.split(
      '\n',
    ).length,
    2,
  )
})

test('down removes it, says what, and the machine is as it was', async () => {
  const { code, stdout } = await lab('down')
  assert.equal(code, 0)
  assert.match(stdout, /verbs-test is removed: server1/)
  assert.deepEqual(await difference(before), [])
})

test('an unknown verb lists the verbs', async () => {
  const { code, stderr } = await vethlab('namespaces', ['fly'])
  assert.equal(code, 2)
  assert.match(stderr, /unknown verb "fly"\nVerbs: up, test, down/)
})

test('--help tells every verb', async () => {
  const { code, stdout } = await vethlab('namespaces', ['--help'])
  assert.equal(code, 0)
  for (const verb of ['up', 'test', 'down', 'status', 'shell', 'exec', 'print'])
    assert.match(stdout, new RegExp(` ${verb}\\b`))
})
