/**
 * Writes docs/engines.md: what scenario gateway-modes observed on each engine that is there, a line for each question, so that
 * two versions of the page can be compared. `npm run engines:table`; ENGINES='28.5' asks those alone.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { CheckResult } from '../lib/lab/events.ts'
import { silence } from '../lib/language/checks/check.ts'
import { chosenEngine } from '../lib/server/path.ts'
import { cacheRoot } from '../lib/server/state.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

/** The addresses of the scenario, by the networks that they are in. */
const names: ReadonlyArray<readonly [RegExp, string]> = [
  [/^172\.31\.1\.2/, 'nat'],
  [/^172\.31\.2\.2/, 'nat-unprotected'],
  [/^172\.31\.3\.2/, 'routed'],
  [/^172\.31\.4\.2/, 'isolated'],
  [/^192\.168\.56\.3/, 'server1'],
]
const asks = (to: string): string => {
  const [, port] = to.split(':')
  if (port === undefined) return 'ping'
  if (to.startsWith('192.168.')) return `${port} of the host`
  return port === '80' ? '80, published' : `${port}, unpublished`
}
const named = (to: string): string => names.find(([address]) => address.test(to))?.[1] ?? to

/** What one engine does, by the question. */
export type Column = { readonly engine: string; readonly cells: ReadonlyMap<string, string> }

/** The checks of one engine, as a column. */
export const columnOf = (engine: string, checks: readonly CheckResult[]): Column => ({
  engine,
  cells: new Map(
    checks.map(({ from, to, observed, expected }) => [
      `${named(to)} | ${asks(to)} | ${from}`,
      // Whether it is told that there is no way depends on how long one waits: that would differ from run to run.
      expected === silence ? silence : observed.replace(/, TTL \d+$/, ''),
    ]),
  ),
})

/** The page. */
export function enginesPage(columns: readonly Column[]): string {
  const questions = [...new Set(columns.flatMap(({ cells }) => [...cells.keys()]))].sort()
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return `# What reaches a container, by engine

Scenario [gateway-modes](../scenarios/gateway-modes.ts) on each Docker Engine: networks of four modes, asked from the host
(server1), a neighbour on the LAN that knows the way (server2), and a container of another network (other). Made by
\`npm run engines:table\`; the scenario tells the reason of each. Engines before 27 know no modes: all is nat there.
\`filtered\` and \`no reply\`: a rule drops it; \`unreachable\`: there is no way;
\`silence\`: nothing comes back, or the word that there is no way, which takes as long as one waits.

${row(['mode', 'asked', 'from', ...columns.map(({ engine }) => engine)])}
${row(['---', '---', '---', ...columns.map(() => '---')])}
${questions.map((question) => row([question, ...columns.map(({ cells }) => cells.get(question) ?? '–')])).join('\n')}
`
}

/** The engines that are there: those that were asked for, or all that were fetched, and the one of VETHLAB_ENGINE. */
function engines(): Array<{ name: string; env: NodeJS.ProcessEnv }> {
  const { VETHLAB_ENGINE: own, ENGINE: _, ENGINES, ...env } = process.env
  const folder = join(cacheRoot(), 'engines')
  const there = existsSync(folder) ? readdirSync(folder).sort() : []
  const wanted = ENGINES?.split(/\s+/).filter(Boolean) ?? there
  for (const name of wanted) chosenEngine({ ENGINE: name })
  return [
    ...wanted.map((name) => ({ name, env: { ...env, ENGINE: name } })),
    ...(own ? [{ name: 'yours', env: { ...env, VETHLAB_ENGINE: own } }] : []),
  ]
}

function asked({ name, env }: { name: string; env: NodeJS.ProcessEnv }): Column {
  const argv = ['scripts/start.mjs', 'scripts/vethlab.ts', 'test', 'gateway-modes', '--json']
  const { stdout, stderr, status } = spawnSync('node', argv, { cwd: root, env, encoding: 'utf8' })
  if (status === null || status > 1) throw new Error(`gateway-modes on ${name}: ${stderr.trim()}`)
  return columnOf(name, JSON.parse(stdout).checks)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    const columns = engines().map(asked)
    if (columns.length === 0) throw new Error('there is no engine: make engines fetches 20.10, 26.1 and 28.5')
    writeFileSync(join(root, 'docs/engines.md'), enginesPage(columns))
  } catch (error) {
    process.stderr.write(`error: ${(error as Error).message}\n`)
    process.exitCode = 2
  }
}
