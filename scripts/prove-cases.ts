/**
 * Builds each case of DIR/cases.json, asks `why`, and lets it prove its answer: how many right answers are proven, whether
 * one is proven that is wrong, whether the lab is as it was, and how long it took.
 * usage: node --import tsx/esm scripts/prove-cases.ts DIR [FILE…]
 * Each case: { file, ask, must: { place?, status?, says?, rule? }, mustNot? }, the last ones as regular expressions.
 */
import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { findLab } from '../lib/server/labs.ts'
import { changes, changeText } from '../lib/trial/back.ts'
import { readState, type State } from '../lib/trial/state.ts'
import type { Proven } from '../lib/trial/trial.ts'
import { inside, lookAt } from '../lib/why/stacks.ts'

interface Case {
  file: string
  class: string
  ask: string[]
  engine?: string
  must?: { place?: string | string[]; status?: string | string[]; says?: string[]; rule?: string }
  mustNot?: string[]
}

const [dir = '', ...wanted] = process.argv.slice(2)
const work = 'prove-run'
const cases = (JSON.parse(readFileSync(join(dir, 'cases.json'), 'utf8')) as Case[]).filter(
  ({ file }) =>
    wanted.length === 0 || wanted.some((name) => basename(name).replace(/(\.ts)?$/, '.ts') === file),
)

const running = (args: string[], seconds: number, env = {}) =>
  new Promise<{ code: number | null; stdout: string; stderr: string; ms: number }>((done) => {
    const began = performance.now()
    const child = spawn('node_modules/.bin/tsx', args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NO_COLOR: '1', ...env },
    })
    const out = { stdout: '', stderr: '' }
    child.stdout.on('data', (data) => {
      out.stdout += data
    })
    child.stderr.on('data', (data) => {
      out.stderr += data
    })
    const timer = setTimeout(() => child.kill('SIGTERM'), seconds * 1000)
    child.on('close', (code) => {
      clearTimeout(timer)
      done({ code, ...out, ms: performance.now() - began })
    })
  })

const list = <T>(x: T | T[] | undefined): T[] => (x === undefined ? [] : Array.isArray(x) ? x : [x])

/** What of an answer is not as it must be. */
function faults({ must = {}, mustNot }: Case, { verdict }: Proven): string[] {
  const said = [verdict.says, verdict.cause, verdict.see, verdict.undo, ...(verdict.hints ?? [])].join('\n')
  const rule = JSON.stringify(verdict.rule ?? {})
  return [
    ...(must.place && !list(must.place).includes(verdict.place) ? [`place ${verdict.place}`] : []),
    ...(must.status && !list(must.status).includes(verdict.status) ? [`status ${verdict.status}`] : []),
    ...(must.rule && !new RegExp(must.rule, 'i').test(rule) ? [`rule lacks ${must.rule}`] : []),
    ...list(must.says).flatMap((re) => (new RegExp(re, 'i').test(said) ? [] : [`lacks ${re}`])),
    ...list(mustNot).flatMap((re) => (new RegExp(re, 'i').test(said) ? [`says ${re}`] : [])),
  ]
}

/** The state of all stacks of a lab. */
async function states(name: string): Promise<Map<string, State>> {
  const lab = findLab(name)
  if (!lab) return new Map()
  const { stacks } = await lookAt(lab)
  const into = inside(lab)
  return new Map(
    await Promise.all(
      stacks.map(
        async (stack) => [`${stack.place.server}/${stack.place.name}`, await readState(into, stack)] as const,
      ),
    ),
  )
}

const empty: State = { values: {}, sets: {}, chains: {} }

const tally = { right: 0, proven: 0, wrongProven: 0, refuted: 0, unequal: 0, slow: 0, cannot: 0 }

async function one(test: Case, script: string, lab: string): Promise<void> {
  const name = `${test.file} ${test.ask.join(' ')}`
  const plain = await running([script, 'why', ...test.ask, '--json', '--name', lab], 30)
  const before = await states(lab)
  const { stdout, stderr } = await running(
    [script, 'why', ...test.ask, '--prove', '--json', '--name', lab],
    60,
  )
  const after = await states(lab)
  const changed = [...new Set([...before.keys(), ...after.keys()])].flatMap((key) =>
    changes(before.get(key) ?? empty, after.get(key) ?? empty).map(
      (change) => `${key}: ${changeText(change)}`,
    ),
  )
  let report: Proven
  let base: Proven
  try {
    report = JSON.parse(stdout)
    base = JSON.parse(plain.stdout)
    if (!report.verdict) throw new Error()
  } catch {
    tally.cannot++
    console.log(`CANNOT ${name}: ${(stderr || stdout || plain.stderr).replace(/\s+/g, ' ').slice(0, 300)}`)
    return
  }
  const wrong = faults(test, report)
  const causes = Math.max(1, report.causes.length)
  const ratio = report.ms / (Math.max(base.ms, 1) * causes)
  if (wrong.length === 0) tally.right++
  if (wrong.length === 0 && report.proof === 'proven') tally.proven++
  if (wrong.length > 0 && report.proof === 'proven') tally.wrongProven++
  if (report.proof === 'refuted') tally.refuted++
  if (changed.length > 0 || report.left) tally.unequal++
  if (ratio > 2) tally.slow++
  console.log(
    [
      `${wrong.length === 0 ? 'right' : 'WRONG'} ${report.proof.toUpperCase().padEnd(12)} ${ratio.toFixed(1)}x`,
      name,
      report.proof === 'proven' && causes === 1 ? '' : `| ${report.reason}`,
      causes > 1
        ? `| ${report.causes.map((cause) => `${cause.verdict.cause}=${cause.proof}`).join(', ')}`
        : '',
      changed.length > 0 ? `| UNEQUAL: ${changed.slice(0, 4).join(' ; ').slice(0, 600)}` : '',
      report.left ? `| LEFT ${report.left.join(';').slice(0, 300)}` : '',
      wrong.length > 0 ? `| ${wrong.join('; ')} said: ${report.verdict.says.slice(0, 140)}` : '',
    ]
      .filter(Boolean)
      .join(' '),
  )
}

mkdirSync(work, { recursive: true })
for (const file of readdirSync(dir)) if (/\.(ts|ya?ml)$/.test(file)) cpSync(join(dir, file), join(work, file))
const groups = [...new Set(cases.map(({ file }) => file))]
await Promise.all(
  [0, 1].slice(0, Number(process.env.LANES ?? 2)).map(async () => {
    for (let file = groups.shift(); file; file = groups.shift()) {
      const lab = `p-${basename(file, '.ts')}`.slice(0, 40)
      const script = join(work, file)
      const mine = cases.filter((test) => test.file === file)
      const up = await running(
        [script, 'up', '-q', '--name', lab],
        150,
        mine[0]?.engine ? { ENGINE: mine[0].engine } : {},
      )
      if (up.code !== 0) {
        tally.cannot += mine.length
        console.log(`CANNOT ${file}: ${(up.stderr + up.stdout).replace(/\s+/g, ' ').slice(0, 300)}`)
      } else for (const test of mine) await one(test, script, lab)
      await running([script, 'down', '--name', lab], 60)
    }
  }),
)
rmSync(work, { recursive: true })
const share = tally.right === 0 ? 0 : Math.round((100 * tally.proven) / tally.right)
console.log(
  `\n${tally.right} of ${cases.length} right, ${tally.proven} of those proven (${share} %), ${tally.wrongProven} wrong ones proven, ` +
    `${tally.refuted} refuted, ${tally.unequal} not as before, ${tally.slow} took more than twice as long, ${tally.cannot} could not be asked`,
)
process.exitCode = tally.wrongProven + tally.unequal > 0 || share < 80 ? 1 : 0
