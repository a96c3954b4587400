/** What an ordinary user may lack: each is named, with the line to type. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { server } from '../../lib/index.ts'
import type { Finding } from '../../lib/needs/finding.ts'
import {
  needsRoot,
  type Switches,
  subordinateIds,
  uidmap,
  unshare,
  userNamespaces,
} from '../../lib/needs/rights.ts'
import { container, type Signs, system } from '../../lib/needs/surroundings.ts'
import { refused } from '../../lib/needs/tried.ts'
import { installLine } from '../../lib/server/packages.ts'

const machine: Signs = { exists: () => false, version: 'Linux version 6.18', env: {} }
const free: Switches = { known: true, max: '96365', allowed: () => true }
const files = (line: string) => ({ subuid: line, subgid: line })
const all = () => true

const lacks: Array<[string, Finding, RegExp, RegExp]> = [
  ['the kernel', userNamespaces({ ...free, known: false }), /not in this kernel/, /Only root/],
  [
    'the number',
    userNamespaces({ ...free, max: '0' }),
    /user\.max_user_namespaces/,
    /^sudo sysctl -w user\.max_user_namespaces=15000$/,
  ],
  [
    "Debian's switch",
    userNamespaces({ ...free, clone: '0' }),
    /unprivileged_userns_clone/,
    /^sudo sysctl -w kernel\.unprivileged_userns_clone=1$/,
  ],
  [
    "Ubuntu's AppArmor switch",
    userNamespaces({ ...free, apparmor: '1', allowed: () => false }),
    /apparmor_restrict/,
    /^sudo sysctl -w kernel\.apparmor_restrict_unprivileged_userns=0$/,
  ],
  [
    'the other kinds of namespaces',
    userNamespaces({ ...free, none: ['user.max_net_namespaces'] }),
    /user\.max_net_namespaces/,
    /^sudo sysctl -w user\.max_net_namespaces=15000$/,
  ],
  [
    'uidmap',
    uidmap((name) => name !== 'newgidmap', false, 'apt'),
    /missing: newgidmap/,
    /apt install uidmap/,
  ],
  [
    'uidmap on Arch',
    uidmap(() => false, false, 'pacman'),
    /missing: newuidmap, newgidmap/,
    /pacman -S shadow,/,
  ],
  ['rights in a container', refused('unshare: denied', false, 'Docker'), /denied/, /docker run --privileged/],
  ['rights in a pod', refused('unshare: denied', false, 'Kubernetes'), /denied/, /privileged: true/],
  ['rights in a sandbox', refused('unshare: denied', false, undefined), /denied/, /login shell/],
  [
    'CAP_SYS_ADMIN',
    refused('unshare: not permitted', true, undefined),
    /^root, but .*not permitted/,
    /CAP_SYS_ADMIN/,
  ],
  [
    'set-uid programs',
    refused('newuidmap: write to uid_map failed', false, 'Docker'),
    /newuidmap/,
    /^It must be .*chmod u\+s/,
  ],
  ['room for more', refused('unshare: No space left on device', false, undefined), /No space/, /limits/],
  [
    'a kernel of Linux',
    system({ ...machine, version: 'Linux 4.4.0-19041-Microsoft' }),
    /WSL 1/,
    /wsl --set-version/,
  ],
  ['Linux', system(machine, 'darwin'), /darwin/, /need Linux/],
  ['set-uid', uidmap(all, true), /no_new_privs/, /login shell/],
  ['unshare', unshare('-U, --user'), /--map-auto/, /util-linux 2\.38/],
  [
    'a line in /etc/subuid',
    subordinateIds('ann', 1001, files('bob:100000:65536\n')),
    /no line for ann in \/etc\/subuid and \/etc\/subgid/,
    /^sudo usermod --add-subuids 165536-231071 --add-subgids 165536-231071 ann$/,
  ],
  [
    'a line in /etc/subgid',
    subordinateIds('ann', 1001, { subuid: 'ann:100000:65536', subgid: '' }),
    /in \/etc\/subgid$/,
    /^sudo usermod --add-subgids 165536-231071 ann$/,
  ],
]
for (const [what, { state, found, advice }, said, typed] of lacks)
  test(`without ${what}`, () => {
    assert.equal(state, 'fail')
    assert.match(found, said)
    assert.match(advice, typed)
  })

test('what is enough is enough', () => {
  const enough = [
    userNamespaces(free),
    userNamespaces({ ...free, clone: '1', apparmor: '0', allowed: () => false }),
    userNamespaces({ ...free, apparmor: '1' }),
    uidmap(all, false),
    unshare(' --map-auto  map users and groups automatically'),
    subordinateIds('ann', 1001, files('bob:100000:65536\nann:165536:65536\n')),
    subordinateIds('ann', 1001, files('1001:165536:65536\n')),
  ]
  for (const { state, advice } of enough) assert.deepEqual([state, advice], ['ok', ''])
  assert.equal(subordinateIds('ann', 1001, files('ann:165536:1000')).state, 'warn')
})

test('what no lab without root can do is refused with the reason', () => {
  const { docker, ip } = server('server1')
  const network = docker.network.create('overlay')
  assert.match(needsRoot(network.driver('overlay'))?.why ?? '', /no overlay networks/)
  assert.equal(needsRoot(network.driver('bridge')), undefined)
  const tap = ip.tuntap.add('tap0').mode('tap')
  assert.match(needsRoot(tap, () => false)?.hint ?? '', /^sudo chmod 666 \/dev\/net\/tun/)
  assert.equal(needsRoot(tap, all), undefined)
})

test('what this machine runs in', () => {
  const wsl = 'Linux version 5.15.153.1-microsoft-standard-WSL2'
  assert.equal(system({ ...machine, version: wsl }).found, 'Linux, in WSL 2')
  assert.equal(system(machine).found, 'Linux')
  const docker = { ...machine, exists: (file: string) => file === '/.dockerenv' }
  assert.equal(system(docker).found, 'Linux, in a container (Docker)')
  assert.equal(container({ ...machine, env: { container: 'lxc' } }), 'lxc')
})

test('each distribution has its own packages', () => {
  const tools = ['ip', 'ping', 'bridge', 'newuidmap']
  assert.equal(installLine(tools, 'apt'), 'apt install iproute2 iputils-ping uidmap')
  assert.equal(installLine(tools, 'dnf'), 'dnf install iproute iputils shadow-utils')
  assert.equal(installLine(tools, 'pacman'), 'pacman -S iproute2 iputils shadow')
  assert.equal(installLine(tools, 'apk'), 'apk add iproute2 iputils-ping shadow-uidmap')
  assert.equal(installLine(['no-such-tool'], 'apt'), undefined)
})
