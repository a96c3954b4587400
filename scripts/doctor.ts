/**
 * Tells whether this machine can run vethlab, and what is in the way: `make doctor`. It changes nothing; what it
 * tries, it tries in namespaces that end with it. Exit codes: 0 nothing fails, 1 something
 * does, 2 the doctor could not look.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, statfsSync } from 'node:fs'
import { freemem, release } from 'node:os'
import { join } from 'node:path'
import Table from 'cli-table3'
import colors from 'picocolors'
import { explain, packages } from '../lib/errors.ts'
import { inside } from '../lib/names.ts'
import { borderless } from '../lib/run/screen.ts'
import { findCompose, findProgram, serverPath } from '../lib/sandbox/engine.ts'
import { cacheRoot } from '../lib/sandbox/state.ts'

export interface Finding {
  about: string
  state: 'ok' | 'warn' | 'fail'
  found: string
  /** What it means and what to do; empty when all is well. */
  advice: string
}

const ok = (about: string, found: string): Finding => ({ about, state: 'ok', found, advice: '' })
const warn = (about: string, found: string, advice: string): Finding => ({
  about,
  state: 'warn',
  found,
  advice,
})
const fail = (about: string, found: string, advice: string): Finding => ({
  about,
  state: 'fail',
  found,
  advice,
})

/** What a program prints, or undefined when it is missing or fails. */
function said(file: string, ...argv: string[]): string | undefined {
  try {
    return execFileSync(file, argv, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 10_000,
    }).trim()
  } catch {
    return undefined
  }
}

const read = (file: string): string => (existsSync(file) ? readFileSync(file, 'utf8').trim() : '')
const isRoot = process.getuid?.() === 0

function rights(): Finding[] {
  const restricted =
    read('/proc/sys/kernel/apparmor_restrict_unprivileged_userns') === '1' ||
    read('/proc/sys/kernel/unprivileged_userns_clone') === '0' ||
    read('/proc/sys/user/max_user_namespaces') === '0'
  return [
    isRoot ? ok('rights', 'root') : fail('rights', 'not root', 'Virtual servers need root: sudo make …'),
    restricted
      ? warn('user namespaces', 'forbidden to ordinary users', 'Only root can run labs here.')
      : ok('user namespaces', 'allowed'),
  ]
}

function kernel(): Finding[] {
  const filesystems = read('/proc/filesystems')
  const has = (name: string) => new RegExp(`\\b${name}$`, 'm').test(filesystems)
  const [major = 0, minor = 0] = release().split('.').map(Number)
  const recent = major > 5 || (major === 5 && minor >= 4)
  const cgroup = existsSync('/sys/fs/cgroup/cgroup.controllers')
    ? 'version 2'
    : 'version 1, with a tree of version 2 for labs'
  return [
    recent ? ok('kernel', release()) : warn('kernel', release(), 'Older than 5.4: not tried.'),
    has('overlay')
      ? ok('overlay', 'there')
      : fail('overlay', 'not in /proc/filesystems', 'modprobe overlay: servers keep their files on it.'),
    has('cgroup2')
      ? ok('cgroup', cgroup)
      : fail('cgroup', 'no version 2', 'Containers of a lab need it: a newer kernel.'),
  ]
}

/** Tries each type of link in a network namespace that ends at once. */
function linkTypes(): Finding[] {
  if (!isRoot) return []
  const needed = ['veth', 'bridge', 'macvlan']
  const some = {
    vxlan: 'id 1 dstport 4789',
    macvtap: 'link v0',
    ipvlan: 'link v0',
    vlan: 'link v0 id 5',
    dummy: '',
    vrf: 'table 9',
  }
  const words = (type: string): string => {
    if (type === 'veth') return 'name v0 type veth peer name v1'
    const option = some[type as keyof typeof some] ?? (type === 'macvlan' ? 'link v0' : '')
    return option.startsWith('link')
      ? `${option.slice(0, 7)} name x0 type ${type}${option.slice(7)}`
      : `name x0 type ${type} ${option}`
  }
  const works = (type: string) =>
    said(
      'unshare',
      '--net',
      'sh',
      '-c',
      `ip link add name v0 type veth peer name v1; [ ${type} = veth ] || ip link add ${words(type)}`,
    ) !== undefined
  const lacking = [...needed, ...Object.keys(some)].filter((type) => !works(type))
  const missing = lacking.filter((type) => needed.includes(type))
  if (missing.length > 0)
    return [fail('link types', `lacks ${missing.join(', ')}`, `modprobe ${missing.join(' ')}`)]
  return lacking.length > 0
    ? [warn('link types', `lacks ${lacking.join(', ')}`, 'The scenario interfaces says so and goes on.')]
    : [ok('link types', 'all that the scenarios show')]
}

function tools(path: string): Finding[] {
  const needed = [
    'ip',
    'iptables',
    'nft',
    'busybox',
    'tini',
    'nc',
    'ping',
    'fping',
    'tcpdump',
    'conntrack',
    'nsenter',
    'sysctl',
  ]
  const missing = needed.filter((tool) => !findProgram(tool, path))
  return missing.length > 0
    ? [
        fail(
          'tools',
          `missing: ${missing.join(', ')}`,
          `make setup, or: apt install ${missing.map((tool) => packages[tool]).join(' ')}`,
        ),
      ]
    : [ok('tools', `all; ${said('ip', '-V')?.replace('ip utility, ', '') ?? ''}`)]
}

function engine(path: string): Finding[] {
  const dockerd = findProgram('dockerd', path)
  const compose = findCompose()
  const image = join(cacheRoot(), 'image.tar')
  const version = dockerd && said(dockerd, '--version')?.match(/version ([^,]+)/)?.[1]
  const composeVersion = compose && said(compose, 'version', '--short')
  return [
    version
      ? ok('engine', `${version}, ${dockerd}`)
      : fail('engine', 'no dockerd', 'make setup fetches one.'),
    composeVersion && Number.parseInt(composeVersion.replace(/^v/, ''), 10) >= 2
      ? ok('Compose', `${composeVersion}, ${compose}`)
      : fail(
          'Compose',
          composeVersion ?? 'not found',
          'Version 2 or later is needed: make setup fetches it.',
        ),
    existsSync(image) ? ok('image', image) : fail('image', 'not built', 'make setup builds it.'),
  ]
}

function firewall(): Finding[] {
  const flavour = said('iptables', '-V') ?? 'no iptables'
  const legacy = read('/proc/net/ip_tables_names') !== ''
  const nft = isRoot && (said('nft', 'list', 'tables') ?? '') !== ''
  const manager = said('pidof', 'firewalld')
    ? 'firewalld'
    : /ENABLED=yes/.test(read('/etc/ufw/ufw.conf'))
      ? 'ufw'
      : ''
  return [
    legacy && nft
      ? warn(
          'firewall',
          `${flavour}; legacy and nft rules side by side`,
          'Rules of one kind do not see those of the other: look with both.',
        )
      : ok('firewall', flavour),
    manager
      ? warn(
          'firewall manager',
          manager,
          'It may drop what containers of this machine send. Labs do not see it.',
        )
      : ok('firewall manager', 'none'),
    ok('ip_forward', `${read('/proc/sys/net/ipv4/ip_forward')} on this machine; labs have their own`),
  ]
}

/** The subnets of the scenarios, and the routes of this machine that overlap with them: labs do not mind. */
function subnets(): Finding[] {
  const used = [
    '10.0.0.0/24',
    '172.17.0.0/16',
    '172.18.0.0/16',
    '172.30.10.0/24',
    '172.30.20.0/24',
    '192.168.56.0/24',
  ]
  const routes = (JSON.parse(said('ip', '-j', 'route') ?? '[]') as Array<{ dst: string }>)
    .map(({ dst }) => dst)
    .filter((dst) => dst.includes('/'))
  const both = used.filter((subnet) => routes.some((route) => inside(subnet, route) || inside(route, subnet)))
  return both.length > 0
    ? [
        warn(
          'subnets',
          `also routed here: ${both.join(', ')}`,
          'Labs do not mind. A printed script run on this machine would.',
        ),
      ]
    : [ok('subnets', 'those of the scenarios are not routed here')]
}

function room(): Finding[] {
  const mebibytes = (bytes: number) => `${Math.round(bytes / 2 ** 20)} MiB`
  const disk = statfsSync(existsSync(cacheRoot()) ? cacheRoot() : '/')
  const free = disk.bavail * disk.bsize
  return [
    free > 2 ** 30
      ? ok('disk', `${mebibytes(free)} free`)
      : warn('disk', `${mebibytes(free)} free`, 'An engine takes about 300 MiB of the cache.'),
    freemem() > 2 ** 29
      ? ok('memory', `${mebibytes(freemem())} free`)
      : warn('memory', `${mebibytes(freemem())} free`, 'An engine takes about 150 MiB.'),
  ]
}

function main(): number {
  const path = serverPath()
  const findings = [
    ...rights(),
    ...kernel(),
    ...linkTypes(),
    ...tools(path),
    ...engine(path),
    ...firewall(),
    ...subnets(),
    ...room(),
  ]
  const failed = findings.some(({ state }) => state === 'fail')
  if (process.argv.includes('--json')) console.log(JSON.stringify({ ok: !failed, findings }, null, 2))
  else {
    const signs = { ok: colors.green('ok'), warn: colors.yellow('warn'), fail: colors.red('fail') }
    const table = new Table({ ...borderless, colWidths: [6, 18, 56] })
    for (const { about, state, found, advice } of findings)
      table.push([signs[state], about, advice ? `${found}\n→ ${advice}` : found])
    console.log(table.toString())
  }
  return failed ? 1 : 0
}

try {
  process.exitCode = main()
} catch (error) {
  console.error(`${colors.red('error')}: ${explain(error)}`)
  process.exitCode = 2
}
