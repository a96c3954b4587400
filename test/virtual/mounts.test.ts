/** Which of a server's mounts leave something of the machine's writable, which folder may be shared, how large /run may be. */
import assert from 'node:assert/strict'
import { homedir } from 'node:os'
import { dirname } from 'node:path'
import { test } from 'node:test'
import { greeting } from '../../lib/cli/inspect.ts'
import { writableMounts } from '../../lib/virtual/mounts.ts'
import { sharedFolder } from '../../lib/virtual/share.ts'
import { runSize } from '../../lib/virtual/world.ts'

const mount = (id: number, parent: number, target: string, flags: string) =>
  `${id} ${parent} 254:0 / ${target} ${flags},relatime - ext4 /dev/vda rw`

test('a mount that can be written and reached is found, whatever its name', () => {
  const all = [
    mount(1, 0, '/', 'ro'),
    mount(2, 1, '/mnt/a\\040disk', 'rw'),
    mount(3, 1, '/home', 'ro'),
    mount(4, 3, '/home/me', 'rw'),
    mount(5, 1, '/run', 'rw'),
    mount(6, 1, '/tmp', 'rw'),
  ]
  assert.deepEqual(writableMounts(all.join('\n')), ['/mnt/a disk', '/home/me'])
  assert.deepEqual(writableMounts(all.join('\n'), '/home/me'), ['/mnt/a disk'])
})

test('what lies under another mount is not reached; what is mounted on it is', () => {
  const covered = [
    mount(1, 0, '/', 'ro'),
    mount(2, 1, '/mnt/a', 'rw'),
    mount(3, 1, '/mnt', 'ro'),
    mount(4, 3, '/mnt/b', 'rw'),
  ]
  assert.deepEqual(writableMounts(covered.join('\n')), ['/mnt/b'])
  const twice = [mount(1, 0, '/', 'ro'), mount(2, 1, '/srv', 'rw'), mount(3, 2, '/srv', 'ro')]
  assert.deepEqual(writableMounts(twice.join('\n')), [])
})

test('a shared folder is no folder of the system, and holds no home', () => {
  for (const folder of [
    '/',
    '/usr',
    '/home',
    '/root',
    '/proc/self',
    homedir(),
    dirname(homedir()),
    '/nowhere',
    '',
  ])
    assert.throws(() => sharedFolder(folder), /cannot share/, folder)
  const own = new URL('.', import.meta.url).pathname.replace(/\/$/, '')
  assert.equal(sharedFolder(own), own)
})

test('/run has a quarter of the memory, and no more than 4 GiB', () => {
  assert.equal(runSize(2 ** 30), 2 ** 28)
  assert.equal(runSize(2 ** 40), 2 ** 32)
})

test('a shell says in one line of 80 columns what is the own of the lab', () => {
  const record = { name: 'server1', pid: 1, engine: false }
  for (const kind of ['server', 'netns', 'container'] as const)
    assert.ok(greeting({ kind, name: 'server1', record }).length <= 80)
  assert.match(
    greeting({ kind: 'server', name: 's', record: { ...record, host: true } }),
    /this machine itself/,
  )
})
