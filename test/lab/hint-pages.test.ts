/** Hints and pages: each kind of hint is one that the library has, and its page is there and speaks of it. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { helpPages } from '../../lib/cli/help.ts'
import { CommandFailed, explain, Unable } from '../../lib/errors.ts'
import { hintPages, moreOf, pageOfHint } from '../../lib/lab/hint-pages.ts'

const lib = new URL('../../lib', import.meta.url).pathname
const sources = readdirSync(lib, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.endsWith('hint-pages.ts'))
  .map((file) => readFileSync(join(lib, file), 'utf8'))

/** The lines of the library that may hold a hint. */
const texts = sources
  .flatMap((text) => text.replace(/\$\{typed\('([^']+)'\)\}/g, 'make $1').split('\n'))
  .filter((line) => !/^\s*(\/\/|\/?\*)/.test(line) && /['`"]/.test(line))

for (const [pattern, page] of hintPages)
  test(`${page}: a hint of that kind, and the page, are there`, () => {
    for (const one of pattern.source.split(/\|(?![^(]*\))/)) {
      const part = new RegExp(one)
      const found = texts.filter((text) => part.test(text))
      assert.ok(found.length > 0, `no hint has ${one} any more`)
      assert.ok(
        found.some((text) => pageOfHint(text) === page),
        `a row before it takes all that ${one} is to match`,
      )
    }
    assert.ok(
      helpPages().some(({ name }) => name === page),
      page,
    )
  })

test('an error names the page after its hint, and none where no page tells more', () => {
  const missing = new CommandFailed('ip link set x up', 1, 'Cannot find device "x"')
  assert.match(explain(missing, moreOf), /which step makes it\?\nMore: docs\/scenario\.md$/)
  assert.match(
    explain(new Unable('no', { hint: 'make setup fetches it' }), moreOf),
    /\nMore: docs\/needs\.md$/,
  )
  assert.doesNotMatch(explain(new Unable('no', { hint: 'Leave one out.' }), moreOf), /More:/)
  assert.doesNotMatch(explain(new Unable('no'), moreOf), /More:/)
})
