/** The verb `learn`, to be added to the command line. */
import type { Subject, Verb } from './verb.ts'

/** The verb `learn`, with its own words. */
export const learnVerbs = ({ catalogue }: Subject): Verb[] =>
  !catalogue
    ? []
    : [
        {
          words: 'learn [what] [exercise]',
          about: 'exercises: list them; start, hint, check, reset, solve, stop one',
          positional: { what: 'start NAME, hint, check, reset, solve, stop; nothing: the list' },
          options: {
            seed: { type: 'number', requiresArg: true, describe: 'names, addresses, fault (default: any)' },
          },
          async run({ what, exercise, seed, json }) {
            const { learnVerb } = await import('./learn.ts')
            const name = exercise === undefined ? undefined : String(exercise)
            return learnVerb(
              catalogue.exercises,
              what === undefined ? 'list' : String(what),
              name,
              seed,
              json,
            )
          },
        },
      ]
