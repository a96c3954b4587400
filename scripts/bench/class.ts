/**
 * Measures a class on one machine: `npx tsx scripts/bench/class.ts`, which writes its part of docs/bench.md. Labs side by
 * side, what one of them takes of the memory, and how long an exercise is waited for. With a word only the rows that have
 * it are measured, and nothing is written.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, loadavg, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { allLabs } from '../../lib/server/labs.ts'
import { finished } from '../../lib/server/process.ts'
import { memoryOf } from './memory.ts'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const results = mkdtempSync(join(tmpdir(), 'vethlab-bench-'))
const start = [process.execPath, here('../start.mjs'), here('../vethlab.ts')]

/** Runs the tool. Returns milliseconds. */
async function took(codes: readonly number[], ...words: string[]): Promise<number> {
  const began = performance.now()
  const [file = '', ...rest] = [...start, ...words]
  const env = { ...process.env, VETHLAB_RESULTS: results }
  const { code, stderr } = await finished(spawn(file, rest, { stdio: ['ignore', 'pipe', 'pipe'], env }))
  if (!codes.includes(code)) throw new Error(`${words.join(' ')}: exit code ${code}\n${stderr}`)
  return performance.now() - began
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`
const median = (all: readonly number[]): number =>
  [...all].sort((a, b) => a - b)[all.length >> 1] ?? Number.NaN

/** So many labs of a scenario side by side: how long until all are up, and what one of them holds of the memory. */
async function side(scenario: string, count: number, most: number): Promise<string> {
  const up = await took([0], 'up', scenario, '-q', '--copies', String(count))
  const labs = allLabs().filter(({ name }) => name.startsWith(`${scenario}-`))
  const bytes = labs.map(({ servers }) => servers.reduce((sum, { pid }) => sum + memoryOf(pid), 0))
  const down = await took([0], 'down', '--all')
  const limit = most > 0 ? `${most} s` : '–'
  return `| ${count} of \`${scenario}\` | ${seconds(up)} | ${limit} | ${seconds(down)} | ${Math.round(median(bytes) / 1e6)} MB |`
}

/** How long one waits for an exercise: its start, a look at it, its reset. */
async function waits(exercise: string, rounds = 3): Promise<string> {
  const samples: number[][] = []
  for (let i = 0; i < rounds; i++) {
    const begun = await took([0], 'learn', 'start', exercise, '--seed', '5')
    const check = await took([1], 'learn', 'check')
    const reset = await took([0], 'learn', 'reset')
    await took([0], 'learn', 'stop')
    samples.push([begun, check, reset])
  }
  const [begun, check, reset] = [0, 1, 2].map((i) => seconds(median(samples.map((one) => one[i] ?? 0))))
  return `| \`${exercise}\` | ${begun} | ${check} | ${reset} |`
}

const title = '## A class on one machine'
const only = process.argv[2] ?? ''
const rows: string[] = []
if ('namespaces'.includes(only)) rows.push(await side('namespaces', 100, 30))
if ('net1'.includes(only)) rows.push(await side('net1', 40, 0))
const exercises: string[] = []
for (const name of ['cable', 'masquerade', 'macvlan-host', 'loopback-port'])
  if (name.includes(only)) exercises.push(await waits(name))
rmSync(results, { recursive: true })
const text = `${title}

Written by \`npx tsx scripts/bench/class.ts\`, on ${availableParallelism()} cores and ${Math.round(totalmem() / 1e9)} GB, ${process.getuid?.() === 0 ? 'as root' : 'as an ordinary user'}, with a load of
${loadavg()[0]?.toFixed(0)} from other work on the same machine at the end.

| labs side by side | all up | limit | all down | memory of one |
| --- | --: | --: | --: | --: |
${rows.join('\n')}

How long one waits for an exercise, the start of the program included; \`loopback-port\` has an engine.

| exercise | start | check | reset |
| --- | --: | --: | --: |
${exercises.join('\n')}
`
process.stdout.write(text)
if (only !== '') process.exit()
const file = here('../../docs/bench.md')
const page = readFileSync(file, 'utf8')
writeFileSync(file, `${page.split(`\n${title}`)[0]?.trimEnd()}\n\n${text}`)
