/** The printed scripts: clean for ShellCheck, and on a fresh server they build, check and take back. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { output, scenario, server, withLab } from '../../lib/index.ts'
import { print } from '../../lib/run/print.ts'
import { root } from '../machine.ts'

const folder = mkdtempSync(join(tmpdir(), 'vethlab-printed-'))
after(() => rmSync(folder, { recursive: true }))
const host = server('server1')

/** Runs a script with the arguments given; the exit code is the last line. */
const sh = (file: string, ...words: string[]) =>
  host.exec('sh', '-c', `IMAGE=vethlab sh ${file} ${words.join(' ')} 2>&1; echo $?`)

/** All that a script could leave on its server. */
const look = host.exec(
  'sh',
  '-c',
  'ip -o link; ip -o -4 addr; ip route; ip netns; docker ps -aq; docker network ls -q; iptables -S; iptables -t nat -S; iptables -t raw -S; ls /run | grep -v containerd; pgrep -a busybox || :',
)

for (const file of readdirSync(join(root, 'scenarios')).filter((name) => name.endsWith('.ts')))
  test(`${file} printed`, async () => {
    const { default: value } = await import(join(root, 'scenarios', file))
    const path = join(folder, `${value.name}.sh`)
    writeFileSync(path, await print(value))
    execFileSync('shellcheck', [path], { stdio: 'pipe' })
    await withLab(async (lab) => {
      // The engine first: raw and nat tables as it leaves them, and the image.
      await lab.run(host.docker.ps())
      await lab.run(host.iptables.raw.show())
      const before = await lab.run(look)
      const up = await lab.run(sh(path, 'up'))
      assert.match(up, /\n0\n$/, up)
      assert.ok((up.match(/^ {2}ok /gm) ?? []).length >= 7, up)
      assert.match(await lab.run(sh(path, 'up')), /it is up: .* down removes it\n2\n$/)
      assert.match(await lab.run(sh(path, 'down')), /is removed\n0\n$/)
      assert.equal(await lab.run(look), before)
      assert.match(await lab.run(sh(path, 'down')), /is not up\n0\n$/)
      assert.match(await lab.run(sh(path)), /^usage: .*\n2\n$/)
    })
  })

test('a script that fails in the middle takes back what it did, and touches nothing else', async () => {
  const value = scenario({ url: 'file:///x/taken.ts' }, 'a name is taken', async (lab) => {
    await lab.step('mine', host.netns('mine').add(), host.sysctl.set('net.ipv4.ip_forward', 1))
    await lab.step("it's taken", host.netns('taken').add(), host.netns('never').add())
  })
  const path = join(folder, 'taken.sh')
  writeFileSync(path, await print(value))
  execFileSync('shellcheck', [path], { stdio: 'pipe' })
  await withLab(async (lab) => {
    await lab.run(host.netns('taken').add())
    const said = await lab.run(sh(path, 'up'))
    assert.match(said, /File exists[\s\S]*taking back[\s\S]*\n2\n$/)
    assert.equal(await lab.run(host.ip.netns.list()), 'taken\n')
    assert.equal(await lab.run(host.sysctl.get('net.ipv4.ip_forward')), '0\n')
  })
})

test('a script whose check fails says what was observed, exits with 1 and stays up', async () => {
  const value = scenario({ url: 'file:///x/wrong.ts' }, 'a wrong claim', async (lab) => {
    await lab.step('lo', host.netns('mine').add())
    await lab.check(output(host.ip.netns.list()).prints('yours'), 'it is not')
    await lab.check(host.netns('mine').ping('127.0.0.1').replies, 'lo is down')
  })
  const path = join(folder, 'wrong.sh')
  writeFileSync(path, await print(value))
  await withLab(async (lab) => {
    const said = await lab.run(sh(path, 'up'))
    assert.match(
      said,
      /FAIL server1 → ip netns list: expected prints yours, observed does not print yours \(it is not\)/,
    )
    assert.match(said, /\n1\n$/)
    assert.equal(await lab.run(host.ip.netns.list()), 'mine\n')
  })
})
