/**
 * The words of the command line: the same verbs for a scenario's own file (`net1.ts test`) and for all of them
 * (`vethlab test net1`). What is heavy is loaded by the verb that needs it.
 */
import type { Argv } from 'yargs'
import { BadInput, VethlabError } from '../errors.ts'
import { startLine } from '../lab/hints.ts'
import type { Scenario } from '../lab/lab.ts'
import type { Catalogue } from './catalogue.ts'
import { options as common, mustMakeSense, reading, yargs } from './options.ts'
import { say } from './output.ts'
import { pictureVerbs } from './pictures.ts'
import type { Options } from './show.ts'
import type { WhyOptions } from './why.ts'

/** Does what the words of a command line ask. Returns the exit code. */
export async function run(argv: readonly string[], subject: Scenario | Catalogue): Promise<number> {
  // Loaded while the words are read: most runs need them.
  if (!argv.some((word) => word === '--help' || word === '-h'))
    void Promise.all([import('./show.ts'), import('../run/live.ts')])
  const own = 'body' in subject ? subject : undefined
  const catalogue = 'body' in subject ? undefined : subject
  let code = 0

  const scenarioOf = async (args: { scenario?: unknown }): Promise<Scenario> =>
    own ?? (await (catalogue as Catalogue).load(String(args.scenario)))
  const labOf = (args: { scenario?: unknown; name?: unknown }): string =>
    String(args.name ?? args.scenario ?? own?.name)
  const where = (parser: Argv) => (own ? parser : parser.positional('scenario', { type: 'string' }))
  const target = own ? '' : ' <scenario>'
  const verb = (
    words: string,
    about: string,
    work: (args: { [key: string]: unknown }) => Promise<number>,
    build: (parser: Argv) => Argv = (parser) => parser,
  ) =>
    [
      words,
      about,
      (parser: Argv) => build(/[<[]scenario[>\]]/.test(words) ? where(parser) : parser),
      async (args: { [key: string]: unknown }) => {
        code = await work(args)
      },
    ] as const
  const options = (args: object) => args as unknown as Options
  const provable = (parser: Argv) =>
    parser.option('prove', {
      type: 'boolean',
      default: false,
      describe: 'compare the machine before it and after it',
    })

  const parser = yargs([...argv])
    .scriptName(own ? startLine(own.file) : 'vethlab')
    .usage(
      own
        ? `${own.name}: ${own.title}\n\n$0 [verb]`
        : 'Container networking that you can read, run, break and explain.\n\n$0 <verb>',
    )
    .command(
      ...verb(
        own ? (['up', '$0'] as unknown as string) : `up${target}`,
        'build it, check it, and leave it up (the default)',
        async (args) => {
          const scenario = await scenarioOf(args)
          if (args.copies === undefined)
            return (await import('./show.ts')).shown('up', scenario, options(args), true)
          return (await import('./copies.ts')).shownCopies(scenario, Number(args.copies), options(args))
        },
        (parser) =>
          parser.option('copies', {
            type: 'number',
            requiresArg: true,
            describe: 'so many labs side by side: NAME-1, NAME-2 …',
          }),
      ),
    )
    .command(
      ...verb(
        `test${target}`,
        'build it, check it, and remove it',
        async (args) => {
          return (await import('./show.ts')).shown('test', await scenarioOf(args), options(args), false)
        },
        provable,
      ),
    )
    .command(
      ...verb(
        own ? 'down' : 'down [scenario]',
        own ? 'remove it' : 'remove a lab; with --all, all of them',
        async (args) => {
          const { downVerb } = await import('./reports.ts')
          const { json, prove } = options(args)
          return downVerb(args.all ? undefined : labOf(args), json, catalogue?.names(), prove)
        },
        (parser) =>
          own
            ? provable(parser)
            : provable(parser).option('all', { type: 'boolean', describe: 'every lab that is up' }),
      ),
    )
    .command(
      ...verb(
        own ? 'status' : 'status [scenario]',
        'show what is up: servers, namespaces, containers, addresses',
        async (args) => {
          const { statusVerb } = await import('./reports.ts')
          return statusVerb(
            own || args.scenario !== undefined || args.name !== undefined ? labOf(args) : undefined,
            options(args).json,
            catalogue?.names(),
          )
        },
      ),
    )
    .command(
      ...verb(
        `shell${target} [where]`,
        'open a shell on its server, or in a namespace or container of it',
        async (args) => {
          const { shell } = await import('./inspect.ts')
          return shell(labOf(args), args.where as string | undefined)
        },
        (parser) => parser.positional('where', { type: 'string', describe: 'server1, net1, a container …' }),
      ),
    )
    .command(
      ...verb(
        `exec${target} <where>`,
        'run one command there: … exec server1 -- iptables -S',
        async (args) => {
          const words = (args['--'] as string[] | undefined) ?? []
          if (words.length === 0)
            throw new BadInput('no command to run', {
              where: undefined,
              hint: 'Put it behind --, as in: exec server1 -- ip addr',
            })
          const { exec } = await import('./inspect.ts')
          return exec(labOf(args), String(args.where), words.map(String))
        },
        (parser) => parser.positional('where', { type: 'string', describe: 'server1, net1, a container …' }),
      ),
    )
    .command(
      ...verb(
        'why <from> <to>',
        'send one probe, and tell where it ends and why: … why net1 web:80',
        async (args) => {
          const { whyVerb } = await import('./why.ts')
          const name = (args.name ?? own?.name) as string | undefined
          return whyVerb(name, String(args.from), String(args.to), args as unknown as WhyOptions)
        },
        (parser) =>
          parser
            .positional('from', { type: 'string', describe: 'a place: server1, net1, a container …' })
            .positional('to', { type: 'string', describe: 'a place or an address, :PORT for TCP' })
            .option('udp', { type: 'boolean', default: false, describe: 'UDP in the place of TCP' })
            .option('dns', { type: 'boolean', default: false, describe: 'TO is a name to be resolved first' })
            .option('hint', { type: 'boolean', default: false, describe: 'tell only the place' })
            .option('guess', { type: 'boolean', default: false, describe: 'ask first where it ends' }),
      ),
    )
    .command(
      ...verb(`print${target}`, 'print it as a shell script for a real server', async (args) => {
        const { print } = await import('../print/print.ts')
        say(await print(await scenarioOf(args)))
        return 0
      }),
    )
    .options(common)
    .parserConfiguration({ ...reading, 'strip-aliased': true })
    .check(mustMakeSense)
    .demandCommand(own ? 0 : 1, '')
    .strict()
    .version(false)
    .help()
    .alias('help', 'h')
    .wrap(80)
    .exitProcess(false)
    .fail((message, error) => {
      // Of its own errors yargs gives the words, too; ours come without.
      throw message && !(error instanceof VethlabError) ? unknownWords(message, argv, catalogue) : error
    })
  for (const picture of pictureVerbs({ verb, target, own: own !== undefined, labOf }))
    parser.command(...picture)
  if (catalogue)
    parser
      .command(
        ...verb(
          'scenarios',
          'test all scenarios, one after the other',
          async (args) => {
            const { testAll } = await import('./reports.ts')
            return testAll(catalogue, options(args).json)
          },
          (parser) => parser,
        ),
      )
      .command(
        'new <name>',
        'copy a scenario, to be edited',
        (parser) =>
          parser.positional('name', { type: 'string' }).option('from', {
            type: 'string',
            requiresArg: true,
            default: 'namespaces',
            describe: 'the scenario to copy',
          }),
        (args) => {
          const file = catalogue.copy(String(args.from), String(args.name))
          say(`${file} is a copy of ${args.from}. Edit it, then: make scenario-${args.name}\n`)
        },
      )
  if (catalogue) parser.epilogue(`Scenarios: ${catalogue.names().join(', ')}`)
  await parser.parseAsync()
  return code
}

const verbs = [
  'up',
  'test',
  'down',
  'status',
  'shell',
  'exec',
  'why',
  'map',
  'ui',
  'print',
  'scenarios',
  'new',
]

function unknownWords(message: string, argv: readonly string[], catalogue: Catalogue | undefined): BadInput {
  const first = argv.find((word) => !word.startsWith('-'))
  const known = first !== undefined && verbs.includes(first)
  const hint = known
    ? `--help shows how it is called.${catalogue ? ` Scenarios: ${catalogue.names().join(', ')}` : ''}`
    : `Verbs: ${verbs.join(', ')}`
  const text = known ? message : first === undefined ? 'no verb' : `unknown verb ${JSON.stringify(first)}`
  return new BadInput(text || 'not understood', { where: undefined, hint })
}
