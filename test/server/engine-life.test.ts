/** An engine that hangs or is gone, and containers that do not run: told within seconds, and the rest goes on. */
import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'
import { image, type OpenLab, server } from '../../lib/index.ts'
import { findPlace, placesOf } from '../../lib/look/places.ts'
import { rootless } from '../../lib/server/enter.ts'
import { vethlab, vethlabAll } from '../helpers/machine.ts'
import { standing } from '../helpers/standing.ts'

const server1 = server('server1')
const c1 = server1.container('c1')
const sh = (line: string) => server1.exec('sh', '-c', line)
const engine = (signal: string) => sh(`kill -${signal} "$(cat /run/docker.pid)"`)

let stand: { lab: OpenLab; close(): Promise<void> }
before(async () => {
  stand = await standing(async (lab) => {
    await lab.step('Two', server1.docker.run(image).name('c1'), server1.docker.run(image).name('c2'))
  })
})
after(() => stand?.close())
afterEach(async () => {
  await stand.lab.run(sh('kill -CONT "$(cat /run/docker.pid)" && docker unpause c1; docker start c1; exit 0'))
})

const silent = { name: 'Unable', message: /Docker Engine( of server1)? does not answer/ }

/** How long it takes, in milliseconds. */
async function time(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await work()
  return performance.now() - began
}

test('an engine that hangs: what needs none goes on, what asks it ends', async () => {
  const { lab } = stand
  const address = await lab.read(c1.address())
  await lab.run(engine('STOP'))
  const { record } = lab.sandbox
  const looked = await time(async () => {
    const places = await placesOf(record)
    assert.deepEqual(
      places.map((place) => `${place.name} ${place.engine}`),
      ['server1 silent'],
    )
  })
  assert.ok(looked < 15_000, `${looked}`)
  assert.equal((await findPlace(record, 'server1')).name, 'server1')
  await assert.rejects(findPlace(record, 'c1'), silent)
  await lab.check(server1.ping(address).replies, 'the container is there all the same')
  const report = await lab.why({ from: 'server1', to: address })
  assert.equal(report.verdict.status, 'delivered')
  assert.match(report.blind ?? '', /Docker Engine of server1 does not answer/)
})

test('a step, a check and a read that an engine does not answer end with one clear error', async () => {
  const { lab } = stand
  await lab.run(engine('STOP'))
  const commands = [server1.docker.run(image).name('c3'), c1.exec('true'), c1.address(), server1.docker.ps()]
  await Promise.all(commands.map((command) => assert.rejects(lab.run(command), silent)))
})

test('a container that does not run: exec, check and read say so, and what to do', async () => {
  const { lab } = stand
  const states = [
    ['docker stop -t 0 c1', 'is stopped', 'docker start c1'],
    ['docker pause c1', 'is paused', 'docker unpause c1'],
  ] as const
  // A lab without root has no cgroup freezer: nothing can be paused there.
  for (const [line, is, remedy] of rootless ? states.slice(0, 1) : states) {
    await lab.run(sh(line))
    const said = { message: new RegExp(`the container c1 ${is}`), hint: `On its server: ${remedy}` }
    await assert.rejects(lab.run(c1.exec('true')), said)
    await assert.rejects(lab.check(c1.ping('127.0.0.1').replies, 'nobody asks'), said)
    await lab.run(sh(remedy))
    await lab.run(c1.exec('true'))
  }
  await lab.run(sh('docker stop -t 0 c2'))
  await assert.rejects(lab.check(server1.ping(server1.container('c2')).replies, 'it has no address'), {
    message: /the container c2 is stopped/,
    hint: 'On its server: docker start c2',
  })
})

test('an engine that was killed: a step says so at once', async () => {
  const { lab } = stand
  await lab.run(engine('KILL'))
  await assert.rejects(lab.run(server1.docker.run(image).name('c4')), silent)
  assert.deepEqual(
    (await placesOf(lab.sandbox.record)).map((place) => `${place.name} ${place.engine}`),
    ['server1 silent'],
  )
})

test('the verbs on a lab whose engine hangs', async () => {
  const name = `hung-${process.pid}`
  const on = (line: string) => vethlabAll(['exec', name, 'server1', '--', 'sh', '-c', line])
  const up = () => vethlab('net1', ['up', '-q', '--name', name])
  try {
    const built = await up()
    assert.equal(built.code, 0, built.stderr)
    const container = (await on("docker ps --format '{{.Names}}' | sort | head -1")).stdout.trim()
    assert.equal((await on('kill -STOP "$(cat /run/docker.pid)"')).code, 0)
    const status = await vethlabAll(['status', name])
    assert.equal(status.code, 0)
    assert.match(status.stdout, /server1 {2}its Docker Engine does not answer/)
    assert.equal((await on('true')).code, 0)
    const why = await vethlabAll(['why', 'net1', 'server1', '--name', name])
    assert.equal(why.code, 0, why.stderr)
    assert.match(why.stdout, /The Docker Engine of server1 does not answer/)
    for (const words of [
      ['exec', name, container, '--', 'true'],
      ['shell', name, container],
    ]) {
      const { code, stderr } = await vethlabAll(words)
      assert.equal(code, 2)
      assert.match(stderr, /the Docker Engine of server1 does not answer\nLook on the server: /)
    }
    const again = await up()
    assert.equal(again.code, 2)
    assert.match(again.stderr, /the Docker Engine of server1 does not answer/)

    await on('kill -CONT "$(cat /run/docker.pid)"')
    await on(`docker stop -t 0 ${container}`)
    const stopped = new RegExp(`the container ${container} is stopped\n.*docker start ${container}`)
    for (const { code, stderr } of [await vethlabAll(['exec', name, container, '--', 'true']), await up()]) {
      assert.equal(code, 2)
      assert.match(stderr, stopped)
    }
  } finally {
    assert.equal((await vethlabAll(['down', name])).code, 0)
  }
})
