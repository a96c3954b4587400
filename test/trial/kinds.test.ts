/** `why --prove` of causes that one command alone does not show: each is proven, and all is as it was. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type OpenLab, server } from '../../lib/index.ts'
import { findLab } from '../../lib/server/labs.ts'
import type { LabRecord } from '../../lib/server/state.ts'
import { changes, changeText } from '../../lib/trial/back.ts'
import { readState, type State } from '../../lib/trial/state.ts'
import { type Proven, proveWhy } from '../../lib/trial/trial.ts'
import { inside, stacksOf } from '../../lib/why/stacks.ts'
import type { Question } from '../../lib/why/why.ts'
import { onBridge } from '../helpers/on-bridge.ts'
import { standing } from '../helpers/standing.ts'

const s = server('s')
const spaces = ['a', 'b', 'c'].map((name) => s.netns(name))

let lab: OpenLab
let record: LabRecord
let close = async () => {}
after(() => close())

/** a, b, c (10.0.0.1, .2, .3) on br0 of s. */
before(async () => {
  ;({ lab, close } = await standing(async (lab) => {
    await lab.step(
      'three on a bridge',
      onBridge(s, spaces),
      spaces.map((space) => space.ip.link.set('lo').up()),
    )
  }))
  record = findLab(lab.name) as LabRecord
})

const at = async (place: string, line: string): Promise<string> => {
  const stack = (await stacksOf(record)).find((one) => one.place.name === place)
  assert.ok(stack)
  const { stdout, stderr, code } = await inside(record).run(stack, ['sh', '-c', line])
  assert.equal(code, 0, stderr)
  return stdout.trim()
}

async function states(): Promise<Map<string, State>> {
  const stacks = await stacksOf(record)
  const all = stacks.map(async (stack) => [stack.place.name, await readState(inside(record), stack)] as const)
  return new Map(await Promise.all(all))
}

/** Proves, and holds that nothing is left changed. */
async function prove(question: Question): Promise<Proven> {
  const was = await states()
  const proven = await proveWhy(record, question)
  const now = await states()
  const left = [...was].flatMap(([name, state]) =>
    changes(state, now.get(name) as State).map((change) => `${name}: ${changeText(change)}`),
  )
  assert.deepEqual(left, [])
  return proven
}

const told = ({ proof, reason, verdict, causes }: Proven): string =>
  JSON.stringify({ proof, reason, says: verdict.says, undo: verdict.undo, causes: causes.length })

test('two have an address: the one that was not meant loses it, and who asked holds what it held', async () => {
  await at('c', 'ip addr add 10.0.0.2/24 dev eth0')
  const mac = await at('c', 'ip -br link show dev eth0 | tr -s " " | cut -d" " -f3')
  await at('a', `ip neigh replace 10.0.0.2 lladdr ${mac} dev eth0 nud reachable`)
  await at('b', 'setsid nc -l -k 0.0.0.0 80 >/dev/null 2>&1 </dev/null & sleep 0.3')
  try {
    const proven = await prove({ from: 'a', to: 'b', port: 80 })
    assert.equal(proven.verdict.cause, 'duplicate address', told(proven))
    assert.equal(proven.proof, 'proven', told(proven))
    assert.match(await at('a', 'ip neigh show to 10.0.0.2'), new RegExp(mac))
  } finally {
    await at('c', 'ip addr del 10.0.0.2/24 dev eth0')
    await at('a', 'ip neigh flush all')
  }
})

test('a spanning tree that keeps ports waiting: all of them are opened', async () => {
  await at(
    's',
    'ip link set br0 down; ip link set br0 type bridge stp_state 1 forward_delay 3000; ip link set br0 up',
  )
  try {
    const proven = await prove({ from: 'a', to: '10.0.0.2' })
    assert.equal(proven.verdict.cause, 'port not forwarding', told(proven))
    assert.deepEqual([proven.proof, proven.causes.length], ['proven', 1], told(proven))
  } finally {
    await at(
      's',
      'ip link set br0 type bridge stp_state 0; for p in p0 p1 p2; do bridge link set dev $p state 3; done',
    )
  }
})

test('a gateway that is not there, where another one is', async () => {
  await at('b', 'ip addr add 10.9.0.1/32 dev lo; sysctl -qw net.ipv4.ip_forward=1')
  await at('c', 'ip route add 10.9.0.0/24 via 10.0.0.2')
  await at(
    'a',
    'ip route add 10.9.0.0/24 via 10.0.0.99; ip rule add to 10.9.0.1 lookup 77; ip route add 10.9.0.1 via 10.0.0.98 table 77; ip route add 10.9.0.1 via 10.0.0.2',
  )
  try {
    const proven = await prove({ from: 'a', to: '10.9.0.1' })
    assert.match(proven.verdict.undo ?? '', /rule del .*lookup 77/, told(proven))
    assert.equal(proven.proof, 'proven', told(proven))
  } finally {
    await at(
      'a',
      'ip rule del to 10.9.0.1 lookup 77; ip route flush table 77; ip route del 10.9.0.1; ip route del 10.9.0.0/24',
    )
    await at('c', 'ip route del 10.9.0.0/24')
    await at('b', 'ip addr del 10.9.0.1/32 dev lo')
  }
})

test('a datagram that arrived is not proven: nothing tells that it was heard', async () => {
  await at('b', 'setsid nc -u -l -k 0.0.0.0 514 >/dev/null 2>&1 </dev/null & sleep 0.3')
  const proven = await prove({ from: 'a', to: '10.0.0.2', port: 514, udp: true })
  assert.deepEqual([proven.verdict.status, proven.proof], ['delivered', 'not provable'], told(proven))
})
