/** What Docker's own rules do to a packet, on every engine that is there: found by `why`, without knowing versions. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { image, server, withLab } from '../../lib/index.ts'
import { cacheRoot } from '../../lib/server/state.ts'

const server1 = server('server1')
const net1 = server1.netns('net1')
const folder = join(cacheRoot(), 'engines')
const engines = existsSync(folder) ? readdirSync(folder).sort() : []
const chosen = process.env.ENGINE
after(() => {
  if (chosen === undefined) delete process.env.ENGINE
  else process.env.ENGINE = chosen
})

for (const engine of ['', ...engines])
  test(`Docker's own rules, on ${engine ? `Docker Engine ${engine}` : 'the default engine'}`, async () => {
    process.env.ENGINE = engine
    await withLab(async (lab) => {
      const run = (name: string, network: string) => server1.docker.run(image).name(name).network(network)
      const create = (name: string, subnet: string) =>
        server1.docker.network
          .create(name)
          .subnet(subnet)
          .option('com.docker.network.bridge.name', `br-${name}`)
      await lab.step(
        'two networks, and a namespace beside them',
        create('one', '172.30.10.0/24'),
        create('two', '172.30.11.0/24'),
        run('a1', 'one'),
        run('b1', 'two'),
        server1.docker.run(image).name('web').network('one').publish('8080:80'),
        net1.add(),
        server1.ip.link.add('veth1').type('veth', { peer: 'r0' }),
        server1.ip.link.set('veth1').netns(net1),
        net1.ip.addr.add('172.30.20.1/24').dev('veth1'),
        net1.ip.link.set('veth1').up(),
        server1.ip.addr.add('172.30.20.254/24').dev('r0'),
        server1.ip.link.set('r0').up(),
        net1.ip.route.add('default').via('172.30.20.254'),
        server1.container('web').listen(80),
      )
      const ask = async (from: string, to: string, port?: number) =>
        (await lab.why({ from, to, ...(port ? { port } : {}) })).verdict
      const died = async (from: string, to: string, rule: RegExp, port?: number) => {
        const verdict = await ask(from, to, port)
        assert.equal(verdict.status, 'died', verdict.says)
        assert.equal(verdict.place, 'server1')
        assert.match(verdict.rule?.text ?? verdict.says, rule)
        return verdict
      }
      const delivered = async (from: string, to: string, port?: number) => {
        const verdict = await ask(from, to, port)
        assert.equal(verdict.status, 'delivered', `${from} → ${to}: ${verdict.says}`)
      }
      const shell = (line: string) => lab.run(server1.exec('sh', '-c', line))

      await lab.check(server1.tcp(server1.container('web'), 80).open, 'it listens')
      await delivered('server1', 'a1')
      await delivered('a1', 'server1')
      await delivered('a1', 'net1')
      await delivered('a1', 'web', 80)
      await delivered('net1', '172.30.20.254', 8080)

      // Between two networks: isolation up to 28, from 28.2 on the rule in raw comes first.
      await died(
        'a1',
        'b1',
        /-A DOCKER-ISOLATION-STAGE-2 -o br-two -j DROP$|-t raw -A PREROUTING -d 172.30.11.\d+\/32 ! -i br-two -j DROP$/,
      )

      // From beside: whatever this engine has against it; each way past it that is told leads to the next.
      await shell('iptables -P FORWARD DROP')
      const past: string[] = []
      for (let tries = 0; ; tries++) {
        const verdict = await ask('net1', 'a1')
        if (verdict.status === 'delivered') break
        assert.ok(tries < 4, verdict.says)
        assert.match(
          verdict.rule?.text ?? '',
          /-P FORWARD DROP$|-A DOCKER ! -i br-one -o br-one -j DROP$|-t raw -A PREROUTING -d 172.30.10.\d+\/32 ! -i br-one -j DROP$/,
        )
        past.push(verdict.rule?.text ?? '')
        await shell(verdict.undo ?? 'false')
      }
      const drops = await lab.read(server1.docker.firewall.direct('br-one', { drops: 'drops', lets: 'lets' }))
      assert.equal(
        past.some((text) => text.includes('! -i br-one')),
        drops === 'drops',
        past.join('\n'),
      )

      // A rule of one's own, where Docker wants it.
      await shell('iptables -I DOCKER-USER -i r0 -j DROP')
      assert.equal(
        (await died('net1', 'a1', /-A DOCKER-USER -i r0 -j DROP$/)).undo,
        'iptables -D DOCKER-USER 1',
      )
      await shell('iptables -D DOCKER-USER -i r0 -j DROP')

      // The default bridge has no name server of Docker's.
      await lab.step('on the default bridge', server1.docker.run(image).name('plain'))
      assert.equal(
        (await lab.why({ from: 'plain', to: 'a1', dns: true })).verdict.cause,
        'name does not resolve',
      )
      const named = await ask('a1', 'web.one')
      assert.equal(named.status, 'delivered', named.says)
    })
  })
