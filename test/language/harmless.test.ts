/**
 * Whatever a script passes, to whatever method: it ends in BadInput, or in lines that a shell reads as exactly the
 * words that were meant, in the printed script, in the undo, and in what is composed for `sh -c`. No value runs as a
 * command of its own, and none becomes an option. SEED=number tries others; RUNS=number more of them.
 */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { BadInput } from '../../lib/errors.ts'
import { plan } from '../../lib/lab/plan.ts'
import type { Check } from '../../lib/language/checks/check.ts'
import { type Command, OLD } from '../../lib/language/command.ts'
import { commandArgv, onServer, toShell } from '../../lib/language/on-server.ts'
import { ref, splitRefs } from '../../lib/language/ref.ts'
import { quote } from '../../lib/language/shell.ts'
import { undoOf } from '../../lib/language/undo.ts'
import { partsOf, script } from '../../lib/print/script.ts'
import { isPlain, likely, type Method, say, walk } from './vocabulary.ts'

const runs = Number(process.env.RUNS ?? 20_000)
const seed = Number(process.env.SEED ?? 13)

/** An error that tells its line costs a hundred times as much, and here nobody reads it. */
const depth = Error.stackTraceLimit
const folder = mkdtempSync(join(tmpdir(), 'harmless-'))
after(() => {
  Error.stackTraceLimit = depth
  rmSync(folder, { recursive: true })
})

/** What must never run. It needs no program, and is short enough for the name of an interface: no blank, no slash. */
const trap = '>ran'

const planted: readonly string[] = [
  `a;${trap};`,
  `a"$(${trap})`,
  `$(${trap})`,
  `\`${trap}\``,
  `;${trap};`,
  `'; ${trap}; '`,
  `"; ${trap}; "`,
  `\n${trap}\n`,
  `&& ${trap} #`,
  `|${trap}`,
  `\\$(${trap})`,
  `\${x:-$(${trap})}`,
  `-x$(${trap})`,
  `)${trap}(`,
  `\uE000x:-$(${trap})\uE001`,
  `\uE002;${trap}`,
]

const short = fc.oneof(
  fc.constantFrom(
    '--help',
    '-',
    '',
    ' ',
    '*',
    '~',
    '!',
    '#',
    '\0',
    '\n',
    '\r',
    '\t',
    '\u2028',
    '\u0085',
    '=',
    'A=b',
    'if',
    'cd',
    '{',
  ),
  fc.constantFrom(
    'constructor',
    '__proto__',
    'toString',
    'hasOwnProperty',
    'é',
    '🦊',
    '\uD83E',
    '\uE000',
    '\uE001',
    '\uE002',
  ),
  fc.constantFrom(...likely.filter((value) => typeof value === 'string')),
  fc
    .array(fc.integer({ min: 0, max: 0x10ffff }), { maxLength: 12 })
    .map((codes) => String.fromCodePoint(...codes)),
  fc.string({ maxLength: 40 }),
)

const evilText = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...planted) },
  {
    weight: 2,
    arbitrary: fc.tuple(short, fc.constantFrom(...planted), short).map((parts) => parts.join('')),
  },
  { weight: 3, arbitrary: short },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      ...['eth0', 'n1', '10.0.0.1'].flatMap((good) => planted.map((bad) => `${good}${bad}`)),
    ),
  },
)

const noText = fc.oneof(
  fc.constantFrom<unknown>(
    undefined,
    null,
    true,
    false,
    0,
    -1,
    1.5,
    Number.NaN,
    1e9,
    70_000,
    2 ** 53,
    5n,
    Symbol('x'),
    [],
    {},
    () => {},
  ),
  fc.constantFrom<unknown>(
    Object.create(null),
    new Date(0),
    new Map(),
    [[]],
    /x/,
    new URL('http://a/b'),
    new URL('file:///a%0Ab'),
  ),
  fc.constantFrom<unknown>(...likely),
  fc.anything({ maxDepth: 1, withNullPrototype: true }),
)

const long = fc.constantFrom(
  'x'.repeat(100_000),
  `$(${trap})`.repeat(3_000),
  'a.'.repeat(50_000),
  '1'.repeat(140_000),
)

const keys = [
  'ip',
  'peer',
  'netns',
  'link',
  'id',
  'to',
  'port',
  'set',
  'with',
  'prefix',
  'dev',
  'type',
  'subnet',
  'format',
  'filters',
  'family',
  'details',
  '__proto__',
  'toString',
  'x y',
]

const evil: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 300, arbitrary: evilText },
  { weight: 200, arbitrary: noText },
  {
    weight: 60,
    arbitrary: fc.dictionary(fc.constantFrom(...keys), fc.oneof(evilText, noText), { maxKeys: 3 }),
  },
  { weight: 40, arbitrary: fc.array(fc.oneof(evilText, noText), { maxLength: 3 }) },
  { weight: 1, arbitrary: long },
)

/** A right value with one part of it spoilt. */
function spoilt(value: unknown): fc.Arbitrary<unknown> {
  if (typeof value === 'string')
    return fc.oneof(
      evil,
      fc.tuple(evilText, fc.boolean()).map(([bad, first]) => (first ? bad + value : value + bad)),
    )
  if (Array.isArray(value) && value.length > 0)
    return fc.oneof(
      evil,
      fc.tuple(...value.map((one, index) => (index === 0 ? spoilt(one) : fc.constant(one)))),
    )
  if (!isPlain(value)) return evil
  const names = Object.keys(value)
  if (names.length === 0) return evil
  return fc.oneof(
    evil,
    fc.constantFrom(...names).chain((name) => spoilt(value[name]).map((bad) => ({ ...value, [name]: bad }))),
    evil.map((bad) => ({ ...value, surplus: bad })),
  )
}

/** Arguments of one call: right ones, of which one is spoilt, or some are missing, or more than there should be. */
const spoiltArguments = (good: ReadonlyArray<readonly unknown[]>): fc.Arbitrary<readonly unknown[]> =>
  fc.oneof(
    ...good.flatMap((args) => [
      ...args.map((arg, index) => spoilt(arg).map((bad) => args.with(index, bad))),
      fc.array(evil, { minLength: 1, maxLength: 2 }).map((more) => [...args, ...more]),
    ]),
    fc.array(evil, { maxLength: 3 }),
  )

interface Case {
  method: Method
  args: ReadonlyArray<readonly unknown[]>
}

const caseOf = (method: Method): fc.Arbitrary<Case> =>
  fc
    .tuple(
      ...method.good.map((good, index) => {
        const right = fc.constantFrom(...good)
        const bad = spoiltArguments(good)
        return index === method.good.length - 1
          ? fc.oneof({ weight: 2, arbitrary: bad }, { weight: 1, arbitrary: right })
          : fc.oneof({ weight: 1, arbitrary: bad }, { weight: 1, arbitrary: right })
      }),
    )
    .map((args) => ({ method, args }))

const isCommand = (value: object): value is Command =>
  'argv' in value && Array.isArray(value.argv) && 'place' in value

/** What an object holds; a getter, as `.not`, is one more method. */
const dataOf = (value: object): unknown[] =>
  Object.values(Object.getOwnPropertyDescriptors(value)).map((property) => property.value)

/** The commands, and the checks, in what a method returned. */
function harvest(value: unknown, into: { commands: Command[]; checks: Check[] }, level = 0): typeof into {
  if (typeof value !== 'object' || value === null || level > 3 || into.commands.length > 20) return into
  if (Object.hasOwn(value, 'argv') && isCommand(value)) into.commands.push(value)
  else if (
    Object.hasOwn(value, 'kind') &&
    (value as Check).kind === 'check' &&
    Object.hasOwn(value, 'observer')
  ) {
    const check = value as Check
    into.checks.push(check)
    if (typeof check.target !== 'string') into.commands.push(check.target)
    into.commands.push(check.command(typeof check.target === 'string' ? check.target : ref('x_address')))
  } else
    for (const one of Array.isArray(value) ? value.slice(0, 20) : dataOf(value)) harvest(one, into, level + 1)
  return into
}

/** Whether a method composes a text for `sh -c`: those are tried more often. */
function composes(method: Method): boolean {
  const args = method.good.map(([first]) => first ?? [])
  const { commands } = harvest(say(method, args), { commands: [], checks: [] })
  return commands.some(({ argv }) => argv.includes('-c') && argv.includes('sh'))
}

/** How a call reads in a failure. */
const told = ({ method, args }: Case): string => {
  const shown = (value: unknown): string => fc.stringify(value).slice(0, 200)
  return `${method.path} ← ${args.map((list) => `(${list.map(shown).join(', ')})`).join(' ')}`
}

const made: Array<{ from: Case; commands: Command[]; checks: Check[] }> = []
let refused = 0
/** What ended in another error than BadInput. */
const wrong: string[] = []
Error.stackTraceLimit = 0
const { methods, lacking } = walk()

test('each method of the vocabulary is tried: right values are known for it', () => {
  assert.deepEqual(lacking, [], 'add right values to `likely` or `values` of test/language/vocabulary.ts')
  assert.ok(methods.length > 500, `${methods.length}`)
})

test(`whatever is passed, ${runs} times, ends in BadInput or in commands`, () => {
  const cases = new Map(methods.map((method) => [method, caseOf(method)]))
  const some = fc
    .constantFrom(...methods, ...methods.filter(composes).flatMap((method) => Array<Method>(60).fill(method)))
    .chain((method) => cases.get(method) as fc.Arbitrary<Case>)
  fc.assert(
    fc.property(some, (from) => {
      try {
        const { commands, checks } = harvest(say(from.method, from.args), { commands: [], checks: [] })
        for (const { argv } of commands)
          assert.ok(!argv.some((word) => /\bundefined\b|\[object |\bNaN\b/.test(word)), `${argv}`)
        if (commands.length > 0) made.push({ from, commands, checks })
      } catch (error) {
        // A method that is not there behind a spoilt value, as in(…) behind POSTROUTING, is refused by its own words.
        if (!(error instanceof BadInput))
          return void wrong.push(`${told(from)}\n${error instanceof Error ? error : ''}`)
        if (error.message.length > 2000) wrong.push(`${told(from)}: a message that is too long`)
        refused++
      }
    }),
    { numRuns: runs, seed, endOnFailure: true },
  )
  assert.deepEqual(wrong.slice(0, 5), [], `${wrong.length} wrong`)
  assert.ok(made.length > runs / 20 && refused > runs / 10, `${made.length} made, ${refused} refused`)
})

/** What a shell is asked to read: a line, and the words that it must find. */
interface Line {
  line: string
  words: readonly string[]
  from: string
}

const filled = (word: string): string =>
  splitRefs(word)
    .map((part, i) => (i % 2 ? `<${part}>` : part))
    .join('')

/** Reads all lines by one shell that has no programs, and compares the words. */
function parsedBack(lines: readonly Line[], header: string): void {
  const names = new Set(
    lines.flatMap(({ words }) => words.flatMap((word) => splitRefs(word).filter((_, i) => i % 2))),
  )
  const text = [
    'PATH=/nowhere',
    ...[...names].map((name) => `${name}='<${name}>'`),
    `args() { printf '%s\\0' "$#" "$@"; }`,
    header,
    ...lines.map(({ line }) => line),
  ].join('\n')
  const done = spawnSync('sh', [], { input: text, maxBuffer: 1 << 30, cwd: folder, env: {} })
  const words = done.stdout.toString().split('\0')
  let at = 0
  for (const { line, words: expected, from } of lines) {
    const count = Number(words[at])
    assert.deepEqual(
      words.slice(at + 1, at + 1 + count),
      expected.map(filled),
      `${from}\n${line}\n${done.stderr.toString().slice(-300)}`,
    )
    at += 1 + count
  }
}

const nothingRan = (): void => {
  assert.ok(!existsSync(join(folder, 'ran')), 'a planted command ran')
  assert.deepEqual(readdirSync(folder), [])
}

test('a shell reads each line, and each undo, as the words that were meant', () => {
  const lines = made.flatMap(({ from, commands }) =>
    commands.flatMap((command) => {
      const where = told(from)
      const undo = undoOf(command)
      const found =
        command.undo && onServer(command.place, command.undo.argv).map((word) => word.replaceAll(OLD, ''))
      return [
        { line: `args ${toShell(command).replace(/ &$/, '')}`, words: commandArgv(command), from: where },
        ...(undo === undefined ? [] : [{ line: `args ${undo}`, words: found ?? [], from: where }]),
      ]
    }),
  )
  assert.ok(lines.length > runs / 10, `${lines.length}`)
  parsedBack(lines, 'exec 2>/dev/null')
  nothingRan()
})

test('what is composed for `sh -c` runs nothing but what vethlab wrote', () => {
  const texts = new Set(
    made.flatMap(({ commands }) =>
      commands.flatMap(({ argv, undo }) =>
        [argv, undo?.argv ?? []]
          .flatMap((words) => (words[0] === 'sh' && words[1] === '-c' ? [words[2] ?? ''] : []))
          .concat(argv[2] === 'sh' && argv[3] === '-c' ? [argv[4] ?? ''] : []),
      ),
    ),
  )
  assert.ok(texts.size > 15, `${texts.size}`)
  const own = 'PATH=/nowhere\nsleep() { exit; }\nbusybox() { return 1; }\n'
  const all = [...texts]
    .map((text) => `( eval ${quote(filled(text))} ) >/dev/null 2>&1 </dev/null`)
    .join('\n')
  const done = spawnSync('sh', [], { input: `${own}${all}\n`, cwd: folder, env: {}, timeout: 60_000 })
  assert.equal(done.signal, null)
  nothingRan()
})

test('a shell reads the lines of printed scripts as the words that were meant', async () => {
  const some = made.filter((_, index) => index % 4 === 0)
  const words: Line[] = []
  const lines: string[] = []
  for (const [index, { from, commands, checks }] of some.entries()) {
    const title = `${index} ${(planted[index % planted.length] ?? '').replace(/[\n\uE000-\uE002]/g, '')}`
    const asked = checks.filter(({ target }) => typeof target === 'string')
    const steps = commands.filter(({ background, argv }) => !background && argv[1] !== 'compose')
    const planned = await plan({
      async body(lab) {
        await lab.step(title, ...steps)
        if (asked.length > 0) await lab.check(asked, title)
      },
    }).catch((error: unknown) => {
      // A step judges a command once more, as a whole.
      if (error instanceof BadInput) return undefined
      throw error
    })
    if (!planned) continue
    lines.push(...partsOf(planned).flatMap((part) => part.lines))
    const where = told(from)
    let place = ''
    // With what the plan waits for after a step.
    const all = planned.entries.flatMap((entry) => (entry.kind === 'step' ? entry.commands : []))
    for (const command of all.filter(({ given }) => !given)) {
      if (command.place.server !== place) words.push({ line: '', words: [title], from: where })
      place = command.place.server
      words.push({ line: '', words: commandArgv(command), from: where })
    }
    for (const { observer, expected, look, from: place, to, command, target } of asked) {
      const who = `${place.label ?? place.name} → ${splitRefs(to).join('')}`
      const question = [...(look === undefined ? [] : [look]), ...commandArgv(command(target as string))]
      words.push({ line: '', words: [expected, who, title, `observe_${observer}`, ...question], from: where })
    }
  }
  assert.ok(words.length > runs / 50, `${words.length}`)
  const own =
    'exec 2>/dev/null\nrun() { args "$@"; }\nstep() { args "$@"; }\ncheck() { args "$@"; }\nundo() { :; }\n'
  parsedBack(words, `${own}${lines.join('\n')}`)
  nothingRan()
})

test('the head of a printed script is a remark, whatever its names are', () => {
  for (const name of planted) {
    const text = script({ name, title: name }, { entries: [], forgotten: [], unasked: [], shells: [] })
    const head = text.slice(0, text.indexOf('set -eu')).trim().split('\n')
    assert.deepEqual(
      head.filter((line) => !line.startsWith('#')),
      [],
    )
    const done = spawnSync('/bin/sh', [], { input: text, cwd: folder, env: { PATH: '/nowhere' } })
    assert.equal(done.status, 2, done.stderr.toString())
    assert.match(done.stderr.toString(), /^usage: sh /)
  }
  nothingRan()
})
