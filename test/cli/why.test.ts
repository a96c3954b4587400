/** `why` as it is typed, and what it leaves behind: nothing. */
import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type OpenLab, server } from '../../lib/index.ts'
import { enterWords } from '../../lib/server/enter.ts'
import { findLab } from '../../lib/server/labs.ts'
import { findProgram } from '../../lib/server/path.ts'
import { finished, until } from '../../lib/server/process.ts'
import type { Report } from '../../lib/why/why.ts'
import { why } from '../../lib/why/why.ts'
import { difference, root, snapshot, startScenario, vethlab } from '../helpers/machine.ts'
import { standing } from '../helpers/standing.ts'

const tool = join(root, 'scripts/vethlab.ts')
const name = `why-verb-${process.pid}`
const folder = mkdtempSync(join(tmpdir(), 'vethlab-why-'))

let machine: Awaited<ReturnType<typeof snapshot>>
before(async () => {
  machine = await snapshot()
  const up = await vethlab('namespaces', ['up', '-q', '--name', name])
  assert.equal(up.code, 0, up.stderr)
})
after(async () => {
  await vethlab('namespaces', ['down', '--name', name])
  rmSync(folder, { recursive: true })
  assert.deepEqual(await difference(machine), [])
})

const ask = (...words: string[]) => vethlab(tool, ['why', ...words, '--name', name])
const inLab = (...words: string[]) =>
  vethlab('namespaces', ['exec', 'server1', '--name', name, '--', ...words])

test('delivered: each place, the route, the verdict; exit code 0', async () => {
  const { code, stdout, stderr } = await ask('space1', 'space2')
  assert.equal(code, 0, stdout + stderr)
  assert.match(stdout, /^space1 → space2 \(10\.0\.0\.\d+\) {2}ping\n\nthe request\n {2}space1 {2}made/)
  assert.match(stdout, /\n {10}route {3}10\.0\.0\.0\/24 dev \S+\n/)
  assert.match(stdout, /\nthe reply\n {2}space2 {2}made/)
  assert.match(stdout, /✓ delivered: the request arrived, and the reply came back/)
  for (const line of stdout.split('\n')) assert.ok(line.length <= 80, line)
})

test('died: the rule, how to see it, how to undo it; exit code 1', async () => {
  await inLab('ip', 'netns', 'exec', 'space2', 'iptables', '-A', 'INPUT', '-p', 'icmp', '-j', 'DROP')
  try {
    const { code, stdout } = await ask('space1', 'space2')
    assert.equal(code, 1, stdout)
    assert.match(stdout, /✗ rule {2}filter INPUT 1 {2}-p icmp -j DROP/)
    assert.match(stdout, /✗ died in space2: rule 1 of filter INPUT dropped the request/)
    assert.match(stdout, /the rule {2}ip netns exec space2 iptables -A INPUT -p icmp -j DROP/)
    assert.match(stdout, /see it {4}ip netns exec space2 iptables -L INPUT -n -v --line-numbers/)
    const undo = stdout.match(/undo it {3}(.*)/)?.[1] ?? ''
    assert.equal(undo, 'ip netns exec space2 iptables -D INPUT 1')

    const hint = await ask('space1', 'space2', '--hint')
    assert.match(hint.stdout, /^space1 → space2 .*\nIt ends in space2\.\n$/)

    const json = JSON.parse((await ask('space1', 'space2', '--json')).stdout) as Report
    assert.equal(json.verdict.cause, 'rule')
    assert.deepEqual(json.question.to, 'space2')
    assert.equal(json.ways[0]?.places.at(-1)?.place, 'space2')

    // What it says undoes it.
    await inLab(...(undo.split(' ') as [string]))
    assert.equal((await ask('space1', 'space2')).code, 0)
  } finally {
    await inLab('ip', 'netns', 'exec', 'space2', 'iptables', '-F')
  }
})

test('--guess asks first', async () => {
  const child = spawn(
    'node',
    [join(root, 'scripts/start.mjs'), tool, 'why', 'space1', 'space2', '--guess', '--name', name],
    {
      env: { ...process.env, NO_COLOR: '1' },
    },
  )
  child.stdin.end('space1\n')
  const { stdout } = await finished(child)
  assert.match(stdout, /^Where does it end\? server1, space1, space2, or: it arrives\n/)
  assert.match(stdout, /You guessed space1; it is: it arrives\.\n$/)
})

test('--pcap keeps what moved in each place', async () => {
  const file = join(folder, 'ping.pcap')
  assert.equal((await ask('space1', 'space2', '--pcap', file)).code, 0)
  assert.deepEqual(readdirSync(folder).sort(), ['ping-server1.pcap', 'ping-space1.pcap', 'ping-space2.pcap'])
  const packets = execFileSync('tcpdump', ['-n', '-r', join(folder, 'ping-space2.pcap')], {
    encoding: 'utf8',
    stdio: 'pipe',
  })
  assert.match(packets, /ICMP echo request/)
  assert.match(packets, /ICMP echo reply/)
})

test('--on host asks on the machine itself: here that is a virtual server', async () => {
  const self = ['node', join(root, 'scripts/start.mjs'), tool, 'why', '--on', 'host']
  const { code, stdout, stderr } = await inLab(...self, 'space1', 'space2')
  assert.equal(code, 0, stdout + stderr)
  assert.match(stdout, /✓ delivered/)
  const own = await inLab(...self, 'server1', 'space1')
  assert.equal(own.code, 1, own.stdout)
  assert.match(own.stdout, /✗ died in server1: server1 has no route to 10\.0\.0\.\d+/)
  const nobody = await inLab(...self, 'space3', 'space1')
  assert.match(nobody.stderr, /there is no place "space3" in this machine\nIt has: space1, space2, server1/)
})

test('what cannot be asked: exit code 2, and what there is', async () => {
  const wrong = async (words: string[], error: RegExp, env = {}) => {
    const { code, stderr } = await vethlab(tool, ['why', ...words], env)
    assert.equal(code, 2, stderr)
    assert.match(stderr, error)
    assert.doesNotMatch(stderr, /\n +at /)
  }
  const lab = ['--name', name]
  await wrong(['spac1', 'space2', ...lab], /there is no place "spac1" in .*\nIt has: space1, space2, server1/)
  await wrong(['space1', '?', ...lab], /there is no place "\?" in/)
  await wrong(
    ['space1', 'space3', ...lab],
    /there is no place "space3" in .*\nIt has: space1, space2, server1/,
  )
  await wrong(['space1', '10.0.0.999', ...lab], /"10\.0\.0\.999" is not an IPv4 address/)
  await wrong(['space1', 'space2:http', ...lab], /"http" is not a port/)
  await wrong(['space1', 'space2:0', ...lab], /"0" is not a port/)
  await wrong(['space1', 'space2', '--udp', ...lab], /--udp needs a port/)
  await wrong(['space1', ...lab], /words are missing: why <from> <to>|who asks whom\?/)
  await wrong(['space1', 'space2', '--name', 'nobody'], /nobody is not up\nUp: /)
  await wrong(['space1', 'space2', '--name', 'no/body'], /is not a lab's name/)
})

test('kill -9 in the middle leaves no table and no process', async () => {
  const lab = findLab(name)
  const space1 = `--net=/proc/${lab?.servers[0]?.pid}/root/run/netns/space1`
  const [enter = '', ...words] = enterWords(lab?.pid ?? 0, ['nft', 'list', 'tables'], [space1])
  const tables = () => execFileSync(enter, words, { encoding: 'utf8' })
  await inLab('ip', 'netns', 'exec', 'space2', 'iptables', '-A', 'INPUT', '-j', 'DROP')
  try {
    const child = startScenario(tool, ['why', 'space1', 'space2', '--name', name])
    const end = finished(child)
    assert.ok(await until(() => /why_/.test(tables()), 5000, 1), 'it was seen at work')
    child.kill('SIGKILL')
    await end
    assert.ok(await until(() => !/why_/.test(tables()), 3000), tables())
  } finally {
    await inLab('ip', 'netns', 'exec', 'space2', 'iptables', '-F')
  }
})

test('two at once, with others pinging beside them', async () => {
  const busy = inLab(
    'sh',
    '-c',
    'ip netns exec space1 ping -q -i 0.05 -c 60 10.0.0.12 >/dev/null & ip netns exec space1 ping -q -i 0.05 -c 60 10.0.0.99 >/dev/null & wait',
  )
  const codes = await Promise.all([
    ask('space1', 'space2'),
    ask('space2', 'space1'),
    ask('space1', 'space2:9'),
    ask('space2', '10.0.0.77'),
  ])
  assert.deepEqual(
    codes.map(({ code }) => code),
    [0, 0, 1, 1],
    codes.map(({ stdout }) => stdout).join('\n'),
  )
  assert.match(codes[2]?.stdout ?? '', /nobody listens on tcp port 9 of\s+space2/)
  assert.match(codes[3]?.stdout ?? '', /no place has 10\.0\.0\.77/)
  await busy
})

test('twenty namespaces behind one switch, and a kernel that does not show what leaves', async () => {
  const host = server('host')
  const spaces = Array.from({ length: 20 }, (_, i) => host.netns(`n${i}`))
  const { lab, close }: { lab: OpenLab; close(): Promise<void> } = await standing(async (lab) => {
    await lab.step(
      'a star',
      host.ip.link.add('br0').type('bridge'),
      host.ip.link.set('br0').up(),
      ...spaces.flatMap((space, i) => [
        space.add(),
        host.ip.link.add(`v${i}`).type('veth', { peer: `p${i}` }),
        host.ip.link.set(`v${i}`).netns(space),
        host.ip.link.set(`p${i}`).master('br0'),
        host.ip.link.set(`p${i}`).up(),
        space.ip.addr.add(`10.7.0.${i + 1}/24`).dev(`v${i}`),
        space.ip.link.set(`v${i}`).up(),
      ]),
    )
  })
  try {
    const report = await lab.why({ from: 'n0', to: 'n19' })
    assert.equal(report.verdict.cause, 'delivered')
    assert.deepEqual(
      report.ways[0]?.places.map(({ place }) => place),
      ['n0', 'host', 'n19'],
    )

    const { record } = lab.sandbox
    const older = await why(record, { from: 'n0', to: 'n19' }, { egress: false })
    assert.equal(older.verdict.cause, 'delivered')
    assert.match(older.blind ?? '', /does not show what leaves/)
    await lab.run(spaces[19]?.iptables.filter.append('INPUT').jump('DROP') ?? host.ip.link.show())
    assert.equal((await why(record, { from: 'n0', to: 'n19' }, { egress: false })).verdict.cause, 'rule')

    // A tool that is missing is no verdict.
    const tools = mkdtempSync(join(folder, 'path-'))
    for (const tool of ['nsenter', 'setpriv', 'sh', 'ip', 'cat', 'ping'])
      symlinkSync(findProgram(tool, record.path) ?? '', join(tools, tool))
    await assert.rejects(why({ ...record, path: tools }, { from: 'n0', to: 'n19' }), /nft: not found/)
    rmSync(join(tools, 'nsenter'))
    await assert.rejects(why({ ...record, path: tools }, { from: 'n0', to: 'n19' }), /nsenter: not found/)
  } finally {
    await close()
  }
})
