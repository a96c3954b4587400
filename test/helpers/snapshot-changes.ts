/**
 * Run on a machine that may be changed, a virtual server: does each line, and prints what differs from before it.
 *
 *   node --import tsx/esm test/helpers/snapshot-changes.ts 'ip link add x type bridge' …
 */
import { execFileSync } from 'node:child_process'
import { differences } from '../../lib/prove/difference.ts'
import { snapshot } from '../../lib/prove/snapshot.ts'

for (const line of process.argv.slice(2)) {
  const before = await snapshot()
  execFileSync('sh', ['-ec', line], { stdio: ['ignore', 'ignore', 'inherit'] })
  process.stdout.write(`${JSON.stringify(differences(before, await snapshot()))}\n`)
}
