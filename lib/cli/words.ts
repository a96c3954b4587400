/**
 * The words of the command line: the same verbs for a scenario's own file (`net1.ts test`) and for all of them
 * (`vethlab test net1`).
 */
import type { Argv } from 'yargs'
import { BadInput, VethlabError } from '../errors.ts'
import { startLine } from '../lab/hints.ts'
import type { Scenario } from '../lab/lab.ts'
import { nearest } from '../language/grammar/nearest.ts'
import type { Catalogue } from './catalogue.ts'
import { mustMakeSense, mustStandOnce, options, reading, yargs } from './options.ts'
import { type Args, type Subject, subjectOf, type Verb } from './verb.ts'
import { verbsOf } from './verb-table.ts'

/** Does what the words of a command line ask. Returns the exit code. */
export async function run(typed: readonly string[], started: Scenario | Catalogue): Promise<number> {
  const argv = withoutHelp(typed, started)
  // Loaded while the words are read.
  if (builds(argv)) void Promise.all([import('./show.ts'), import('../run/live.ts')])
  mustStandOnce(argv)
  const subject = subjectOf(started)
  const verbs = verbsOf(subject)
  let code = 0
  const parser = parserOf(argv, subject).fail((message, error) => {
    // Of its own errors yargs gives the words, too, or nothing at all; ours come without.
    const ours = error instanceof VethlabError || (error && !message)
    throw ours ? error : unknownWords(message, argv, verbs, subject)
  })
  const help = asksHelp(argv) ? await import('./verb-pages.ts') : undefined
  for (const verb of verbs)
    parser.command(
      verb.words as string,
      verb.about,
      (one) => withWords(one, verb).epilogue(`More: vethlab help ${help?.pageOfVerb(nameOf(verb))}`),
      async (args: unknown) => {
        code = await verb.run(args as Args)
      },
    )
  await parser.parseAsync()
  return code
}

const asksHelp = (argv: readonly string[]) => argv.some((word) => /^(--help|-h)$/.test(word))

/** Whether the words are likely to build a lab. A wrong guess costs time, and nothing else. */
const builds = (argv: readonly string[]): boolean => !asksHelp(argv) && /^(up|test|-.*|)$/.test(argv[0] ?? '')

/** yargs takes the word `help` for itself, wherever it is the last one. */
const withoutHelp = (argv: readonly string[], started: Scenario | Catalogue): readonly string[] =>
  argv[0] === 'help' && !('body' in started) ? ['docs', ...argv.slice(1)] : argv

/** The parser, before it knows any verb. */
function parserOf(argv: readonly string[], { own, catalogue }: Subject): Argv {
  const parser = yargs([...argv])
    .scriptName(own ? startLine(own.file) : 'vethlab')
    .usage(
      own
        ? `${own.name}: ${own.title}\n\n$0 [verb]`
        : 'Container networking that you can read, run, break and explain.\n\n$0 <verb>',
    )
    .options(options)
    .parserConfiguration({ ...reading, 'strip-aliased': true })
    .check(mustMakeSense)
    .demandCommand(own ? 0 : 1, '')
    .strict()
    .version(false)
    .help()
    .alias('help', 'h')
    .wrap(80)
    .exitProcess(false)
  return catalogue
    ? parser.epilogue(
        `Scenarios: ${catalogue.names().join(', ')}\n\nMore: vethlab help, and one of its pages, as in: vethlab help why`,
      )
    : parser
}

/** The parser of one verb: its positional words, and its own options. */
function withWords(parser: Argv, { words, positional = {}, options = {} }: Verb): Argv {
  const text = [words].flat().join(' ')
  const named = [...text.matchAll(/[<[](\w+)[>\]]/g)].map(([, name = '']) => name)
  for (const name of named) {
    const describe = positional[name]
    parser.positional(name, { type: 'string', ...(describe === undefined ? {} : { describe }) })
  }
  return parser.options(options)
}

/** The first word that is neither an option nor the value of one. */
function firstWord(argv: readonly string[], verbs: readonly Verb[]): string | undefined {
  const all: NonNullable<Verb['options']> = Object.assign({}, options, ...verbs.map((verb) => verb.options))
  const takesValue = (word = '') => all[word.replace(/^--/, '')]?.requiresArg
  const end = argv.includes('--') ? argv.indexOf('--') : argv.length
  return argv.slice(0, end).find((word, i) => !word.startsWith('-') && !takesValue(argv[i - 1]))
}

/** What yargs calls a word, without what stands behind it. */
const nameOf = ({ words }: Verb): string => [words].flat()[0]?.split(' ')[0] ?? ''

const meant = (near: string | undefined): string => (near === undefined ? '' : `: did you mean ${near}?`)

/** The error for words that are not understood, with the one that may have been meant. */
function unknownWords(
  message: string,
  argv: readonly string[],
  verbs: readonly Verb[],
  { own, names }: Subject,
): BadInput {
  const first = firstWord(argv, verbs)
  const verb = verbs.find((one) => nameOf(one) === first)
  if (!verb) {
    const known = verbs.map(nameOf)
    const near = !own && names().includes(first ?? '') ? `up ${first}` : nearest(first ?? '', known)
    const text = first === undefined ? 'no verb' : `unknown verb ${JSON.stringify(first)}${meant(near)}`
    return new BadInput(text, { where: undefined, hint: `Verbs: ${known.join(', ')}` })
  }
  const strange = message.match(/^Unknown arguments?: ([^,\s]+)/)?.[1]
  const known = Object.keys({ ...options, ...verb.options, help: {} })
  const near = argv.some((word) => word.startsWith(`--${strange}`))
    ? nearest(strange ?? '', known)
    : undefined
  const few = /^Not enough non-option arguments/.test(message)
  const said = few ? `words are missing: ${[verb.words].flat()[0]}` : message || 'not understood'
  return new BadInput(`${said}${meant(near && `--${near}`)}`, {
    where: undefined,
    hint: `--help shows how it is called.${own ? '' : ` Scenarios: ${names().join(', ')}`}`,
  })
}
