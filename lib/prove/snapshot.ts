/**
 * The state of the machine that this process is on, by part, as lines that can be compared. It is only looked at.
 * Inside a virtual server that is the server.
 */
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs'
import { rootless } from '../server/enter.ts'
import { dockerObjects } from './docker.ts'
import {
  legacyLines,
  linksAndAddresses,
  mountLines,
  nftLines,
  routeLines,
  ruleLines,
  sysctlLine,
} from './lines.ts'

/** The parts, in the order in which they are told. */
export const parts = [
  'links',
  'addresses',
  'routes',
  'rules',
  'firewall',
  'sysctls',
  'namespaces',
  'docker',
  'mounts',
  'processes',
] as const

export type Part = (typeof parts)[number]

/** Lines by part. null: it is not shown to this user, or could not be read. */
export type Snapshot = Readonly<Record<Part, readonly string[] | null>>

// An ordinary user's PATH may lack the folders of ip and nft.
const env = { ...process.env, PATH: `${process.env.PATH ?? ''}:/usr/sbin:/sbin:/usr/bin:/bin`, LC_ALL: 'C' }

/** What a program prints; undefined when it fails, or is not there. */
const output = (file: string, ...argv: string[]): Promise<string | undefined> =>
  new Promise((resolve) => {
    execFile(file, argv, { env, maxBuffer: 2 ** 28, timeout: 10_000 }, (error, stdout) =>
      resolve(error ? undefined : stdout),
    )
  })

/** In one shell, because to start a program from here takes longer than the program does. */
const asked = ['ip -j -d addr', 'ip -o route show table all', 'ip rule', 'ip -6 rule']

async function network(): Promise<Pick<Snapshot, 'links' | 'addresses' | 'routes' | 'rules'>> {
  const answer = await output('sh', '-c', `set -e; ${asked.join('; echo ==; ')}`)
  const [addr = '', route = '', rule4 = '', rule6 = ''] = answer?.split(/^==\n/m) ?? []
  try {
    return { ...linksAndAddresses(addr), routes: routeLines(route), rules: ruleLines(rule4, rule6) }
  } catch {
    return { links: null, addresses: null, routes: null, rules: null } // no ip, or one that has no JSON
  }
}

const read = (file: string): string => {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

/** Tables of the older iptables are there only when somebody has used it; to list them otherwise would make them. */
async function legacy(family: 'iptables' | 'ip6tables', tables: string): Promise<string[] | null> {
  if (read(tables).trim() === '') return []
  const saved = await output(`${family}-legacy-save`)
  return saved === undefined ? null : legacyLines(family, saved)
}

async function firewall(): Promise<string[] | null> {
  if (rootless) return null
  const [nft, four, six] = await Promise.all([
    output('nft', '--stateless', 'list', 'ruleset'),
    legacy('iptables', '/proc/net/ip_tables_names'),
    legacy('ip6tables', '/proc/net/ip6_tables_names'),
  ])
  return nft === undefined || !four || !six ? null : [...nftLines(nft), ...four, ...six]
}

/** Kernel counters, and what the machine's own traffic changes. */
const lively =
  /(_count|\/flush|gc_stat|stat\/|inet_peer|_max_age|expires|nf_conntrack_buckets|tcp_mem|udp_mem)/

/** By one program: to read a thousand files here would hold up what the caller goes on with. */
async function sysctls(): Promise<string[] | null> {
  const answer = await output('sh', '-c', 'cd /proc/sys && grep -ars "" net; :')
  const lines = answer?.split('\n').filter((line) => line !== '' && !lively.test(line.split(':', 1)[0] ?? ''))
  return lines?.length ? lines.map(sysctlLine).sort() : null
}

/** What is in a folder: nothing when there is none, as /run/netns before the first, or when it has just gone. */
const list = (folder: string): string[] => {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

const namespaces = (): string[] =>
  list('/run/netns')
    .map((name) => `${name} net:[${statSync(`/run/netns/${name}`, { throwIfNoEntry: false })?.ino}]`)
    .sort()

const mark = (environ: string): string | undefined => environ.match(/(?:^|\0)VETHLAB_LAB=([^\0]*)/)?.[1]

const userNamespace = (pid: string): string | undefined => {
  try {
    return readlinkSync(`/proc/${pid}/ns/user`)
  } catch {
    return undefined // it has ended
  }
}

/** Root is shown all processes; those of an ordinary user's lab are in a user namespace of that user's. */
const isOfOtherUser = (pid: string): boolean => !rootless && userNamespace(pid) !== userNamespace('self')

/**
 * The processes that labs have started, by the mark that `environment` gives them. Others come and go, and so do
 * those of a lab that is itself the machine here: its shells, one of which may have called.
 */
const processes = (): string[] =>
  list('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      const lab = mark(read(`/proc/${pid}/environ`))
      if (!lab || lab === process.env.VETHLAB_LAB || isOfOtherUser(pid)) return []
      return [`${lab}: ${read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim()}`]
    })
    .sort()

/**
 * Looks at the machine. What the start of a lab could change is read before it returns: processes and mounts. The
 * rest is read while the caller goes on.
 */
export async function snapshot(): Promise<Snapshot> {
  const atOnce = { mounts: mountLines(read('/proc/self/mountinfo')), processes: processes() }
  await new Promise(setImmediate) // what the caller is about to start comes first
  const [net, rules, parameters, docker] = await Promise.all([
    network(),
    firewall(),
    sysctls(),
    dockerObjects(),
  ])
  return { ...net, firewall: rules, sysctls: parameters, namespaces: namespaces(), docker, ...atOnce }
}
