/**
 * Measures labs side by side: ten of `namespaces` up at once (`--copies 10`, and by ten programs) against one, and how long `down` takes, with an engine and
 * without. All take turns in each round, and medians are compared. As root, or as an ordinary user: who runs it.
 *
 *   npm run bench:side
 */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { finished } from '../../lib/server/process.ts'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const rounds = Number(process.env.ROUNDS ?? 7)

async function vethlab(file: string, ...words: string[]): Promise<void> {
  const child = spawn('node', [here('../start.mjs'), here(`../../${file}.ts`), ...words], { stdio: 'pipe' })
  const { code, stdout, stderr } = await finished(child)
  if (code !== 0) throw new Error(stdout + stderr)
}

const up = (scenario: string, name: string) =>
  vethlab(`scenarios/${scenario}`, 'up', '--quiet', '--name', name)
const copies = () =>
  vethlab('scenarios/namespaces', 'up', '--quiet', '--name', 'bench-side', '--copies', String(ten.length))
const down = (name: string) => vethlab('scripts/vethlab', 'down', name)

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await work()
  return performance.now() - began
}

const ten = Array.from({ length: 10 }, (_, i) => `bench-side-${i + 1}`)
const [first = ''] = ten
const samples = new Map<string, number[]>()
for (let round = 0; round <= rounds; round++) {
  const keep = (what: string, ms: number) => {
    if (round > 0) samples.set(what, [...(samples.get(what) ?? []), ms]) // the first is to warm up
  }
  keep('one up', await timed(() => up('namespaces', first)))
  keep('one down', await timed(() => down(first)))
  keep('ten up', await timed(copies))
  await Promise.all(ten.map(down))
  keep('ten up, ten programs', await timed(() => Promise.all(ten.map((name) => up('namespaces', name)))))
  keep('ten down', await timed(() => Promise.all(ten.map(down))))
  await up('compose', first)
  keep('one with an engine down', await timed(() => down(first)))
}

const median = (what: string): number => {
  const values = [...(samples.get(what) ?? [])].sort((a, b) => a - b)
  return values[Math.floor(values.length / 2)] ?? Number.NaN
}
for (const what of samples.keys())
  process.stdout.write(`${what.padEnd(26)} ${(median(what) / 1000).toFixed(2)} s\n`)
const limits: ReadonlyArray<readonly [string, number, number]> = [
  ['ten up / one up', median('ten up') / median('one up'), 5],
  ['down, seconds', median('one down') / 1000, 0.3],
  ['down with an engine, seconds', median('one with an engine down') / 1000, 0.3],
]
for (const [what, is, most] of limits)
  process.stdout.write(`${what.padEnd(30)} ${is.toFixed(2)} of ${most}  ${is < most ? 'ok' : 'over'}\n`)
