/** The engine of a server for programs of this machine: dockerode and the docker program, and the ports that are published. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { after, before, test } from 'node:test'
import Docker from 'dockerode'
import type { DockerAccess, OpenLab } from '../../lib/index.ts'
import { openLab, server } from '../../lib/index.ts'
import { finished } from '../../lib/server/process.ts'

const server1 = server('server1')
let lab: OpenLab
let access: DockerAccess
before(async () => {
  lab = await openLab()
  access = await lab.docker(server1)
})
after(() => lab.close())

/** The docker program of this machine. */
function docker(words: string[], input = '') {
  const { path } = lab.sandbox.record
  const child = spawn('docker', words, { env: { ...process.env, ...access.env, PATH: path } })
  child.stdin.end(input)
  return finished(child)
}

const page = ['busybox', 'httpd', '-f', '-p', '80', '-h', '/etc']

test('dockerode starts a container, and what that publishes is found on 127.0.0.1', async () => {
  const engine = new Docker({ socketPath: access.socketPath })
  const web = await engine.createContainer({
    Image: access.IMAGE,
    name: 'web',
    Cmd: page,
    ExposedPorts: { '80/tcp': {} },
    HostConfig: { PortBindings: { '80/tcp': [{ HostPort: '' }] } },
  })
  await web.start()
  const port = (await web.inspect()).NetworkSettings.Ports['80/tcp']?.[0]?.HostPort
  const [listed] = await engine.listContainers()
  assert.equal(String(listed?.Ports.find(({ Type }) => Type === 'tcp')?.PublicPort), port)
  assert.match(await (await fetch(`http://127.0.0.1:${port}/hosts`)).text(), /localhost/)
})

test('the docker program runs, talks to a container, and tells the port that counts here', async () => {
  const { stdout } = await docker(['run', '--rm', '-i', access.IMAGE, 'cat'], 'piped in')
  assert.equal(stdout, 'piped in')
  assert.equal((await docker(['exec', 'web', 'sh', '-c', 'echo hello; exit 3'])).code, 3)
  // The number is taken here, so that another one leads there.
  const taken = await lab.forward(server1, 9)
  await docker(['run', '-d', '--name', 'two', '-p', `${taken.port}:80`, access.IMAGE, ...page])
  const told = (await docker(['port', 'two', '80'])).stdout.match(/:(\d+)$/m)?.[1]
  assert.notEqual(told, String(taken.port))
  assert.match(await (await fetch(`http://127.0.0.1:${told}/hosts`)).text(), /localhost/)
})

/** A program that sends back each datagram that a port gets. */
const echoing = (port: number) =>
  `require('dgram').createSocket('udp4').on('message', function (m, r) { this.send(m, r.port, r.address) })
    .bind(${port}, () => console.log('open'))`

/** What a UDP port of 127.0.0.1 answers; asked again, as who uses UDP must. */
async function answerOf(port: number, text: string): Promise<string> {
  const socket = createSocket('udp4')
  const answer = once(socket, 'message', { signal: AbortSignal.timeout(10_000) })
  const again = setInterval(() => socket.send(text, port, '127.0.0.1'), 100)
  try {
    return String((await answer)[0])
  } finally {
    clearInterval(again)
    socket.close()
  }
}

test('a UDP port that is published is found on 127.0.0.1, and answers each of its senders', async () => {
  const engine = new Docker({ socketPath: access.socketPath })
  const echo = await engine.createContainer({
    Image: access.IMAGE,
    name: 'echo',
    Cmd: ['sleep', '1000'],
    ExposedPorts: { '5300/udp': {}, '5300/tcp': {} },
    HostConfig: { PortBindings: { '5300/udp': [{ HostPort: '' }], '5300/tcp': [{ HostPort: '' }] } },
  })
  await echo.start()
  const { NetworkSettings, State } = await echo.inspect()
  const port = Number(NetworkSettings.Ports['5300/udp']?.[0]?.HostPort)
  const inside = ['nsenter', '--target', String(State.Pid), '--net']
  const program = await lab.spawn(server1, [...inside, process.execPath, '-e', echoing(5300)])
  await program.waitFor('open')
  const [listed] = await engine.listContainers({ filters: { name: ['echo'] } })
  assert.equal(listed?.Ports.find(({ Type }) => Type === 'udp')?.PublicPort, port)
  assert.equal(await answerOf(port, 'one'), 'one')
  assert.equal(await answerOf(port, 'two'), 'two')
  await program.kill()
})

test('a port of UDP is forwarded into a place, large datagrams, too', async () => {
  const net1 = server1.netns('net1')
  await lab.step('a namespace', net1.add(), net1.ip.link.set('lo').up())
  const way = await lab.forward(net1, { port: 9, udp: true })
  const program = await lab.spawn(net1, [process.execPath, '-e', echoing(9)])
  await program.waitFor('open')
  const large = 'x'.repeat(60_000)
  assert.equal(await answerOf(way.port, large), large)
  await way.close()
  await way.close()
  await assert.rejects(lab.forward(server1.netns('nowhere'), { port: 9, udp: true }), /nowhere/)
  await program.kill()
})

test('it is closed with the lab, and a place without an engine is refused', async () => {
  await assert.rejects(
    lab.docker(server1.netns('net1')),
    /net1 has no Docker Engine of its own[\s\S]*lab\.docker\(server1\)/,
  )
  const other = await openLab()
  const { socketPath } = await other.docker(server1)
  await other.close()
  await assert.rejects(new Docker({ socketPath }).ping())
})
