/**
 * Measures a lab in the hands of a program: how long it takes to open one with a namespace, and to run a program there with
 * all that can be asked of it. Medians, each with its limit; exit code 1 when one is over. As root, or as an ordinary user:
 * who runs it.
 *
 *   npm run bench:program
 */
import { image, openLab, server } from '../../lib/index.ts'
import type { ExecOptions } from '../../lib/run/exec.ts'

const rounds = Number(process.env.ROUNDS ?? 31)
const server1 = server('server1')
const [net1, web] = [server1.netns('net1'), server1.container('web')]

/** The median of so many times, in milliseconds, after one to warm up. */
async function median(times: number, work: () => Promise<unknown>): Promise<number> {
  const samples: number[] = []
  for (let i = 0; i <= times; i++) {
    const began = performance.now()
    await work()
    if (i > 0) samples.push(performance.now() - began)
  }
  return samples.sort((a, b) => a - b)[Math.floor(samples.length / 2)] ?? Number.NaN
}

async function opened() {
  const lab = await openLab()
  await lab.step('a namespace', net1.add(), net1.ip.link.set('lo').up())
  return lab
}

const asked: ReadonlyArray<readonly [string, ExecOptions]> = [
  ['', {}],
  [' with input', { input: 'hello' }],
  [' as a user', { user: '65534' }],
  [' with bytes', { input: Uint8Array.of(255, 0, 10), encoding: 'buffer' }],
  [
    ' with all of it, a folder, an environment and a time limit',
    { input: 'hello', user: '65534', encoding: 'buffer', cwd: '/', env: { A: 'b' }, timeout: 10_000 },
  ],
]

const measured: Array<readonly [what: string, ms: number, limit: number]> = []
const opening = await median(5, async () => (await opened()).close())
measured.push(['a lab with a namespace, opened and closed', opening, 300])
const lab = await opened()
await lab.step('a container', server1.docker.run(image).name('web'))
for (const place of [server1, net1, web])
  for (const [how, options] of asked) {
    const limit = place === web ? 15 : how === '' ? 5 : 20
    const work = () => lab.exec(place, ['cat'], options as ExecOptions & { encoding: 'buffer' })
    measured.push([`a program in a ${place.kind}${how}`, await median(rounds, work), limit])
  }
await lab.close()
const twenty = async () => {
  const labs = await Promise.all(Array.from({ length: 20 }, opened))
  await Promise.all(labs.map((one) => one.close()))
}
measured.push(['20 labs with a namespace at once, opened and closed', await median(3, twenty), 20 * 300])

for (const [what, ms, limit] of measured)
  process.stdout.write(
    `${what.padEnd(86)} ${ms.toFixed(1).padStart(7)} of ${limit} ms  ${ms <= limit ? 'ok' : 'over'}\n`,
  )
process.exitCode = measured.some(([, ms, limit]) => ms > limit) ? 1 : 0
