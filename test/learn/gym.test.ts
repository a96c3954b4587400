/** What a program reads: the documents of docs/exercises.md, each with the fields that the page tells. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { vethlabAll } from '../helpers/machine.ts'

const folder = mkdtempSync(join(tmpdir(), 'vethlab-gym-'))
const env = { VETHLAB_RESULTS: join(folder, 'gym') }
const page = readFileSync(new URL('../../docs/exercises.md', import.meta.url), 'utf8')

/** The fields of a document by the table of the page; those with a question mark may be missing. */
function fieldsOf(verb: string): { all: string[]; must: string[] } {
  const [, form = ''] =
    page.match(new RegExp(`^\\| [^|]*\`${verb}\`[^|]*\\| \`\\{ ([^\`]+) \\}\``, 'm')) ?? []
  assert.notEqual(form, '', verb)
  const all = form
    .replace(/\[\{.*\}\]/, '')
    .split(',')
    .map((field) => field.trim().replace(/:.*/, ''))
  return {
    all: all.map((field) => field.replace('?', '')),
    must: all.filter((field) => !field.endsWith('?')),
  }
}

/** Asserts that a document has the fields that the page tells, and no other. */
function fits(verb: string, document: object): void {
  const { all, must } = fieldsOf(verb)
  const keys = Object.keys(document)
  assert.deepEqual(
    keys.filter((key) => !all.includes(key)),
    [],
    `${verb}: the page tells nothing of it`,
  )
  assert.deepEqual(
    must.filter((key) => !keys.includes(key)),
    [],
    `${verb}: the page tells more`,
  )
}

async function learn(...words: string[]) {
  const { code, stdout } = await vethlabAll(['learn', ...words, '--json'], env)
  return { code, document: JSON.parse(stdout) }
}

after(async () => {
  await vethlabAll(['learn', 'stop'], env)
  rmSync(folder, { recursive: true, force: true })
})

test('a solver needs nothing but the documents of the page', async () => {
  const { document: list } = await learn()
  fits('learn', list)
  for (const exercise of list.exercises)
    assert.deepEqual(Object.keys(exercise).slice(0, 4), ['name', 'title', 'level', 'state'])
  const { document: begun } = await learn('start', 'forwarding', '--seed', '7')
  fits('learn start', begun)
  const { code, document: before } = await learn('check')
  assert.equal(code, 1)
  fits('learn check', before)
  assert.deepEqual(Object.keys(before.goal[0]), ['from', 'to', 'expected', 'observed', 'ok'])
  fits('learn hint', (await learn('hint')).document)
  // Found by why, mended by its own line.
  const broken = before.goal.find(({ ok }: { ok: boolean }) => !ok)
  const found = await vethlabAll(['why', broken.from, broken.to, '--json', `--name=${begun.lab}`], env)
  const { verdict } = JSON.parse(found.stdout)
  assert.equal(verdict.cause, 'forwarding off')
  const mend = ['exec', begun.lab, verdict.place, '--', 'sysctl', '-w', 'net.ipv4.ip_forward=1']
  await vethlabAll(mend, env)
  const { code: after, document: solved } = await learn('check')
  assert.equal(after, 0)
  assert.equal(solved.status, 'solved')
  assert.deepEqual(
    solved.stays.filter(({ ok }: { ok: boolean }) => !ok),
    [],
    'no collateral',
  )
  assert.deepEqual(await learn('hint'), { code: 0, document: { status: 'solved', hint: null } })
  fits('learn solve', (await learn('solve')).document)
  fits('learn stop', (await learn('stop')).document)
  const { stdout } = await vethlabAll(['grade', folder, '--quick', '--json'], env)
  fits('grade FOLDER', JSON.parse(stdout))
})
