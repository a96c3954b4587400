/**
 * Measures vethlab against plain shell: `npm run bench`. The cases take turns in each round, and the medians of
 * the rounds are compared, so that what the machine does beside it falls on all alike. ROUNDS=5 by default.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Table from 'cli-table3'
import { $ } from 'zx'
import { server, withLab } from '../../lib/index.ts'
import { borderless } from '../../lib/run/screen.ts'

$.verbose = false
const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const rounds = Number(process.env.ROUNDS ?? 5)
const scratch = mkdtempSync(join(tmpdir(), 'vethlab-bench-'))
const empty = join(scratch, 'empty.mjs')
writeFileSync(empty, '')

const tsx = ['node', '--import', 'tsx']
const start = ['node', here('../start.mjs')]
const compose = here('../../scenarios/compose/docker-compose.yml')
const server1 = server('server1')

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await work()
  return performance.now() - began
}

const process_ = (argv: string[]) => timed(() => $`${argv}`)

/** The plain script on a server with a running engine: the time of the script alone. */
const plainNet1 = () =>
  withLab(async (lab) => {
    await lab.run(server1.docker.ps())
    return timed(() => lab.run(server1.exec('sh', here('net1.sh'), compose)))
  })

const cases: Record<string, () => Promise<number>> = {
  'node -e 1': () => process_(['node', '-e', '1']),
  'tsx, an empty file': () => process_([...tsx, empty]),
  'vethlab --help': () => process_([...start, here('../vethlab.ts'), '--help']),
  'namespaces, plain sh': () => process_(['unshare', '--net', '--mount', 'sh', here('namespaces.sh')]),
  'namespaces test': () => process_([...start, here('../../scenarios/namespaces.ts'), 'test', '--quiet']),
  'net1, plain sh, engine running': plainNet1,
  'net1 test, engine boot included': () =>
    process_([...start, here('../../scenarios/net1.ts'), 'test', '--quiet']),
}

const times = new Map<string, number[]>(Object.keys(cases).map((name) => [name, []]))
for (let round = 1; round <= rounds; round++)
  for (const [name, run] of Object.entries(cases)) {
    process.stderr.write(`round ${round} of ${rounds}: ${name}\n`)
    times.get(name)?.push(await run())
  }
rmSync(scratch, { recursive: true })

const median = (name: string): number => {
  const sorted = (times.get(name) ?? []).toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

const results = new Table({
  ...borderless,
  head: ['what', 'median'],
  colWidths: [40, 12],
  style: { head: [] },
})
for (const name of times.keys()) results.push([name, `${(median(name) / 1000).toFixed(2)} s`])
console.log(`${results}\n`)

/** What is measured, the limit in words, and both as times of this run. */
const limits: Array<[string, string, number]> = [
  ['vethlab --help', '4 × node -e 1', 4 * median('node -e 1')],
  [
    'namespaces test',
    'tsx + 3 × plain sh',
    median('tsx, an empty file') + 3 * median('namespaces, plain sh'),
  ],
  ['net1 test, engine boot included', '2 × plain sh', 2 * median('net1, plain sh, engine running')],
]
const verdicts = new Table({
  ...borderless,
  head: ['what', 'limit', 'used', ''],
  colWidths: [34, 22, 8, 6],
  style: { head: [] },
})
for (const [name, limit, ms] of limits) {
  const ratio = median(name) / ms
  verdicts.push([name, limit, ratio.toFixed(2), ratio <= 1 ? 'ok' : 'over'])
}
console.log(verdicts.toString())
