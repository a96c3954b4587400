/** The words of the verbs that show a lab as a picture: `map` and `ui`. */
import type { Argv } from 'yargs'

type Args = { [key: string]: unknown }
/** A verb as yargs takes it. */
type Verb = readonly [string, string, (parser: Argv) => Argv, (args: Args) => Promise<void>]

interface Context {
  verb(
    words: string,
    about: string,
    work: (args: Args) => Promise<number>,
    build?: (parser: Argv) => Argv,
  ): Verb
  /** ` <scenario>`, or nothing in a scenario's own file. */
  target: string
  own: boolean
  labOf(args: Args): string
}

/** The verbs, to be added to the command line. */
export const pictureVerbs = ({ verb, target, own, labOf }: Context): Verb[] => [
  verb(
    `map${target}`,
    'draw its network as it is now',
    async (args) => {
      const { mapVerb } = await import('./map.ts')
      const { json, svg, mermaid } = args as { json: boolean; svg?: string; mermaid?: boolean }
      return mapVerb(labOf(args), { json, svg, mermaid })
    },
    (parser) =>
      parser
        .option('svg', { type: 'string', requiresArg: true, describe: 'write a picture to that file' })
        .option('mermaid', { type: 'boolean', describe: 'print it for Markdown' }),
  ),
  verb(
    own ? 'ui' : 'ui [scenario]',
    'show it on a page: the map, the packet, a terminal in every place',
    async (args) => {
      const { uiVerb } = await import('./ui.ts')
      const name = own || args.scenario !== undefined || args.name !== undefined ? labOf(args) : undefined
      return uiVerb(name, { json: args.json as boolean, port: args.port as number | undefined })
    },
    (parser) => parser.option('port', { type: 'number', requiresArg: true, describe: 'default: a free one' }),
  ),
]
