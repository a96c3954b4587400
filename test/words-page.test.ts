/** docs/words.md is what the tables say: `npm run words` writes it anew. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { wordsPage } from '../scripts/words.ts'

test('docs/words.md is current', () => {
  const page = readFileSync(new URL('../docs/words.md', import.meta.url), 'utf8')
  assert.ok(page === wordsPage(), 'run: npm run words')
})

test('it holds the words of each tool', () => {
  for (const word of [
    'rule add from',
    'ip6tables',
    'vlan_filtering',
    'hashlimitUpto',
    'auxAddress',
    'suppressPrefixlength',
  ])
    assert.ok(wordsPage().includes(word), word)
})
