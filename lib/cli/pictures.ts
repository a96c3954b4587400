/** The verbs that show a lab as a picture: `map` and `ui`. */
import type { Subject, Verb } from './verb.ts'

/** The verbs, to be added to the command line. */
export const pictureVerbs = ({ target, maybe, labOf, labIfNamed }: Subject): Verb[] => [
  {
    words: `map${target}`,
    about: 'draw its network as it is now',
    options: {
      svg: { type: 'string', requiresArg: true, describe: 'write a picture to that file' },
      mermaid: { type: 'boolean', describe: 'print it for Markdown' },
    },
    async run(args) {
      const { mapVerb } = await import('./map.ts')
      const { svg, mermaid } = args as { svg?: string; mermaid?: boolean }
      return mapVerb(labOf(args), { json: args.json, svg, mermaid })
    },
  },
  {
    words: `ui${maybe}`,
    about: 'show it on a page: the map, the packet, a terminal in every place',
    options: { port: { type: 'number', requiresArg: true, describe: 'default: a free one' } },
    async run(args) {
      const { uiVerb } = await import('./ui.ts')
      return uiVerb(labIfNamed(args), { json: args.json, port: args.port as number | undefined })
    },
  },
]
