/**
 * The crash test: `make crash`, which writes docs/crash.md. The tool is struck in every way after each
 * of its commands, on machines that are virtual servers; then `down` must leave each as it was. Exit code 1 when a
 * case is not clean.
 *
 *   SCENARIOS='net1 nat' ON=sandbox FAULTS='kill int' EVERY=5 make crash
 *   SCENARIOS=net1 FAULTS=kill K=7 make crash
 */
import { writeFileSync } from 'node:fs'
import { cpus, release } from 'node:os'
import { join } from 'node:path'
import { root } from '../helpers/machine.ts'
import { allCases, allScenarios, tryAll } from './all.ts'
import { faults, type On } from './faults.ts'
import { page, table, unclean } from './report.ts'

const { env } = process
const words = (text: string | undefined) => text?.split(/[\s,]+/).filter(Boolean)

const both: readonly On[] = ['sandbox', 'host']
const where = both.filter((on) => (env.ON ?? 'both') === 'both' || env.ON === on)
const kinds = words(env.FAULTS)
const chosen = faults.filter(({ name }) => !kinds || kinds.includes(name))
const nth = Number(env.EVERY ?? 1)
const k = env.K === undefined ? undefined : Number(env.K)

const all = await allCases({
  where,
  scenarios: words(env.SCENARIOS) ?? allScenarios,
  faults: chosen,
  nth,
})
const cases = k === undefined ? all : all.filter(({ at }) => at === k)

const tried = await tryAll(cases, (one, done) => {
  const { on, scenario, fault, at, wrong } = one
  const end = wrong.length === 0 ? 'clean' : `NOT CLEAN\n${unclean([one])}`
  process.stderr.write(`${done}/${cases.length}  ${on}  ${scenario}  ${fault.name} ${at}  ${end}\n`)
})
for (const on of where) process.stdout.write(`\n${on}\n${table(tried, on, chosen)}\n`)
const bad = tried.filter(({ wrong }) => wrong.length > 0)
process.stdout.write(
  `\n${tried.length} cases tried, ${tried.length - bad.length} clean\n${bad.length > 0 ? `\n${unclean(bad)}\n` : ''}`,
)
if (where.length === both.length && !kinds && !env.SCENARIOS && k === undefined) {
  const machine = `Linux ${release()} with ${cpus().length} cores, Node.js ${process.version}`
  writeFileSync(join(root, 'docs/crash.md'), page(tried, faults, machine, nth))
}
process.exitCode = bad.length > 0 ? 1 : 0
