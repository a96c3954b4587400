/** `--prove`: on this machine, and on one that may be changed, a virtual server. */
import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Difference } from '../../lib/prove/difference.ts'
import type { Proof } from '../../lib/prove/proof.ts'
import { rootless } from '../../lib/server/enter.ts'
import { labFolder } from '../../lib/server/state.ts'
import { difference, needsRoot, root, snapshot, vethlab } from '../helpers/machine.ts'

const name = `prove-${process.pid}`
const lab = (...words: string[]) => vethlab('namespaces', [...words, '--name', name])
const onMachine = needsRoot('a lab on a virtual server makes cgroups there')

/** A line on the virtual server that stands for a machine. */
const machine = `machine-${process.pid}`
const there = (line: string) =>
  vethlab('docker', ['exec', 'server1', '--name', machine, '--', 'sh', '-c', `cd ${root} && ${line}`])
const vethlabThere = (words: string) => there(`node scripts/start.mjs scripts/vethlab.ts ${words}`)
const namespacesThere = (words: string) => there(`node scripts/start.mjs scenarios/namespaces.ts ${words}`)

let untouched: Awaited<ReturnType<typeof snapshot>>
before(async () => {
  untouched = await snapshot()
  const up = await vethlab('docker', ['up', '-q', '--name', machine])
  assert.equal(up.code, 0, up.stdout + up.stderr)
})
after(async () => {
  await lab('down')
  await vethlab('docker', ['down', '--name', machine])
  assert.deepEqual(await difference(untouched), [])
})

const partOf = (proof: Proof, name: string) => proof.parts.find(({ part }) => part === name)

test('after down of a scenario nothing differs; only its user can read what the machine was like', async () => {
  assert.equal((await lab('up', '-q')).code, 0)
  assert.equal(statSync(join(labFolder(name), 'before.json')).mode & 0o777, 0o600)
  const { code, stdout, stderr } = await lab('down', '--prove')
  assert.equal(code, 0, stdout + stderr)
  assert.match(
    stdout,
    /^prove-\d+ is removed: server1\n\n +before +after +differences\nlinks +(\d+) +\1 +0\n/,
  )
  assert.match(stdout, /\n0 differences\n$/)
  for (const line of stdout.split('\n')) assert.ok(line.length <= 80, line)
  if (rootless) assert.match(stdout, /\nfirewall +- +- +- {2}not shown to an ordinary user\n/)
  else assert.match(stdout, /\nfirewall +(\d+) +\1 +0\n/)
})

test('test --prove, as text and as JSON', async () => {
  const text = await lab('test', '-q', '--prove')
  assert.equal(text.code, 0, text.stdout + text.stderr)
  assert.match(text.stdout, /All 8 checks hold[\s\S]*\n0 differences\n$/)
  const json = await lab('test', '--prove', '--json')
  assert.equal(json.code, 0)
  const { ok, proof } = JSON.parse(json.stdout) as { ok: boolean; proof: Proof }
  assert.ok(ok)
  assert.deepEqual(proof.differences, [])
  assert.ok((partOf(proof, 'sysctls')?.after ?? 0) > 100)
})

test('a process that a lab has started is one more: exit code 1', async () => {
  assert.equal((await lab('up', '-q')).code, 0)
  const left = spawn('sleep', ['77'], { env: { ...process.env, VETHLAB_LAB: 'other' }, stdio: 'ignore' })
  try {
    const { code, stdout } = await lab('down', '--prove')
    assert.equal(code, 1)
    assert.match(
      stdout,
      /\n1 difference\n\+ processes: other: sleep 77\nSomething else on this machine may have made it\.\n$/,
    )
  } finally {
    left.kill('SIGKILL')
  }
})

test('where nothing was kept, or nothing is up, nothing is proved: exit code 2', async () => {
  assert.equal((await lab('up', '-q')).code, 0)
  rmSync(join(labFolder(name), 'before.json'))
  const old = await lab('down', '--prove')
  assert.equal(old.code, 2)
  assert.match(
    old.stderr,
    /^error: prove-\d+: removed, and not proved: nothing tells .* before prove-\d+\nA lab that an older version/,
  )
  const none = await lab('down', '--prove', '--json')
  assert.equal(none.code, 2)
  assert.match(JSON.parse(none.stdout).error, /is not up: there is nothing to compare with/)
  assert.equal((await lab('up', '--prove')).code, 2)
})

test('what could not be read is not passed over: exit code 2', async () => {
  assert.equal((await lab('up', '-q')).code, 0)
  const file = join(labFolder(name), 'before.json')
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), routes: null }))
  const { code, stdout } = await lab('down', '--prove')
  assert.equal(code, 2)
  assert.match(stdout, /\nroutes +- +\d+ +- {2}could not be read\n[\s\S]*\n0 differences, without routes\n$/)
})

test('make passes it on, in the environment of the tool', () => {
  const dry = (target: string) =>
    execFileSync('make', ['--dry-run', target, 'ARGS=--prove'], { cwd: root, encoding: 'utf8' })
  for (const target of ['clean-net1', 'test-net1', 'clean'])
    assert.match(dry(target), /^VETHLAB_MAKE=1 node scripts\/start\.mjs .*(clean|down|test)\b/m)
  const shown = "import('./scripts/words.mjs').then(({ givenWords }) => console.log(givenWords().join()))"
  const env = { ...process.env, VETHLAB_MAKE: '1', ARGS: '--prove' }
  const words = execFileSync('node', ['-e', shown], { cwd: root, encoding: 'utf8', env })
  assert.match(words, /(^|,)--prove$/m)
})

/** A change of a machine, what takes it back, and what then differs; undefined: nothing does. */
const changes: Array<[change: string, back: string, ...differs: RegExp[]]> = [
  [
    'ip link add x0 type bridge',
    'ip link del x0',
    /^\+ links: x0 type bridge .*mtu 1500 <BROADCAST,MULTICAST>/,
  ],
  [
    'ip link set docker0 promisc on',
    'ip link set docker0 promisc off',
    /^- links: docker0 .*<BROADCAST,MULTICAST,UP>/,
    /^\+ links: docker0 .*<BROADCAST,MULTICAST,PROMISC,UP>/,
  ],
  [
    'ip link set docker0 alias "mine"',
    'ip link set docker0 alias ""',
    /^- links: docker0 /,
    /^\+ links: docker0 .* alias mine$/,
  ],
  [
    'ip addr add 10.9.9.9/32 dev lo',
    'ip addr del 10.9.9.9/32 dev lo',
    /^\+ addresses: lo inet 10\.9\.9\.9\/32 scope global$/,
    /^\+ routes: local 10\.9\.9\.9 dev lo table local /, // the kernel's own
  ],
  [
    'ip route add unreachable 10.9.8.0/24',
    'ip route del unreachable 10.9.8.0/24',
    /^\+ routes: unreachable 10\.9\.8\.0\/24$/,
  ],
  [
    'ip -6 route add unreachable 2001:db8::/32 table 77',
    'ip -6 route del unreachable 2001:db8::/32 table 77',
    /^\+ routes: unreachable 2001:db8::\/32 dev lo table 77 /,
  ],
  [
    'ip rule add from 10.9.9.9 lookup 77',
    'ip rule del from 10.9.9.9 lookup 77',
    /^\+ rules: inet \d+: from 10\.9\.9\.9 lookup 77$/,
  ],
  [
    'ip -6 rule add from 2001:db8::1 lookup 77',
    'ip -6 rule del from 2001:db8::1 lookup 77',
    /^\+ rules: inet6 \d+: from 2001:db8::1 lookup 77$/,
  ],
  ['nft add table inet mine', 'nft delete table inet mine', /^\+ firewall: table inet mine$/],
  [
    'iptables -I DOCKER-USER -s 10.9.9.9 -j DROP',
    'iptables -D DOCKER-USER 1',
    /^\+ firewall: ip filter DOCKER-USER: ip saddr 10\.9\.9\.9 counter drop$/,
  ],
  ['iptables -P FORWARD ACCEPT', 'iptables -P FORWARD DROP', /^- .* policy drop;$/, /^\+ .* policy accept;$/],
  [
    'sysctl -w net.ipv4.conf.lo.rp_filter=2',
    'sysctl -w net.ipv4.conf.lo.rp_filter=0',
    /^- sysctls: net\.ipv4\.conf\.lo\.rp_filter = 0$/,
    /^\+ sysctls: net\.ipv4\.conf\.lo\.rp_filter = 2$/,
  ],
  ['ip netns add mine', 'ip netns del mine', /^\+ namespaces: mine net:\[\d+\]$/],
  ['mount -n -t tmpfs mine /mnt', 'umount -n /mnt', /^\+ mounts: \/mnt tmpfs mine rw,relatime/],
  ['docker volume create mine', 'docker volume rm mine', /^\+ docker: volume mine local$/],
  [
    'docker create --name mine $IMAGE',
    'docker rm mine',
    /^\+ docker: container mine [0-9a-f]{12} vethlab created$/,
  ],
  ['docker tag $IMAGE mine', 'docker rmi mine', /^- docker: image vethlab/, /^\+ docker: image .*mine/],
  // Carrier, counters and neighbours move by themselves.
  ['ping -c 1 172.17.0.1; ping -c 1 127.0.0.1', 'ip neigh flush all'],
]

test('one change of a machine at a time: exactly that differs, and nothing when it is taken back', async () => {
  const lines = changes.flatMap((change) => change.slice(0, 2) as string[])
  const words = lines.map((line) => `'${line}'`).join(' ')
  const { code, stdout, stderr } = await there(
    `node --import tsx/esm test/helpers/snapshot-changes.ts ${words}`,
  )
  assert.equal(code, 0, stderr)
  const told = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Difference[])
  assert.equal(told.length, lines.length)
  for (const [index, [change, , ...expected]] of changes.entries()) {
    const [made = [], taken = []] = told.slice(2 * index)
    const texts = made.map(({ part, sign, line }) => `${sign} ${part}: ${line}`)
    assert.equal(texts.length, expected.length, `${change}\n${texts.join('\n')}`)
    for (const [at, text] of texts.entries()) assert.match(text, expected[at] as RegExp, change)
    const inverse = taken.map(({ part, sign, line }) => `${sign === '+' ? '-' : '+'} ${part}: ${line}`)
    assert.deepEqual(inverse.sort(), texts.sort(), change)
  }
})

test('a container that runs shows in every part that it changes', async () => {
  const { stdout, stderr } = await there(
    `node --import tsx/esm test/helpers/snapshot-changes.ts 'docker run -d --name mine $IMAGE sleep 99' 'docker rm -f mine'`,
  )
  const [made, taken] = stdout
    .trim()
    .split('\n')
    .map((line) => new Set((JSON.parse(line) as Difference[]).map(({ part }) => part)))
  for (const part of ['links', 'docker', 'mounts'] as const) {
    assert.ok(made?.has(part), `${part}\n${stdout}${stderr}`)
    assert.ok(taken?.has(part), `${part}\n${stdout}`)
  }
})

test(
  'what something else has left on the machine is named, and nothing else: exit code 1',
  onMachine,
  async () => {
    assert.equal((await namespacesThere('up -q')).code, 0)
    await there('ip link add left type bridge; ip rule add from 10.9.9.9 lookup 77')
    const { code, stdout } = await vethlabThere('down namespaces --prove')
    assert.equal(code, 1)
    const [, list = ''] = stdout.split('\n2 differences\n')
    assert.match(
      list,
      /^\+ links: left type bridge .*(\n {4}.*)*\n\+ rules: inet \d+: from 10\.9\.9\.9 lookup 77\nSomething else on this machine may have made them\.\n$/,
    )
    await there('ip link del left; ip rule del from 10.9.9.9 lookup 77')
  },
)

test('as JSON: one document', onMachine, async () => {
  assert.equal((await namespacesThere('up -q')).code, 0)
  await there('ip netns add left')
  const { code, stdout } = await vethlabThere('down namespaces --prove --json')
  assert.equal(code, 1)
  const { removed, proof } = JSON.parse(stdout) as { removed: string[]; proof: Proof }
  assert.deepEqual(removed, ['namespaces'])
  assert.deepEqual(partOf(proof, 'namespaces'), { part: 'namespaces', before: 0, after: 1, differences: 1 })
  assert.deepEqual(
    proof.differences.map(({ part, sign }) => `${sign} ${part}`),
    ['+ namespaces'],
  )
  await there('ip netns del left')
})

test('all labs: compared with what was there before the first of them', onMachine, async () => {
  for (const lab of ['b', 'a']) assert.equal((await namespacesThere(`up -q --name ${lab}`)).code, 0)
  // One of two: the other one is no trace of it.
  const one = await vethlabThere('down a --prove')
  assert.equal(one.code, 0, one.stdout + one.stderr)
  assert.equal((await namespacesThere('up -q --name a')).code, 0)
  const all = await vethlabThere('down --all --prove')
  assert.equal(all.code, 0, all.stdout + all.stderr)
  assert.match(all.stdout, /^a is removed: server1\nb is removed: server1\n[\s\S]*\n0 differences\n$/)
})

test(
  'a lab that came before and has gone meanwhile is a difference of the other one',
  onMachine,
  async () => {
    for (const lab of ['b', 'a']) assert.equal((await namespacesThere(`up -q --name ${lab}`)).code, 0)
    assert.equal((await vethlabThere('down b')).code, 0)
    const { code, stdout } = await vethlabThere('down a --prove')
    assert.equal(code, 1)
    assert.match(stdout, /\n- processes: machine-\d+\/b: /)
    assert.match(stdout, /Something else on this machine may have made them\.\n$/)
  },
)
