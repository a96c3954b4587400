/** An exercise as it is done: hints, the loop, reset, and what students do to it. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, test } from 'node:test'
import type { Running } from '../../lib/learn/results.ts'
import { traceOf } from '../../lib/learn/traces.ts'
import { findLab } from '../../lib/server/labs.ts'
import { endWorld } from '../../lib/virtual/world.ts'
import { vethlabAll } from '../helpers/machine.ts'

const folder = mkdtempSync(join(tmpdir(), 'vethlab-session-'))
const env = { VETHLAB_RESULTS: folder, STUDENT: 'eva' }
const learn = (...words: string[]) => vethlabAll(['learn', ...words], env)
const inLab = (lab: string, place: string, ...argv: string[]) =>
  vethlabAll(['exec', lab, place, '--', ...argv], env)
const json = async (...words: string[]) => JSON.parse((await learn(...words, '--json')).stdout)
const runningFile = join(folder, '.running')
afterEach(() => learn('stop'))
after(() => rmSync(folder, { recursive: true, force: true }))

const network = async (lab: string): Promise<string[]> => {
  const record = findLab(lab)
  assert.ok(record)
  // MAC addresses are drawn by the kernel, each time others.
  return [...(await traceOf(record))]
    .map((line) => line.replace(/([0-9a-f]{2}:){5}[0-9a-f]{2}/g, 'MAC'))
    .sort()
}

/** The one that the report is about. */
const nameIn = ({ report }: { report: string }): string => report.match(/^(?:Neither )?([a-z]+)/)?.[1] ?? ''

test('hints are of the fault that still stands, each grade once; reset gives the same', async () => {
  const begun = await json('start', 'two-at-once', '--seed', '5')
  const { lab, seed } = begun
  const name = nameIn(begun)
  assert.equal(seed, 5)
  const first = await network(lab)
  assert.deepEqual(await json('hint'), { status: 'broken', grade: 1, hint: `It is in ${name}.` })
  assert.match((await json('hint')).hint, /of this layer: cable/)
  assert.match((await json('hint')).hint, /interface eth0 of \w+ is down/)
  assert.equal((await json('hint')).grade, 3)
  await inLab(lab, 'server1', 'ip', '-n', name, 'link', 'set', 'eth0', 'up')
  assert.deepEqual(await json('hint'), { status: 'broken', grade: 1, hint: 'It is in gate.' })
  await inLab(lab, 'gate', 'iptables', '-F')
  assert.notDeepEqual(await network(lab), first)
  assert.equal((await learn('reset')).code, 0)
  assert.deepEqual(await network(lab), first)
  assert.equal((await json('hint')).hint, `It is in ${name}.`)
})

test('watch asks again after each change, and ends when it is solved', async () => {
  const begun = await json('start', 'cable', '--seed', '5')
  const looks = learn('watch', '--json')
  const name = nameIn(begun)
  await inLab(begun.lab, 'server1', 'ip', '-n', name, 'link', 'set', 'eth0', 'up')
  const route = (await json('solve')).answer.find((line: string) => line.includes('default'))
  assert.match(route, / default via /)
  const { code, stdout } = await looks
  assert.equal(code, 0)
  const statuses = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).status)
  assert.equal(statuses.at(-1), 'solved')
})

test('two that are started at the same time: one is told that the other is not ended', async () => {
  const both = await Promise.all([
    learn('start', 'cable', '--seed', '1'),
    learn('start', 'rule', '--seed', '1'),
  ])
  assert.deepEqual(both.map(({ code }) => code).sort(), [0, 2])
  assert.match(both.map(({ stderr }) => stderr).join(''), /is not ended/)
  assert.equal(['learn-cable', 'learn-rule'].filter((lab) => findLab(lab)).length, 1)
})

test('who deletes a namespace, and all of them, is told, and has solved nothing', async () => {
  const { lab } = await json('start', 'cable', '--seed', '5')
  for (const place of ['web', 'gate', 'db']) {
    await inLab(lab, 'server1', 'ip', 'netns', 'del', place)
    const { code, stdout } = await learn('check')
    assert.equal(code, 1)
    assert.match(stdout, /Not yet|something else is not as it was/)
  }
  assert.equal((await learn('reset')).code, 0)
  assert.equal((await learn('solve')).code, 0)
})

test('who comes back after a day finds it as it was; where the lab is gone that is told, and reset builds it', async () => {
  const { lab } = await json('start', 'cable', '--seed', '5')
  const now: Running = JSON.parse(readFileSync(runningFile, 'utf8'))
  writeFileSync(runningFile, JSON.stringify({ ...now, since: now.since - 86_400_000 }))
  assert.equal((await json('check')).status, 'broken')
  await endWorld(lab)
  for (const verb of ['check', 'hint', 'solve', 'watch']) {
    const { code, stderr } = await learn(verb)
    assert.equal(code, 2)
    assert.match(stderr, /is not up any more[\s\S]*learn.*reset/)
  }
  assert.equal((await learn('reset')).code, 0)
  assert.equal((await json('check')).status, 'broken')
})

test('a lab that is not built to its end is not looked at: it would be found solved', async () => {
  await learn('start', 'cable', '--seed', '5')
  const now: Running = JSON.parse(readFileSync(runningFile, 'utf8'))
  writeFileSync(runningFile, JSON.stringify({ ...now, changes: [], builder: process.pid }))
  const { code, stderr } = await learn('check')
  assert.equal(code, 2)
  assert.match(stderr, /is not built to its end/)
  assert.match((await learn('start', 'rule')).stderr, /is not ended/)
  writeFileSync(runningFile, JSON.stringify(now))
})

test('who stops the engine is told, and has solved nothing', async () => {
  const { lab } = await json('start', 'loopback-port', '--seed', '5')
  const killed =
    'for p in /proc/[0-9]*; do [ "$(cat $p/comm 2>/dev/null)" = dockerd ] && kill -9 "${p#/proc/}"; done; :'
  await inLab(lab, 'server1', 'sh', '-c', killed)
  const { code, stdout, stderr } = await learn('check')
  assert.notEqual(code, 0, `${stdout}${stderr}`)
  assert.match(`${stdout}${stderr}`, /Not yet|engine/i)
  assert.equal((await learn('reset')).code, 0)
})
