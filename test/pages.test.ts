/** The pages of docs/: each is in the list, ends with the way on, and says all that there is to say. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import type { Catalogue } from '../lib/cli/catalogue.ts'
import { helpPages } from '../lib/cli/help.ts'
import { options } from '../lib/cli/options.ts'
import { subjectOf, type Verb } from '../lib/cli/verb.ts'
import { pageOfVerb } from '../lib/cli/verb-pages.ts'
import { verbsOf } from '../lib/cli/verb-table.ts'
import * as vethlab from '../lib/index.ts'
import { causes, codeOf, finerCodes } from '../lib/why/verdict.ts'

const root = new URL('..', import.meta.url).pathname
const text = (name: string): string => readFileSync(join(root, 'docs', `${name}.md`), 'utf8')
const pages = helpPages()
/** Written by programs, which know nothing of the others. */
const generated = ['words', 'crash', 'bench', 'engines']

test('each page is in the list, and each of the list is there', () => {
  const files = readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md') && name !== 'index.md')
    .map((name) => name.slice(0, -3))
  assert.deepEqual(pages.map(({ name }) => name).sort(), files.sort())
})

test('each ends with the page before it and the one after it', () => {
  for (const [i, { name }] of pages.entries()) {
    if (generated.includes(name)) continue
    const [before, after] = [pages[i - 1], pages[i + 1]]
    const foot = [
      ...(before ? [`← [${before.title}](${before.name}.md)`] : []),
      '[all pages](index.md)',
      ...(after ? [`[${after.title}](${after.name}.md) →`] : []),
    ].join(' · ')
    assert.ok(text(name).endsWith(`\n---\n\n${foot}\n`), `docs/${name}.md must end with:\n${foot}`)
    assert.equal(text(name).split('[all pages](index.md)').length, 2, `docs/${name}.md has two feet`)
  }
})

test('every cause has its part', () => {
  for (const code of [...causes.map(codeOf), ...finerCodes]) assert.ok(text('causes').includes(code), code)
})

test('every public name stands on a page', () => {
  const all = [...pages.map(({ name }) => text(name)), readFileSync(join(root, 'README.md'), 'utf8')].join(
    '\n',
  )
  const silent = Object.keys(vethlab).filter((name) => !new RegExp(`\\b${name}\\b`).test(all))
  assert.deepEqual(silent, [])
})

const help = (...words: string[]) =>
  spawnSync(process.execPath, ['scripts/start.mjs', 'scripts/vethlab.ts', 'help', ...words], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  })

test('help shows a page, and tells which there are', () => {
  assert.match(help().stdout, /first-lab +The first lab in five minutes/)
  assert.match(help('why').stdout, /^# Why does it not get through\?/)
  assert.doesNotMatch(help('why').stdout, /<!--/)
  const wrong = help('wy')
  assert.equal(wrong.status, 2)
  assert.match(wrong.stderr, /did you mean why\?[\s\S]*Pages: first-lab/)
  assert.equal(JSON.parse(help('--json').stdout).pages[0].name, 'first-lab')
})

test('every verb stands on a page', () => {
  const { stdout } = spawnSync(process.execPath, ['scripts/start.mjs', 'scripts/vethlab.ts', '--help'], {
    cwd: root,
    encoding: 'utf8',
  })
  const names = [...stdout.matchAll(/^ {2}vethlab ([a-z]+)/gm)].map(([, verb = '']) => verb)
  assert.ok(names.length > 12, stdout)
  const all = [...pages.map(({ name }) => text(name)), readFileSync(join(root, 'README.md'), 'utf8')].join(
    '\n',
  )
  const silent = names.filter(
    (verb) => !new RegExp(`(vethlab|make|…|npx vethlab) ${verb}\\b|\`${verb}\``).test(all),
  )
  assert.deepEqual(silent, [])
})

const verbs = verbsOf(subjectOf({ names: () => [] } as unknown as Catalogue))
const nameOf = ({ words }: Verb): string => [words].flat()[0]?.split(' ')[0] ?? ''

test('every verb has its page, and its help names it', () => {
  for (const verb of verbs) {
    const page = pageOfVerb(nameOf(verb)) ?? ''
    assert.ok(
      pages.some(({ name }) => name === page),
      `${nameOf(verb)} has no page in cli/verb-pages.ts`,
    )
    assert.match(
      text(page),
      new RegExp(`\\b${nameOf(verb)}\\b`),
      `docs/${page}.md does not name ${nameOf(verb)}`,
    )
  }
  const { stdout } = spawnSync(
    process.execPath,
    ['scripts/start.mjs', 'scripts/vethlab.ts', 'why', '--help'],
    {
      cwd: root,
      encoding: 'utf8',
    },
  )
  assert.match(stdout, /\nMore: vethlab help why\n/)
})

test('every option stands on a page', () => {
  const all = pages.map(({ name }) => text(name)).join('\n')
  const named = new Set(
    [options, ...verbs.map((verb) => verb.options ?? {})].flatMap((some) => Object.keys(some)),
  )
  assert.ok(named.size > 30, [...named].join(' '))
  const silent = [...named].filter((name) => !new RegExp(`--${name}(?![\\w-])`).test(all))
  assert.deepEqual(silent, [])
})

/** The anchors of a page, as GitHub and VitePress make them of its headings. */
const anchors = (page: string): string[] =>
  [...page.matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .trim()
      .replaceAll(' ', '-'),
  )

test('every link leads to a file that is there, and to a heading of it', () => {
  const from = [
    'README.md',
    'CONTRIBUTING.md',
    'CHANGELOG.md',
    'examples/distributed/README.md',
    'docs/index.md',
  ]
  const files = [...from, ...pages.map(({ name }) => `docs/${name}.md`)]
  let links = 0
  for (const file of files) {
    const page = readFileSync(join(root, file), 'utf8').replace(/^```[\s\S]*?^```$|`[^`\n]*`/gm, '')
    for (const [, link = ''] of page.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(link)) continue
      links++
      const [path = '', anchor] = link.split('#')
      const to = path === '' ? join(root, file) : join(root, dirname(file), path)
      assert.ok(existsSync(to), `${file}: ${link}`)
      if (anchor !== undefined)
        assert.ok(anchors(readFileSync(to, 'utf8')).includes(anchor), `${file}: ${link}`)
    }
  }
  assert.ok(links > 80, `${links}`)
})
