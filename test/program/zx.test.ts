/** zx in a place: all that it has, and nothing of it on the machine. */
import assert from 'node:assert/strict'
import { readlinkSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { image, type OpenLab, openLab, server } from '../../lib/index.ts'

const server1 = server('server1')
const net1 = server1.netns('net1')
const web = server1.container('web')
let lab: OpenLab

before(async () => {
  lab = await openLab()
  await lab.step('places', net1.add(), net1.ip.link.set('lo').up(), server1.docker.run(image).name('web'))
})
after(() => lab.close())

const machine = readlinkSync('/proc/self/ns/net')

test('whatever joins two commands, both run in the place, and none on the machine', async () => {
  for (const place of [server1, net1, web]) {
    const own = (await lab.exec(place, ['readlink', '/proc/self/ns/net'])).stdout.trim()
    assert.notEqual(own, machine)
    const net = 'readlink /proc/self/ns/net'
    for (const line of [
      `${net}; ${net}`,
      `${net} && ${net}`,
      `${net} | cat; ${net}`,
      `{ ${net}; ${net}; }`,
      `(${net}; ${net})`,
    ]) {
      const { stdout } = await lab.$(place)([line] as unknown as TemplateStringsArray)
      assert.deepEqual(stdout.trim().split('\n'), [own, own], `${place.name}: ${line}`)
    }
  }
})

test('values are words, whatever is in them', async () => {
  for (const place of [net1, web])
    for (const value of ["it's; readlink /proc/self/ns/net", '$(id)', 'a b', '"', '-n', 'ü'])
      assert.equal((await lab.$(place)`printf %s ${value}`).stdout, value)
})

test('json, lines, nothrow, pipes, input, timeout, kill, and what is printed meanwhile', async () => {
  const $ = lab.$(net1)
  assert.equal((await $`ip -j link show lo`.json<Array<{ ifname: string }>>())[0]?.ifname, 'lo')
  assert.deepEqual(await $`printf 'a\nb\n'`.lines(), ['a', 'b'])
  assert.equal((await $`exit 3`.nothrow()).exitCode, 3)
  await assert.rejects(async () => await $`exit 4`, { exitCode: 4 })
  assert.equal((await $`echo hello`.pipe($`tr a-z A-Z`)).stdout, 'HELLO\n')
  assert.equal((await $({ input: 'given' })`cat`).stdout, 'given')
  assert.notEqual((await $`sleep 20`.timeout('200ms').nothrow()).exitCode, 0)
  const going = $`echo ready; sleep 20`.nothrow()
  for await (const text of going.stdout) if (String(text).includes('ready')) break
  await going.kill()
  assert.notEqual((await going).exitCode, 0)
})

test('a server that is not up is refused, and the error says what to do', () => {
  assert.throws(() => lab.$(server('server2')), /server2 is not up yet/)
})
