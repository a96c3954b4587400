/**
 * What the nftables firewall of Docker drops, and what `why` says of it: on an engine that makes no rules, with those that
 * Engine 29 documents (test/helpers/docker-bridges.ts). Rules, containers and packets are real.
 */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { image, server } from '../../lib/index.ts'
import { loadBridges } from '../helpers/docker-bridges.ts'
import { standing } from '../helpers/standing.ts'

const server1 = server('server1', { daemon: { iptables: false, ip6tables: false } })
const net1 = server1.netns('net1')

const network = (name: string, subnet: string, mode = 'nat') =>
  server1.docker.network
    .create(name)
    .subnet(subnet)
    .option('com.docker.network.bridge.name', `br-${name}`)
    .option('com.docker.network.bridge.gateway_mode_ipv4', mode)
const run = (name: string, of: string) => server1.docker.run(image).name(name).network(of)

const { lab, close } = await standing(async (lab) => {
  await lab.step(
    'two networks, one that hides nothing, and a namespace beside them',
    server1.sysctl.set('net.ipv4.ip_forward', 1),
    network('one', '172.30.10.0/24'),
    network('two', '172.30.11.0/24'),
    network('routed', '172.30.12.0/24', 'routed'),
    network('inner', '172.30.13.0/24').internal(),
    run('web', 'one').publish('8080:80'),
    run('b1', 'two'),
    run('r1', 'routed'),
    run('i1', 'inner'),
    server1.container('web').listen(80),
    server1.container('web').listen(81),
    server1.container('r1').listen(80),
    net1.add(),
    server1.ip.link.add('veth1').type('veth', { peer: 'r0' }),
    server1.ip.link.set('veth1').netns(net1),
    net1.ip.addr.add('172.30.20.1/24').dev('veth1'),
    net1.ip.link.set('veth1').up(),
    server1.ip.addr.add('172.30.20.254/24').dev('r0'),
    server1.ip.link.set('r0').up(),
    net1.ip.route.add('default').via('172.30.20.254'),
  )
  await loadBridges(lab, server1)
})
after(close)

const ask = async (from: string, to: string, port?: number) =>
  (await lab.why({ from, to, ...(port ? { port } : {}) })).verdict

/** A drop of the engine's own: told with its rule, and no rule is said to mend it. */
async function dropped(from: string, to: string, chain: string, comment: RegExp, port?: number) {
  const verdict = await ask(from, to, port)
  assert.equal(verdict.code, 'rule', verdict.says)
  assert.equal(verdict.place, 'server1')
  assert.equal(verdict.rule?.table, 'docker-bridges')
  assert.equal(verdict.rule?.chain, chain)
  assert.match(verdict.rule?.text ?? '', comment)
  if (!/is internal/.test(verdict.says))
    assert.equal(verdict.see, `nft -a list chain ip docker-bridges ${chain}`)
  assert.doesNotMatch(verdict.undo ?? '', /nft|iptables/, 'a rule is no fix')
  return verdict
}

test('past the host: the port of the host is the way in', async () => {
  const { says, hints = [], undo } = await dropped('net1', 'web', 'raw-PREROUTING', /DROP DIRECT ACCESS/, 80)
  assert.match(says, /Docker's own \(nftables\): .*past the host.* network one.*another table accepts/)
  assert.match(hints.join('\n'), /80\/tcp is published: ask port 8080 of server1\./)
  assert.match(hints.join('\n'), /nat-unprotected OPEN; docker network connect OPEN web/)
  assert.equal(undo, undefined)
  assert.equal((await ask('net1', 'server1', 8080)).status, 'delivered')
})

test('a port that is not published: to publish it takes a new container', async () => {
  const { hints = [] } = await dropped('net1', 'web', 'raw-PREROUTING', /DROP DIRECT ACCESS/, 81)
  assert.match(hints.join('\n'), /docker run -p 81:81 … publishes 81\/tcp of web/)
})

test('the other network that is told is the way in, as it is typed', async () => {
  const { hints = [] } = await dropped('net1', 'web', 'raw-PREROUTING', /DROP DIRECT ACCESS/)
  const line = hints.join('\n').match(/docker network create .* OPEN web/)?.[0] ?? 'false'
  await lab.run(server1.exec('sh', '-c', line))
  await loadBridges(lab, server1)
  const format = '{{.NetworkSettings.Networks.OPEN.IPAddress}}'
  const address = (await lab.run(server1.exec('docker', 'inspect', '-f', format, 'web'))).trim()
  assert.equal((await ask('net1', address, 81)).status, 'delivered')
  await lab.run(server1.exec('sh', '-c', 'docker network disconnect OPEN web; docker network rm OPEN'))
  await loadBridges(lab, server1)
})

test('by a verdict map: the chain of the network drops what it does not publish', async () => {
  const chain = 'filter-forward-in__br-routed'
  const { says } = await dropped('net1', 'r1', chain, /UNPUBLISHED PORT DROP/, 80)
  assert.match(says, /its network routed lets in only what is published/)
  assert.equal((await ask('net1', 'r1')).status, 'delivered', 'pings are let in there')
})

test('two networks: one in common, proven by taking it away', async () => {
  const { undo, hints = [] } = await dropped('b1', 'web', 'raw-PREROUTING', /DROP DIRECT ACCESS/)
  assert.equal(undo, 'docker network connect one b1')
  assert.match(hints.join('\n'), /Put both on one network/)
})

test('an internal network: by its option, and not by a rule', async () => {
  const verdict = await dropped('net1', 'i1', 'filter-forward-in__br-inner', /INTERNAL NETWORK INGRESS/)
  assert.match(verdict.says, /the network inner is internal/)
})

test('a rule of one’s own before Docker’s changes nothing: what one table accepts the next still drops', async () => {
  const chain = ['ip', 'mine', 'first'] as const
  await lab.step(
    'a table of one’s own, at an earlier priority',
    server1.nft.add.table('ip', 'mine'),
    server1.nft.add.chain(...chain, '{ type filter hook prerouting priority -310; }'),
    server1.nft.add.rule(...chain, 'iifname r0 accept'),
  )
  await dropped('net1', 'web', 'raw-PREROUTING', /DROP DIRECT ACCESS/, 80)
  await lab.run(server1.nft.delete.table('ip', 'mine'))
})

test('what a FORWARD policy of iptables drops beside it is that policy’s', async () => {
  await lab.run(server1.exec('iptables', '-P', 'FORWARD', 'DROP'))
  const verdict = await ask('net1', 'r1')
  assert.equal(verdict.code, 'policy', verdict.says)
  assert.equal(verdict.rule?.text, 'iptables -P FORWARD DROP')
  await lab.run(server1.exec('iptables', '-P', 'FORWARD', 'ACCEPT'))
})

test('a verdict map that drops by itself is told as the rule that it is', async () => {
  const chain = ['ip', 'mine', 'forward'] as const
  await lab.step(
    'a map of one’s own',
    server1.nft.add.table('ip', 'mine'),
    server1.nft.add.chain(...chain, '{ type filter hook forward priority -1; }'),
    server1.nft.add.rule(...chain, 'oifname vmap { "br-routed" : drop }'),
  )
  const { code, rule, undo } = await ask('net1', 'r1')
  assert.equal(code, 'rule')
  assert.match(rule?.text ?? '', /^nft add rule ip mine forward oifname vmap \{ "br-routed" : drop \}$/)
  assert.match(undo ?? '', /^nft delete rule ip mine forward handle \d+$/)
  await lab.run(server1.nft.delete.table('ip', 'mine'))
})
