/** Engines that no lab can be built on: told before anything is built, in two lines, and nothing is left. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { engineLike, lacksEngines } from '../helpers/engines.ts'
import { difference, needsRoot, root, snapshot, vethlab } from '../helpers/machine.ts'

// In the project, where an ordinary user may read it, too.
const folder = mkdtempSync(join(root, 'test/.bad-engines-'))
after(() => rmSync(folder, { recursive: true }))

let machine: Awaited<ReturnType<typeof snapshot>>
before(async () => {
  machine = await snapshot()
})

async function refused(env: Record<string, string>, said: RegExp, scenario = 'docker'): Promise<void> {
  const { code, stdout, stderr } = await vethlab(scenario, ['test'], env)
  assert.equal(code, 2, stdout + stderr)
  assert.match(stderr, said)
  assert.doesNotMatch(stderr, /^\s+at |defect of vethlab/m)
  assert.doesNotMatch(stdout, /docker run/, 'nothing of the scenario was begun')
  assert.deepEqual(await difference(machine), [])
}

test('one that is too old', { skip: lacksEngines('28.5') }, async () => {
  const dockerd = '#!/bin/sh\necho "Docker version 19.03.15, build 99e3ed8919"\n'
  const engine = engineLike(join(folder, 'old'), '28.5', { programs: { dockerd } })
  await refused(
    { VETHLAB_ENGINE: engine },
    /engine: 19\.03\.15, \S+dockerd, is too old\nLabs need Docker Engine 20\.10 or later: /,
  )
})

test('one that refuses the API of its docker', { skip: lacksEngines('20.10', '28.5') }, async () => {
  // 29.0 to 29.2 accept 1.44 and later; the docker of 20.10 speaks 1.41.
  const env = { DOCKER_MIN_API_VERSION: '1.44' }
  const engine = engineLike(join(folder, 'api'), '28.5', { env, docker: '20.10' })
  await refused(
    { VETHLAB_ENGINE: engine },
    /docker version\n.*client version 1\.41 is too old[\s\S]*no version of the API in common: take both from one release/,
  )
})

test('one whose kernel has no table raw', { skip: lacksEngines('20.10', '28.5') }, async () => {
  // As iptables-legacy says it where iptable_raw is not there.
  const iptables = `#!/bin/sh
case " $* " in *" -t raw "*) echo "iptables v1.8.9 (legacy): can't initialize iptables table \\\`raw': Table does not exist (do you need to insmod?)" >&2; exit 3 ;; esac
exec /usr/sbin/iptables "$@"
`
  const young = engineLike(join(folder, 'young'), '28.5', { programs: { iptables } })
  await refused(
    { VETHLAB_ENGINE: young },
    /iptables -t raw -S\n.*can't initialize iptables table .raw.[\s\S]*needs table raw for every container: modprobe iptable_raw/,
  )
  const old = engineLike(join(folder, 'without'), '20.10', { programs: { iptables } })
  const { code, stderr } = await vethlab('docker', ['test'], { VETHLAB_ENGINE: old })
  assert.equal(code, 0, `one that has no use for it goes on: ${stderr}`)
})

const swarm = lacksEngines('28.5') || needsRoot('a Swarm').skip
test('a Swarm with nftables, which Docker has not', { skip: swarm }, async () => {
  // In an engine's own words: its help names the option since 29.
  const dockerd = '#!/bin/sh\necho "Docker version 29.0.0, build 1"\necho "      --firewall-backend string"\n'
  const engine = engineLike(join(folder, 'swarm'), '28.5', { programs: { dockerd } })
  await refused(
    { VETHLAB_ENGINE: engine, FIREWALL: 'nftables' },
    /Docker has no Swarm with nftables\nLeave FIREWALL out/,
    'overlay',
  )
})
