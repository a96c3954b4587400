/** `why --bisect` on a scenario with one bad line. Makes labs: by the scenario's own file. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { finished } from '../../lib/server/process.ts'

const library = new URL('../../lib/index.ts', import.meta.url).href

test('the command that broke it, beside the lab that stands', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'vethlab-bisect-'))
  const file = join(folder, 'onebad.mts')
  writeFileSync(
    file,
    `import { scenario, server } from ${JSON.stringify(library)}
const s = server('s'), a = s.netns('a'), b = s.netns('b')
export default scenario(import.meta, 'one bad line', async (lab) => {
  await lab.step('two', a.add(), b.add(), s.ip.link.add('v0').type('veth', { peer: 'x0', netns: a }), s.ip.link.set('v0').netns(b),
    a.ip.addr.add('10.0.0.1/24').dev('x0'), b.ip.addr.add('10.0.0.2/24').dev('v0'), a.ip.link.set('x0').up(), b.ip.link.set('v0').up())
  await lab.step('rules', b.iptables.filter.append('INPUT').protocol('udp').jump('ACCEPT'),
    b.iptables.filter.append('INPUT').protocol('icmp').jump('DROP'), b.ip.link.set('lo').up())
})
`,
  )
  const name = `onebad-${process.pid}`
  const vethlab = async (...words: string[]) => {
    const argv = ['--import', 'tsx/esm', file, ...words, '--name', name]
    return finished(spawn(process.execPath, argv, { env: { ...process.env, NO_COLOR: '1' } }))
  }
  try {
    const up = await vethlab('up', '-q')
    assert.equal(up.code, 0, up.stderr)
    const { stdout, stderr, code } = await vethlab('why', 'a', 'b', '--bisect', '--json')
    assert.equal(code, 1, stderr)
    const { what, command, verdict } = JSON.parse(stdout)
    assert.equal(what, 'broke')
    assert.match(command.line, /iptables -A INPUT -p icmp -j DROP/)
    assert.deepEqual([command.number, command.of, verdict.cause], [10, 11, 'rule'])
  } finally {
    await vethlab('down')
    rmSync(folder, { recursive: true })
  }
})
