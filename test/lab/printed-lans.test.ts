/** What a printed script says of the LANs that real servers must be on. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lan, server } from '../../lib/index.ts'
import { plan } from '../../lib/lab/plan.ts'
import { script } from '../../lib/print/script.ts'

const [aa, bb] = [server('aa'), server('bb')]
const one = lan('net56').plug(aa, 'e0', '10.0.56.3/24').plug(bb, 'e0', '10.0.56.4/24')
const two = lan('net57').plug(aa, 'e1', '10.0.57.3/24').plug(bb, 'e1', '10.0.57.4/24')

const printed = async (...lans: Array<typeof one>): Promise<string> =>
  script(
    { name: 'lans', title: 'LANs' },
    await plan({
      body: async (lab) => {
        for (const each of lans) await lab.step(each.name, each.up())
        await lab.step('deny', one.promiscuous('deny'))
      },
    }),
  )

test('one LAN: its servers', async () => {
  const text = await printed(one)
  assert.match(
    text,
    /these servers on one LAN:\n# {3}aa: 10\.0\.56\.3\/24 on e0\n# {3}bb: 10\.0\.56\.4\/24 on e0\n/,
  )
  assert.match(text, /at the switch: sh -c/)
})

test('several LANs: which server is on which, and which switch is meant', async () => {
  const text = await printed(one, two)
  assert.match(text, /these servers on 2 LANs:\n/)
  for (const line of ['aa: 10.0.56.3/24 on e0, LAN net56', 'bb: 10.0.57.4/24 on e1, LAN net57'])
    assert.ok(text.includes(`#   ${line}\n`), text)
  assert.match(text, /at the switch of net56: sh -c/)
})
