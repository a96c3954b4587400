/** `why --prove` on a real lab: two faults are named and proven, and nothing is left changed, however it ends. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type OpenLab, server } from '../../lib/index.ts'
import { findLab } from '../../lib/server/labs.ts'
import { finished, sleep, until } from '../../lib/server/process.ts'
import { type LabRecord, labFolder } from '../../lib/server/state.ts'
import { changes, changeText } from '../../lib/trial/back.ts'
import { beginTrial } from '../../lib/trial/journal.ts'
import { putBackLeft } from '../../lib/trial/left-behind.ts'
import { fixWhy } from '../../lib/trial/mending.ts'
import { readState, type State } from '../../lib/trial/state.ts'
import { Takings } from '../../lib/trial/taken.ts'
import { proveWhy } from '../../lib/trial/trial.ts'
import { inside, stacksOf } from '../../lib/why/stacks.ts'
import { standing } from '../helpers/standing.ts'

const router = server('router')
const left = router.netns('left')
const right = router.netns('right')

let lab: OpenLab
let record: LabRecord
let close = async () => {}
after(() => close())

before(async () => {
  ;({ lab, close } = await standing(async (lab) => {
    await lab.step(
      'left - router - right',
      left.add(),
      right.add(),
      router.ip.link.add('to-left').type('veth', { peer: 'l0', netns: left }),
      router.ip.link.add('to-right').type('veth', { peer: 'r0', netns: right }),
      router.ip.addr.add('10.0.1.254/24').dev('to-left'),
      router.ip.addr.add('10.0.2.254/24').dev('to-right'),
      router.ip.link.set('to-left').up(),
      router.ip.link.set('to-right').up(),
      left.ip.addr.add('10.0.1.1/24').dev('l0'),
      right.ip.addr.add('10.0.2.1/24').dev('r0'),
      left.ip.link.set('l0').up(),
      right.ip.link.set('r0').up(),
      left.ip.route.add('default').via('10.0.1.254'),
      right.ip.route.add('default').via('10.0.2.254'),
      router.sysctl.set('net.ipv4.ip_forward', 1),
    )
  }))
  record = findLab(lab.name) as LabRecord
})

const at = async (place: 'router' | 'left' | 'right', line: string): Promise<string> => {
  const stack = (await stacksOf(record)).find((one) => one.place.name === place)
  assert.ok(stack)
  const { stdout, stderr, code } = await inside(record).run(stack, ['sh', '-c', line])
  assert.equal(code, 0, stderr)
  return stdout
}

async function states(): Promise<Map<string, State>> {
  const stacks = await stacksOf(record)
  const all = stacks.map(async (stack) => [stack.place.name, await readState(inside(record), stack)] as const)
  return new Map(await Promise.all(all))
}

/** What differs between two looks at all places. */
const differences = (one: Map<string, State>, other: Map<string, State>): string[] =>
  [...one].flatMap(([name, state]) =>
    changes(state, other.get(name) as State).map((change) => `${name}: ${changeText(change)}`),
  )

const ping = { from: 'left', to: '10.0.2.1' }
const comment = '-m comment --comment \'do not "REJECT" $this\''

test('two faults: both are named in order, both are proven, and all is as it was', async () => {
  await at(
    'router',
    `iptables -A FORWARD -p udp -j ACCEPT; iptables -A FORWARD -d 10.0.2.1 ${comment} -j DROP; iptables -A FORWARD -p tcp -j ACCEPT`,
  )
  await at('right', 'ip route del default')
  try {
    const counted = await at('router', 'ping -c1 -W1 10.0.2.1 >/dev/null; iptables-save -c -t filter')
    const was = await states()
    const proven = await proveWhy(record, ping)
    assert.deepEqual(differences(was, await states()), [])
    assert.equal(proven.proof, 'proven', JSON.stringify(proven.causes))
    assert.deepEqual(
      proven.causes.map(({ proof, verdict: { cause, place } }) => [cause, place, proof]),
      [
        ['rule', 'router', 'proven'],
        ['no route back', 'right', 'proven'],
      ],
    )
    assert.equal(proven.arrives, true)
    assert.equal(proven.left, undefined)
    // The rule stands at its place, with its comment; what it had counted it still has.
    const rules = await at('router', 'iptables-save -c -t filter')
    const own = (text: string) => text.split('\n').filter((line) => line.includes('10.0.2.1'))
    assert.equal(own(rules).length, 1)
    assert.equal(
      rules.split('\n').findIndex((line) => line.includes('REJECT')),
      counted.split('\n').findIndex((line) => line.includes('REJECT')),
    )
    assert.match(own(rules)[0] ?? '', /^\[[1-9]/, 'its counter begins where it was')
    assert.equal(existsSync(join(labFolder(lab.name), 'trial')), false)
  } finally {
    await at('router', 'iptables -F FORWARD')
    await at('right', 'ip route add default via 10.0.2.254')
  }
})

test('a listener that is missing is stood in for', async () => {
  const proven = await proveWhy(record, { from: 'left', to: '10.0.2.1', port: 8080 })
  assert.equal(proven.verdict.cause, 'nobody listens')
  assert.equal(proven.proof, 'proven', proven.reason)
})

test('a setting, a link and an address are put back', async () => {
  const faults: ReadonlyArray<readonly ['router' | 'right', string, string, number?]> = [
    ['router', 'sysctl -qw net.ipv4.ip_forward=0', 'sysctl -qw net.ipv4.ip_forward=1'],
    ['router', 'ip link set to-right down', 'ip link set to-right up'],
    [
      'router',
      'nft add table inet x; nft add chain inet x f "{ type filter hook forward priority 0; policy accept; }"; nft add rule inet x f ip daddr 10.0.2.9 counter; nft add rule inet x f ip daddr 10.0.2.1 counter drop comment \\"hi\\"; nft add rule inet x f ip daddr 10.0.2.8 counter',
      'nft delete table inet x',
    ],
    [
      'router',
      'iptables -t nat -A POSTROUTING -o to-right -j SNAT --to-source 10.0.2.1',
      'iptables -t nat -F POSTROUTING',
    ],
    [
      'router',
      'ip link set to-right mtu 1300; iptables -A OUTPUT -p icmp --icmp-type fragmentation-needed -j DROP',
      'ip link set to-right mtu 1500; iptables -F OUTPUT',
      1400,
    ],
  ]
  for (const [place, fault, mend, size] of faults) {
    await at(place, fault)
    try {
      await sleep(300)
      const was = await states()
      const proven = await proveWhy(record, { ...ping, ...(size === undefined ? {} : { size }) })
      assert.deepEqual(differences(was, await states()), [], fault)
      assert.equal(proven.proof, 'proven', `${fault}: ${proven.verdict.says}: ${proven.reason}`)
    } finally {
      await at(place, mend)
    }
  }
})

/** Begins a proof of a rule in the way, in a process of its own, and ends it by a signal as soon as that rule is away. */
async function cutOff(signal: NodeJS.Signals): Promise<{ file: string; code: number | null }> {
  const file = join(labFolder(lab.name), 'trial')
  const script = `import { findLab } from './lib/server/labs.ts'; import { proveWhy } from './lib/trial/trial.ts'
    await proveWhy(findLab(${JSON.stringify(lab.name)}), ${JSON.stringify(ping)})`
  const child = spawn(process.execPath, ['--import', 'tsx/esm', '--input-type=module', '-e', script], {
    stdio: 'ignore',
  })
  const ended = finished(child)
  for (let tries = 0; tries < 1000; tries++) {
    const rules = await at('router', 'iptables -S FORWARD')
    if (!rules.includes('10.0.2.1') && existsSync(file) && readFileSync(file, 'utf8').includes('"before"'))
      break
    await sleep(5)
  }
  child.kill(signal)
  return { file, code: (await ended).code }
}

test('killed between taking away and putting back: the next one puts it back, and says so', async () => {
  await at('router', 'iptables -A FORWARD -d 10.0.2.1 -j DROP')
  try {
    const was = await states()
    const { file } = await cutOff('SIGKILL')
    assert.doesNotMatch(await at('router', 'iptables -S FORWARD'), /10\.0\.2\.1/, 'it was killed too late')
    assert.match((await putBackLeft(record)) ?? '', /put back/)
    assert.deepEqual(differences(was, await states()), [])
    assert.equal(existsSync(file), false)
    assert.equal(await putBackLeft(record), undefined)
  } finally {
    await at('router', 'iptables -F FORWARD')
  }
})

test('Ctrl-C between taking away and putting back: it is put back before the program ends', async () => {
  await at('router', 'iptables -A FORWARD -d 10.0.2.1 -j DROP')
  try {
    const was = await states()
    const { file, code } = await cutOff('SIGINT')
    assert.notEqual(code, 0, 'it was not cut off')
    assert.deepEqual(differences(was, await states()), [])
    assert.equal(existsSync(file), false)
  } finally {
    await at('router', 'iptables -F FORWARD')
  }
})

test('a fix of which a part fails: what it had done is put back, and the cause is not provable', async () => {
  await at('router', 'iptables -A FORWARD -d 10.0.2.1 -j DROP')
  const takings = new Takings(record, await beginTrial(record))
  try {
    const was = await states()
    const stacks = await stacksOf(record)
    const place = stacks.find((one) => one.place.name === 'router')?.place
    assert.ok(place)
    const lines = [
      ['iptables', '-D', 'FORWARD', '1'],
      ['ip', 'route', 'add', '10.7.0.0/24', 'via', '10.99.99.99'],
    ]
    await assert.rejects(takings.take(stacks, { place, lines }), /the fix fails: .*\n?.*/)
    assert.deepEqual(differences(was, await states()), [])
    assert.deepEqual([takings.taken, takings.left], [[], []])
  } finally {
    await takings.end()
    await at('router', 'iptables -F FORWARD')
  }
})

test('two proofs at once: the second one waits, and both find the same', async () => {
  await at('router', 'iptables -A FORWARD -d 10.0.2.1 -j DROP')
  try {
    const was = await states()
    const both = await Promise.all([proveWhy(record, ping), proveWhy(record, ping)])
    for (const { proof, reason, changed, left: rest } of both)
      assert.deepEqual([proof, changed, rest], ['proven', undefined, undefined], reason)
    assert.deepEqual(differences(was, await states()), [])
  } finally {
    await at('router', 'iptables -F FORWARD')
  }
})

test('a lab that somebody changes meanwhile: told, nothing is proven, and the change stays', async () => {
  await at('router', 'iptables -A FORWARD -d 10.0.2.1 -j DROP')
  try {
    const trial = proveWhy(record, ping)
    for (let tries = 0; tries < 1000; tries++) {
      if (!(await at('router', 'iptables -S FORWARD')).includes('DROP')) break
      await sleep(2)
    }
    const file = join(labFolder(lab.name), 'trial')
    await until(() => existsSync(file) && readFileSync(file, 'utf8').includes('"after"'), 5000, 1)
    await at('router', 'iptables -I FORWARD -p udp --dport 99 -j ACCEPT')
    const proven = await trial
    const rules = await at('router', 'iptables -S FORWARD')
    assert.match(rules, /--dport 99 -j ACCEPT/)
    assert.match(rules, /-d 10\.0\.2\.1\/32 -j DROP/)
    assert.equal(proven.proof, 'not provable', proven.reason)
    assert.match(proven.reason, /changed meanwhile.*99/)
  } finally {
    await at('router', 'iptables -F FORWARD')
  }
})

test('--fix leaves what opens the fewest other pairs, and tells its undo', async () => {
  await at('router', 'iptables -A FORWARD -d 10.0.2.1 -j DROP')
  try {
    const was = await states()
    const mended = await fixWhy(record, ping)
    assert.equal(mended.arrives, true, mended.reason)
    assert.deepEqual(
      mended.commands.map(({ line }) => line),
      [
        'iptables -I FORWARD -s 10.0.1.1 -d 10.0.2.1 -p icmp --icmp-type echo-request -j ACCEPT; iptables -I FORWARD -s 10.0.2.1 -d 10.0.1.1 -p icmp --icmp-type echo-reply -j ACCEPT',
      ],
    )
    // Without the rule right would reach left, too.
    assert.deepEqual(mended.opened, [])
    for (const { undo } of mended.commands) await at('router', undo)
    assert.deepEqual(differences(was, await states()), [])
  } finally {
    await at('router', 'iptables -F FORWARD')
  }
})

test('--fix takes a rule away where nothing narrower lets fewer pairs through', async () => {
  await at('router', 'iptables -A FORWARD -s 10.0.1.0/24 -p tcp --dport 9 -j DROP')
  await at('right', 'setsid nc -l -k 0.0.0.0 9 >/dev/null 2>&1 </dev/null & sleep 0.3')
  try {
    const mended = await fixWhy(record, { from: 'left', to: '10.0.2.1', port: 9 })
    assert.equal(mended.arrives, true, mended.reason)
    assert.deepEqual(
      mended.commands.map(({ line }) => line),
      ['iptables -D FORWARD 1'],
    )
  } finally {
    await at('router', 'iptables -F FORWARD')
  }
})
