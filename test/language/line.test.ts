/** Lines of shell as values, and zx's `$` in a scenario: words, facts, what is printed, and what runs. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { output, server } from '../../lib/index.ts'
import type { Lab } from '../../lib/lab/lab.ts'
import { plan } from '../../lib/lab/plan.ts'
import { onlyLooks } from '../../lib/language/effects.ts'
import { toShell } from '../../lib/language/on-server.ts'
import { undoOf } from '../../lib/language/undo.ts'
import { script } from '../../lib/print/script.ts'

const server1 = server('server1')
const net1 = server1.netns('net1')
const web = server1.container('web')

test('a value is one word, a list several, whatever is in them', () => {
  const lines: ReadonlyArray<readonly [{ argv: readonly string[] }, string]> = [
    [net1.sh`ip route | grep ${'default'}`, 'ip route | grep default'],
    [net1.sh`echo ${"it's; reboot"} ${''} ${3}`, `echo 'it'\\''s; reboot' '' 3`],
    [net1.sh`echo ${['a b', 3, '$(id)']}`, `echo 'a b' 3 '$(id)'`],
    [web.sh`cat /etc/hosts >/tmp/a`, 'cat /etc/hosts >/tmp/a'],
  ]
  for (const [command, text] of lines) assert.deepEqual(command.argv, ['sh', '-c', text])
  assert.equal(toShell(web.sh`echo a | cat`), "docker exec web sh -c 'echo a | cat'")
})

test('nobody knows what a line does: it looks not alone, and nothing takes it back', () => {
  const line = net1.sh`ip route add default via 10.0.0.1`
  assert.equal(onlyLooks(line), false)
  assert.deepEqual(line.does, [{ does: 'unknown' }])
  assert.equal(undoOf(line), undefined)
})

test('what cannot be a word is refused', () => {
  assert.throws(() => net1.sh`echo ${{} as never}`, /cannot stand in a line of shell/)
  assert.throws(() => net1.sh`echo ${undefined as never}`, /cannot stand in a line of shell/)
  assert.throws(() => net1.sh`echo ${Number.NaN}`, /cannot stand in a line of shell/)
  assert.throws(() => net1.sh`  `, /there is no line of shell/)
  assert.throws(() => net1.sh('ip route' as never), /write place.sh`…`/)
})

const told = async (body: (lab: Lab) => Promise<void>) => plan({ body })
const scripted = async (body: (lab: Lab) => Promise<void>): Promise<string> =>
  script({ name: 'a', title: 'A' }, await told(body))

test('a fact prints as a variable, of its own each time, and is handed to a line beside its text', async () => {
  const text = await scripted(async (lab) => {
    const one = await lab.read(net1.sh`cat /tmp/a`)
    await lab.step('a', net1.sh`echo ${one} ${`pre ${one}`}`)
    const two = await lab.read(net1.sh`cat /tmp/a`)
    await lab.check(output(net1.sh`cat /tmp/b | tail -n 1`).prints(two), 'why')
  })
  assert.match(text, /^ {2}net1_cat_tmp_a=\$\(ip netns exec net1 sh -c 'cat \/tmp\/a'\)$/m)
  assert.match(text, /sh -c 'echo "\$\{1\}" "\$\{2\}"' sh "\$\{net1_cat_tmp_a\}" "pre \$\{net1_cat_tmp_a\}"/)
  assert.match(text, /^ {2}net1_cat_tmp_a_2=/m)
  assert.match(text, /check "prints \$\{net1_cat_tmp_a_2\}"/)
})

test('lab.$ starts nothing while a scenario is planned, and a printed script says that it has not its lines', async () => {
  const text = await scripted(async (lab) => {
    const $ = lab.$(net1)
    const { stdout } = await $`touch ${'/tmp/vethlab-planned'}`.nothrow().timeout('1s')
    assert.deepEqual(typeof stdout, 'string')
    for await (const _ of $`yes`) assert.fail()
    await $({ nothrow: true })`echo a`.pipe`cat`
    assert.equal((await $`ip -j route`.json<Record<string, string>>()).dev, undefined)
    await lab.step('a', net1.add())
  })
  assert.match(
    text,
    /^# Not in this script, for it runs in a lab alone:\n# {3}lab\.\$\(net1\)`touch \/tmp\/vethlab-planned`$/m,
  )
})

test('what lab.$ gives is told where it comes into a step, a check, or is taken apart', async () => {
  const later = /what lab\.\$ prints is known only in the running lab/
  await assert.rejects(
    told(async (lab) => lab.step('a', net1.exec('echo', (await lab.$(net1)`cat`).stdout.trim()))),
    later,
  )
  await assert.rejects(
    told(async (lab) =>
      lab.step('a', net1.ip.addr.add((await lab.$(net1)`cat`).stdout as '10.0.0.1/8').dev('a')),
    ),
    later,
  )
  await assert.rejects(
    told(async (lab) => lab.check(net1.ping((await lab.$(net1)`cat`.lines())[0] ?? '').replies, 'why')),
    later,
  )
  await assert.rejects(
    told(async (lab) => {
      const [, gateway] = (await lab.$(net1)`ip route`).stdout.match(/via (\S+)/) as string[]
      await lab.check(net1.ping((gateway as string).trim()).replies, 'why')
    }),
    { hint: /if \(lab\.live\)/ },
  )
})
