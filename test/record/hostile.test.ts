/** A script means harm: nothing that it contains runs on this machine, not while it is recorded, and not from its scenario. */
import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { recordedLines } from '../../lib/record/lines.ts'
import { plainly } from '../../lib/record/log.ts'
import { scenarioText } from '../../lib/record/scenario.ts'
import { finished } from '../../lib/server/process.ts'
import { root, vethlab, vethlabAll } from '../helpers/machine.ts'

const folder = mkdtempSync(join(root, 'test/.hostile-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const ran = join(folder, 'ran')
const code = `require("node:fs").writeFileSync(${JSON.stringify(ran)},"")`
/** What would end a literal, a remark, or a line, and then run. */
const attacks = [
  `'+${code}+'`,
  `\\'+${code}+'`,
  `\\\\'+${code}//`,
  `"+${code}+"`,
  `\`+${code}+\``,
  `\${${code}}`,
  `\n${code}\n//`,
  `\r${code}\r//`,
  `\u2028${code}\u2028//`,
  `\u2029${code}//`,
  `*/${code}/*`,
  `');${code};('`,
  `\uE000x\uE001\${${code}}\``,
  '\uE000process\uE001',
  'await',
  'switch',
  'lab',
]

test('whatever words a script has, its scenario is that text, and runs nothing of it', async () => {
  for (const [number, attack] of attacks.entries()) {
    const call = { netns: '', cwd: '/tmp', code: 0 }
    const noted = plainly({
      calls: [
        { ...call, argv: ['ip', 'netns', 'add', attack], line: 2 },
        { ...call, argv: ['ip', 'link', 'set', 'lo', 'up'], netns: attack, line: 2 },
        { ...call, argv: ['sysctl', '-w', attack], line: 3 },
        { ...call, argv: ['docker', 'run', '-d', '--name', attack, attack, attack], line: 3 },
        { ...call, argv: ['ping', '-c', '1', attack], line: 3 },
        { ...call, argv: ['curl', `http://${attack}/`], line: 3, code: 7 },
        { ...call, argv: ['iptables-restore'], input: attack, line: 3 },
        { ...call, argv: ['ip', '-batch', '-'], input: `link add ${attack}`, line: 3 },
        { ...call, argv: ['ip', attack], code: 2, line: 3 },
        { ...call, argv: ['ip', 'link', 'add', attack], netns: undefined, line: 3 },
        { ...call, argv: ['ip', 'link', 'add', 'a'], container: attack, line: 3 },
      ],
      containers: [{ name: attack, pid: '12', id: 'a'.repeat(64) }],
      namespaces: [attack],
      files: [{ path: `/tmp/${attack}`, text: attack }],
      images: [attack],
      settings: [{ netns: attack, key: attack, value: attack }],
    })
    const text = scenarioText({
      name: 'hostile',
      from: attack,
      script: `# ${attack}\necho ${attack}\n\n# ${attack}`,
      lines: recordedLines(noted),
      namespaces: noted.namespaces,
      files: noted.files,
    })
    writeFileSync(join(folder, `hostile-${number}.ts`), text)
  }
  // Each is loaded and planned: bad words may be refused, but are never a slip of TypeScript.
  const all = join(folder, 'all.ts')
  writeFileSync(
    all,
    `import { plan } from '../../lib/lab/plan.ts'
for (let number = 0; number < ${attacks.length}; number++)
  try {
    await plan((await import(\`./hostile-\${number}.ts\`)).default)
    console.log(number, 'planned')
  } catch (error) {
    console.log(number, (error as Error).name, (error as Error).message)
  }
`,
  )
  const { stdout, stderr } = await vethlab(all, [])
  assert.ok(!existsSync(ran), stdout)
  const lines = stdout.trim().split('\n')
  assert.equal(
    lines.filter((line) => /^\d+ (planned|BadInput)/.test(line)).length,
    attacks.length,
    stdout + stderr,
  )
})

/** Runs words in a terminal of its own, and returns what they print there. */
async function inTerminal(line: string): Promise<string> {
  const child = spawn('script', ['-qec', line, '/dev/null'], {
    cwd: root,
    env: { ...process.env, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  return (await finished(child)).stdout
}

test('a script gets no way to the terminal of its caller: what is typed there runs on this machine', async () => {
  const file = join(folder, 'terminal.sh')
  const has = '(: </dev/tty) 2>/dev/null || [ -t 0 ] || [ -t 1 ] || [ -t 2 ]'
  writeFileSync(file, `if ${has}; then echo has; ip netns add terminal; else echo none; ip netns add a; fi\n`)
  assert.match(await inTerminal(has.replace(/.*/, (line) => `sh -c '${line} && echo has'`)), /has/)
  const said = await inTerminal(`node scripts/start.mjs scripts/vethlab.ts record ${file}`)
  assert.match(said, /netns\.add\('a'\)/, said)
  assert.doesNotMatch(said, /terminal'/)
})

test('what a program runs in a lab has no way to it either', async () => {
  const file = join(folder, 'program.ts')
  writeFileSync(
    file,
    `import { server, withLab } from 'vethlab'
const server1 = server('server1')
await withLab(async (lab) => {
  await lab.step('a place', server1.ip.link.set('lo').up())
  const { stdout } = await lab.exec(server1, ['sh', '-c', '(: </dev/tty) 2>/dev/null && echo has || echo none'])
  const { stdout: input } = await lab.exec(server1, ['sh', '-c', '(: </dev/tty) 2>/dev/null && echo has || echo none'], { input: 'x' })
  console.log('it', stdout.trim(), input.trim())
})
`,
  )
  const said = await inTerminal(`node scripts/start.mjs ${file}`)
  assert.match(said, /it none none/, said)
})

test('what a script puts in the place of its notes leads to no file of this machine', async () => {
  const file = join(folder, 'notes.sh')
  const secret = join(folder, 'secret')
  writeFileSync(secret, 'start\x1f9\x1f\x1f/\x1f\x1f\x1fip\x1fnetns\x1fadd\x1fsecret\x1f\x1e')
  for (const swap of [
    `rm /run/vethlab-record/log; ln -s ${secret} /run/vethlab-record/log`,
    'rm /run/vethlab-record/log; mkfifo /run/vethlab-record/log',
    'rm /run/vethlab-record/log; ln -s /dev/zero /run/vethlab-record/log',
  ]) {
    writeFileSync(file, `ip netns add a\n${swap}\n`)
    const { code, stdout, stderr } = await vethlabAll(['record', file])
    assert.equal(code, 0, stderr)
    assert.doesNotMatch(stdout, /secret/)
    assert.match(stdout, /export default scenario/)
  }
})

test('a folder that is moved away, with a link in its place, is not followed', () => {
  const out = execFileSync(
    'node',
    [
      '--import',
      'tsx/esm',
      '--input-type=module',
      '-e',
      `
    import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
    import { appendBelow, textBelow } from '${root}lib/server/below.ts'
    const at = ${JSON.stringify(folder)}
    mkdirSync(at + '/root/run', { recursive: true }); mkdirSync(at + '/other')
    writeFileSync(at + '/root/run/f', 'own'); writeFileSync(at + '/other/f', 'other')
    symlinkSync(at + '/other', at + '/root/link'); symlinkSync('/', at + '/root/up')
    let kept = 'kept'
    try { appendBelow(at + '/root', 'link/f', 'x'); kept = 'written' } catch {}
    console.log(textBelow(at + '/root', '/run/f'), textBelow(at + '/root', 'link/f'), textBelow(at + '/root', 'run/../run/f'), kept)
  `,
    ],
    { encoding: 'utf8', cwd: root },
  )
  assert.equal(out.trim(), 'own undefined undefined kept')
  assert.equal(readFileSync(join(folder, 'other/f'), 'utf8'), 'other')
})
