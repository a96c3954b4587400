/** What is known of a scenario before it runs. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { matrix, output, server } from '../../lib/index.ts'
import type { Lab } from '../../lib/lab/lab.ts'
import { commandsOf, lastingChecks, plan, serversOf } from '../../lib/lab/plan.ts'

const server1 = server('server1')
const server2 = server('server2')
const planned = (body: (lab: Lab) => Promise<void>) => plan({ body })

test('which servers it needs, and which of them an engine', async () => {
  const it = await planned(async (lab) => {
    await lab.step('one', server2.ip.link.show())
    await lab.check(server1.container('a1').ping('10.0.0.1').replies, 'why')
  })
  assert.deepEqual(
    [...serversOf(it)],
    [
      ['server2', { engine: false }],
      ['server1', { engine: true }],
    ],
  )
})

test('a container is asked for its address once, until a docker command may have changed it', async () => {
  const a1 = server1.container('a1')
  const it = await planned(async (lab) => {
    await lab.check([server1.ping(a1).replies, server1.tcp(a1, 80).open], 'why')
    await lab.step('plug', server1.docker.network.connect('n1', 'a1'))
    await lab.check(server1.ping(a1).replies, 'why')
  })
  assert.deepEqual(
    it.entries.map(({ kind }) => kind),
    ['read', 'check', 'check', 'step', 'read', 'check'],
  )
})

test('of checks that ask the same, the last one lasts', async () => {
  const it = await planned(async (lab) => {
    await lab.check(server1.ping('10.0.0.1').noReply, 'before')
    await lab.check(server1.ping('10.0.0.2').replies, 'once')
    await lab.check(server1.ping('10.0.0.1').replies, 'after')
    await lab.check(output(server1.ip.link.show()).prints('a'), 'one text')
    await lab.check(output(server1.ip.link.show()).prints('b'), 'another text')
  })
  assert.deepEqual([...lastingChecks(it)].sort(), [1, 2, 3, 4])
})

test('what was built and never given to the lab is found, with its line', async () => {
  const it = await planned(async (lab) => {
    server1.ip.link.set('e0').up()
    server1.docker.run('alpine').name('forgotten').network('n1')
    await lab.step('used', server1.docker.run('alpine').name('used').network('n1'))
    await lab.check(server1.ping('10.0.0.1').replies, 'why')
  })
  assert.deepEqual(
    it.forgotten.map(({ value }) => value.argv.join(' ')),
    ['ip link set dev e0 up', 'docker run -dit --name forgotten --network n1 alpine'],
  )
  assert.match(it.forgotten[0]?.where() ?? '', /^test\/lab\/plan\.test\.ts:\d+$/)
})

test('a question whose answer was never given to the lab is found, with its line', async () => {
  const a1 = server1.container('a1')
  const it = await planned(async (lab) => {
    server1.ping('10.0.0.9').noReply
    server1.tcp(a1, 80).open.seenFrom('10.0.0.1')
    output(server1.ip.link.show()).prints('x')
    const question = server1.ping('10.0.0.1')
    await lab.check(question.replies, 'one of its answers')
    await lab.check(server1.tcp(a1, 80).open.seenFrom('10.0.0.1'), 'an answer of an answer')
    await lab.check(server1.ping(a1).replies.ttl(63), 'an answer with a detail')
    await lab.check(output(server1.ip.link.show(), 'links').prints('x'), 'an output')
    await lab.check(
      matrix(
        [1, 2].map((n) => ({ name: `${n}`, place: server1, at: `10.0.0.${n}` as const })),
        () => true,
      ),
      'all pairs',
    )
  })
  assert.deepEqual(
    it.unasked.map(({ value }) => value.text),
    ['ping 10.0.0.9', 'tcp a1:80', 'output of ip link show'],
  )
  assert.match(it.unasked[0]?.where() ?? '', /^test\/lab\/plan\.test\.ts:\d+$/)
})

test('reads stand in for facts, and are part of the plan', async () => {
  const it = await planned(async (lab) => {
    const bridge = await lab.read(server1.docker.network.bridge('n1'))
    await lab.step('rule', server1.iptables.filter.append('FORWARD').out(bridge).jump('ACCEPT'))
  })
  assert.equal(commandsOf(it).length, 2)
})
