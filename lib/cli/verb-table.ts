/** All verbs of the command line, as a table. What is heavy is loaded by the verb that needs it. */
import { BadInput } from '../errors.ts'
import { completing } from './completing.ts'
import { learnVerbs } from './learn-verbs.ts'
import { say } from './output.ts'
import { pictureVerbs } from './pictures.ts'
import type { Subject, Verb } from './verb.ts'

const prove = {
  type: 'boolean',
  default: false,
  describe: 'compare the machine before it and after it',
} as const
const junit = {
  type: 'string',
  requiresArg: true,
  describe: "keep the results as JUnit's XML, for CI",
} as const
const where = { where: 'server1, net1, a container …' }

/** The verbs that make labs, and remove them. */
const building = ({ own, catalogue, target, maybe, scenarioOf, labOf }: Subject): Verb[] => [
  {
    words: own ? ['up', '$0'] : `up${target}`,
    about: 'build it, check it, and leave it up (the default)',
    options: {
      copies: {
        type: 'number',
        requiresArg: true,
        describe: 'so many labs side by side: NAME-1, NAME-2 …',
      },
    },
    async run(args) {
      const given = String(args.scenario ?? '')
      if (!own && /\.(sh|bash)$/.test(given))
        return (await import('./record.ts')).upScript(given, args.name, args)
      const scenario = await scenarioOf(args)
      if (args.copies === undefined) return (await import('./show.ts')).shown('up', scenario, args, true)
      return (await import('./copies.ts')).shownCopies(scenario, Number(args.copies), args)
    },
  },
  {
    words: `test${target}`,
    about: 'build it, check it, and remove it',
    options: {
      prove,
      junit,
      trace: {
        type: 'string',
        requiresArg: true,
        describe: 'a folder for what there is to see when something fails',
      },
    },
    run: async (args) => (await import('./show.ts')).shown('test', await scenarioOf(args), args, false),
  },
  {
    words: `down${maybe}`,
    about: own ? 'remove it' : 'remove a lab; with --all, all of them',
    options: { prove, ...(own ? {} : { all: { type: 'boolean', describe: 'every lab that is up' } }) },
    async run(args) {
      const { downVerb } = await import('./reports.ts')
      return downVerb(args.all ? undefined : labOf(args), args.json, catalogue?.names(), args.prove === true)
    },
  },
]

/** What `clean` takes besides the name of a lab. */
const clean = {
  prove,
  cache: {
    type: 'boolean',
    default: false,
    describe: 'remove what set-up and tests fetched, and leave labs',
  },
  'dry-run': { type: 'boolean', default: false, describe: 'with --cache: only tell what there is' },
} as const

/** The verb that takes away all that is kept. */
const cleaning = ({ catalogue, names }: Subject): Verb[] =>
  !catalogue
    ? []
    : [
        {
          words: 'clean [scenario]',
          about: 'remove a lab, or all of them; with --cache, what set-up fetched',
          options: clean,
          async run(args) {
            const lab = args.name ?? args.scenario
            const named = lab === undefined ? undefined : String(lab)
            if (args.cache && (named !== undefined || args.prove))
              throw new BadInput('--cache stands alone', {
                where: undefined,
                hint: 'It is no part of a lab.',
              })
            if (args.dryRun && !args.cache)
              throw new BadInput('--dry-run goes with --cache', {
                where: undefined,
                hint: 'status tells which labs are up.',
              })
            if (args.cache) return (await import('./clean.ts')).cleanCache(args.json, args.dryRun === true)
            return (await import('./reports.ts')).downVerb(
              named,
              args.json,
              [...names()],
              args.prove === true,
            )
          },
        },
      ]

/** The verbs that look into a lab. */
const looking = ({ own, target, maybe, labOf, labIfNamed, names }: Subject): Verb[] => [
  {
    words: `status${maybe}`,
    about: 'show what is up: servers, namespaces, containers, addresses',
    async run(args) {
      const { statusVerb } = await import('./reports.ts')
      return statusVerb(labIfNamed(args), args.json, names())
    },
  },
  {
    words: `shell${target} [where]`,
    about: 'open a shell on its server, or in a namespace or container of it',
    positional: where,
    async run(args) {
      const { shell } = await import('./inspect.ts')
      return shell(labOf(args), args.where as string | undefined)
    },
  },
  {
    words: `exec${target} <where>`,
    about: 'run one command there: … exec server1 -- iptables -S',
    positional: where,
    async run(args) {
      const words = (args['--'] as string[] | undefined) ?? []
      if (words.length === 0)
        throw new BadInput('no command to run', {
          where: undefined,
          hint: 'Put it behind --, as in: exec server1 -- ip addr',
        })
      const { exec } = await import('./inspect.ts')
      return exec(labOf(args), String(args.where), words.map(String))
    },
  },
  {
    words: 'why [from] [to]',
    about: 'send one probe, and tell where it ends and why: … why net1 web:80',
    positional: {
      from: 'a place: server1, net1, a container …',
      to: 'a place or an address, :PORT for TCP',
    },
    options: {
      udp: { type: 'boolean', default: false, describe: 'UDP in the place of TCP' },
      dns: { type: 'boolean', default: false, describe: 'TO is a name to be resolved first' },
      size: { type: 'number', requiresArg: true, describe: 'a ping of so many bytes' },
      df: { type: 'boolean', default: false, describe: 'it may not be cut into pieces' },
      hint: { type: 'boolean', default: false, describe: 'tell only the place' },
      guess: { type: 'boolean', default: false, describe: 'ask first where it ends' },
      all: { type: 'boolean', default: false, describe: 'all pairs of places, grouped by cause' },
      redact: {
        type: 'boolean',
        default: false,
        describe: 'with --report FILE.json: without names and addresses',
      },
      bisect: { type: 'boolean', default: false, describe: 'which command of the scenario broke it' },
      watch: { type: 'boolean', default: false, describe: 'ask again after each change' },
      fix: { type: 'boolean', default: false, describe: 'leave the fewest commands that make it arrive' },
      prove: {
        type: 'boolean',
        default: false,
        describe: 'take the cause away, ask again, put all back: is it the cause?',
      },
    },
    async run(args) {
      const { whyVerb } = await import('./why.ts')
      const { udp, dns, hint, guess } = args as unknown as Record<string, boolean>
      const { size, df } = args as unknown as { size?: number; df?: boolean }
      const words = { udp: udp === true, dns: dns === true, hint: hint === true, guess: guess === true }
      const how = {
        ...words,
        size,
        df,
        prove: args.prove === true,
        all: args.all === true,
        fix: args.fix === true,
        redact: args.redact === true,
        bisect: args.bisect === true,
        watch: args.watch === true,
      }
      return whyVerb(args.name ?? own?.name, String(args.from ?? ''), String(args.to ?? ''), {
        ...args,
        ...how,
      })
    },
  },
]

/** The verb that writes shell. */
const printing = ({ target, scenarioOf }: Subject): Verb[] => [
  {
    words: `print${target}`,
    about: 'print it as a shell script for a real server',
    async run(args) {
      const { print } = await import('../print/print.ts')
      say(await print(await scenarioOf(args)))
      return 0
    },
  },
]

/** The verbs of the tool that is for all scenarios. */
const forAll = ({ catalogue }: Subject): Verb[] =>
  !catalogue
    ? []
    : [
        {
          words: 'scenarios',
          about: 'test all scenarios, one after the other',
          options: { junit },
          run: async ({ json, junit }) =>
            (await import('./reports.ts')).testAll(catalogue, json, junit as string | undefined),
        },
        {
          words: 'record [script]',
          about: 'run a script, or type, and print the scenario',
          positional: { script: 'lab.sh; without it: a shell' },
          options: {
            output: {
              type: 'string',
              alias: 'o',
              requiresArg: true,
              describe: 'the file to write; default: standard output',
            },
          },
          run: async ({ script, output }) =>
            (await import('./record.ts')).recordVerb(
              script as string | undefined,
              output as string | undefined,
            ),
        },
        {
          words: 'words [line]',
          about: 'print what a line of shell is in TypeScript; exit code 1 for exec()',
          positional: { line: 'a line of shell in quotes; without it: lines on standard input' },
          run: async ({ line, json }) =>
            (await import('./typed-words.ts')).wordsVerb(line === undefined ? [] : [String(line)], json),
        },
        {
          words: 'docs [topic]',
          about: 'show a page of the documentation, as help TOPIC does; without a name: which there are',
          positional: { topic: 'first-lab, scenario, why …' },
          run: async ({ topic, json }) =>
            (await import('./help.ts')).helpVerb(topic === undefined ? undefined : String(topic), json),
        },
        {
          words: 'setup',
          about: 'get what is needed: tools, engine, Compose, image',
          run: () => catalogue.tool('setup'),
        },
        {
          words: 'doctor',
          about: 'tell what this machine has and lacks; changes nothing',
          run: () => catalogue.tool('doctor'),
        },
        {
          words: 'new <name>',
          about: 'copy a scenario, or an exercise, to be edited',
          options: {
            from: {
              type: 'string',
              requiresArg: true,
              describe: 'what to copy (default: namespaces; of exercises, cable)',
            },
            exercise: { type: 'boolean', default: false, describe: 'an exercise in the place of a scenario' },
          },
          run: async ({ from, name, exercise }) =>
            (await import('./new.ts')).newVerb(
              catalogue,
              String(name),
              from === undefined ? undefined : String(from),
              exercise === true,
            ),
        },
      ]

/** All verbs, in the order of the help. To add one is to add its entry, and what it loads. */
export const verbsOf = (subject: Subject): Verb[] => {
  const verbs = [building, cleaning, looking, printing, pictureVerbs, learnVerbs, forAll].flatMap((some) =>
    some(subject),
  )
  return [...verbs, ...completing(subject, verbs)]
}
