/** A lab as an object: opened, used, closed; programs in it as values; what is forgotten in it is told. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { image, type OpenLab, openLab, server, VethlabError, withLab } from '../../lib/index.ts'
import { finished } from '../../lib/server/process.ts'
import { labFolder } from '../../lib/server/state.ts'

const server1 = server('server1')
const net1 = server1.netns('net1')

let lab: OpenLab
before(async () => {
  lab = await openLab()
  await lab.step('a namespace', net1.add(), net1.ip.link.set('lo').up())
})
after(() => lab.close())

test('a code other than 0 is a value, with both streams', async () => {
  const done = await lab.exec(net1, ['sh', '-c', 'echo out; echo err >&2; exit 3'])
  assert.deepEqual(done, { code: 3, exitCode: 3, stdout: 'out\n', stderr: 'err\n' })
})

test('a program is given input, a folder, an environment and a user, in its own place', async () => {
  const options = { input: 'in', cwd: '/tmp', env: { GREETING: 'good day' }, user: 'nobody' }
  const script = 'cat; echo; pwd; echo "$GREETING"; id -un; readlink /proc/self/ns/net'
  const { stdout } = await lab.exec(net1, ['sh', '-c', script], options)
  const own = (await lab.run(net1.exec('readlink', '/proc/self/ns/net'))).trim()
  assert.deepEqual(stdout.trim().split('\n'), ['in', '/tmp', 'good day', 'nobody', own])
})

test('input and output are bytes where they are to be, of any size', async () => {
  const every = Uint8Array.from({ length: 256 }, (_, i) => i)
  const { stdout } = await lab.exec(net1, ['cat'], { input: every, encoding: 'buffer' })
  assert.deepEqual(new Uint8Array(stdout), every)
  const large = 'no end of a line '.repeat(100_000)
  assert.equal((await lab.exec(net1, ['cat'], { input: large })).stdout, large)
  const { stderr } = await lab.exec(net1, ['sh', '-c', "printf '\\377' >&2"], { encoding: 'buffer' })
  assert.deepEqual([...stderr], [255])
  assert.equal((await lab.exec(net1, ['id', '-u'], { user: '12345' })).stdout, '12345\n')
})

test('in a container, too: input, user, folder, environment, bytes, and a limit', async () => {
  const web = server1.container('web')
  await lab.step('a container', server1.docker.run(image).name('web'))
  const options = { input: 'in', cwd: '/tmp', env: { GREETING: 'good day' }, user: '65534' }
  const { stdout } = await lab.exec(web, ['sh', '-c', 'cat; echo; pwd; echo "$GREETING"; id -u'], options)
  assert.deepEqual(stdout.trim().split('\n'), ['in', '/tmp', 'good day', '65534'])
  const bytes = await lab.exec(web, ['cat'], { input: Uint8Array.of(255, 0, 10), encoding: 'buffer' })
  assert.deepEqual([...bytes.stdout], [255, 0, 10])
  const slow = lab.exec(web, ['sh', '-c', 'echo begun; sleep 33'], { timeout: 300 })
  await assert.rejects(slow, /did not end within 300 ms; it printed: begun/)
  assert.doesNotMatch((await lab.exec(web, ['ps'])).stdout, /sleep 33/)
  const shell = ['sh', '-c', 'echo "$0 $UID $A"; pwd; cat; exit 7', '$(x)']
  const odd = await lab.exec(web, shell, { env: { UID: 'own', A: "it's $HOME" }, cwd: '/', input: '' })
  assert.deepEqual([odd.code, odd.stdout], [7, "$(x) own it's $HOME\n/\n"])
  const lines = 'a line\n'.repeat(1000)
  assert.equal((await lab.exec(web, ['cat'], { input: lines })).stdout, lines)
  assert.match((await lab.exec(web, ['pwd'], { cwd: '/nowhere' })).stderr, /nowhere.*No such file/i)
  assert.equal((await lab.exec(web, ['pwd'])).stdout, '/\n')
  const program = await lab.spawn(web, ['sh', '-c', 'echo ready; sleep 34'])
  await program.waitFor('ready')
  await program.kill()
  assert.doesNotMatch((await lab.exec(web, ['ps'])).stdout, /sleep 34/)
  assert.match((await lab.exec(web, ['nothing'], { input: 'x' })).stdout, /"nothing"/)
})

test('a place that is not there is an error, and no result', async () => {
  const gone = server1.netns('gone')
  const said = /open-lab\.test\.ts:\d+[\s\S]*"?gone"?[\s\S]*which step makes it/i
  for (const options of [{}, { input: 'x', timeout: 5000 }]) {
    await assert.rejects(lab.exec(gone, ['true'], options), said)
    await assert.rejects(lab.exec(server1.container('gone'), ['true'], options), said)
  }
  for (const place of [gone, server1.container('gone')]) {
    await assert.rejects(lab.forward(place, 80), said)
    await assert.rejects(lab.connect(place, { port: 80 }), said)
    await assert.rejects(lab.expose(9, place), said)
    await assert.rejects(lab.fetch(place, 'http://127.0.0.1/'), said)
  }
})

test('what cannot be meant is refused before it runs', async () => {
  const wrong = { timeOut: 5 } as object
  await assert.rejects(
    lab.exec(net1, ['true'], wrong),
    /there is no option "timeOut"[\s\S]*There are: input, timeout/,
  )
  await assert.rejects(lab.exec(net1, []), /a program is a list of words/)
  await assert.rejects(lab.exec(net1, ['true'], { timeout: 0 }), /a timeout of 0 ms is none/)
})

/** The processes of the server whose words are these. */
const running = async (words: string): Promise<string> =>
  (await lab.exec(server1, ['sh', '-c', `ps -eo args= | grep -Fx "${words}" | grep -v grep`])).stdout

test('a timeout and a signal end the program in its place', async () => {
  await assert.rejects(lab.exec(net1, ['sleep', '31'], { timeout: 300 }), /did not end within 300 ms/)
  await assert.rejects(lab.exec(net1, ['sleep', '31'], { signal: AbortSignal.timeout(300) }), {
    name: 'TimeoutError',
  })
  for (let tries = 0; (await running('sleep 31')) !== '' && tries < 100; tries++)
    await new Promise((done) => setTimeout(done, 100))
  assert.equal(await running('sleep 31'), '')
})

test('a program that goes on is waited for by what it prints, and ended', async () => {
  const program = await lab.spawn(net1, ['sh', '-c', 'echo ready; sleep 32; echo never'])
  assert.match(await program.waitFor(/ready/), /ready/)
  await program.kill()
  const { code, stdout } = await program.done
  assert.notEqual(code, 0)
  assert.equal(stdout, 'ready\n')
  const silent = await lab.spawn(net1, ['true'])
  await assert.rejects(silent.waitFor('ready'), /it ended before it printed ready/)
})

test('all checks are among the results, and the error tells all that failed, where, how and why', async () => {
  const count = lab.results.length
  const checks = [
    net1.ping('127.0.0.1').replies,
    net1.ping('127.0.0.1').noReply,
    net1.ping('127.0.0.2').noReply,
  ]
  await assert.rejects(lab.check(checks, 'a lesson'), (error: VethlabError) => {
    assert.match(error.message, /open-lab\.test\.ts:\d+/)
    assert.match(error.message, /127\.0\.0\.1: expected no reply, observed replies/)
    assert.match(error.message, /127\.0\.0\.2: expected no reply, observed replies/)
    assert.match(error.message, /a lesson/)
    return error instanceof VethlabError
  })
  assert.deepEqual(
    lab.results.slice(count).map(({ ok }) => ok),
    [true, false, false],
  )
})

test("an error's message and stack hold the line, the command, what the tool said and what to do", async () => {
  const error = await lab.step('a slip', net1.ip.link.set('zz').up()).catch((error: Error) => error)
  for (const text of [(error as Error).message, (error as Error).stack ?? ''])
    assert.match(
      text,
      /open-lab\.test\.ts:\d+, step "a slip"[\s\S]*ip -n net1 link set dev zz up[\s\S]*Cannot find device[\s\S]*which step makes it/,
    )
})

test('many labs of one process have names of their own; close twice is harmless, and nothing is left', async () => {
  const labs = await Promise.all(Array.from({ length: 4 }, () => openLab()))
  assert.equal(new Set(labs.map(({ name }) => name)).size, 4)
  for (const one of labs) assert.ok(existsSync(labFolder(one.name)))
  await Promise.all(labs.flatMap((one) => [one.close(), one.close()]))
  await labs[0]?.[Symbol.asyncDispose]()
  for (const one of labs) assert.ok(!existsSync(labFolder(one.name)))
})

test('a forgotten await is told with its line', async () => {
  const forgetful = withLab(async (lab) => {
    void lab.step('forgotten', net1.add())
    await lab.run(server1.exec('true'))
  })
  await assert.rejects(forgetful, /open-lab\.test\.ts:\d+[\s\S]*step "forgotten" was not waited for/)
})

test('a check that is never asked, and a command that is never given, are told with their lines', async () => {
  const warned: string[] = []
  const hear = ({ message }: Error) => warned.push(message)
  process.on('warning', hear)
  await withLab(async (lab) => {
    void net1.ping('127.0.0.1').noReply
    void net1.ip.link.set('lo').up()
    await lab.run(server1.exec('true'))
  })
  await new Promise((done) => setImmediate(done))
  process.off('warning', hear)
  assert.match(warned.join('\n'), /open-lab\.test\.ts:\d+: asked and never given to the lab: ping/)
  assert.match(warned.join('\n'), /open-lab\.test\.ts:\d+: built and never given to the lab: ip -n net1 link/)
})

test('so they are where a lab is opened and closed', async () => {
  const program = `import { openLab, server } from 'vethlab'
const net1 = server('server1').netns('net1')
const lab = await openLab()
net1.ping('127.0.0.1').noReply
const used = net1.add()
net1.ip.link.set('lo').up()
await lab.step('one', used)
await lab.close()
`
  const words = ['--import', 'tsx/esm', '--input-type=module', '-e', program]
  const { stderr } = await finished(spawn(process.execPath, words))
  assert.equal(stderr.match(/never given to the lab/g)?.length, 2, stderr)
  assert.match(stderr, /:4: asked and never given to the lab: ping/)
  assert.match(stderr, /:6: built and never given to the lab: ip -n net1 link/)
})

test('what fails leaves a trace, where one is wanted', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'vethlab-trace-'))
  const traced = await openLab({ trace: folder })
  try {
    await traced.step('a namespace', net1.add())
    await assert.rejects(traced.check(net1.ping('127.0.0.1').replies, 'lo is down'))
    const read = (file: string) => readFileSync(join(folder, traced.name, file), 'utf8')
    assert.match(read('commands.txt'), /\$ ip netns add net1\n✗ net1 → 127\.0\.0\.1/)
    assert.match(read('error.txt'), /lo is down/)
    assert.match(read('places/server1-net1.txt'), /1: lo/)
    await traced.trace(join(folder, 'by-hand'))
    assert.ok(existsSync(join(folder, 'by-hand/commands.txt')))
  } finally {
    await traced.close()
    rmSync(folder, { recursive: true })
  }
})

test('the program talks to what listens in a place, by a stream and by a port of its own machine', async () => {
  const answer = 'HTTP/1.0 200 OK\\r\\nContent-Length: 5\\r\\n\\r\\nhello'
  const service = await lab.spawn(net1, [
    'sh',
    '-c',
    `while printf '${answer}' | nc -N -l 127.0.0.1 8080 >/dev/null; do :; done`,
  ])
  const listens = async () => (await lab.exec(net1, ['sh', '-c', 'ss -Htln sport = :8080'])).stdout !== ''
  const ready = async () => {
    for (let tries = 0; !(await listens()) && tries < 100; tries++)
      await new Promise((done) => setTimeout(done, 50))
  }
  await ready()
  const stream = await lab.connect(net1, { port: 8080 })
  stream.end('GET / HTTP/1.0\r\n\r\n')
  assert.match((await stream.toArray()).join(''), /hello$/)
  await ready()
  const { host, port } = await lab.forward(net1, 8080)
  assert.equal(await (await fetch(`http://${host}:${port}/`)).text(), 'hello')
  await service.kill('SIGKILL')
  await assert.rejects(lab.connect(net1, { port: 9 }), /no connection to 127\.0\.0\.1, port 9/)
})

test('a scenario is built in the lab that is opened with it', async () => {
  const { default: namespaces } = await import('../../scenarios/namespaces.ts')
  const built = await openLab(namespaces)
  try {
    assert.ok(built.results.length > 0 && built.results.every(({ ok }) => ok))
  } finally {
    await built.close()
  }
})

test('what fails beside a lab is no end of it', async () => {
  const heard: unknown[] = []
  const listeners = process.listeners('unhandledRejection')
  process.removeAllListeners('unhandledRejection')
  process.on('unhandledRejection', (reason) => heard.push(reason))
  try {
    const said = await withLab(async (lab) => {
      void Promise.reject(new Error('of another'))
      await new Promise((done) => setTimeout(done, 50))
      return lab.run(server1.exec('echo', 'still up'))
    })
    assert.equal(said, 'still up\n')
    assert.equal(heard.length, 1)
  } finally {
    process.removeAllListeners('unhandledRejection')
    for (const one of listeners) process.on('unhandledRejection', one)
  }
})
