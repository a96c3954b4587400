/** Who may do what: a lab belongs to the user who made it, and nothing in it has a right on the machine. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { difference, needsRoot, snapshot, vethlab } from '../helpers/machine.ts'
import { type Users, users } from '../helpers/users.ts'

const root = needsRoot('it becomes two other users')
const file = 'scenarios/docker.ts'
const compose = 'scenarios/compose.ts'
const run = (words: string, scenario = file) => `node scripts/start.mjs ${scenario} ${words}`

let both: Users
let machine: Awaited<ReturnType<typeof snapshot>>
/** The lab of student: where its record is, its first process, and that of its server. */
let lab: { record: string; pid: number; server: number }

/** What set-up fetched; a lab's own state beside it goes with the lab. */
const listCache = 'ls -A ~/.cache/vethlab'
let cache = ''

before(async () => {
  if (root.skip) return
  machine = await snapshot()
  both = await users()
  cache = (await both.as('student', listCache)).stdout
  const up = await both.as('student', run('up'))
  assert.equal(up.code, 0, up.stdout + up.stderr)
  assert.match(up.stdout, /\n {2}without root, in a user namespace\n/)
  const record = '/home/student/.cache/vethlab/run/docker/lab.json'
  const { pid, servers } = JSON.parse((await both.as('student', `cat ${record}`)).stdout)
  lab = { record, pid, server: servers[0].pid }
})
after(async () => {
  if (root.skip) return
  for (const user of ['student', 'other'] as const)
    await both.as(user, run('down --all', 'scripts/vethlab.ts'))
  await both.end()
})

/** A line as student in a lab's server. */
const inside = (line: string) => both.as('student', run(`exec server1 -- sh -c '${line}'`))

test(
  'the lab is in a user namespace; its state is in a private folder where XDG_RUNTIME_DIR is unset',
  root,
  async () => {
    const { stdout } = await both.as('student', `stat -c '%a %U' /home/student/.cache/vethlab/run`)
    assert.equal(stdout, '700 student\n')
    const namespaces = await both.as('student', `readlink /proc/self/ns/user /proc/${lab.server}/ns/user`)
    const [own, its] = namespaces.stdout.trim().split('\n')
    assert.ok(own && its && own !== its, namespaces.stdout)
    assert.match(
      (await inside('docker info 2>/dev/null')).stdout,
      /Name: server1[\s\S]*rootless|rootless[\s\S]*Name: server1/,
    )
  },
)

test('another user cannot read, join or end it', root, async () => {
  const attempts = [
    `cat ${lab.record}`,
    `ls /proc/${lab.server}/root/run`,
    `printf 'GET /_ping HTTP/1.0\\r\\n\\r\\n' | nc -NU /proc/${lab.server}/root/run/docker.sock`,
    `readlink /proc/${lab.server}/ns/net`,
    `nsenter --target ${lab.server} --user --preserve-credentials --net --mount true`,
    `nsenter --target ${lab.pid} --net true`,
    `cat /proc/${lab.server}/environ`,
    `kill -9 ${lab.pid}`,
  ]
  for (const attempt of attempts) {
    assert.notEqual((await both.as('other', attempt)).code, 0, attempt)
    // The owner can, or the attempt would prove nothing.
    if (!/kill|nsenter .*--net true/.test(attempt))
      assert.equal((await both.as('student', attempt)).code, 0, attempt)
  }
  assert.match((await both.as('student', run('status'))).stdout, /server1 .*docker0/)
})

test("another user's lab is not known by its name, and refused by its folder", root, async () => {
  for (const words of ['shell', 'exec server1 -- true']) {
    const { code, stderr } = await both.as('other', run(words))
    assert.equal(code, 2)
    assert.match(stderr, /docker is not up/)
    const root = await vethlab('docker', words.split(' '))
    assert.match(root.stderr, /docker is not up/)
  }
  await both.as('student', 'mkdir -p /tmp/vethlab-open/vethlab && chmod 755 /tmp/vethlab-open')
  try {
    for (const folder of ['/home/student/.cache', '/tmp/vethlab-open'])
      for (const words of ['down', 'shell', 'exec server1 -- true', 'status', 'up']) {
        const { code, stderr } = await both.as('other', run(words), { XDG_RUNTIME_DIR: folder })
        assert.equal(code, 2, words)
        assert.match(
          stderr,
          /the folder of your labs, \S+\/vethlab, (belongs to another user|cannot be looked at: EACCES.*)\nXDG_RUNTIME_DIR must be a folder of yours.* unset XDG_RUNTIME_DIR/,
        )
      }
  } finally {
    await both.as('student', 'rm -r /tmp/vethlab-open')
  }
  assert.match((await both.as('student', run('status'))).stdout, /server1 .*docker0/)
})

test('a folder of labs that others can write is refused', root, async () => {
  const { code, stderr } = await both.as(
    'other',
    `mkdir -p ~/.cache/vethlab/run && chmod 777 ~/.cache/vethlab/run && ${run('up')}`,
  )
  assert.equal(code, 2)
  assert.match(
    stderr,
    /the folder of your labs, \/home\/other\/\.cache\/vethlab\/run, can be written by others \(mode 777\)/,
  )
  await both.as('other', 'rmdir ~/.cache/vethlab/run')
})

test('XDG_RUNTIME_DIR of a session serves, too', root, async () => {
  const session = { XDG_RUNTIME_DIR: '/home/other/session' }
  const namespaces = (words: string) =>
    both.as('other', `mkdir -p -m 700 ~/session; ${run(words, 'scenarios/namespaces.ts')}`, session)
  assert.equal((await namespaces('up')).code, 0)
  assert.equal((await both.as('other', 'ls ~/session/vethlab')).stdout, 'namespaces\n')
  const elsewhere = await both.as('other', run('status', 'scenarios/namespaces.ts'))
  const down = await namespaces('down')
  assert.match(elsewhere.stdout, /namespaces is not up/)
  assert.match(down.stdout, /namespaces is removed/)
  assert.equal((await both.as('other', 'ls ~/session')).stdout, '')
})

test('an overlay network is refused before anything starts', root, async () => {
  const script = `import { scenario, server } from '../lib/index.ts'
export default scenario(import.meta, 'swarm', (lab) =>
  lab.step('x', server('server1').docker.network.create('o1').driver('overlay')))`
  const { code, stdout, stderr } = await both.as(
    'other',
    `cat >scenarios/swarm.ts <<'END'\n${script}\nEND\n${run('test', 'scenarios/swarm.ts')}`,
  )
  assert.equal(code, 2)
  assert.equal(stdout, '')
  assert.match(stderr, /docker network create --driver overlay o1\n {2}an engine without root has no overlay/)
})

test('where tmpfs cannot hold overlays, the cache does, as long as the lab is up', root, async () => {
  // ramfs knows no extended attributes, as tmpfs did not before Linux 6.6.
  const older = `sed -i 's/-t tmpfs .* "$mark" .run$/-t ramfs "$mark" \\/run/' lib/virtual/files.sh`
  const up = await both.as('other', `${older}; grep -q ramfs lib/virtual/files.sh && ${run('up')}`)
  assert.equal(up.code, 0, up.stdout + up.stderr)
  const driver = await both.as('other', run('exec server1 -- docker info -f {{.Driver}}'))
  assert.equal(driver.stdout, 'overlay2\n')
  assert.match((await both.as('other', 'ls ~/.cache/vethlab/storage/docker/server1')).stdout, /overlay2/)
  assert.equal((await both.as('other', run('down'))).code, 0)
  assert.notEqual((await both.as('other', 'ls ~/.cache/vethlab/storage')).code, 0)
})

test('where the user may make cgroups, as in a desktop session, none is left', root, async () => {
  const { code, stdout, stderr } = await both.as(
    'root',
    `set -e
    mount -t cgroup2 cgroup2 /mnt
    trap 'echo $$ >/mnt/cgroup.procs; find /mnt/vethlab-session -depth -type d -exec rmdir {} +' EXIT
    mkdir -p /mnt/vethlab-session/within
    chown -R student /mnt/vethlab-session
    echo $$ >/mnt/vethlab-session/within/cgroup.procs
    sh test/helpers/as.sh student sh -c 'set -e; ${run('up', compose)}; ${run('down', compose)}'
    echo $$ >/mnt/cgroup.procs
    rmdir /mnt/vethlab-session/within`,
  )
  assert.equal(code, 0, stdout + stderr)
})

test('nothing is set-uid', root, async () => {
  const search = 'find ~ -xdev -not -path "*/node_modules/*" -perm /6000'
  assert.equal((await both.as('student', search)).stdout, '')
  assert.equal(
    (await inside('find /run -xdev -path /run/vethlab-server/docker-data -prune -o -perm /6000 -print'))
      .stdout,
    '',
  )
})

test('from inside, root of the lab can change nothing of the machine', root, async () => {
  const attempts = [
    'echo 77 >/proc/sys/kernel/panic',
    'mount -o remount,bind,rw /proc/sys && echo 77 >/proc/sys/kernel/panic',
    'mount -t proc proc /mnt && echo 77 >/mnt/sys/kernel/panic',
    'echo 77 >/proc/sys/vm/swappiness',
    'for mtu in /sys/class/net/*/mtu; do [ "${mtu%/lo/mtu}" != "$mtu" ] || [ "${mtu%/docker0/mtu}" != "$mtu" ] || exit 0; done; exit 1',
    'mknod /run/sda b 8 0 && cat /run/sda',
    'mount -t ext4 /dev/vda /mnt',
    'mount -t cgroup2 c /mnt && mkdir /mnt/vethlab-from-inside',
    'chown 0 /etc/passwd',
    'echo x >>/etc/passwd',
    'echo x >/usr/vethlab-from-inside',
    'hwclock --set --date=2000-01-01',
    'modprobe dummy',
    `nsenter --target ${lab.pid} --net true`,
    'insmod /dev/null',
  ]
  for (const attempt of attempts) assert.notEqual((await inside(attempt)).code, 0, attempt)
  // What is its own it can change, and the machine does not see it.
  const own = [
    'ip link add from-inside type dummy || ip link add from-inside type veth',
    'ip link add to-one type veth peer name of-one netns 1',
    'iptables -t nat -A POSTROUTING -j MASQUERADE',
    'sysctl -w net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=2',
    'touch /etc/vethlab-from-inside /opt/vethlab-from-inside /var/vethlab-from-inside /run/vethlab-from-inside',
    'hostname from-inside',
    'echo 1400 >/sys/class/net/docker0/mtu',
    'mount -t tmpfs tmpfs /usr',
  ]
  for (const change of own) {
    const { code, stderr } = await inside(change)
    assert.equal(code, 0, change + stderr)
  }
})

test('when it is down, the machine is as it was', root, async () => {
  assert.equal((await both.as('student', run('down'))).code, 0)
  assert.equal((await both.as('student', listCache)).stdout, cache)
  assert.deepEqual(await difference(machine), [])
})
