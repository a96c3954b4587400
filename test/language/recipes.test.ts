/** The gateway recipe, on every engine that is there: for containers before it, after it, and after a restart. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { gateway, image, type OpenLab, server, withLab } from '../../lib/index.ts'
import { undoOf } from '../../lib/language/undo.ts'
import { cacheRoot } from '../../lib/server/state.ts'
import { startEngine } from '../../lib/virtual/engine.ts'

const server1 = server('server1')
const net1 = server1.netns('net1')
const a1 = server1.container('a1')
const a2 = server1.container('a2')
const fetched = join(cacheRoot(), 'engines')
const engines = existsSync(fetched) ? readdirSync(fetched).sort() : []
const chosen = process.env.ENGINE
after(() => {
  if (chosen === undefined) delete process.env.ENGINE
  else process.env.ENGINE = chosen
})

/** Stops the engine of a server, does what is to be done while it is off, and starts it again. */
async function restart(lab: OpenLab, backend: string, meanwhile = ':'): Promise<void> {
  const entry = await lab.sandbox.server('server1', true)
  // Its exit code is written when it is gone: what waits for the next engine must not find it.
  const stop =
    'kill $(cat /run/docker.pid); until [ -s /run/vethlab-server/dockerd.exit ]; do sleep 0.05; done'
  await lab.run(server1.exec('sh', '-c', `${stop}; ${meanwhile}; rm -f /run/vethlab-server/dockerd.exit`))
  await startEngine(entry, {}, backend ? { DOCKER_FIREWALL_BACKEND: backend } : {})
}

// The rules of the old firewall would stay beside those of the new one.
const forget = 'for t in raw nat filter; do iptables -t $t -F; iptables -t $t -X; done'

const cases = ['', ...engines].map((engine) => ({ engine, backend: '' }))
if (engines.includes('28.5')) cases.push({ engine: '28.5', backend: 'nftables' })

for (const { engine, backend } of cases)
  test(`gateway on ${engine ? `Docker Engine ${engine}` : 'the default engine'} ${backend}`, async () => {
    process.env.ENGINE = engine
    await withLab(async (lab) => {
      const start = (name: string) => server1.docker.run(image).name(name).network('n1')
      await lab.step('a router', server1.sysctl.set('net.ipv4.ip_forward', 1))
      if (backend) await restart(lab, backend, forget)
      const mode = await lab.read(server1.docker.firewall.gatewayMode())
      assert.equal(mode, backend ? 'nat-unprotected' : 'nat')
      await lab.step(
        'a network, and a namespace beside it',
        server1.docker.network
          .create('n1')
          .subnet('172.30.10.0/24')
          .option('com.docker.network.bridge.name', 'br-lab')
          .option('com.docker.network.bridge.gateway_mode_ipv4', mode),
        start('a1'),
        net1.add(),
        server1.ip.link.add('veth1').type('veth', { peer: 'r0-net1' }),
        server1.ip.link.set('veth1').netns(net1),
        net1.ip.addr.add('172.30.20.1/24').dev('veth1'),
        net1.ip.link.set('veth1').up(),
        server1.ip.addr.add('172.30.20.254/24').dev('r0-net1'),
        server1.ip.link.set('r0-net1').up(),
        net1.ip.route.add('default').via('172.30.20.254'),
        // As a firewall that was there before: then the rules are needed whatever the engine does itself.
        server1.iptables.filter.policy('FORWARD', 'DROP'),
      )
      // An unprotected network is open to all, and says so by its name.
      const before = backend ? net1.ping(a1).replies : net1.ping(a1).noReply
      await lab.check(before, 'before the recipe')
      const chain = await lab.read(server1.docker.firewall.userChain())
      const rules = gateway(server1, { from: 'r0-net1', bridge: 'br-lab', subnet: '172.30.10.0/24', chain })
      await lab.step('the recipe', rules)
      await lab.check(
        [net1.ping(a1).replies.ttl(63), a1.ping('172.30.20.1').replies],
        'a container before it',
      )
      await lab.step('a container after it', start('a2'))
      await lab.check(net1.ping(a2).replies.ttl(63), 'a container after it')

      await lab.step('the engine stops', server1.exec('docker', 'kill', 'a1', 'a2'))
      await restart(lab, backend)
      await lab.step('started again', server1.exec('docker', 'start', 'a1', 'a2'))
      await lab.check([net1.ping(a1).replies, net1.ping(a2).replies], 'after a restart of the engine')

      // Taken back, it is closed again: by exactly the rules that it made.
      for (const rule of rules) await lab.run(server1.exec('sh', '-c', undoOf(rule) ?? 'false'))
      await lab.check(before, 'taken back')
      assert.doesNotMatch(await lab.run(server1.exec('iptables-save')), /vethlab/)
    })
  })
