/** From a lab nothing of the machine can be changed, and only the very server that was started is entered. */
import assert from 'node:assert/strict'
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { until } from '../../lib/server/process.ts'
import { labFolder } from '../../lib/server/state.ts'
import { needsRoot, root, vethlab } from '../helpers/machine.ts'

const name = `harmless-${process.pid}`
const lab = (verb: string, ...words: string[]) => vethlab('namespaces', [verb, '--name', name, ...words])
const inside = (line: string) => lab('exec', 'server1', '--', 'sh', '-c', line)
const file = () => join(labFolder(name), 'lab.json')
const record = () => JSON.parse(readFileSync(file(), 'utf8'))

/** Canaries: files of this user's that a lab must not harm. */
const canaries = [root, homedir()].map((folder) => mkdtempSync(join(folder, 'canary-')))

before(async () => {
  for (const folder of canaries) writeFileSync(join(folder, 'sings'), 'yes')
  const up = await lab('up', '-q')
  assert.equal(up.code, 0, up.stdout + up.stderr)
})
after(async () => {
  await lab('down')
  for (const folder of canaries) rmSync(folder, { recursive: true })
})

test('rm -rf harms nothing, wherever it begins', async () => {
  for (const folder of canaries) await inside(`cd ${folder} && rm -rf * .; rm -rf ${folder}`)
  await inside(
    'rm -rf ~/* /tmp/* /var/tmp/* /etc/passwd; for top in /usr /boot /root /home /srv; do touch $top/x && exit 0; done; exit 1',
  )
  for (const folder of canaries) assert.equal(readFileSync(join(folder, 'sings'), 'utf8'), 'yes')
  assert.ok(existsSync('/etc/passwd'))
  for (const top of ['/usr', '/boot', '/root', '/home', '/srv', root])
    assert.notEqual((await inside(`touch ${top}/vethlab-canary`)).code, 0, top)
  for (const own of ['~', '/tmp', '/var/tmp', '/etc', '/opt', '/run', '/dev/shm'])
    assert.equal((await inside(`echo x >${own}/vethlab-own && cat ${own}/vethlab-own`)).stdout, 'x\n', own)
})

test(
  'a file system that is mounted for writing is read-only in a lab, whatever its name, and on a folder of this project',
  needsRoot('it mounts one'),
  async () => {
    const folder = join(mkdtempSync(join(root, 'canary-')), 'a disk\twith "blanks" \\ and more')
    const own = `disk-${process.pid}`
    mkdirSync(folder)
    execFileSync('mount', ['-n', '-t', 'tmpfs', 'none', folder])
    try {
      writeFileSync(join(folder, 'sings'), 'yes')
      const up = await vethlab('namespaces', ['up', '-q', '--name', own])
      assert.equal(up.code, 0, up.stdout + up.stderr)
      const words = ['exec', '--name', own, 'server1', '--', 'sh', '-c']
      const line = 'cat "$0/sings"; rm -rf "$0"; echo no >"$0/sings"'
      const { code, stdout } = await vethlab('namespaces', [...words, line, folder])
      assert.equal(stdout, 'yes')
      assert.notEqual(code, 0)
      assert.equal(readFileSync(join(folder, 'sings'), 'utf8'), 'yes')
    } finally {
      await vethlab('namespaces', ['down', '--name', own])
      execFileSync('umount', ['-n', folder])
      rmSync(dirname(folder), { recursive: true })
    }
  },
)

test('a program called from a folder that the server lacks runs at home, and says so in one line', async () => {
  const folder = mkdtempSync('/dev/shm/vethlab-')
  try {
    const start = join(root, 'scripts/start.mjs')
    const words = [
      start,
      join(root, 'scenarios/namespaces.ts'),
      'exec',
      '--name',
      name,
      'server1',
      '--',
      'pwd',
    ]
    const run = (cwd: string) => spawnSync('node', words, { cwd, encoding: 'utf8' })
    const { stdout, stderr, status } = run(folder)
    assert.deepEqual([status, stdout], [0, '/run/root\n'], stderr)
    assert.equal(stderr, `${folder} is not there on server1: this runs in ~\n`)
    const there = run(root)
    assert.deepEqual([there.stdout, there.stderr], [`${root.replace(/\/$/, '')}\n`, ''])
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('a shell has a terminal of the server, also in a namespace, and ends with the code of its last command', () => {
  for (const where of ['server1', 'space1']) {
    const words = ['node', join(root, 'scripts/start.mjs'), join(root, 'scenarios/namespaces.ts')]
    const line = [...words, 'shell', '--name', name, where].join(' ')
    const input = 'tty\nhostname\nexit 7\n'
    const { stdout, status } = spawnSync('script', ['-q', '-e', '-c', line, '/dev/null'], {
      input,
      encoding: 'utf8',
    })
    assert.match(stdout, /\/dev\/pts\/\d+\r?\n/, stdout)
    assert.match(stdout, /server1/)
    assert.equal(status, 7, stdout)
  }
})

test('the links of /sys are those of the server, and of a namespace on it', async () => {
  const same = 'ls /sys/class/net | sort; echo; ip -o link | sed "s/^[0-9]*: //; s/[@:].*//" | sort'
  for (const where of ['server1', 'space1']) {
    const { stdout } = await lab('exec', where, '--', 'sh', '-c', same)
    const [sys, ip] = stdout.trim().split('\n\n')
    assert.equal(sys, ip, stdout)
  }
})

test('power, modules, clock, log, disks and consoles are out of reach, also below ip netns exec', async () => {
  const attempts = [
    'test -w /sys/power/state && : >>/sys/power/disk',
    ': >>/proc/sysrq-trigger',
    'mount -o remount,bind,rw / && touch /usr/vethlab-canary',
    'ls /dev/kmsg || ls /dev/mem || ls /dev/vda || ls /dev/sda',
    'dmesg --clear',
    'grep CapBnd /proc/self/status | grep -q "ffffffff$"',
  ]
  // Without root the mounts are those of the user's own lab, who may change them, and no more than a user may anyway.
  const tried = process.getuid?.() === 0 ? attempts : attempts.filter((attempt) => !/remount/.test(attempt))
  for (const where of ['server1', 'space1'])
    for (const attempt of tried)
      assert.notEqual((await lab('exec', where, '--', 'sh', '-c', attempt)).code, 0, `${where}: ${attempt}`)
  const devices = await inside(
    'ls /dev; cat /dev/null && head -c 1 /dev/zero | wc -c && tty </dev/ptmx >/dev/null; :',
  )
  assert.match(
    devices.stdout,
    /^fd\nfull\nnet\nnull\nptmx\npts\nrandom\nshm\nstderr\nstdin\nstdout\ntty\nurandom\nzero\n1$/m,
  )
})

/** Whether each mount of a server can be written; of those that lie over one another the last one counts. */
const flagsOf = (mounts: string) =>
  new Map(
    mounts
      .split('\n')
      .flatMap((line) => (/^\/\S* r[ow]$/.test(line) ? [line.split(' ') as [string, string]] : [])),
  )
const mountsShown = `awk '{ print $5, substr($6, 1, 2) }' /proc/self/mountinfo`

function mustBeFenced(flags: Map<string, string>): void {
  const parts = ['irq', 'bus', 'fs', 'sysrq-trigger']
    .map((part) => `/proc/${part}`)
    .filter((part) => existsSync(part))
  for (const target of ['/', '/sys', '/dev', '/proc/sys', ...parts])
    assert.equal(flags.get(target), 'ro', target)
  for (const target of ['/run', '/proc', '/proc/sys/net', '/dev/pts', '/dev/shm', '/sys/devices/virtual/net'])
    assert.equal(flags.get(target), 'rw', target)
}

test('what is of the machine is mounted read-only, and what is of the server can be written', async () => {
  mustBeFenced(flagsOf((await inside(mountsShown)).stdout))
})

test('so it is in a lab within a lab', needsRoot('its lab within has root'), async () => {
  const own = `inner-${process.pid}`
  const within = `node --import tsx/esm ${join(root, 'scenarios/namespaces.ts')}`
  const show = `${within} exec server1 --name ${own} -- ${mountsShown}`
  const { stdout, stderr } = await inside(
    `cd ${root}; ${within} up -q --name ${own} && ${show}; ${within} down --name ${own}`,
  )
  assert.match(stdout, /is removed/, stderr)
  mustBeFenced(flagsOf(stdout))
})

test('a new network begins with the defaults of the kernel, whatever was set before', async () => {
  const script = fileURLToPath(new URL('../../lib/virtual/defaults.sh', import.meta.url))
  const all =
    'grep -H . /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv[46]/conf/{all,default,lo}/{forwarding,rp_filter,accept_redirects,send_redirects,arp_ignore,proxy_arp,disable_ipv6,accept_source_route} 2>/dev/null'
  const bash = async (line: string) => (await lab('exec', 'server1', '--', 'bash', '-c', line)).stdout
  const fresh = await bash(all)
  assert.match(fresh, /ip_forward:0[\s\S]*all\/rp_filter:0/)
  const odd =
    'for f in /proc/sys/net/ipv4/conf/{all,default,lo}/{forwarding,rp_filter,arp_ignore,proxy_arp} /proc/sys/net/ipv6/conf/{all,default}/forwarding; do echo 1 >$f; done'
  assert.equal(
    await bash(`${odd}; ${all} | grep -c ':1$' >/run/odd; . ${script}; kernel_defaults; ${all}`),
    fresh,
  )
})

test('a number that now is that of another process is not entered', async () => {
  const known = readFileSync(file(), 'utf8')
  const other = spawn('sleep', ['60'])
  try {
    const changed = record()
    changed.servers[0].pid = other.pid
    for (const born of [changed.servers[0].born, undefined]) {
      changed.servers[0].born = born
      writeFileSync(file(), JSON.stringify(changed))
      for (const words of [
        ['exec', 'server1', '--', 'id'],
        ['exec', 'space1', '--', 'id'],
        ['shell'],
        ['why', 'space1', 'space2'],
      ]) {
        const { code, stdout, stderr } = await lab(words[0] ?? '', ...words.slice(1))
        assert.equal(code, 2, words + stdout + stderr)
        assert.match(
          stderr,
          /server1 of harmless-\d+[\s\S]*has ended[\s\S]*Take the lab down/,
          words.join(' '),
        )
      }
      assert.match((await lab('status')).stdout, /server1 +has ended/)
    }
  } finally {
    writeFileSync(file(), known)
    other.kill()
  }
})

test('a lab of an older version, without times of birth, is shown, entered and taken down', async () => {
  const older = record()
  delete older.born
  for (const server of older.servers) delete server.born
  writeFileSync(file(), JSON.stringify(older))
  assert.match((await lab('status')).stdout, /space1 +netns/)
  assert.equal((await inside('true')).code, 0)
})

test('a server that has ended is told, and the lab can be removed', async () => {
  process.kill(record().servers[0].pid, 'SIGKILL')
  assert.ok(await until(() => !existsSync(`/proc/${record().servers[0].pid}`), 5000))
  assert.match((await lab('status')).stdout, /server1 +has ended/)
  assert.equal((await inside('true')).code, 2)
  assert.equal((await lab('down')).code, 0)
  assert.equal(
    execFileSync('sh', ['-c', `ls ${labFolder(name)} 2>/dev/null | wc -l`], { encoding: 'utf8' }).trim(),
    '0',
  )
})
