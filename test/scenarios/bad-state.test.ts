/** A state folder that cannot hold labs: one clear error, and nothing that is not ours is touched. On a machine that may be changed. */
import assert from 'node:assert/strict'
import { dirname } from 'node:path'
import { after, afterEach, before, test } from 'node:test'
import type { OpenLab } from '../../lib/index.ts'
import { server } from '../../lib/index.ts'
import { enter } from '../../lib/server/enter.ts'
import { type Finished, finished } from '../../lib/server/process.ts'
import { cacheRoot } from '../../lib/server/state.ts'
import { needsRoot, root } from '../helpers/machine.ts'
import { standing } from '../helpers/standing.ts'

const asRoot = needsRoot('a virtual server is the machine')
let machine: { lab: OpenLab; close(): Promise<void> }
before(async () => {
  if (!asRoot.skip)
    machine = await standing((lab) => lab.step('A machine', server('machine').exec('true')), { share: root })
})
after(() => machine?.close())
afterEach(() => machine && on('umount -n /run/vethlab 2>/dev/null; rm -rf /run/vethlab /run/else'))

/** A shell line on the machine. */
async function on(line: string): Promise<Finished> {
  const entry = await machine.lab.sandbox.server('machine', false)
  return finished(
    enter(entry, [
      'env',
      'NO_COLOR=1',
      `XDG_CACHE_HOME=${dirname(cacheRoot())}`,
      'sh',
      '-c',
      `cd ${root}; ${line}`,
    ]),
  )
}

const start = 'node scripts/start.mjs'
const namespaces = (words: string) => `${start} scenarios/namespaces.ts ${words}`

function refused({ code, stdout, stderr }: Finished, said: RegExp, what: string): void {
  assert.equal(code, 2, what + stdout + stderr)
  assert.match(stderr, said, what)
  assert.match(stderr, /^error: .+\n.+\n$/, `${what}: two lines, what and what to do: ${stderr}`)
}

const every = ['up', 'test', 'down', 'status', 'shell', 'exec server1 -- true', 'why server1 10.0.0.1']

for (const [what, make, said] of [
  ['a file', 'echo mine >/run/vethlab', /\/run\/vethlab, is no folder/],
  ['a link', 'mkdir /run/else; ln -s /run/else /run/vethlab', /\/run\/vethlab, is no folder/],
  ["another user's", 'mkdir /run/vethlab; chown 1234 /run/vethlab', /belongs to another user/],
  [
    'open to all',
    'mkdir -m 777 /run/vethlab; chmod 777 /run/vethlab',
    /can be written by others \(mode 777\)/,
  ],
] as const)
  test(`/run/vethlab is ${what}: every verb says so`, asRoot, async () => {
    await on(make)
    const look = 'ls -lnd /run/vethlab; cat /run/vethlab 2>/dev/null; ls -A /run'
    const before = (await on(look)).stdout
    for (const words of every) refused(await on(namespaces(words)), said, words)
    assert.equal((await on(look)).stdout, before)
  })

test('/run/vethlab is read-only: up cannot, status and down can', asRoot, async () => {
  await on('mkdir /run/vethlab && mount -n -t tmpfs -o ro,mode=755 tmpfs /run/vethlab')
  for (const words of ['up', 'test'])
    refused(await on(namespaces(words)), /cannot write the state of the lab: EROFS/, words)
  for (const words of ['status', 'down']) assert.equal((await on(namespaces(words))).code, 0, words)
})

test('a folder in it that no lab has made is left', asRoot, async () => {
  await on('mkdir -p /run/vethlab/namespaces && echo mine >/run/vethlab/namespaces/notes')
  for (const words of ['down', 'up', 'test --name namespaces'])
    refused(
      await on(namespaces(words)),
      /\/run\/vethlab\/namespaces holds what no lab has made: notes/,
      words,
    )
  assert.equal((await on('cat /run/vethlab/namespaces/notes')).stdout, 'mine\n')
})

test('what a process left that was killed while it claimed a name is swept', asRoot, async () => {
  await on('mkdir -p /run/vethlab/.namespaces.999999 && echo 999999 1 >/run/vethlab/.namespaces.999999/owner')
  const { code, stderr } = await on(namespaces('test -q'))
  assert.equal(code, 0, stderr)
  assert.equal((await on('ls -A /run/vethlab')).stdout, '')
})

test('root has no use for XDG_RUNTIME_DIR', asRoot, async () => {
  const { code, stderr } = await on(`XDG_RUNTIME_DIR=/nowhere ${namespaces('up -q')} && ls /run/vethlab`)
  assert.equal(code, 0, stderr)
  assert.equal((await on(namespaces('down'))).code, 0)
})
