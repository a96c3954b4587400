/**
 * Measures `why` on top of the tool's start-up (`--help`): `npm run bench:why`. The cases take turns in each round, and
 * medians are compared. ROUNDS=10 by default. Ends with 1 when a limit is not reached: that of an idle machine.
 */
import { fileURLToPath } from 'node:url'
import Table from 'cli-table3'
import { $ } from 'zx'
import { borderless } from '../../lib/cli/screen.ts'

$.verbose = false
const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const rounds = Number(process.env.ROUNDS ?? 10)
const tool = ['node', here('../start.mjs'), here('../vethlab.ts')]
const net1 = `bench-net1-${process.pid}`
const star = `bench-star-${process.pid}`
const scenario = (name: string) => ['node', here('../start.mjs'), here(`../../scenarios/${name}.ts`)]
const rule = ['iptables', '-I', 'DOCKER-USER', '-p', 'tcp', '--dport', '7777', '-j', 'DROP']

interface Case {
  argv: string[]
  /** The cause that must be found; nothing for the start-up alone. */
  cause?: string
  /** On top of the start-up, in milliseconds. */
  limit?: number
}

const ask = (lab: string, from: string, to: string) => [...tool, 'why', from, to, '--name', lab, '--json']
const cases: Record<string, Case> = {
  '--help': { argv: [...tool, '--help'] },
  'delivered, 5 places': { argv: ask(net1, 'net1', 'qube-client-1'), cause: 'delivered', limit: 250 },
  'died, 5 places': { argv: ask(net1, 'net1', 'qube-client-1:7777'), cause: 'rule', limit: 450 },
  'delivered, 21 places': { argv: ask(star, 'n1', 'n20'), cause: 'delivered', limit: 1000 },
  'died, 21 places': { argv: ask(star, 'n1', '10.1.7.7'), cause: 'no such address', limit: 1000 },
}

async function timed({ argv, cause }: Case): Promise<number> {
  const began = performance.now()
  const { stdout } = await $({ nothrow: true })`${argv}`
  const ms = performance.now() - began
  const found = cause === undefined ? undefined : JSON.parse(stdout).verdict.cause
  if (found !== cause) throw new Error(`${argv.join(' ')}: found ${found}, not ${cause}`)
  return ms
}

const times = new Map<string, number[]>(Object.keys(cases).map((name) => [name, []]))
try {
  await $`${scenario('net1')} up --quiet --name ${net1}`
  await $({ env: { ...process.env, N: '20' } })`${scenario('star')} up --quiet --name ${star}`
  await $`${scenario('net1')} exec server1 --name ${net1} -- ${rule}`
  for (let round = 1; round <= rounds; round++)
    for (const [name, one] of Object.entries(cases)) {
      process.stderr.write(`round ${round} of ${rounds}: ${name}\n`)
      times.get(name)?.push(await timed(one))
    }
} finally {
  for (const lab of [net1, star]) await $({ nothrow: true })`${tool} down ${lab}`
}

const median = (name: string): number => {
  const sorted = [...(times.get(name) ?? [])].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}
const table = new Table({ ...borderless, head: ['', 'median ms', 'above --help', 'limit', ''] })
for (const [name, { limit }] of Object.entries(cases)) {
  const above = median(name) - median('--help')
  const sign = limit === undefined ? '' : above <= limit ? '✓' : '✗'
  if (sign === '✗') process.exitCode = 1
  table.push([name, median(name).toFixed(0), limit === undefined ? '' : above.toFixed(0), limit ?? '', sign])
}
console.log(table.toString())
