/**
 * The star of star.sh by vethlab, as a test of one's own would make it: `node scripts/start.mjs scripts/bench/star.ts N
 * [pairs]`. Prints the same lines, with the memory of this process and of the server, in bytes.
 */
import { matrix, server, star, withLab } from '../../lib/index.ts'
import { sleep } from '../../lib/server/process.ts'
import { memoryOf } from './memory.ts'

const [n, pairs] = process.argv.slice(2)
const server1 = server('server1')

const say = (name: string, value: number) => console.log(name, Math.round(value))
const timed = async (name: string, work: () => Promise<unknown>) => {
  const began = performance.now()
  await work()
  say(name, (performance.now() - began) * 1000)
}

let began = 0
await withLab(async (lab) => {
  const { nodes, commands } = star(server1, Number(n))
  await lab.run(server1.exec('true')) // the server is up, as the others' namespace is
  await timed('up', () => lab.step('A star', commands))
  if (pairs) {
    await sleep(1000)
    await timed('pairs', () =>
      lab.check(
        matrix(nodes, () => true),
        'all pairs',
      ),
    )
    say('replied', lab.results.filter(({ ok }) => ok).length + nodes.length)
  }
  say('server', memoryOf(lab.sandbox.record.servers[0]?.pid ?? 0))
  began = performance.now()
})
say('down', (performance.now() - began) * 1000)
say('memory', process.resourceUsage().maxRSS * 1024)
