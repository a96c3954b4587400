/** The shape of the library: who may import what, and what is public. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'

const lib = new URL('../lib', import.meta.url).pathname
const files = readdirSync(lib, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))

const textOf = (file: string): string => readFileSync(join(lib, file), 'utf8')

/** What a file imports when it is loaded, as paths below lib/ or as package names. Types do not count. */
const imports = (file: string): string[] =>
  [
    ...readFileSync(join(lib, file), 'utf8').matchAll(/^(?:import|export) (?!type )[^'"]*?from '([^']+)'/gms),
  ].map(([, name = '']) => (name.startsWith('.') ? relative(lib, join(lib, dirname(file), name)) : name))

/** The rooms of lib/, from the ground up: each imports those before it, and the files of lib/ itself. */
const rooms = [
  ['language', 'what can be said: text and data alone'],
  ['server', 'one server to run programs on, and the record of a lab'],
  ['look', 'what is there, as data'],
  ['why', 'where a packet ends'],
  ['trial', 'a cause taken away, and put back'],
  ['prove', 'the machine before and after'],
  ['lab', 'what a scenario is told in'],
  ['print', 'a scenario as a script'],
  ['needs', 'what this machine has and lacks'],
  ['virtual', 'virtual servers'],
  ['map', 'a lab as a picture'],
  ['page', 'a lab in a browser'],
  ['record', "somebody's script as a scenario"],
  ['run', 'does the steps'],
  ['program', 'a lab in the hands of a program'],
  ['on-host', 'a lab on this machine itself'],
  ['learn', 'exercises that grade themselves'],
  ['cli', 'verbs and screens'],
].map(([name]) => name as string)

const docs = readFileSync(new URL('../docs/architecture.md', import.meta.url), 'utf8')

test('docs/architecture.md has the rooms in their order, and names files that there are', () => {
  const told = [...docs.matchAll(/^\| \[([\w-]+)\]\(\.\.\/lib\/[\w-]+\) \|/gm)].map(([, name]) => name)
  assert.deepEqual(told, rooms)
  for (const [, path = ''] of docs.matchAll(/\]\(\.\.\/([^)#]+)\)/g))
    assert.ok(existsSync(new URL(`../${path}`, import.meta.url)), path)
})

/** The room of a file; of those in lib/ itself, its name. */
const roomOf = (file: string): string => (file.includes('/') ? (file.split('/')[0] as string) : file)

/** All files that a file imports, for their types alone, or when it runs, too. */
const allImports = (file: string): string[] =>
  [...readFileSync(join(lib, file), 'utf8').matchAll(/(?:\bfrom |\bimport\()'(\.[^']+)'/g)].map(
    ([, name = '']) => relative(lib, join(lib, dirname(file), name)),
  )

test('every folder of lib/ is a room that has its place', () => {
  const found = new Set(files.filter((file) => file.includes('/')).map(roomOf))
  assert.deepEqual([...found].sort(), [...rooms].sort())
})

for (const [floor, room] of rooms.entries())
  test(`lib/${room} imports what is below it`, () => {
    // What a scenario's Lab and a program's lab are, is below all that runs them.
    const below = [...rooms.slice(0, floor + 1), 'errors.ts']
    const above = files
      .filter((file) => roomOf(file) === room)
      .flatMap((file) => allImports(file).map((other) => [file, other] as const))
      .filter(([, other]) => !below.includes(roomOf(other)))
    assert.deepEqual(
      above.map(([file, other]) => `${file} imports ${other}`),
      [],
    )
  })

test('no files import each other in a circle when they are loaded', () => {
  const done = new Set<string>()
  const follow = (file: string, way: readonly string[]): void => {
    assert.ok(!way.includes(file), `${[...way.slice(way.indexOf(file)), file].join(' → ')}`)
    if (done.has(file)) return
    for (const other of imports(file)) if (other.endsWith('.ts')) follow(other, [...way, file])
    done.add(file)
  }
  for (const file of files) follow(file, [])
})

const pureFolders = /^language\//
const pureFiles =
  /^(errors|program\/conditions|print\/(script|script-text)|run\/(all-pairs-script|batch|waves)|prove\/(difference|lines)|cli\/proof-report)\.ts$/
const allowed = new Set(['ipaddr.js', 'node:url', 'node:async_hooks', 'node:crypto'])

for (const file of files.filter((file) => pureFolders.test(file) || pureFiles.test(file)))
  test(`lib/${file} does no I/O`, () => {
    for (const name of imports(file))
      assert.ok(
        allowed.has(name) || pureFolders.test(name) || pureFiles.test(name),
        `lib/${file} imports ${name}`,
      )
  })

test('the language imports itself and the errors, and nothing else, not even types', () => {
  for (const file of files.filter((file) => pureFolders.test(file)))
    for (const other of allImports(file))
      assert.ok(pureFolders.test(other) || other === 'errors.ts', `lib/${file} imports ${other}`)
})

test('every file opens with a sentence that says what it is for', () => {
  const silent = files.filter((file) => !/^\/\*\*[\s*]+[A-Za-z`][\s\S]*?[.:!?`…]\s*\*\//.test(textOf(file)))
  assert.deepEqual(silent, [])
})

/** The methods of an object that a function returns: a table, of which each has a comment of its own. */
const tables =
  /^ {2}(?:return |const value = )(?:Object\.freeze\()?\{$[\s\S]*?^ {2}\}|^ {2}return (?:withClauses|exact)\(.*\{$[\s\S]*?^ {2}\}/gm

/** The functions at the left margin that are longer than 60 lines, without their tables. */
function longFunctions(text: string): string[] {
  const begins =
    /^(?:export )?(?:async )?function\*? (\w+)|^(?:export )?const (\w+) = (?:[^\n]*|[^\n]*\(\n(?: {2}[^\n]*\n)*\)[^\n]*)=> \{$/gm
  return [...text.matchAll(begins)].flatMap((begin) => {
    const rest = text.slice(begin.index)
    const end = rest.search(/^\}(?!.*[{(]$)[^\n]*$/m)
    const lines = rest.slice(0, end).replace(tables, '').split('\n').length
    return lines > 60 ? [`${begin[1] ?? begin[2]}: ${lines} lines`] : []
  })
}

test('no function is longer than 60 lines, but for tables', () => {
  const long = files.flatMap((file) => longFunctions(textOf(file)).map((found) => `${file}: ${found}`))
  assert.deepEqual(long, [])
})

test('no file is longer than 300 lines', () => {
  assert.deepEqual(
    // The matches of iptables-extensions(8) are one table, and stay together.
    files.filter((file) => textOf(file).split('\n').length > 301 && !file.endsWith('iptables/matches.ts')),
    [],
  )
})

test('the public vocabulary', async () => {
  const names = Object.keys(await import('../lib/index.ts')).sort()
  assert.deepEqual(names, [
    'BadInput',
    'CheckFailed',
    'CommandFailed',
    'Unable',
    'VethlabError',
    'answers',
    'capture',
    'gateway',
    'healthy',
    'image',
    'kernelHas',
    'lan',
    'line',
    'listens',
    'logs',
    'matchers',
    'matrix',
    'mesh',
    'openLab',
    'output',
    'packets',
    'scenario',
    'server',
    'star',
    'tree',
    'withLab',
  ])
})

test('scenarios import the vocabulary and nothing else', () => {
  const folder = new URL('../scenarios', import.meta.url).pathname
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.ts'))) {
    const found = [...readFileSync(join(folder, file), 'utf8').matchAll(/from '([^']+)'/g)].map(
      ([, name]) => name,
    )
    assert.deepEqual(found, ['vethlab'], file)
  }
})

/** All that is loaded with a file: files of lib/, and packages. */
function loadedWith(...entries: readonly string[]): Set<string> {
  const loaded = new Set<string>(entries)
  for (const file of loaded) if (file.endsWith('.ts')) for (const other of imports(file)) loaded.add(other)
  return loaded
}

test('heavy libraries are loaded only when they are needed', () => {
  const atStart = loadedWith('index.ts', 'cli/cli.ts')
  for (const heavy of ['dockerode', 'zx', 'yargs', 'cli-table3']) assert.ok(!atStart.has(heavy), heavy)
})

// What each start costs. The language grows with its words; the command line has no reason to.
for (const [entry, limit] of [
  ['cli/cli.ts', 57],
  ['index.ts', 520],
] as const)
  test(`lib/${entry} brings at most ${limit} KB with it`, () => {
    const loaded = [...loadedWith(entry)].filter((file) => file.endsWith('.ts'))
    const bytes = loaded.reduce((sum, file) => sum + Buffer.byteLength(textOf(file)), 0)
    assert.ok(bytes <= limit * 1000, `${bytes} bytes in ${loaded.length} files: ${loaded.join(' ')}`)
  })

test('to print a scenario loads nothing that runs one', async () => {
  const hook = "export const load = (url, context, next) => (console.error('loads', url), next(url, context))"
  const register = `import { register } from 'node:module'; register(${JSON.stringify(`data:text/javascript,${encodeURIComponent(hook)}`)})`
  const inJavaScript = `data:text/javascript,${encodeURIComponent(register)}`
  const root = new URL('..', import.meta.url)
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    ['--import', 'tsx/esm', '--import', inJavaScript, 'scenarios/namespaces.ts', 'print'],
    { cwd: root, env: { ...process.env, TSX_DISABLE_CACHE: '1' } },
  )
  assert.match(stdout, /^#!\/bin\/sh/)
  const loaded = [...stderr.matchAll(/^loads \S+\/lib\/(\w[\w-]*)\//gm)].map(([, room]) => room)
  assert.deepEqual(
    [...new Set(loaded)].filter((room) =>
      ['run', 'virtual', 'why', 'prove', 'map', 'page'].includes(room ?? ''),
    ),
    [],
  )
  assert.ok(loaded.includes('print'))
})
