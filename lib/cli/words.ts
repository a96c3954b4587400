/**
 * The words of the command line: the same verbs for a scenario's own file (`net1.ts test`) and for all of them
 * (`vethlab test net1`).
 */
import type { Argv } from 'yargs'
import { BadInput, VethlabError } from '../errors.ts'
import { startLine } from '../lab/hints.ts'
import type { Scenario } from '../lab/lab.ts'
import type { Catalogue } from './catalogue.ts'
import { mustMakeSense, options, reading, yargs } from './options.ts'
import { type Args, type Subject, subjectOf, type Verb } from './verb.ts'
import { verbsOf } from './verb-table.ts'

/** Does what the words of a command line ask. Returns the exit code. */
export async function run(argv: readonly string[], started: Scenario | Catalogue): Promise<number> {
  // Loaded while the words are read: most runs need them.
  if (!argv.some((word) => word === '--help' || word === '-h'))
    void Promise.all([import('./show.ts'), import('../run/live.ts')])
  const subject = subjectOf(started)
  const verbs = verbsOf(subject)
  let code = 0
  const parser = parserOf(argv, subject).fail((message, error) => {
    // Of its own errors yargs gives the words, too; ours come without.
    throw message && !(error instanceof VethlabError) ? unknownWords(message, argv, verbs, subject) : error
  })
  for (const verb of verbs)
    parser.command(
      verb.words as string,
      verb.about,
      (one) => withWords(one, verb),
      async (args: unknown) => {
        code = await verb.run(args as Args)
      },
    )
  await parser.parseAsync()
  return code
}

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
  return catalogue ? parser.epilogue(`Scenarios: ${catalogue.names().join(', ')}`) : parser
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

function unknownWords(
  message: string,
  argv: readonly string[],
  verbs: readonly Verb[],
  { own, catalogue }: Subject,
): BadInput {
  const names = verbs.map(({ words }) => [words].flat()[0]?.split(' ')[0] ?? '')
  const first = argv.find((word) => !word.startsWith('-'))
  const known = first !== undefined && names.includes(first)
  const hint = known
    ? `--help shows how it is called.${own ? '' : ` Scenarios: ${catalogue?.names().join(', ')}`}`
    : `Verbs: ${names.join(', ')}`
  const text = known ? message : first === undefined ? 'no verb' : `unknown verb ${JSON.stringify(first)}`
  return new BadInput(text || 'not understood', { where: undefined, hint })
}
