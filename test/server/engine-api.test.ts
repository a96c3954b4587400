/** A docker command and its call of the API make the same thing: both are run, and compared by inspection. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { image, type OpenLab, server, withLab } from '../../lib/index.ts'
import type { Command } from '../../lib/language/command.ts'
import { asking, client } from '../../lib/server/engine-api.ts'

const host = server('server1')

const withoutCall = ({ api: _, ...command }: Command): Command => ({
  ...command,
  argv: command.argv.map((word) => (word === image ? 'vethlab' : word)),
})

/** What differs from one making to the next: ids, times, addresses that the engine picks, paths with ids in them. */
const changing =
  /"(Id|Created|StartedAt|FinishedAt|Pid|NetworkID|EndpointID|SandboxID|SandboxKey|MacAddress|GlobalIPv6Address|ResolvConfPath|HostnamePath|HostsPath|LogPath|Hostname|IPAddress|Gateway|Subnet)": .*/g
/** Ways to say nothing. */
const nothing = /null|\[\]|\{\}|""|"no"/g
const settled = (json: string) =>
  json
    .replace(changing, '')
    .replace(nothing, '-')
    .replace(/"CAP_(?=[A-Z_]+")/g, '"') // the command line writes it before a capability since 28.5
    .replace(/[0-9a-f]{12,64}/g, '<id>')

async function same(lab: OpenLab, make: Command, inspect: string[], remove: Command) {
  const made: string[] = []
  for (const command of [make, withoutCall(make)]) {
    await lab.run(command)
    made.push(settled(await lab.run(host.exec('docker', ...inspect))))
    await lab.run(remove)
  }
  assert.ok((made[0] ?? '').length > 100)
  assert.equal(made[0], made[1])
}

test('docker commands and calls of the API make the same', async () => {
  await withLab(async (lab) => {
    const { docker } = host
    const { server: record } = await lab.sandbox.server('server1', true)
    for (const ask of [client, asking]) {
      assert.ok(ask(record))
      assert.throws(() => ask({ ...record, born: '1' }), /has ended/, 'a later process of that number')
    }
    const networks = [
      docker.network.create('n1'),
      docker.network
        .create('n1')
        .driver('bridge')
        .subnet('10.1.0.0/24')
        .gateway('10.1.0.254')
        .ipRange('10.1.0.128/25'),
      docker.network.create('n1').internal().attachable().option('com.docker.network.bridge.name', 'br-n1'),
    ]
    for (const make of networks) await same(lab, make, ['network', 'inspect', 'n1'], docker.network.rm('n1'))

    await lab.run(docker.network.create('n2').subnet('10.2.0.0/24'))
    const a1 = docker.run(image).name('a1')
    const containers = [
      a1,
      a1.hostname('h').env('A', "b 'c'").capAdd('NET_ADMIN').command('sleep', '60'),
      a1.publish('8080:80').publish('127.0.0.1:5353:53/udp'),
      a1.network('n2').ip('10.2.0.9'),
      a1.network('host'),
      a1.network('none'),
    ]
    for (const make of containers) await same(lab, make, ['inspect', 'a1'], docker.rm('a1'))

    // Reads say the same, too, and so does a connect.
    await lab.run(a1)
    for (const make of [docker.network.connect('n2', 'a1', { ip: '10.2.0.7', alias: 'web' })])
      await same(lab, make, ['inspect', 'a1'], host.exec('docker', 'network', 'disconnect', 'n2', 'a1'))
    await lab.run(docker.network.connect('n2', 'a1'))
    const c1 = host.container('a1')
    for (const read of [
      c1.address('n2'),
      c1.address('bridge'),
      c1.address('nowhere'),
      docker.network.bridge('n2'),
      docker.network.bridge('bridge'),
    ]) {
      const [call = '', program = ''] = await Promise.all(
        [read, withoutCall(read)].map((one) => lab.run(one).catch(String)),
      )
      if (program.includes('<no value>') || /nil|can't evaluate/.test(program)) assert.match(call, /no value/)
      else assert.equal(call.trim(), program.trim())
    }
  })
})

test('a call that is refused says what the docker program says', async () => {
  await withLab(async (lab) => {
    const { docker } = host
    const refused: Array<[Command, RegExp, string]> = [
      [docker.run('nowhere/nothing').name('a1'), /No such image: nowhere\/nothing/, 'no such image'],
      [docker.rm('nobody'), /No such container: nobody/, 'not found'],
      [
        docker.network.create('bridge'),
        /already exists|not permitted|operation is not permitted/i,
        'name taken',
      ],
      [docker.network.create('n1').driver('macvlan').option('parent', 'e9'), /e9/, ''],
    ]
    for (const [command, said, kind] of refused)
      await assert.rejects(lab.run(command), (error: { message: string; kind?: string }) => {
        assert.match(error.message, said)
        if (kind && error.kind) assert.equal(error.kind, kind)
        return true
      })
    await lab.run(docker.run(image).name('a1'))
    await assert.rejects(lab.run(docker.run(image).name('a1')), { kind: 'name taken' })
    await lab.run(docker.network.create('n1').subnet('10.1.0.0/24'))
    await assert.rejects(lab.run(docker.network.create('n2').subnet('10.1.0.0/24')), { kind: 'subnet taken' })
  })
})

test('a program in a container: its output, its errors and its exit code', async () => {
  await withLab(async (lab) => {
    await lab.run(host.docker.run(image).name('a1'))
    const a1 = host.container('a1')
    assert.equal(await lab.run(a1.exec('printf', '%s', `$(id) "a" 'b'\n`)), `$(id) "a" 'b'\n`)
    await assert.rejects(lab.run(a1.exec('sh', '-c', 'echo no >&2; exit 3')), {
      message: /\n {2}no$/,
      exitCode: 3,
    })
    // 126 before Engine 28.5, as a shell says it of what it cannot run; 127 since, as it says it of what is not there.
    await assert.rejects(
      lab.run(a1.exec('no-such-program')),
      ({ exitCode }: { exitCode: number }) => exitCode === 126 || exitCode === 127,
    )
    const side = [1, 2, 3].map((number) => lab.run(a1.exec('echo', String(number))))
    assert.deepEqual(await Promise.all(side), ['1\n', '2\n', '3\n'], 'side by side')
    await lab.step('another of that name', host.docker.rm('a1'), host.docker.run(image).name('a1'))
    await lab.run(a1.exec('touch', '/new'))
    assert.equal(await lab.run(a1.exec('ls', '/new')), '/new\n')
  })
})
