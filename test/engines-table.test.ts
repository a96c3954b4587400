/** The page of engines: a column for each, a line for each question, and the same page for the same answers. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { columnOf, enginesPage } from '../scripts/engines-table.ts'

const check = (from: string, to: string, observed: string) => ({
  from,
  to,
  observed,
  expected: observed,
  command: '',
  ok: true,
  why: '',
  ms: 1,
})
const old = columnOf('20.10', [check('server2', '172.31.2.2:81', 'filtered')])
const young = columnOf('28.5', [
  check('server2', '172.31.3.2', 'replies, TTL 63'),
  check('server2', '172.31.2.2:81', 'open'),
])

test('an answer of each engine, side by side; one that was not asked is a dash', () => {
  const page = enginesPage([old, young])
  assert.match(page, /\| nat-unprotected \| 81, unpublished \| server2 \| filtered \| open \|/)
  assert.match(page, /\| routed \| ping \| server2 \| – \| replies \|/)
})

test('what answers came first changes nothing', () => {
  const cells = new Map([...young.cells].reverse())
  assert.equal(enginesPage([old, young]), enginesPage([old, { engine: '28.5', cells }]))
})

test('what comes to nobody is told as silence, however long it was waited for', () => {
  const isolated = (observed: string) =>
    enginesPage([columnOf('28.5', [{ ...check('server2', '172.31.4.2:81', observed), expected: 'silence' }])])
  assert.match(isolated('filtered'), /\| isolated \| 81, unpublished \| server2 \| silence \|/)
  assert.equal(isolated('filtered'), isolated('unreachable'))
})
