/**
 * Measures vethlab against the other ways to the same thing: `npm run bench`, which writes docs/bench.md. The cases take
 * turns in each round, and the medians of the rounds are compared, so that what the machine does beside it falls on
 * all alike. All that is made is made in throw-away namespaces. ROUNDS=5 by default; `npm run bench -- star` measures
 * the cases with that word only, and writes nothing.
 */
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { server, withLab } from '../../lib/index.ts'
import { findProgram, serverPath } from '../../lib/server/path.ts'
import { finished, sleep } from '../../lib/server/process.ts'
import { memoryOf } from './memory.ts'
import { chart, page, type Times } from './report.ts'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const rounds = Number(process.env.ROUNDS ?? 5)
const only = process.argv[2] ?? ''
const scratch = mkdtempSync(join(tmpdir(), 'vethlab-bench-'))
const empty = join(scratch, 'empty.mjs')
writeFileSync(empty, '')

/** What a case measures, by name: milliseconds, or bytes. `whole` is its process from start to end. */
type Sample = Record<string, number>

/** Runs a program to its end. The lines that it prints, `up 1234`, are microseconds of its parts, or bytes. */
async function run(argv: string[]): Promise<Sample> {
  const began = performance.now()
  const [file = '', ...words] = argv
  const { code, stdout, stderr } = await finished(spawn(file, words, { stdio: ['ignore', 'pipe', 'pipe'] }))
  const whole = performance.now() - began
  if (code !== 0) throw new Error(`${argv.join(' ')}: exit code ${code}\n${stderr}`)
  const parts = [...stdout.matchAll(/^(up|pairs|down|replied|server|memory) (\d+)$/gm)]
  const scale = (name = '') => (/^(up|pairs|down)$/.test(name) ? 1000 : 1)
  return { whole, ...Object.fromEntries(parts.map(([, name, value]) => [name, Number(value) / scale(name)])) }
}

const apart = ['unshare', '--net', '--mount']
const start = ['node', here('../start.mjs')]
const compose = here('../../scenarios/compose/docker-compose.yml')
const server1 = server('server1')

/** The plain script on a server with a running engine: the time of the script alone, and of the boot before it. */
async function plainNet1(): Promise<Sample> {
  const began = performance.now()
  return withLab(async (lab) => {
    await lab.run(server1.docker.ps())
    const booted = performance.now()
    const memory = memoryOf(lab.sandbox.record.servers[0]?.pid ?? 0)
    const ready = performance.now()
    await lab.run(server1.exec('sh', here('net1.sh'), compose))
    return { boot: booted - began, server: memory, whole: performance.now() - ready }
  })
}

const missing: string[] = []
const has = (what: string, found: boolean, how: string): boolean => {
  if (!found) missing.push(`${what}: not measured, since it is not installed (${how})`)
  return found
}
const succeeds = (file: string, ...argv: string[]): boolean => {
  try {
    execFileSync(file, argv, { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

const limit = join(scratch, 'limit')
const hasC = has('C and netlink', succeeds('cc', '-O2', '-o', limit, here('limit.c')), 'gcc, libc6-dev')
const python = ['/usr/bin/python3', 'python3'].find((one) => succeeds(one, '-c', 'import pyroute2'))
has('pyroute2', python !== undefined, 'python3-pyroute2')
const mn = findProgram('mn', serverPath())
const hasMininet = has('Mininet', mn !== undefined && succeeds('which', 'brctl'), 'mininet, bridge-utils')
const hasFping = has('all pairs by fping', findProgram('fping', serverPath()) !== undefined, 'fping')

const mininet = (n: number, test: string) => [
  ...[...apart, 'sh', '-c', 'mount -n -t tmpfs tmpfs /run && mkdir /run/netns && exec "$@"', 'sh', mn ?? ''],
  ...['--topo', `single,${n}`, '--switch', 'lxbr', '--controller', 'none', '--test', test],
]

const sizes = [10, 100, 300]
/** All pairs of so many: one that the ARP table has room for, and one that it has not. */
const asked = [25, 50]
const cases = new Map<string, () => Promise<Sample>>()
for (const n of [...sizes, ...asked]) {
  const size = String(n)
  const pairs = asked.includes(n)
  const words = [size, ...(pairs && hasFping ? ['pairs'] : [])]
  cases.set(`star ${n}: ip -batch`, () => run([...apart, 'sh', here('star.sh'), 'batch', ...words]))
  cases.set(`star ${n}: vethlab`, () => run([...start, here('star.ts'), ...words]))
  if (hasMininet) cases.set(`star ${n}: Mininet`, () => run(mininet(n, pairs ? 'pingall' : 'none')))
  if (pairs) continue
  cases.set(`star ${n}: plain ip`, () => run([...apart, 'sh', here('star.sh'), 'plain', size]))
  if (hasC) cases.set(`star ${n}: C and netlink`, () => run([...apart, 'sh', here('star.sh'), limit, size]))
  if (python !== undefined)
    cases.set(`star ${n}: pyroute2`, () =>
      run([...apart, 'sh', here('star.sh'), python, here('star.py'), size]),
    )
}
cases.set('node -e 1', () => run(['node', '-e', '1']))
cases.set('tsx, an empty file', () => run(['node', '--import', 'tsx', empty]))
cases.set('vethlab --help', () => run([...start, here('../vethlab.ts'), '--help']))
cases.set('namespaces, plain sh', () => run([...apart, 'sh', here('namespaces.sh')]))
cases.set('namespaces test', () => run([...start, here('../../scenarios/namespaces.ts'), 'test', '--quiet']))
cases.set('net1, plain sh', plainNet1)
cases.set('net1 test', () => run([...start, here('../../scenarios/net1.ts'), 'test', '--quiet']))

const samples = new Map<string, Sample[]>()
for (let round = 0; round <= rounds; round++)
  for (const [name, measure] of cases) {
    if (!name.includes(only)) continue
    process.stderr.write(round === 0 ? `warming up: ${name}\n` : `round ${round} of ${rounds}: ${name}\n`)
    const sample = await measure()
    if (round > 0) samples.set(name, [...(samples.get(name) ?? []), sample])
    await sleep(name.startsWith('star 300') ? 1000 : 300) // the kernel removes namespaces when nobody waits for it
  }
rmSync(scratch, { recursive: true })

const times: Times = (name, part = 'whole') => {
  const values = (samples.get(name) ?? []).map((sample) => sample[part] ?? Number.NaN).sort((a, b) => a - b)
  return values[Math.floor(values.length / 2)] ?? Number.NaN
}

const text = page({ times, sizes, asked, rounds, missing })
process.stdout.write(text)
if (only === '') {
  mkdirSync(here('../../docs'), { recursive: true })
  const file = here('../../docs/bench.md')
  // What scripts/bench/class.ts wrote stays.
  const [, classes] = existsSync(file)
    ? readFileSync(file, 'utf8').split(/(?=\n## A class on one machine)/)
    : []
  writeFileSync(file, `${text}${classes ?? ''}`)
  writeFileSync(here('../../docs/bench.svg'), chart(times))
}
