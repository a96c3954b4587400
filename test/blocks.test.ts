/**
 * Every code block of README and docs/ is run, or says why not. The comment before a block tells which:
 *
 *   run                     a shell runs it in the checkout; `run, exit code 1` when it must end so
 *   run in LAB: PLACE       each line is typed in that place of that lab, which stands
 *   prints                  the block before has printed these lines, in this order; … stands for any
 *   NAME: checked by FILE   that test holds it
 *   not run: REASON
 *
 * The pages run in a copy of the checkout, so that what they tell to make is made there.
 */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { server } from '../lib/index.ts'
import { toShell } from '../lib/language/on-server.ts'
import { finished } from '../lib/server/process.ts'
import { type Block, blocksOf, pages } from './helpers/blocks.ts'
import { root } from './helpers/machine.ts'

const blocks = pages().flatMap(blocksOf)
const at = ({ page, line }: Block): string => `${page}:${line}`
const runs = /^run(?:, exit code (\d))?$/
const typed = /^run in ([\w-]+): ([\w-]+)$/
const held = /^([\w-]+): checked by (\S+)$/

test('every block says how it is held true', () => {
  const silent = blocks
    .filter(
      ({ mark }) =>
        !mark || ![runs, typed, held, /^prints$/, /^not run: \w.{8,}/].some((form) => form.test(mark)),
    )
    .map(at)
  assert.deepEqual(silent, [])
})

test('a test that is named is there, and reads the block', () => {
  for (const block of blocks) {
    const [, name = '', file = ''] = block.mark?.match(held) ?? []
    if (!name) continue
    assert.ok(existsSync(join(root, file)), `${at(block)}: ${file}`)
    assert.ok(
      readFileSync(join(root, file), 'utf8').includes(name),
      `${at(block)}: ${file} says nothing of ${name}`,
    )
  }
})

test('each line of TypeScript is the line of shell behind it', () => {
  const server1 = server('server1')
  const names = { server1, net1: server1.netns('net1') }
  const lines = blocks
    .filter(({ mark }) => mark?.startsWith('lines: '))
    .flatMap(({ text }) => text.split('\n'))
  const pairs = lines.map((line) => line.match(/^(\S.*?)\s+\/\/ (ip .*)$/)).filter((found) => found !== null)
  assert.ok(pairs.length >= 2)
  for (const [, line = '', shell] of pairs)
    assert.equal(
      toShell(new Function(...Object.keys(names), `return ${line}`)(...Object.values(names))),
      shell,
    )
})

const copy = mkdtempSync(join(tmpdir(), 'vethlab-pages-'))
before(() => {
  const tops = [
    'lib',
    'scripts',
    'scenarios',
    'exercises',
    'examples',
    'docs',
    'test/record/scripts',
    'Makefile',
    'package.json',
    'package-lock.json',
    'tsconfig.json',
  ]
  for (const top of tops.filter((top) => existsSync(join(root, top))))
    cpSync(join(root, top), join(copy, top), { recursive: true, preserveTimestamps: true })
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
})
after(() => rmSync(copy, { recursive: true, force: true }))

/** Runs a program in the copy; all that it says, and its exit code. */
async function said(words: readonly string[]): Promise<{ code: number; text: string }> {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  const [file = '', ...argv] = words
  const child = spawn(file, argv, {
    cwd: copy,
    env: { ...env, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const { code, stdout, stderr } = await finished(child)
  return { code, text: stdout + stderr }
}

const vethlab = (...words: string[]): string[] => [
  'node',
  'scripts/start.mjs',
  'scripts/vethlab.ts',
  ...words,
]

/** Runs one block, and returns what it printed. */
async function run(block: Block): Promise<string> {
  const [, lab, place] = block.mark?.match(typed) ?? []
  let text = ''
  if (lab && place) {
    for (const line of block.text.split('\n').filter((line) => line.trim() !== '')) {
      const done = await said(vethlab('exec', lab, place, '--', 'sh', '-c', line))
      assert.equal(done.code, 0, `${at(block)}: ${line}\n${done.text}`)
      text += done.text
    }
    return text
  }
  const expected = Number(block.mark?.match(runs)?.[1] ?? 0)
  // Each line by itself: all must end as is said. make ends with 2 where what it runs ends with 1.
  for (const line of block.text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'))) {
    const done = await said(['bash', '-c', line])
    const code = expected === 1 && line.startsWith('make ') && done.code === 2 ? 1 : done.code
    assert.equal(code, expected, `${at(block)}: ${line}\n${done.text}`)
    text += done.text
  }
  return text
}

/** Looks for each line of a block in what was printed, in its order. Numbers that differ each time are not compared. */
function mustPrint(block: Block, text: string): void {
  const same = (line: string): string =>
    line
      .replace(/br-[0-9a-f]{12}/g, 'br-ID')
      .replace(/\d\.\d\d? s\b/g, 'TIME')
      .trimEnd()
  const lines = text.split('\n').map(same)
  let from = 0
  for (const line of block.text.split('\n').map(same)) {
    if (line.trim() === '' || line === '…') continue
    const found = lines.findIndex((one, index) => index >= from && one.startsWith(line))
    assert.ok(found >= 0, `${at(block)}: not printed: ${line}\n${text}`)
    from = found + 1
  }
}

for (const page of pages()) {
  const its = blocksOf(page).filter(
    ({ mark = '' }) => runs.test(mark) || typed.test(mark) || mark === 'prints',
  )
  if (its.length > 0)
    test(`${page} is as it says`, async () => {
      try {
        let text = ''
        for (const block of its)
          if (block.mark === 'prints') mustPrint(block, text)
          else text = await run(block)
      } finally {
        await said(vethlab('clean'))
      }
    })
}
