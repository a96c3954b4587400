/** zx in a place: all that it has, and nothing of it on the machine. */
import assert from 'node:assert/strict'
import { mkdtempSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { image, type OpenLab, openLab, server } from '../../lib/index.ts'
import { dollarOf, type PlaceOptions } from '../../lib/server/zx.ts'
import { root, vethlab } from '../helpers/machine.ts'

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

test('what zx starts by itself runs in the place, too: each form of a pipe', async () => {
  for (const place of [server1, net1, web]) {
    const own = (await lab.exec(place, ['readlink', '/proc/self/ns/net'])).stdout.trim()
    const $ = lab.$(place)
    const seen = async (line: PromiseLike<{ stdout: string }>) =>
      assert.equal((await line).stdout.trim(), own, place.name)
    await seen($`echo a`.pipe`cat >/dev/null; readlink /proc/self/ns/net`)
    await seen($`echo a`.pipe.stdout`cat >/dev/null; readlink /proc/self/ns/net`)
    await seen($`echo a >&2`.pipe.stderr`cat >/dev/null; readlink /proc/self/ns/net`)
    await seen($`echo a`.pipe.stdall`cat >/dev/null; readlink /proc/self/ns/net`)
    await seen($`echo a`.pipe`cat`.pipe`cat >/dev/null; readlink /proc/self/ns/net`)
    await seen($({ nothrow: true })`echo a`.pipe`cat >/dev/null; readlink ${'/proc/self/ns/net'}`)
    const done = $`echo a`
    await done
    await seen(done.pipe`cat >/dev/null; readlink /proc/self/ns/net`)
    const halted = $({ halt: true })`readlink /proc/self/ns/net`
    await seen(halted.run())
    assert.equal((await $`echo ${'it works'}`.pipe`tr a-z ${'A-Z'}`).stdout, 'IT WORKS\n')
  }
})

test('a folder and variables are those of the place', async () => {
  for (const place of [net1, web]) {
    const $ = lab.$(place)
    assert.equal((await $({ cwd: '/etc' })`pwd`).stdout, '/etc\n')
    const env = { ...process.env, GIVEN: "it's" }
    assert.equal((await $({ env })({ cwd: '/etc' })`echo $GIVEN $PWD`).stdout, "it's /etc\n")
    assert.equal((await $`echo \${GIVEN-none}`).stdout, 'none\n')
    assert.equal((await $({ env })`printenv NODE_TEST_CONTEXT || echo none`).stdout, 'none\n')
    assert.notEqual((await $({ cwd: '/none', nothrow: true })`echo ran`).stdout, 'ran\n')
    assert.throws(() => $({ env: { 'a b': '1' } })`true`, /"a b" is not a name of a variable/)
  }
})

test('what would lead a line out of the place is refused', () => {
  const $ = lab.$(net1)
  for (const [name, value] of Object.entries({
    sync: true,
    spawn: () => assert.fail(),
    spawnSync: () => assert.fail(),
    shell: '/bin/sh',
    prefix: '',
    postfix: '; id',
    quote: String,
    preferLocal: true,
  }))
    assert.throws(
      () => $({ [name]: value } as PlaceOptions)`true`,
      new RegExp(`does not take the option ${name}`),
    )
  assert.equal('sync' in $, false)
})

test('a server that is this machine itself is refused', () => {
  const record = { ...lab.sandbox.record, servers: [{ name: 'server1', pid: 1, engine: true, host: true }] }
  assert.throws(() => dollarOf({ record } as never, server1), /server1 is this machine itself/)
})

test('a server that is not up is refused, and the error says what to do', () => {
  assert.throws(() => lab.$(server('server2')), /server2 is not up yet/)
})

test('a scenario has it, too; a line that fails ends it with what was said, and where', async () => {
  const folder = mkdtempSync(join(root, 'test/.zx-'))
  after(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'zx.ts')
  const text = (more: string) => `import { output, scenario, server } from 'vethlab'
const net1 = server('server1').netns('net1')
export default scenario(import.meta, 'zx', async (lab) => {
  await lab.step('a place', net1.add(), net1.ip.link.set('lo').up(), net1.sh\`ip -o addr | grep -o \${'inet [^/]*'} >/tmp/zx\`)
  const { stdout } = await lab.$(net1)\`cat /tmp/zx\`.pipe\`cut -d ' ' -f 2\`
  if (lab.live && stdout !== '127.0.0.1\\n') throw new Error(stdout)
  const at = await lab.read(net1.sh\`cut -d ' ' -f 2 /tmp/zx | tr 1 1\`)
  await lab.check([net1.ping(at).replies, output(net1.sh\`cat /tmp/zx | tail -n 1\`).prints('inet')], 'it was read')
  ${more}
})
`
  writeFileSync(file, text(''))
  const done = await vethlab(file, ['test', '--json'])
  assert.equal(done.code, 0, done.stdout + done.stderr)
  writeFileSync(file, text('await lab.$(net1)`echo why >&2; exit 7`'))
  const failed = await vethlab(file, ['test'])
  assert.equal(failed.code, 2, failed.stdout)
  assert.match(
    failed.stdout + failed.stderr,
    /zx\.ts:9\n {2}lab\.\$\(net1\)`echo why >&2; exit 7`\n {2}why\nIt ended with 7/,
  )
})
