/**
 * Tells whether this machine can run vethlab, and what is in the way: `make doctor`. It changes nothing; what it
 * tries, it tries in namespaces that end with it. Exit codes: 0 nothing fails, 1 something
 * does, 2 the doctor could not look.
 */
import { existsSync, readdirSync, statfsSync } from 'node:fs'
import { freemem } from 'node:os'
import { join } from 'node:path'
import Table from 'cli-table3'
import colors from 'picocolors'
import { sizeText } from '../lib/cli/clean.ts'
import { foreignFolder } from '../lib/cli/foreign-cache.ts'
import { borderless } from '../lib/cli/screen.ts'
import { explain } from '../lib/errors.ts'
import { inside } from '../lib/language/names.ts'
import { type Finding, fail, ok, warn } from '../lib/needs/finding.ts'
import { compose, contents, engine, image, kernel, said, tools } from '../lib/needs/needs.ts'
import { rights } from '../lib/needs/rights.ts'
import { cacheParts } from '../lib/server/cache.ts'
import { typed } from '../lib/server/installed.ts'
import { serverPath } from '../lib/server/path.ts'
import { cacheRoot } from '../lib/server/state.ts'
import { hasNftables } from '../lib/virtual/firewall.ts'

const isRoot = process.getuid?.() === 0

const programs = [
  'unshare',
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
  'setpriv',
]

/** Tries each type of link in a network namespace that ends at once. */
function linkTypes(): Finding[] {
  const namespace = isRoot ? ['--net'] : ['--user', '--map-root-user', '--net']
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
    const option = some[type as keyof typeof some] ?? (type === 'macvlan' ? 'link v0' : '')
    return option.startsWith('link')
      ? `${option.slice(0, 7)} name x0 type ${type}${option.slice(7)}`
      : `name x0 type ${type} ${option}`
  }
  const add = 'ip link add name v0 type veth peer name v1'
  const works = (type: string) =>
    said(
      'unshare',
      ...namespace,
      'sh',
      '-c',
      type === 'veth' ? add : `${add} && ip link add ${words(type)}`,
    ) !== undefined
  // What is in the way is told elsewhere: no link says anything of the kernel then.
  if (said('unshare', ...namespace, 'ip', '-V') === undefined)
    return [
      warn('link types', 'not known', 'They cannot be tried without ip, or without a network namespace.'),
    ]
  const lacking = [...needed, ...Object.keys(some)].filter((type) => !works(type))
  const missing = lacking.filter((type) => needed.includes(type))
  if (missing.length > 0)
    return [fail('link types', `lacks ${missing.join(', ')}`, `sudo modprobe -a ${missing.join(' ')}`)]
  return lacking.length > 0
    ? [warn('link types', `lacks ${lacking.join(', ')}`, 'The scenario interfaces says so and goes on.')]
    : [ok('link types', 'all that the scenarios show')]
}

/** Engines beside the one that labs run: those that were fetched, and the one that this machine runs itself. */
function otherEngines(path: string): Finding[] {
  const folder = join(cacheRoot(), 'engines')
  const fetched = existsSync(folder) ? readdirSync(folder).sort() : []
  const info = existsSync('/run/docker.sock') ? said('docker', 'info', '-f', '{{json .}}') : undefined
  const { ServerVersion, FirewallBackend } = JSON.parse(info || '{}')
  return [
    hasNftables(path)
      ? ok('FIREWALL=', 'iptables, nftables')
      : ok('FIREWALL=', 'iptables; nftables is in Docker Engine 29 and later'),
    ok('ENGINE=', fetched.length > 0 ? fetched.join(', ') : 'none fetched; make engines does'),
    ServerVersion
      ? ok(
          'own Docker',
          `${ServerVersion}, firewall ${FirewallBackend?.Driver ?? 'iptables'}; labs leave it alone`,
        )
      : ok('own Docker', 'none runs; labs have their own'),
    ...(/^nftables/.test(FirewallBackend?.Driver ?? '') ? besideNftables() : []),
  ]
}

/** What stands in the way of an engine of this machine whose firewall is nftables: it switches nothing on, and overrules nobody. */
function besideNftables(): Finding[] {
  const forward = isRoot ? said('iptables', '-S', 'FORWARD') : undefined
  return [
    ...(contents('/proc/sys/net/ipv4/ip_forward') === '0'
      ? [
          warn(
            'own Docker',
            'nftables, and net.ipv4.ip_forward is 0',
            'It does not switch that on, and does not start anew: sudo sysctl -w net.ipv4.ip_forward=1',
          ),
        ]
      : []),
    ...(/^-P FORWARD DROP/m.test(forward ?? '')
      ? [
          warn(
            'own Docker',
            'nftables, and the policy of FORWARD in iptables is DROP',
            'That drops what Docker lets in, published ports, too: sudo iptables -P FORWARD ACCEPT',
          ),
        ]
      : []),
  ]
}

function firewall(): Finding[] {
  const flavour = `${said('iptables', '-V') ?? 'no iptables'}, ${said('ip', '-V')?.replace('ip utility, ', '') ?? 'no ip'}`
  const legacy = isRoot && contents('/proc/net/ip_tables_names') !== ''
  const nft = isRoot && (said('nft', 'list', 'tables') ?? '') !== ''
  const manager = said('pidof', 'firewalld')
    ? 'firewalld'
    : /ENABLED=yes/.test(contents('/etc/ufw/ufw.conf'))
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
    ok('ip_forward', `${contents('/proc/sys/net/ipv4/ip_forward')} on this machine; labs have their own`),
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

/** Code of others that this user might run: by make never, but by `npx tsx`. */
function codeOfOthers(): Finding[] {
  const foreign = foreignFolder()
  if (foreign === undefined) return []
  return [warn('code of others', foreign, 'make does not; remove that folder before you type npx tsx.')]
}

/** What the cache takes, shelf by shelf. */
function cacheSizes(): Finding {
  const parts = cacheParts()
  const shelves = [...new Set(parts.map(({ name }) => name.replace(/\/.*/, '')))]
  const sum = (some: typeof parts) => sizeText(some.reduce((all, { bytes }) => all + bytes, 0))
  const each = shelves.map(
    (shelf) => `${shelf} ${sum(parts.filter(({ name }) => name.replace(/\/.*/, '') === shelf))}`,
  )
  return ok(
    'cache',
    parts.length > 0 ? `${sum(parts)}: ${each.join(', ')}. ${typed('clean --cache')}` : 'empty',
  )
}

function room(): Finding[] {
  const mebibytes = (bytes: number) => `${Math.round(bytes / 2 ** 20)} MiB`
  const disk = statfsSync(existsSync(cacheRoot()) ? cacheRoot() : '/')
  const free = disk.bavail * disk.bsize
  return [
    free > 2 ** 30
      ? ok('disk', `${mebibytes(free)} free`)
      : warn('disk', `${mebibytes(free)} free`, 'An engine takes about 300 MiB of the cache.'),
    cacheSizes(),
    freemem() > 2 ** 29
      ? ok('memory', `${mebibytes(freemem())} free`)
      : warn('memory', `${mebibytes(freemem())} free`, 'An engine takes about 150 MiB.'),
  ]
}

function main(): number {
  const path = serverPath()
  process.env.PATH = path // a user's own may leave out /usr/sbin
  const findings = [
    ...rights(path, true),
    ...kernel(),
    ...linkTypes(),
    ...tools(path, programs),
    ...engine(path),
    ...otherEngines(path),
    ...compose(),
    ...image(),
    ...firewall(),
    ...subnets(),
    ...codeOfOthers(),
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
