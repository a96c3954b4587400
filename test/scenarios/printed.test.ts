/** The printed scripts: clean for ShellCheck, and on a fresh server they build, check and take back. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { type OpenLab, output, scenario, server, withLab } from '../../lib/index.ts'
import { commandsOf, plan, serversOf } from '../../lib/lab/plan.ts'
import { print } from '../../lib/print/print.ts'
import { type Part, partsOf } from '../../lib/print/script.ts'
import { enter } from '../../lib/server/enter.ts'
import { finished, until } from '../../lib/server/process.ts'
import { root } from '../helpers/machine.ts'
import { unlessItTakesRoot } from '../helpers/rootless.ts'

const folder = mkdtempSync(join(tmpdir(), 'vethlab-printed-'))
after(() => rmSync(folder, { recursive: true }))
const host = server('server1')

/** Runs a script with the arguments given; the exit code is the last line. */
const sh = (file: string, ...words: string[]) =>
  host.exec('sh', '-c', `IMAGE=vethlab sh ${file} ${words.join(' ')} 2>&1; echo $?`)

/** All that a script could leave on its server; who answers an engine without root is another process each time. */
const look = host.exec(
  'sh',
  '-c',
  'ip -o link; ip -o -4 addr; ip route; ip netns; docker ps -aq; docker network ls -q; iptables -S; iptables -t nat -S; iptables -t raw -S; ip6tables -t raw -S; ls /run | grep -v containerd; pgrep -a busybox | grep -vE "rootlesskit|defunct" || :',
)

/** A bridge finds out about its last cable a moment later. */
const settled = (text: string) => text.replace(/NO-CARRIER,|LOWER_UP,?|state \S+| linkdown|,(?=>)/g, '')

/** Runs the script of one server, and waits until it has done a part. */
async function started(lab: OpenLab, server: string, path: string) {
  const entry = await lab.sandbox.server(server, false)
  const child = enter(entry, ['sh', path, server, 'up'], { stdio: ['pipe', 'pipe', 'pipe'] })
  let shown = ''
  child.stdout?.on('data', (data) => {
    shown += data
  })
  return {
    end: finished(child),
    shown: () => shown,
    tell: (line: string) => child.stdin?.write(`${line}\n`),
    // Its facts are the line below.
    part: (number: number) =>
      until(() => new RegExp(`part ${number} is done\nfacts .*\n`).test(shown), 120_000),
  }
}

/** The scripts of several servers, as people at each of them would run them: each waits for the part before its own. */
async function runTogether(lab: OpenLab, parts: Part[], path: string): Promise<string> {
  const names = [...new Set(parts.filter(({ at }) => at.kind === 'server').map(({ at }) => at.name))]
  const runs = new Map<string, Awaited<ReturnType<typeof started>>>()
  for (const name of names) runs.set(name, await started(lab, name, path))
  let facts = ''
  for (const [index, { at, commands }] of parts.entries()) {
    const run = runs.get(at.name)
    if (!run) {
      for (const command of commands) await lab.run(command)
      continue
    }
    if (index > 0) run.tell(facts)
    assert.ok(await run.part(index + 1), `part ${index + 1} on ${at.name}:\n${run.shown()}`)
    facts =
      run
        .shown()
        .match(/^facts .*$/gm)
        ?.at(-1) ?? ''
  }
  for (const [name, run] of runs) {
    const { code, stdout, stderr } = await run.end
    assert.equal(code, 0, `${name}:\n${stdout}${stderr}`)
  }
  return [...runs.values()].map((run) => run.shown()).join('')
}

for (const file of readdirSync(join(root, 'scenarios')).filter((name) => name.endsWith('.ts')))
  test(`${file} printed`, await unlessItTakesRoot(file.slice(0, -3)), async () => {
    const { default: value } = await import(join(root, 'scenarios', file))
    const path = join(folder, `${value.name}.sh`)
    writeFileSync(path, await print(value))
    execFileSync('shellcheck', [path], { stdio: 'pipe' })
    const planned = await plan(value)
    const parts = partsOf(planned)
    const checks = planned.entries.filter(({ kind }) => kind === 'check').length
    await withLab(async (lab) => {
      for (const command of commandsOf(planned).filter(({ given }) => given)) await lab.run(command)
      // The engines first: raw and nat tables as they leave them, and the image. A script finds its engine running.
      const engines = serversOf(planned)
      engines.set(host.name, { ...engines.get(host.name), engine: true })
      for (const [name, { engine, daemon }] of engines)
        if (engine) await lab.run(server(name, daemon && { daemon }).docker.ps())
      await lab.run(host.iptables.raw.show())
      const before = await lab.run(look)
      const several = new Set(parts.map(({ at }) => at.name)).size > 1
      const here = several ? ['server1'] : []
      const up = several ? await runTogether(lab, parts, path) : await lab.run(sh(path, 'up'))
      assert.match(up, several ? /part \d+ is done/ : /\n0\n$/, up)
      assert.doesNotMatch(up, /FAIL/)
      assert.equal((up.match(/^ {2}ok /gm) ?? []).length, checks, up)
      assert.match(await lab.run(sh(path, ...here, 'up')), /it is up: .* down removes it\n2\n$/)
      assert.match(await lab.run(sh(path, ...here, 'down')), /is removed\n0\n$/)
      assert.equal(settled(await lab.run(look)), settled(before))
      assert.match(await lab.run(sh(path, ...here, 'down')), /is not up\n0\n$/)
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
