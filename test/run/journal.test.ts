/** The journal of a lab: the intent before each command, its end after it, and what takes it back. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { server, withLab } from '../../lib/index.ts'
import { type End, type Intent, readJournal } from '../../lib/run/journal.ts'
import { labFolder } from '../../lib/server/state.ts'

const host = server('server1')
const net1 = host.netns('net1')

const journalOf = (lab: string) =>
  readJournal(join(labFolder(lab), 'journal')).lines as ReadonlyArray<
    Omit<Intent, 'what'> & Pick<End | Intent, 'what'>
  >

for (const batch of [false, true])
  test(`intent first, then done; a command that fails is failed, and ends the step, ${batch ? 'in batches' : 'one by one'}`, () =>
    withLab(
      async (lab) => {
        await lab.step('two', net1.add(), net1.ip.addr.add('10.0.0.1/24').dev('lo'))
        await assert.rejects(lab.step('fails', net1.add(), host.netns('never').add()), {
          kind: 'already exists',
          command: 'ip netns add net1',
        })
        const journal = journalOf(lab.name)
        assert.deepEqual(
          journal.map(({ number, what }) => `${number} ${what}`),
          [
            ...['1 intent', '1 done', '2 intent', '2 done', '3 intent'],
            ...(batch ? ['4 intent', '3 failed', '4 skipped'] : ['3 failed']),
          ],
        )
        assert.deepEqual(journal[2]?.place, { kind: 'netns', name: 'net1', server: 'server1' })
        assert.deepEqual(journal[2]?.undo?.argv, ['ip', 'addr', 'del', '10.0.0.1/24', 'dev', 'lo'])
        assert.doesNotMatch(await lab.run(host.ip.netns.list()), /never/)
      },
      { batch },
    ))

test('two labs of one program, one after the other, and a program that goes on afterwards', async () => {
  const listening = () =>
    ['SIGINT', 'SIGTERM', 'SIGHUP', 'uncaughtException'].map((event) => process.listenerCount(event))
  const before = listening()
  for (const name of ['one', 'two'])
    assert.equal(
      await withLab((lab) => lab.run(host.exec('hostname')), { name: `journal-${name}` }),
      'server1\n',
    )
  assert.deepEqual(listening(), before, 'signals are the program’s own again')
})

test('a check that fails throws, with the lesson', async () => {
  await assert.rejects(
    withLab((lab) => lab.check(host.ping('10.0.0.1').replies, 'there is nobody')),
    /expected replies, observed unreachable/,
  )
})
