/** What goes wrong for people: one clear error in four parts, exit code 2, and nothing left behind. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { serverPath } from '../../lib/server/path.ts'
import { finished } from '../../lib/server/process.ts'
import { cacheRoot } from '../../lib/server/state.ts'
import { difference, needsRoot, root, snapshot, vethlab } from '../helpers/machine.ts'

// In the project, so that `../lib/index.ts` is where it is for a scenario.
const folder = mkdtempSync(join(root, 'test/.errors-'))
after(() => rmSync(folder, { recursive: true }))

let machine: Awaited<ReturnType<typeof snapshot>>
before(async () => {
  machine = await snapshot()
})

/** A scenario of that body, in a file of its own. */
function scenarioFile(name: string, body: string): string {
  const file = join(folder, `${name}.ts`)
  writeFileSync(
    file,
    `import { scenario, server, output, image } from '../../lib/index.ts'
const server1 = server('server1')
export default scenario(import.meta, 'a mistake', async (lab) => {
  void output; void image
${body}
})
`,
  )
  return file
}

async function fails(
  file: string,
  said: RegExp,
  env: Record<string, string> = {},
  code = 2,
  ...words: string[]
): Promise<string> {
  const done = await vethlab(file, ['test', ...words], env)
  assert.equal(done.code, code, done.stdout + done.stderr)
  assert.match(done.stderr, said)
  assert.doesNotMatch(done.stderr, /^\s+at /m, 'no stack trace')
  assert.deepEqual(await difference(machine), [])
  return done.stderr
}

/** A folder with a program of that name; put before the PATH, or named as the engine. */
function fakeProgram(folderName: string, name: string, script: string): string {
  const dir = join(folder, folderName)
  mkdirSync(dir, { recursive: true })
  writeFileSync(join(dir, name), script)
  chmodSync(join(dir, name), 0o755)
  return dir
}

test('a command that fails: where, the command, what the tool said, what to do', async () => {
  const file = scenarioFile(
    'taken',
    `await lab.step('Twice the same', server1.netns('a').add(), server1.netns('a').add())`,
  )
  await fails(
    file,
    /^error: test\/\.errors-\w+\/taken\.ts:5, step "Twice the same"\n {2}ip netns add a\n {2}Cannot create namespace file .*File exists\n.*already there/,
  )
})

test('a failure at node 57 of 100 names its command and leaves nothing, in batches and one by one', async () => {
  const head = `const { star } = await import('../../lib/index.ts')
  const { commands } = star(server1, 100)`
  const taken = scenarioFile(
    'port57',
    `${head}
  await lab.step('before', server1.ip.link.add('p57').type('bridge'))
  await lab.step('A star', commands)`,
  )
  const twice = scenarioFile(
    'node57',
    `${head}
  await lab.step('A star', commands.flatMap((one) => (one.argv.includes('10.1.0.57/16') ? [one, one] : [one])))`,
  )
  for (const executor of ['--batch', '--no-batch']) {
    const port =
      /^error: .*\/port57\.ts:8, step "A star"\n {2}ip link add name p57 type veth peer name eth0 netns n57\n {2}RTNETLINK answers: File exists\n.*there already/
    await fails(taken, port, {}, 2, executor)
    const node =
      /step "A star"\n {2}ip -n n57 addr add 10\.1\.0\.57\/16 dev eth0\n {2}.*(File exists|already assigned)[\s\S]*already there/
    await fails(twice, node, {}, 2, executor)
  }
})

test('N of the star: none, negative, no number, more than a bridge takes', async () => {
  for (const n of ['0', '-5', 'many', '1024'])
    await fails(
      'star',
      /^error: scenarios\/star\.ts:\d+\n\S+ is not a number of nodes at one bridge: 1 to 1023/,
      { N: n },
    )
})

test('a value that cannot be right is refused before anything runs', async () => {
  const file = scenarioFile(
    'late',
    `await lab.step('first', server1.netns('a').add())\n  await lab.step('second', server1.ip.addr.add('10.0.0.1/33').dev('e0'))`,
  )
  const said = await fails(file, /late\.ts:6\n"10\.0\.0\.1\/33" has prefix length 33; it must be 0 to 32/)
  assert.doesNotMatch(said, /netns add/)
})

test('a tool that is missing is named before anything runs', async () => {
  await fails(
    scenarioFile('tool', `await lab.step('x', server1.exec('no-such-tool'))`),
    /no-such-tool: not found\nInstall it/,
  )
})

test('a compose file that does not exist', async () => {
  await fails(
    scenarioFile('nofile', `await lab.step('x', server1.compose('shop', '/nowhere/shop.yml').up())`),
    /\/nowhere\/shop\.yml: no such file/,
  )
})

test('a compose file that is invalid', async () => {
  const yml = join(folder, 'bad.yml')
  writeFileSync(yml, 'services:\n  web:\n    image: vethlab\n    networks: 7\n')
  await fails(
    scenarioFile('badfile', `await lab.step('x', server1.compose('shop', ${JSON.stringify(yml)}).up())`),
    /services\.web\.networks[\s\S]*Mend the compose file/,
  )
})

test('a container name that is taken', async () => {
  const run = `server1.docker.run(image).name('a1')`
  await fails(
    scenarioFile('name', `await lab.step('x', ${run}, ${run})`),
    /The container name "\/a1" is already in use[\s\S]*Choose another name/,
  )
})

test('a macvlan whose parent is missing, and one whose parent is down', async () => {
  const macvlan = `server1.docker.network.create('m1').driver('macvlan').subnet('10.9.0.0/24').option('parent', 'e9')`
  const hint = 'The parent must be an interface of the server, and up'
  await fails(
    scenarioFile('noparent', `await lab.step('x', ${macvlan})`),
    new RegExp(
      `docker network create .*parent=e9 m1\\n  .*does not exist[^\\n]*\\n${hint}: look with ip link`,
    ),
  )
  const cable = `server1.ip.link.add('e9').type('veth', { peer: 'e8' })`
  await fails(
    scenarioFile('parentdown', `await lab.step('x', ${cable}, ${macvlan})`),
    new RegExp(`docker network create .*parent=e9 m1\\n  e9 is down\\n${hint}: ip link set dev e9 up`),
  )
})

test('a link type that the kernel lacks', async () => {
  await fails(
    scenarioFile('lacks', `await lab.step('x', server1.ip.link.add('d0').type('dummy'))`),
    /Unknown device type[\s\S]*This kernel lacks that type/,
  )
})

test('an image that no engine has', async () => {
  await fails(
    scenarioFile('image', `await lab.step('x', server1.docker.run('nowhere/nothing').name('a1'))`),
    /No such image: nowhere\/nothing[\s\S]*IMAGE=/,
  )
})

test('IMAGE= that the machine does not have', async () => {
  await fails(
    'compose',
    /docker image inspect .* no-such-image[\s\S]*must be an image that the engine of this machine has/,
    { IMAGE: 'no-such-image' },
  )
})

test('VETHLAB_ENGINE without a dockerd', async () => {
  await fails('compose', /VETHLAB_ENGINE=\/nowhere holds no dockerd\n.*there is no such folder/, {
    VETHLAB_ENGINE: '/nowhere',
  })
  await fails('compose', /VETHLAB_ENGINE=\/etc\/apt holds no dockerd\n.*there is .*sources/, {
    VETHLAB_ENGINE: '/etc/apt',
  })
})

test('a Compose plugin of version 1', async () => {
  const home = join(folder, 'home')
  const cache = join(folder, 'no-compose/vethlab') // what set-up fetched would be taken first
  mkdirSync(cache, { recursive: true })
  for (const part of readdirSync(cacheRoot()).filter((name) => name !== 'compose'))
    symlinkSync(join(cacheRoot(), part), join(cache, part))
  mkdirSync(join(home, '.docker/cli-plugins'), { recursive: true })
  writeFileSync(join(home, '.docker/cli-plugins/docker-compose'), '#!/bin/sh\necho 1.29.2\n', { mode: 0o755 })
  await fails('compose', /Compose: 1\.29\.2, .*docker-compose\nVersion 2 or later is needed/, {
    HOME: home,
    XDG_CACHE_HOME: join(cache, '..'),
  })
})

test('an ENGINE that was not fetched: what is there', async () => {
  await fails('compose', /ENGINE=19\.03 is not there\n(There are: |make engines)/, { ENGINE: '19.03' })
})

test('an engine that dies while it boots: its last words', async () => {
  const dir = fakeProgram('dying', 'dockerd', '#!/bin/sh\necho "failed to find my feet" >&2\nexit 3\n')
  for (const part of ['docker', 'containerd', 'runc']) fakeProgram('dying', part, '#!/bin/sh\n')
  await fails('compose', /failed to find my feet\n.*ended with exit code 3 while it was starting/, {
    VETHLAB_ENGINE: dir,
  })
})

test('no engine at all', async () => {
  const tools = join(folder, 'tools')
  mkdirSync(tools)
  for (const dir of serverPath()
    .split(':')
    .filter((dir) => !dir.includes('engine'))
    .reverse())
    for (const name of [
      'node',
      'sh',
      'ip',
      'iptables',
      'busybox',
      'unshare',
      'nsenter',
      'tini',
      'sysctl',
      'ping',
      'nc',
    ])
      try {
        symlinkSync(join(dir, name), join(tools, name))
      } catch {}
  // The system's own folders have no dockerd on a machine without Docker; the cache is an empty one.
  const { code, stderr } = await vethlab('compose', ['test'], { XDG_CACHE_HOME: tools })
  assert.equal(code, 2)
  assert.match(stderr, /dockerd|compose/)
  assert.match(stderr, /make setup/)
})

test('a full disk', async () => {
  await fails(
    scenarioFile(
      'full',
      `await lab.step('x', server1.exec('sh', '-c', 'mount -t tmpfs -o size=4k tmpfs /mnt && head -c 9999 /dev/zero >/mnt/x'))`,
    ),
    /No space left on device[\s\S]*free some space/,
  )
})

test('a failed check: what was observed, what to try, and exit code 1', async () => {
  const file = scenarioFile(
    'wrong',
    `await lab.step('x', server1.netns('a').add())\n  await lab.check(server1.netns('a').ping('127.0.0.1').replies, 'lo is down')`,
  )
  const { code, stdout } = await vethlab(file, ['test'])
  assert.equal(code, 1)
  assert.match(
    stdout,
    /✗ a → 127\.0\.0\.1: expected replies, observed unreachable.*\n.*try: ip netns exec a ping -c 1 -W 1 127\.0\.0\.1/,
  )
  assert.match(stdout, /1 of 1 checks failed/)

  // Where the lab stays up, how to ask why; with --why, the answer.
  const up = await vethlab(file, ['up', '--why'])
  try {
    assert.equal(up.code, 1)
    const [line = '', from = '', to = ''] =
      up.stdout.match(/why: make why FROM=(a) TO=(127\.0\.0\.1)$/m) ?? []
    assert.ok(line, up.stdout)
    assert.match(up.stdout, /in a: lo of a, which leads to 127\.0\.0\.1, is down/)
    const asked = await vethlab(file, ['why', from, to])
    assert.equal(asked.code, 1)
    assert.match(asked.stdout, /undo it {3}ip -n a link set dev lo up/)
  } finally {
    await vethlab(file, ['down'])
  }
  assert.deepEqual(await difference(machine), [])
})

test('a fault of the tool never looks like one of the network', async () => {
  const file = scenarioFile(
    'fault',
    `await lab.check(server1.netns('nowhere').ping('127.0.0.1').noReply, 'no such namespace')`,
  )
  await fails(
    file,
    /ip netns exec nowhere ping[\s\S]*Cannot open network namespace "nowhere"[\s\S]*nothing is known of the network/,
  )
})

test('a lab whose name has a slash', async () => {
  const slashes = await vethlab('namespaces', ['up', '--name', 'a/b'])
  assert.equal(slashes.code, 2)
  assert.match(slashes.stderr, /"a\/b" is not a lab's name/)
})

test('a missing await is noticed: in the middle, and at the end', async () => {
  const late = `lab.step('late', server1.netns('a').add())`
  await fails(
    scenarioFile('middle', `${late}\n  await lab.step('x', server1.ip.link.show())`),
    /middle\.ts:5\nstep "late" was not waited for\nPut await before it/,
  )
  await fails(
    scenarioFile(
      'end',
      `await lab.step('x', server1.ip.link.show())\n  if (lab.live) lab.step('late', server1.exec('sleep', '0.2'))`,
    ),
    /end\.ts:6\nstep "late" was not waited for/,
  )
})

test('a question without its answer, and a rule without its target', async () => {
  await fails(
    scenarioFile('answer', `await lab.check(server1.ping('10.0.0.1') as never, 'x')`),
    /answer\.ts:5\na check lacks its answer\nSay what must be observed/,
  )
  await fails(
    scenarioFile('typo', `await lab.check((server1.ping('10.0.0.1') as any).noRepyl, 'x')`),
    /ping\(\) has no answer noRepyl: did you mean noReply\?/,
  )
  await fails(
    scenarioFile('target', `await lab.step('x', server1.iptables.filter.append('INPUT') as never)`),
    /step "x" was given something that is no command\nA rule is one after jump/,
  )
  await fails(
    scenarioFile('method', `await lab.step('x', (server1.ip.link as any).ad('x'))`),
    /method\.ts:5\n.*did you mean add/,
  )
})

test('a target that is spelled wrong', async () => {
  await fails(
    scenarioFile('acept', `await lab.step('x', server1.iptables.filter.append('INPUT').jump('ACEPT'))`),
    /-j ACEPT[\s\S]*is it spelled right/,
  )
})

test('a slip outside of the function', async () => {
  const file = join(folder, 'outside.ts')
  writeFileSync(
    file,
    `import { lan, scenario, server } from '../../lib/index.ts'\nconst v = lan('v').plug(server('s1'), 'e0', '192.168.56.400/24')\nexport default scenario(import.meta, 'x', async (lab) => lab.step('x', v.up()))\n`,
  )
  await fails(
    file,
    /^error: test\/\.errors-\w+\/outside\.ts:2\n"192\.168\.56\.400\/24" is not ADDRESS\/PREFIX/,
  )
})

test('a fact of a container that is not there: the line that asked', async () => {
  await fails(
    scenarioFile(
      'read',
      `await lab.step('x', server1.docker.ps())\n  await lab.read(server1.container('nobody').address())`,
    ),
    /read\.ts:6\n {2}docker inspect .* nobody\n {2}.*[Nn]o such container: nobody/,
  )
})

test('a script that was changed while its lab is up', async () => {
  const body = (address: string) => `await lab.step('x', server1.ip.addr.add('${address}/24').dev('lo'))`
  const file = scenarioFile('changed', body('10.0.0.1'))
  try {
    assert.equal((await vethlab(file, ['up', '-q'])).code, 0)
    assert.equal((await vethlab(file, ['up', '-q'])).code, 0)
    scenarioFile('changed', body('10.0.0.2'))
    const { code, stderr } = await vethlab(file, ['up', '-q'])
    assert.equal(code, 2)
    assert.match(
      stderr,
      /changed is up, and its steps have changed since\nRemove it, then build it again: make clean-changed/,
    )
  } finally {
    await vethlab(file, ['down'])
  }
  assert.deepEqual(await difference(machine), [])
})

test('a defect of a script is told without a stack trace, and leaves nothing', async () => {
  await fails(
    scenarioFile(
      'defect',
      `await lab.step('x', server1.netns('a').add())\n  if (lab.live) throw new TypeError('oops')`,
    ),
    /^error: test\/\.errors-\w+\/defect\.ts:6\noops\nA slip in the script.*DEBUG=1/,
  )
})

test('a command that was built and forgotten is named', async () => {
  const file = scenarioFile(
    'forgotten',
    `server1.netns('a').add()\n  await lab.step('x', server1.ip.link.show())`,
  )
  const { code, stderr } = await vethlab(file, ['test'])
  assert.equal(code, 0)
  assert.match(stderr, /warning: .*forgotten\.ts:5: built and never given to the lab: ip netns add a/)
})

test(
  'without root, and without subordinate ids: the line to type',
  needsRoot('it becomes another user'),
  async () => {
    const asNobody = [
      '--reuid=65534',
      '--regid=65534',
      '--clear-groups',
      'node',
      join(root, 'scripts/start.mjs'),
    ]
    const child = spawn('setpriv', [...asNobody, join(root, 'scenarios/namespaces.ts'), 'test'], {
      cwd: '/',
      env: { ...process.env, HOME: '/nonexistent' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const { code, stderr } = await finished(child)
    assert.equal(code, 2)
    assert.match(
      stderr,
      /without root: subordinate ids: no line for nobody in \/etc\/subuid and \/etc\/subgid\nsudo usermod --add-subuids \d+-\d+ --add-subgids \d+-\d+ nobody/,
    )
  },
)

test('--json: an error is one JSON document', async () => {
  const { code, stdout } = await vethlab('compose', ['test', '--json'], { VETHLAB_ENGINE: '/nowhere' })
  assert.equal(code, 2)
  const document = JSON.parse(stdout)
  assert.equal(document.ok, false)
  assert.match(document.error, /holds no dockerd/)
})
