/** What is typed, by make or by the tool itself, is text: it is understood or refused, and no shell runs it. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { finished } from '../../lib/server/process.ts'
import { root, vethlab, vethlabAll } from '../helpers/machine.ts'

const folder = mkdtempSync(join(root, 'test/.words-'))
after(() => rmSync(folder, { recursive: true }))

const make = (...words: string[]) =>
  finished(spawn('make', words, { cwd: root, env: { ...process.env, NO_COLOR: '1' } }))

test('no value given to make is run by a shell, or by make', async () => {
  const planted = join(folder, 'planted')
  const touch = `touch ${planted}`
  const calls = [
    ['why', "FROM=it's", `TO=a; ${touch}`],
    ['why', `FROM=$(shell ${touch})`, `TO=\`${touch}\``],
    ['why', 'FROM=net1', 'TO=web', `ARGS=--name "$(${touch})" ; ${touch}`],
    ['shell-nosuch', `WHERE=server1; ${touch}`],
    ['new', `NAME=x'; ${touch}; '`, "FROM=it's"],
    ['test-namespaces', `ON=lab; ${touch}`],
    ['scenario-namespaces', `COPIES=2; ${touch}`],
    ['print-namespaces', "ARGS=it's"],
    [`print-x'; ${touch} '`],
  ]
  for (const words of calls) {
    const { code, stderr } = await make(...words)
    assert.equal(code, 2, words.join(' '))
    assert.doesNotMatch(stderr, /unterminated|syntax error/i, words.join(' '))
    assert.equal(existsSync(planted), false, words.join(' '))
  }
})

test('ARGS holds words as a shell reads them', async () => {
  const { stderr } = await make('print-namespaces', `ARGS=--name 'a b' --fly`)
  assert.match(stderr, /Unknown argument: fly/)
  const named = await make('test-namespaces', `ARGS=-q --name "a b"`)
  assert.match(named.stderr, /"a b" is not a lab's name/)
})

test('up, test and print of the tool run the scenario', async () => {
  const { code, stdout } = await vethlabAll(['--name', 'up', 'test', 'namespaces', '-q'])
  assert.equal(code, 0)
  assert.match(stdout, /^up {2}Two namespaces/)
  assert.match((await vethlabAll(['print', 'namespaces'])).stdout, /ip netns add space1/)
})

const refused: Array<[string[], RegExp]> = [
  [['up', 'namespaces', '--copies'], /Not enough arguments following: copies/],
  [['up', 'namespaces', '--pcap'], /Not enough arguments following: pcap/],
  [['up', 'namespaces', '--pcap', ''], /--pcap takes a value/],
  [['up', 'namespaces', '--no-name'], /--name takes a value/],
  [['up', 'namespaces', '--on'], /Not enough arguments following: on/],
  [['print', 'namespaces', '--json'], /print has no --json/],
  [['status', 'nosuch'], /no lab and no scenario is called "nosuch"/],
  [['status', 'nosuch', '--json'], /no lab and no scenario is called "nosuch"/],
  [['status', '--name', 'nosuch'], /no lab and no scenario is called "nosuch"/],
  [['tset', 'namespaces'], /unknown verb "tset": did you mean test\?/],
  [['--name', 'x', 'tset', 'namespaces'], /unknown verb "tset": did you mean test\?/],
  [['namespaces'], /unknown verb "namespaces": did you mean up namespaces\?/],
  [['up', 'namespaces', '--nmae', 'x'], /Unknown argument: nmae: did you mean --name\?/],
  [['status', '--jsn'], /Unknown argument: jsn: did you mean --json\?/],
  [['up'], /words are missing: up <scenario>/],
  [['down'], /which lab\?/],
  [[], /no verb\nVerbs: up, test/],
]
for (const [words, says] of refused)
  test(`refused: ${words.join(' ')}`, async () => {
    const { code, stderr } = await vethlabAll(words)
    assert.equal(code, 2)
    assert.match(stderr, says)
    assert.doesNotMatch(stderr, /defect of vethlab/)
  })

test("refused in a scenario's own file, too: a verb, an option, a lab that nobody knows", async () => {
  for (const [words, says] of [
    [['tset'], /unknown verb "tset": did you mean test\?/],
    [['test', '--qiet'], /did you mean --quiet\?/],
    [['down', '--all'], /Unknown argument: all/],
    [['status', '--name', 'nosuch'], /no lab and no scenario is called "nosuch"/],
  ] as Array<[string[], RegExp]>) {
    const { code, stderr } = await vethlab('namespaces', words)
    assert.equal(code, 2)
    assert.match(stderr, says)
  }
})

test('--json=true gets its document for an error, too, and what stands behind -- does not ask for one', async () => {
  const { stdout } = await vethlabAll(['--json=true', 'up', 'nosuch'])
  assert.match(JSON.parse(stdout).error, /there is no scenario "nosuch"/)
  assert.equal((await vethlabAll(['exec', 'nosuch', 'server1', '--', 'ip', '--json'])).stdout, '')
})

test('scenarios takes no scenario, and says so', async () => {
  assert.doesNotMatch((await vethlabAll(['scenarios', '--help'])).stdout, /Positionals/)
})

test('a checkout in a folder with any name', async () => {
  const checkout = join(folder, "it's $HOME & $& $' ü Ы")
  mkdirSync(checkout, { recursive: true })
  for (const part of ['lib', 'scripts', 'scenarios', 'package.json', 'Makefile'])
    cpSync(join(root, part), join(checkout, part), { recursive: true })
  mkdirSync(join(checkout, 'node_modules'))
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  const here = (...words: string[]) =>
    finished(spawn('node', ['scripts/start.mjs', ...words], { cwd: checkout }))
  const { code, stdout, stderr } = await here('scenarios/compose.ts', 'print')
  assert.equal(code, 0, stderr)
  assert.equal(stdout, (await vethlab('compose', ['print'])).stdout)
  const run = await here('scenarios/namespaces.ts', 'test', '-q')
  assert.match(run.stdout, /All 8 checks hold/, run.stderr)
})
