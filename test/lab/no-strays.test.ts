/** No scenario of ours builds what it never gives to its lab. */
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { test } from 'node:test'
import type { Scenario } from '../../lib/lab/lab.ts'
import { plan } from '../../lib/lab/plan.ts'
import { straysOf } from '../../lib/lab/slips.ts'

const folder = new URL('../../scenarios/', import.meta.url)

for (const file of readdirSync(folder).filter((name) => name.endsWith('.ts')))
  test(`scenarios/${file} gives its lab all that it builds`, async () => {
    const { default: scenario }: { default: Scenario } = await import(new URL(file, folder).href)
    assert.deepEqual(straysOf(await plan(scenario)), [])
  })
