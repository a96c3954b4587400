/** The options of the command line, and how its words are read. */
import { createRequire } from 'node:module'
import type { Argv } from 'yargs'
import { BadInput } from '../errors.ts'
import { mustBeOwnCode } from './foreign-cache.ts'

/** Reads words. Required, not imported: its one CommonJS file is loaded five times as fast as its modules. */
export const yargs = createRequire(import.meta.url)('yargs/yargs') as (argv: string[]) => Argv

/** Words behind -- are for another program; of an option that is given twice the last one counts. */
export const reading = { 'populate--': true, 'duplicate-arguments-array': false } as const

/** The options of all verbs. */
export const options = {
  name: {
    type: 'string',
    requiresArg: true,
    describe: 'the name of the lab (default: that of the scenario)',
  },
  on: {
    choices: ['lab', 'host'],
    default: 'lab',
    requiresArg: true,
    describe: 'host: up, test, why on this machine itself, its network and its Docker',
  },
  yes: {
    type: 'boolean',
    default: false,
    describe: 'with --on host: change this machine without asking',
  },
  json: { type: 'boolean', default: false, describe: 'print one JSON document and nothing else' },
  quiet: {
    alias: 'q',
    type: 'boolean',
    default: false,
    describe: 'show only what fails, and the checks',
  },
  why: {
    type: 'boolean',
    default: false,
    describe: 'up, test: find out why, for what fails and what must not work',
  },
  pcap: {
    type: 'string',
    requiresArg: true,
    describe: 'up, test, why: keep what was captured, for Wireshark',
  },
  report: {
    type: 'string',
    requiresArg: true,
    describe: 'up, test, why: keep it as one HTML file, with the map and each packet',
  },
  batch: {
    type: 'boolean',
    describe: 'run together what can be (default: when nobody watches)',
  },
  table: {
    type: 'boolean',
    default: false,
    describe: 'up, test: end with a table of all checks',
  },
  undo: {
    type: 'boolean',
    default: false,
    describe: 'show below each command what takes it back',
  },
} as const

/** Verbs that pass on what others say, or that write shell. */
const withoutJson = ['shell', 'exec', 'print', 'new']

/** Refuses words that are understood, and cannot be meant. */
export const refuseWords = (what: string, hint: string): never => {
  throw new BadInput(what, { where: undefined, hint })
}

/** Refuses what the options' types allow and nobody means. */
export function mustMakeSense(args: { [key: string]: unknown }): true {
  for (const option of ['name', 'pcap', 'from', 'svg', 'report', 'on', 'junit', 'trace'])
    if (args[option] === false || args[option] === '')
      refuseWords(`--${option} takes a value`, `As in: --${option} ${option === 'on' ? 'host' : 'NAME'}`)
  if (args.on === 'host') mustBeOwnCode()
  const [verb] = args._ as string[]
  if (args.json && verb !== undefined && withoutJson.includes(verb))
    refuseWords(`${verb} has no --json`, 'Leave it out.')
  return true
}

/** Refuses an option with a value that stands twice: which of the two is meant nobody knows. */
export function mustStandOnce(argv: readonly string[]): void {
  const end = argv.indexOf('--')
  const own = end < 0 ? argv : argv.slice(0, end)
  for (const [name, { requiresArg }] of Object.entries(
    options as Record<string, { requiresArg?: boolean }>,
  )) {
    const times = own.filter((word) => word === `--${name}` || word.startsWith(`--${name}=`)).length
    if (requiresArg && times > 1)
      throw new BadInput(`--${name} stands twice`, { where: undefined, hint: 'Leave one out.' })
  }
}

/** Whether one JSON document was asked for, as yargs understands it: --json, --json=true, but not behind --. */
export const asksForJson = (argv: readonly string[]): boolean =>
  yargs([...argv])
    .boolean('json')
    .parserConfiguration(reading)
    .help(false)
    .version(false)
    .parseSync().json === true
