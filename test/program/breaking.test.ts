/** Waiting and breaking: what is broken has a measured effect, and is as before when it is healed. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { answers, healthy, image, listens, logs, type OpenLab, openLab, server } from '../../lib/index.ts'

const server1 = server('server1')
const [a, b, router] = ['a', 'b', 'router'].map((name) => server1.netns(name)) as [
  ReturnType<typeof server1.netns>,
  ReturnType<typeof server1.netns>,
  ReturnType<typeof server1.netns>,
]
const [addressA, addressB] = ['10.1.0.2', '10.2.0.2']

let lab: OpenLab
before(async () => {
  lab = await openLab()
  const { ip } = server1
  await lab.step(
    'two namespaces behind a router',
    a.add(),
    b.add(),
    router.add(),
    router.sysctl.set('net.ipv4.ip_forward', 1),
  )
  for (const [i, place] of [a, b].entries())
    await lab.step(
      `the subnet of ${place.name}`,
      ip.link
        .add('veth')
        .netns(place.name)
        .type('veth', { peer: `to-${place.name}` }),
      ip.link.set(`to-${place.name}`).netns('router'),
      place.ip.addr.add(`10.${i + 1}.0.2/24`).dev('veth'),
      router.ip.addr.add(`10.${i + 1}.0.1/24`).dev(`to-${place.name}`),
      place.ip.link.set('lo').up(),
      place.ip.link.set('veth').up(),
      router.ip.link.set(`to-${place.name}`).up(),
      place.ip.route.add('default').via(`10.${i + 1}.0.1`),
    )
})
after(() => lab.close())

const reaches = async () => {
  await lab.check([a.ping(addressB).replies, b.ping(addressA).replies], 'they reach each other')
}
const rules = (): Promise<string[]> =>
  Promise.all(
    [a, b].map((place) => lab.run(place.exec('sh', '-c', 'iptables-save | grep ^-; tc qdisc; ip route'))),
  )

test('until() waits for a port, a check, a function, and tells what it saw last', async () => {
  const began = performance.now()
  const program = await lab.spawn(b, ['sh', '-c', 'sleep 0.5; exec nc -lk 0.0.0.0 8080'])
  await lab.until([listens(b, 8080), a.tcp(addressB, 8080).open])
  assert.ok(performance.now() - began > 400)
  let count = 0
  await lab.until(() => ++count === 3, { every: 1 })
  await program.kill('SIGKILL')
  await lab.until(a.tcp(addressB, 8080).closed)
  const never = lab.until(listens(b, 8080), { within: 300 })
  await assert.rejects(
    never,
    /breaking\.test\.ts:\d+[\s\S]*within 300 ms: b listens on port 8080; last seen: it listens on no port/,
  )
  await assert.rejects(
    lab.until(a.tcp(addressB, 81).open, { within: 2000 }),
    /within 2000 ms: a → .*last seen: observed closed/,
  )
  await assert.rejects(lab.until(listens(server1.netns('gone'), 1), { within: 2000 }), /last seen: .*gone/)
  await assert.rejects(lab.until([]), /nothing to wait for/)
  await assert.rejects(
    lab.until(() => false, { signal: AbortSignal.timeout(100) }),
    { name: 'TimeoutError' },
  )
})

test('until() waits for a log, an answer over HTTP, and health', async () => {
  const web = server1.container('web')
  const script = 'sleep 0.3; echo ready; exec busybox httpd -f -p 80 -h /etc'
  await lab.step(
    'a container',
    server1.exec(
      'docker',
      'run',
      '-d',
      '--name',
      'web',
      '--health-cmd',
      'busybox wget -q -O - http://127.0.0.1/hosts',
      '--health-interval',
      '1s',
      image,
      'sh',
      '-c',
      script,
    ),
    server1.docker.run(image).name('plain'),
  )
  await lab.until([logs(web, /^ready$/m), answers(web, 'http://localhost/hosts'), listens(web, 80)])
  await lab.until(answers(web, 'http://localhost/nothing', { status: 404 }))
  await lab.until(healthy(web))
  await assert.rejects(lab.until(healthy(server1.container('plain'))), /plain has no health check/)
  assert.throws(() => logs(a, 'x'), /a keeps no log/)
})

test('a link goes down with its routes, comes back with them, and flaps', async () => {
  const before = await rules()
  {
    await using cut = await lab.link(a, 'veth').down()
    assert.deepEqual(cut.how, ['a: ip link set dev veth down'])
    await lab.check(a.ping(addressB).unreachable, 'there is no way')
  }
  assert.deepEqual(await rules(), before)
  await reaches()
  await lab.link(a, 'veth').flap({ times: 2, down: 20, up: 20 })
  assert.deepEqual(await rules(), before)
  await assert.rejects(lab.link(a, 'eth9').down(), /breaking\.test\.ts:\d+[\s\S]*eth9/)
})

test('a partition parts two sides without a word, and is healed', async () => {
  const before = await rules()
  const parted = await lab.partition([a, router], [b])
  await lab.check(
    [
      a.ping(addressB).noReply,
      b.ping(addressA).noReply,
      a.ping('10.1.0.1').replies,
      a.tcp(addressB, 80).filtered,
    ],
    'the sides do not hear each other; within a side all is as before',
  )
  await Promise.all([parted.heal(), parted.heal()])
  assert.deepEqual(await rules(), before)
  await reaches()
  await assert.rejects(lab.partition([a], [a]), /a is on both sides/)
  await assert.rejects(lab.partition([a]), /at least two sides/)
})

test('loss and rate have the effect that they name, and leave nothing', async () => {
  const before = await rules()
  {
    await using lossy = await lab.link(a, 'veth').impair({ loss: 50 })
    assert.match(lossy.how.join('\n'), /netem loss 50%|statistic/)
    const { stdout } = await lab.exec(a, ['ping', '-c', '200', '-i', '0.005', '-W', '1', addressB])
    const lost = Number(stdout.match(/([\d.]+)% packet loss/)?.[1])
    assert.ok(lost > 30 && lost < 70, stdout)
  }
  {
    await using _ = await lab.link(b, 'veth').impair({ rate: '8mbit' })
    const sink = await lab.spawn(a, ['sh', '-c', 'nc -N -l 0.0.0.0 9000 | wc -c'])
    await lab.until(listens(a, 9000))
    const began = performance.now()
    await lab.exec(b, ['sh', '-c', `head -c 1000000 /dev/zero | nc -N ${addressA} 9000`])
    assert.equal((await sink.done).stdout.trim(), '1000000')
    const seconds = (performance.now() - began) / 1000
    assert.ok(seconds > 0.7 && seconds < 4, `1 MB at 8 Mbit/s took ${seconds} s`)
  }
  assert.deepEqual(await rules(), before)
})

test('a delay takes netem: it is measured, or told that the kernel has none', async () => {
  const link = lab.link(a, 'veth')
  try {
    await using _ = await link.impair({ delay: 60, jitter: 5 })
    const { stdout } = await lab.exec(a, ['ping', '-c', '3', addressB])
    assert.ok(Number(stdout.match(/= [\d.]+\/([\d.]+)/)?.[1]) > 45, stdout)
  } catch (error) {
    assert.match((error as Error).message, /this kernel has no netem[\s\S]*modprobe sch_netem/)
  }
  await assert.rejects(link.impair({}), /nothing is to be made worse/)
  await assert.rejects(link.impair({ loss: 101 }), /the loss 101 is not from 0 to 100/)
  await assert.rejects(link.impair({ rate: 'fast' }), /"fast" is no rate/)
  await reaches()
})
