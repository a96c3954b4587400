/**
 * Runs the tests side by side, a line for each file while it runs, and at the end what failed. Run by root, what makes
 * labs runs as root, and what is about rights once more as an ordinary user, who is made for that; each file apart from the others in
 * namespaces of its own, so that it finds the machine as if alone. An ordinary user cannot have those: there the files
 * that compare the machine before and after run one by one. Ends with `N passed, N failed`.
 *
 *   sh scripts/test.sh [--text | --labs] [--static] [--here] [FILE…]
 *
 * WHOLE=1, as in CI: all that makes labs runs as an ordinary user, too, and nothing is sampled.
 *
 *   --text     those that make no lab;  --labs  those that do
 *   --static   format and lint, types, and shell scripts, too
 *   --here     as this user alone, and one after the other
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { availableParallelism, release, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { rootless } from '../lib/server/enter.ts'
import { aboutRights, compares, makesLabs, runsAlone, testFiles } from './helpers/files.ts'
import { endJobs, failures, type Job, sideBySide } from './helpers/jobs.ts'

const root = new URL('..', import.meta.url).pathname
process.chdir(root)
const words = process.argv.slice(2)
const here = words.includes('--here')
const named = words.filter((word) => !word.startsWith('--'))
const files = (named.length > 0 ? named : testFiles('test')).filter(
  (file) => !words.includes(makesLabs(file) ? '--text' : '--labs'),
)

const timesFile = 'node_modules/.cache/vethlab/test-times.json'
const times: Record<string, number> = (() => {
  try {
    return JSON.parse(readFileSync(timesFile, 'utf8'))
  } catch {
    return {}
  }
})()
const weigh = (name: string, file: string): number => times[name] ?? statSync(file).size / 500

const folder = mkdtempSync(join(tmpdir(), 'vethlab-test-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.once(signal, () => {
    endJobs()
    process.exit(130)
  })
const tests = ['node', '--import', 'tsx/esm', '--test-reporter=spec']
const apart = ['sh', 'test/helpers/apart.sh']
const asUser = ['node', '--import', 'tsx/esm', 'test/helpers/as-user.ts']

function jobsOf(file: string, number: number): Job[] {
  const weight = weigh(file, file)
  if (!makesLabs(file)) return [{ name: file, words: [...tests, file], weight: weight / 10 }]
  if (here) return [{ name: file, words: [...tests, file], weight }]
  if (rootless) {
    const own = join(folder, `${number}`) // labs of other files may have the same names
    mkdirSync(own, { mode: 0o700 })
    return [
      {
        name: file,
        words: [...tests, file],
        weight,
        alone: compares(file) || runsAlone(file),
        env: { XDG_RUNTIME_DIR: own },
      },
    ]
  }
  const name = `${file}, no root`
  const asRoot = { name: file, words: [...apart, ...tests, file], weight, alone: runsAlone(file) }
  if (runsAlone(file)) return [asRoot]
  if (!process.env.WHOLE && !aboutRights(file) && named.length === 0) return [asRoot]
  return [asRoot, { name, words: [...apart, ...asUser, file], weight: weigh(name, file) }]
}

/** What reads the text of all files. */
const shellScripts = ['scripts', 'lib', 'test', '.ci'].flatMap((top) =>
  (readdirSync(top, { recursive: true }) as string[])
    .map((file) => join(top, file))
    .filter((file) => file.endsWith('.sh') || file === '.ci/run'),
)
const remembered = (name: string) => [
  '--incremental',
  '--tsBuildInfoFile',
  `node_modules/.cache/vethlab/${name}.tsbuildinfo`,
]
const readers: Job[] = [
  { name: 'format and lint', words: ['biome', 'check', '--error-on-warnings', '.'], weight: 9e9 },
  { name: 'types', words: ['tsc', ...remembered('types')], weight: 9e9 },
  { name: 'types of the page', words: ['tsc', '-p', 'lib/page/client', ...remembered('page')], weight: 9e9 },
  { name: 'shell scripts', words: ['shellcheck', '-x', ...shellScripts], weight: 9e9 },
]

// Before Linux 6.6 the engines of labs without root keep their files in a folder that has the lab's name alone.
const [major = 0, minor = 0] = release().split('.').map(Number)
const together = !rootless || major > 6 || (major === 6 && minor >= 6)
const lanes = Number(process.env.LANES) || (together && !here ? 2 * availableParallelism() : 1)
const jobs = [...(words.includes('--static') ? readers : []), ...files.flatMap(jobsOf)]
const first = await sideBySide(jobs, lanes)

// What fails beside others may only have been too slow: it is tried once more alone, and both are told.
const suspect = first.filter(({ failed }) => failed > 0)
if (suspect.length > 0) console.log('\nonce more, alone')
const second = await sideBySide(
  jobs.filter(({ name }) => suspect.some((one) => one.name === name)),
  1,
)
const results = first.map((one) => second.find(({ name }) => name === one.name) ?? one)
for (const one of suspect)
  if (second.some(({ name, failed }) => name === one.name && failed === 0))
    console.log(`${failures(one)}\n(it passed alone)`)

for (const { name, seconds } of results) times[name] = Math.round(seconds * 10) / 10
mkdirSync(dirname(timesFile), { recursive: true })
writeFileSync(timesFile, JSON.stringify(times))

const failed = results.filter((result) => result.failed > 0)
for (const result of failed) console.log(failures(result))
const sum = (what: 'passed' | 'failed') => results.reduce((count, result) => count + result[what], 0)
console.log(`\n${sum('passed')} passed, ${sum('failed')} failed`)
process.exitCode = failed.length > 0 ? 1 : 0
