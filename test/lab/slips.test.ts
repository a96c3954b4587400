/** The slips that are easy to make in a scenario: what the plan knows of them is told. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BadInput, explain } from '../../lib/errors.ts'
import { server } from '../../lib/index.ts'
import type { Lab } from '../../lib/lab/lab.ts'
import { plan } from '../../lib/lab/plan.ts'
import { slipIn } from '../../lib/lab/slips.ts'

const server1 = server('server1')
const red = server1.netns('red')
const { link } = server1.ip

const slip = async (step: number, body: (lab: Lab) => Promise<void>) => slipIn(await plan({ body }), step)

test('a namespace that no step before adds', async () => {
  for (const command of [link.set('r0').netns(red), red.ip.link.set('lo').up(), red.exec('true')]) {
    assert.match(
      (await slip(0, (lab) => lab.step('one', command))) ?? '',
      /No step before it adds the namespace red: netns\('red'\)\.add\(\) does/,
    )
    assert.equal(await slip(0, (lab) => lab.step('one', red.add(), command)), undefined)
  }
  const other = server('server2').netns('red')
  assert.match(
    (await slip(0, (lab) => lab.step('one', other.add(), red.exec('true')))) ?? '',
    /namespace red/,
  )
})

test('an interface whose name is taken already, and one that has gone or was moved', async () => {
  const again = link.add('r0').type('dummy')
  const between: Array<[() => Parameters<Lab['step']>[1][], RegExp]> = [
    [() => [], /step "one" has made an interface r0 there already/],
    [() => [link.set('r0').netns(red)], /^$/],
    [() => [link.del('r0')], /^$/],
  ]
  for (const [commands, says] of between) {
    const told = await slip(1, async (lab) => {
      await lab.step('one', red.add(), link.add('r0').type('veth', { peer: 'r1' }), ...commands())
      await lab.step('two', again)
    })
    assert.match(told ?? '', says)
  }
})

const refused: Array<[string, (lab: Lab) => unknown, RegExp]> = [
  [
    'an answer that is misspelt',
    () => (red.ping('10.0.0.1') as never as Record<string, unknown>).noreply,
    /did you mean noReply\?/,
  ],
  [
    'an answer of tcp',
    () => (red.tcp('10.0.0.1', 80) as never as Record<string, unknown>).opne,
    /tcp\(\) has no answer opne: did you mean open/,
  ],
  [
    'a question without its answer',
    (lab) => lab.check(red.ping('10.0.0.1') as never, 'why'),
    /lacks its answer/,
  ],
  [
    'a method that is misspelt',
    () => (server1.ip.link.set('r0') as never as Record<string, () => void>).Up?.(),
    /did you mean up/i,
  ],
  [
    'a step without its title',
    (lab) => lab.step(red.add() as never),
    /a step has no title\n.*before its commands/,
  ],
]
for (const [what, body, says] of refused)
  test(`refused: ${what}`, async () => {
    const planned = plan({
      async body(lab) {
        await body(lab)
      },
    })
    await assert.rejects(planned, (error) => error instanceof BadInput && says.test(explain(error)))
  })
