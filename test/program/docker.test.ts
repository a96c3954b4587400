/** The engine of a server for programs of this machine: dockerode and the docker program, and the ports that are published. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
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
