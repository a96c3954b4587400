/**
 * Failures as people report them, and what `why` answers: `test/why/cases/`. A sample runs in `make test`; all of them
 * with CASES=all, those of a name with CASES=WORD. PRINTED=1 types the verdict's own fix, and asks again.
 */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { image, lan, type OpenLab, server } from '../../lib/index.ts'
import { enter } from '../../lib/server/enter.ts'
import { finished, sleep } from '../../lib/server/process.ts'
import { standing } from '../helpers/standing.ts'
import { type Case, faults, questionOf } from './cases/case.ts'
import { docker, dockerFunctions } from './cases/docker.ts'
import { functions, linux } from './cases/linux.ts'
import { type TwoCase, tunnelFunctions, tunnels } from './cases/tunnels.ts'
import { ways } from './cases/ways.ts'

const chosen = process.env.CASES ?? ''
const printed = process.env.PRINTED === '1'
const wanted = <T extends Case>(cases: readonly T[], every: number): T[] =>
  cases.filter(({ name }, i) => (chosen === 'all' ? true : chosen ? name.includes(chosen) : i % every === 0))

type Build = (lab: OpenLab) => Promise<void>
const close: Array<() => Promise<void>> = []
let fixes = 0
let arrived = 0
after(async () => {
  if (printed) console.log(`the fix as printed: ${arrived} of ${fixes} arrive`)
  for (const end of close) await end()
})

/** A lab that is built when its first case is asked. */
function labOf(build: Build): () => Promise<OpenLab> {
  let lab: Promise<OpenLab> | undefined
  return () => {
    lab ??= standing(build).then((found) => {
      close.push(found.close)
      return found.lab
    })
    return lab
  }
}

/** A line of shell on one of the servers. */
async function shell(lab: OpenLab, line: string, at = 0): Promise<{ code: number; text: string }> {
  const { record } = lab.sandbox
  const server = record.servers[at]
  assert.ok(server)
  const { code, stdout, stderr } = await finished(enter({ lab: record, server }, ['sh', '-c', line]))
  return { code: code ?? 1, text: `${stdout}${stderr}` }
}

/** Types what the verdict says mends it, on the server that is meant: does it arrive then? */
async function asPrinted(lab: OpenLab, one: Case, undo: string, at: number): Promise<string | undefined> {
  fixes++
  const { code, text } = await shell(lab, undo, at)
  if (code !== 0) return `${undo}: ${text}`
  for (const wait of [0, 2500]) {
    await sleep(wait)
    const { verdict } = await lab.why(questionOf(one.ask))
    if (verdict.status === 'delivered') {
      arrived++
      return undefined
    }
    if (wait) return `after ${undo}: ${verdict.says}`
  }
  return undefined
}

function hold(lab: () => Promise<OpenLab>, one: Case, build: (lab: OpenLab) => Promise<void>) {
  test(one.name, async () => {
    const open = await lab()
    try {
      await build(open)
      const { verdict } = await open.why(questionOf(one.ask))
      const wrong = faults(one, verdict)
      const told = JSON.stringify({ ...verdict, rule: verdict.rule?.text }, null, 1)
      assert.deepEqual(wrong, [], `${wrong.join('; ')}: ${told}`)
      if (!printed || one.noFix || verdict.undo === undefined) return
      const names = open.sandbox.record.servers.map(({ name }) => name)
      const at = Math.max(0, names.indexOf(verdict.fix?.place.server ?? ''))
      assert.equal(await asPrinted(open, one, verdict.undo, at), undefined)
    } finally {
      if (one.mend) await shell(open, one.mend)
    }
  })
}

/** Builds a case from nothing. */
async function made(lab: OpenLab, before: string, build: string, at = 0): Promise<void> {
  const { code, text } = await shell(lab, `${before}\nclean >/dev/null 2>&1; set -e\n${build}`, at)
  assert.equal(code, 0, text)
}

const s = server('s')
const single = labOf(async (lab) => {
  await lab.step('namespaces', ...['a', 'b', 'c', 'r'].map((name) => s.netns(name).add()))
})
for (const one of wanted([...linux, ...ways], 6)) hold(single, one, (lab) => made(lab, functions, one.build))

const [hosta, hostb] = [server('hosta'), server('hostb')]
const pair = labOf(async (lab) => {
  await lab.step(
    'LAN',
    lan('wire').plug(hosta, 'eth0', '192.168.56.3/24').plug(hostb, 'eth0', '192.168.56.4/24').up(),
  )
})
const both = async (lab: OpenLab, { build, far }: TwoCase) => {
  await made(lab, tunnelFunctions, build)
  await made(lab, tunnelFunctions, far, 1)
}
for (const one of wanted(tunnels, 4)) hold(pair, one, (lab) => both(lab, one))

const [server1, server2] = [server('server1'), server('server2')]
const engine = labOf(async (lab) => {
  const office = lan('office')
    .plug(server1, 'enp0s3', '192.168.56.3/24')
    .plug(server2, 'enp0s3', '192.168.56.4/24')
  await lab.step('LAN', office.up())
  await lab.step('an engine', server1.docker.run(image).name('first'))
})
for (const one of wanted(docker, 6))
  hold(engine, one, (lab) =>
    made(lab, `IMAGE=$(docker images -q | head -n 1)\n${dockerFunctions}`, one.build),
  )
