/** Labs on the machine itself: what they mark, ask, refuse, put back and leave alone. The machine is a virtual server. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { type Finished, until } from '../../lib/server/process.ts'
import type { Look } from '../crash/changes.ts'
import { program } from '../crash/machine.ts'
import { needsRoot } from '../helpers/machine.ts'
import { type Host, openHost } from '../helpers/virtual-machine.ts'

const root = needsRoot('a lab on a machine changes that machine')
let host: Host
let close = async () => {}
let untouched: Look

before(async () => {
  if (root.skip) return
  ;({ host, close } = await openHost())
  untouched = await host.look()
})
after(() => close())

const unchanged = async () => assert.deepEqual(await host.changedSince(untouched), [])

function fine(done: Finished): Finished {
  assert.equal(done.code, 0, done.stdout + done.stderr)
  return done
}

/** It ends with 2, and says so; never where in the tool. */
function refused(done: Finished, ...says: RegExp[]): void {
  assert.equal(done.code, 2, done.stdout + done.stderr)
  for (const one of says) assert.match(done.stderr, one)
  assert.doesNotMatch(done.stderr, /^\s+at |defect of vethlab/m)
}

const net1 = 'scenarios/net1.ts'
const router = 'test/helpers/router.ts'
const forwarding = () => host.sh('cat /proc/sys/net/ipv4/ip_forward').then((text) => text.trim())

test(
  'net1 on the machine: marked, shown by status, entered, asked why, and proved to be gone',
  root,
  async () => {
    const { stdout } = fine(await host.up(net1))
    const readme = readFileSync(new URL('../../docs/machine.md', import.meta.url), 'utf8')
    const [, screen = ''] = readme.match(/<!-- changes: [\s\S]*?```\n([\s\S]*?)```/) ?? []
    assert.ok(
      screen.length > 100 && stdout.includes(screen),
      `the screen in docs/machine.md is not\n${stdout}`,
    )
    assert.match(stdout, /All 23 checks hold/)

    assert.match(await host.sh('ip -d link show dev r0-net1'), /alias vethlab:net1/)
    assert.match(await host.sh('ip -n net1 -d link show dev veth1'), /alias vethlab:net1/)
    assert.match(await host.sh('iptables -S DOCKER-USER'), /-m comment --comment "vethlab:net1" -j ACCEPT/)
    assert.match(
      await host.sh("docker image inspect -f '{{json .Config.Labels}}' vethlab:net1"),
      /"vethlab":"net1"/,
    )
    const labels = 'docker ps -q --filter label=vethlab=net1 | wc -l'
    assert.equal((await host.sh(labels)).trim(), '3', 'containers have the label of their image')

    const [status] = JSON.parse(fine(await host.vethlab('status', '--json')).stdout)
    assert.equal(status.on, 'host')
    assert.deepEqual(
      status.places.map(({ name }: { name: string }) => name),
      ['server1', 'net1', ...[1, 2, 3].map((n) => `disqube-example-qube-client-${n}`)],
    )
    assert.match(
      fine(await host.vethlab('exec', 'net1', 'net1', '--', 'ip', 'addr')).stdout,
      /172\.30\.20\.1\/24/,
    )
    assert.match(
      fine(await host.vethlab('why', 'net1', 'qube-client-1:5000', '--name', 'net1')).stdout,
      /-m comment --comment "?vethlab:net1"? -j ACCEPT[\s\S]*delivered/,
    )
    fine(await host.up(net1)) // once more: it is checked again

    const down = fine(await host.vethlab('down', 'net1', '--prove'))
    assert.match(down.stdout, /net1 is removed from this machine:\n {2}iptables -t nat -D POSTROUTING/)
    assert.match(down.stdout, /\n0 differences\n$/)
    await unchanged()
  },
)

test('test --on host builds, checks and takes back', root, async () => {
  const words = program('scenarios/macvlan.ts', 'test', '--on', 'host', '--yes', '--prove', '-q')
  const kept = [...words, '--pcap', '/run/kept.pcap']
  assert.match(fine(await host.run(kept)).stdout, /All 27 checks hold[\s\S]*\n0 differences\n$/)
  // That of the machine itself was in the folder of the lab, that of the virtual server in its /run.
  const files = ['server1', 'server2'].map((server) => `/run/kept-${server}-enp0s3.pcap`)
  await host.sh(
    `for file in ${files.join(' ')}; do tcpdump -n -r $file arp | grep -q who-has; rm $file; done`,
  )
  await unchanged()
})

test('without --yes it asks; nobody there, or no "yes", and nothing is changed', root, async () => {
  const up = program(router, 'up', '--on', 'host')
  refused(await host.run(up), /nobody to ask\nNothing was changed\. --yes does it/)
  refused(await host.run([...up, '--json']), /--yes does it without asking/)
  const asked = (answer: string) =>
    host.run(['sh', '-c', `printf '${answer}' | script -qec '${up.join(' ')}' /dev/null`])
  for (const answer of ['no\\n', '\\004']) {
    const { code, stdout } = await asked(answer)
    assert.equal(code, 2, stdout)
    assert.match(stdout, /Type yes to go on[\s\S]*not confirmed: nothing was changed/)
  }
  await unchanged()
  assert.equal((await asked('yes\\n')).code, 0)
  fine(await host.vethlab('down', 'router'))
  await unchanged()
})

const taken: Array<[string, string, string, RegExp]> = [
  ['a namespace', 'ip netns add net1', 'ip netns del net1', /namespace net1/],
  ['a link', 'ip link add r0-net1 type bridge', 'ip link del r0-net1', /link r0-net1/],
  [
    'a subnet of an interface',
    'ip link add d0 type bridge; sysctl -qw net.ipv6.conf.d0.disable_ipv6=1; ip link set d0 up; ip addr add 172.30.20.9/24 dev d0',
    'ip link del d0',
    /172\.30\.20\.0\/24: the machine has it on d0/,
  ],
  [
    'a larger subnet that is routed',
    'ip route add blackhole 172.30.0.0/16; ip route add 172.30.0.0/17 dev lo',
    'ip route del 172.30.0.0/17; ip route del blackhole 172.30.0.0/16',
    /172\.30\.20\.0\/24: the machine has it on lo as 172\.30\.0\.0\/17/,
  ],
  [
    'a subnet of a Docker network',
    'docker network create --subnet 172.30.10.0/25 shop',
    'docker network rm shop',
    /172\.30\.10\.0\/24: .*as 172\.30\.10\.0\/25/,
  ],
  [
    'a Compose project',
    'docker network create --label com.docker.compose.project=disqube-example other',
    'docker network rm other',
    /Compose project disqube-example/,
  ],
  ['an image', 'docker tag vethlab vethlab:net1', 'docker rmi vethlab:net1', /Docker image vethlab:net1/],
]

for (const [what, make, remove, says] of taken)
  test(`what is taken stops it before anything is changed: ${what}`, root, async () => {
    await host.sh(make)
    try {
      const there = await host.look()
      refused(await host.up(net1), /this machine has already:/, says, /Nothing was changed/)
      assert.deepEqual(await host.changedSince(there), [])
    } finally {
      await host.sh(remove)
    }
    await unchanged()
  })

test('a container of that name, and a port that somebody listens on', root, async () => {
  await host.sh('docker run -d --name alpine1 -p 8080:80 vethlab sleep 60')
  refused(await host.up('scenarios/nat.ts'), /container alpine1/, /TCP port 8080/)
  await host.sh('docker rm -f alpine1')
  await unchanged()
})

test(
  'two labs that both make the machine forward: the last one puts it back, in whatever order',
  root,
  async () => {
    const [a, b] = [
      [{ NET: 'red', CABLE: 'ra' }, '--name', 'a'],
      [{ NET: 'blue', CABLE: 'rb', POLICY: 'DROP' }, '--name', 'b'],
    ] as const
    const policy = async () => (await host.sh('iptables -S FORWARD')).split('\n')[0]
    await host.sh('sysctl -qw net.ipv4.ip_forward=0; iptables -P FORWARD ACCEPT')
    const original = await host.look()
    for (const order of [
      ['a', 'b'],
      ['b', 'a'],
    ] as const) {
      fine(await host.up(router, a[0], a[1], a[2]))
      fine(await host.up(router, b[0], b[1], b[2]))
      assert.deepEqual([await forwarding(), await policy()], ['1', '-P FORWARD DROP'])
      const { stdout } = fine(await host.vethlab('down', order[0]))
      assert.equal(await forwarding(), '1', 'the other one still needs it')
      assert.equal(await policy(), order[0] === 'a' ? '-P FORWARD DROP' : '-P FORWARD ACCEPT')
      if (order[0] === 'a') assert.match(stdout, /left: sysctl .*: b has set it, too, and will put it back/)
      fine(await host.vethlab('down', order[1]))
      assert.deepEqual([await forwarding(), await policy()], ['0', '-P FORWARD ACCEPT'])
      assert.deepEqual(await host.changedSince(original), [])
    }
    await host.sh('sysctl -qw net.ipv4.ip_forward=1; iptables -P FORWARD DROP')
    await unchanged()
  },
)

test('after a reboot only what survived it is taken back, and no setting', root, async () => {
  fine(await host.up(net1))
  // A virtual server cannot be started again: its things are removed by hand, and it gets another boot_id.
  await host.sh(`pkill -f '[n]c -ll'; ip link del r0-net1; ip netns del net1; sysctl -qw net.ipv4.ip_forward=0
    iptables -P FORWARD ACCEPT; iptables -F DOCKER-USER; iptables -A DOCKER-USER -j RETURN
    iptables -t raw -F; nft delete table ip raw; iptables -t nat -D POSTROUTING -s 172.30.20.0/24 ! -o r0-net1 -m comment --comment vethlab:net1 -j MASQUERADE
    echo 11111111-2222-3333-4444-555555555555 >/run/boot_id; mount -n --bind /run/boot_id /proc/sys/kernel/random/boot_id`)
  const { stdout } = fine(await host.vethlab('down', 'net1'))
  assert.match(stdout, /docker compose -p disqube-example down[\s\S]*docker image rm vethlab:net1/)
  assert.doesNotMatch(stdout, /sysctl|iptables|ip link/)
  assert.equal(await forwarding(), '0', 'what the machine was given since is its own')
  await host.sh(
    'umount -n /proc/sys/kernel/random/boot_id; rm /run/boot_id; sysctl -qw net.ipv4.ip_forward=1; iptables -P FORWARD DROP',
  )
  await unchanged()
})

test('what has our name and not our mark is left, and told', root, async () => {
  fine(await host.up(router))
  await host.sh('ip link del to-r0; ip link add to-r0 type bridge')
  const { stdout } = fine(await host.vethlab('down', 'router'))
  assert.match(stdout, /left: ip link del dev to-r0: it does not bear our mark, vethlab:router/)
  await host.sh('ip link show dev to-r0; ip link del to-r0')
  fine(await host.up('scenarios/docker.ts', {}, '--name', 'd'))
  await host.sh('docker run -d --name alpine1 vethlab sleep 60')
  assert.match(
    fine(await host.vethlab('down', 'd')).stdout,
    /left: docker rm -f alpine1: it does not bear the label vethlab=d/,
  )
  await host.sh('docker rm -f alpine1')
  await unchanged()
})

test('what cannot be taken back is told, the rest is, and a second down goes on', root, async () => {
  fine(await host.up('scenarios/bridge.ts'))
  await host.sh('docker run -d --name guest --network alpine-net vethlab sleep 60')
  refused(
    await host.vethlab('down', 'bridge'),
    /bridge could not be taken back whole:\n {2}docker network rm alpine-net\n.*active endpoints/,
    /once more: .*bridge/,
  )
  assert.equal(await host.sh('docker ps --format "{{.Names}}"'), 'guest\n')
  await host.sh('docker rm -f guest')
  fine(await host.vethlab('down', 'bridge'))
  await unchanged()
})

const journal = '/var/lib/vethlab/router/journal'

test(
  'a journal that is not as it was written, of another version, or of another user: nothing is undone',
  root,
  async () => {
    fine(await host.up(router))
    const built = await host.look()
    const file = host.file(journal)
    const text = readFileSync(file, 'utf8')
    const again = async (...says: RegExp[]) => {
      refused(await host.vethlab('down', 'router'), ...says)
      assert.equal((await host.vethlab('status')).code, 0)
    }
    writeFileSync(file, text.replace('"ip","netns","del","red"', '"ip","netns","del","vip"'))
    await again(/journal: line \d+ is not as it was written/, /Nothing was undone/)
    writeFileSync(file, text.replace('"version":2', '"version":3'))
    await again(/not as it was written/)
    await host.sh(`mv ${journal} ${journal}.away`)
    await again(/the journal of router is missing/)
    await host.sh(`mv ${journal}.away ${journal}`)
    writeFileSync(file, text)
    await host.sh(`chown 1 ${journal}`)
    await again(/not a file that only its owner can write/, /Nothing was undone/)
    await host.sh(`chown 0 ${journal}; chmod 666 ${journal}`)
    await again(/not a file that only its owner can write/)
    await host.sh(`chmod 600 ${journal}; chown 1 /var/lib/vethlab/router`)
    refused(await host.vethlab('down', 'router'), /belongs to another user/)
    await host.sh('chown 0 /var/lib/vethlab/router')
    assert.deepEqual(await host.changedSince(built), [])
    fine(await host.vethlab('down', 'router'))
    await unchanged()
  },
)

test(
  'the machine is changed by one process at a time, and who comes second is told by whom',
  root,
  async () => {
    const child = host.start(program(net1, 'up', '--on', 'host', '--yes', '--no-batch'))
    const end = new Promise((resolve) => child.once('close', resolve))
    assert.ok(await until(() => existsSync(host.file('/var/lib/vethlab/net1/journal')), 20_000))
    refused(await host.up(router), /this machine is just being changed by up net1 \(process \d+\)/)
    refused(await host.vethlab('down', 'net1'), /just being changed by up net1/, /Wait until it has ended/)
    await end
    fine(await host.vethlab('down', 'net1'))
    await unchanged()
  },
)

test('a state folder that cannot be written: nothing is changed', root, async () => {
  await host.sh('mkdir -p /var/lib/vethlab; mount -n -t tmpfs -o ro,mode=755 tmpfs /var/lib/vethlab')
  refused(await host.up(router), /cannot write the journal of the lab: .*read-only/, /Nothing was changed/)
  await host.sh('umount -n /var/lib/vethlab; rmdir /var/lib/vethlab; touch /var/lib/vethlab')
  refused(await host.up(router), /\/var\/lib\/vethlab, is no folder/)
  await host.sh('rm /var/lib/vethlab')
  await unchanged()
})

test('a name that a lab on virtual servers has is refused, and the other way round', root, async () => {
  fine(await host.run(program(router, 'up', '-q')))
  refused(await host.up(router), /router is up on virtual servers/)
  fine(await host.vethlab('down', 'router'))
  await unchanged()
})

test('a machine whose firewall is firewalld, by its table', root, async () => {
  // As firewalld 2 makes it.
  await host.sh(
    "nft add table inet firewalld; nft 'add chain inet firewalld filter_FORWARD { type filter hook forward priority 10; }'",
  )
  refused(await host.up(net1), /the firewall of this machine is firewalld\nNothing was changed/)
  await host.sh('nft delete table inet firewalld')
  await unchanged()
})

test('a Swarm that is there already is told before anything is changed', root, async () => {
  await host.sh('docker swarm init --advertise-addr 127.0.0.1')
  refused(
    await host.up('test/helpers/swarm.ts'),
    /this machine has already:\n {2}Swarm of this engine\nNothing/,
  )
  assert.match(await host.sh("docker info -f '{{.Swarm.LocalNodeState}}'"), /^active/)
  await host.sh(
    'docker swarm leave --force; docker network ls --format "{{.Name}}" | grep -x docker_gwbridge | xargs -r docker network rm',
  )
  await unchanged()
})

// The last one: its engine has no rules any more.
test('an engine whose rules were flushed is told before anything is changed', root, async () => {
  for (const [flush, where] of [
    ['iptables -t nat -F PREROUTING', /none in nat PREROUTING/],
    ['iptables -F FORWARD', /none in FORWARD/],
  ] as const) {
    await host.sh(flush)
    const before = await host.look()
    refused(
      await host.up(net1),
      /Docker's rules are not in the firewall of this machine/,
      where,
      /Nothing was changed\. [\s\S]*systemctl restart docker/,
    )
    assert.deepEqual(await host.changedSince(before), [])
  }
})
